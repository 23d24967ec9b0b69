// sim/rtl/npu_mx_operands.sv - elements of a line as values: fp32, or int32 less zero.
// SPDX-License-Identifier: Apache-2.0
//
// Combinational. Dense: element i of the line is row[i]. Sparse: array row i takes one
// of a group of four; row[i] is the group's first, rest[i] the other three. SPREAD is
// how many times T elements the line may hold: 4 where weights can be sparse.
module npu_mx_operands #(
    parameter int T = 4,
    parameter int SPREAD = 4
) (
    input  logic                   en,      // 0: the outputs are 0
    input  logic [3:0]             dtype,
    input  logic [7:0]             zero,
    input  logic [1:0]             sparse,  // 0: dense, 1: 2 of 4, 2: 1 of 4
    input  logic [SPREAD*T*32-1:0] data,
    output logic [T*32-1:0]        row,
    output logic [T*96-1:0]        rest
);
  // Of a byte, half or word of the line: what the type says.
  function automatic logic [31:0] value(input logic [3:0] d, input logic [7:0] z,
                                        input logic [7:0] b, input logic [15:0] h,
                                        input logic [31:0] w);
    case (npu_mx_pkg::size_of(d))
      2'd0: value = npu_mx_pkg::element(d, z, {24'd0, b});
      2'd1: value = npu_mx_pkg::element(d, z, {16'd0, h});
      default: value = npu_mx_pkg::element(d, z, w);
    endcase
  endfunction

  function automatic logic [127:0] group(input logic [3:0] d, input logic [7:0] z,
                                         input logic [31:0] b, input logic [63:0] h,
                                         input logic [127:0] w);
    for (int q = 0; q < 4; q++)
      group[q*32+:32] = value(d, z, b[q*8+:8], h[q*16+:16], w[q*32+:32]);
  endfunction

  logic [T*128-1:0] line;
  assign line = (T*128)'(data);
  always_comb begin
    row = '0;
    rest = '0;
    if (en && (SPREAD == 1 || sparse == 2'd0))
      for (int i = 0; i < T; i++)
        row[i*32+:32] = value(dtype, zero, data[i*8+:8], data[i*16+:16], data[i*32+:32]);
    else if (en)
      for (int i = 0; i < T; i++)
        {rest[i*96+:96], row[i*32+:32]} =
            group(dtype, zero, sparse == 2'd1 ? line[(i/2)*32+:32] : line[i*32+:32],
                  sparse == 2'd1 ? line[(i/2)*64+:64] : line[i*64+:64],
                  sparse == 2'd1 ? line[(i/2)*128+:128] : line[i*128+:128]);
  end
endmodule
