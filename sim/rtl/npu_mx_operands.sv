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

  // Sparse: groups 0.. hold 2T (2 of 4) or 4T elements.
  logic [T*128-1:0] line, values;
  assign line = (T*128)'(data);
  always_comb begin
    values = '0;
    if (en)
      for (int p = 0; p < SPREAD; p++)
        if (p == 0 || (p == 1 && sparse != 2'd0) || sparse == 2'd2)
          for (int e = p*T; e < (p+1)*T; e++)
            values[e*32+:32] = value(dtype, zero, line[e*8+:8], line[e*16+:16], line[e*32+:32]);
    row = values[T*32-1:0];
    rest = '0;
    if (SPREAD != 1 && sparse != 2'd0)
      for (int i = 0; i < T; i++)
        {rest[i*96+:96], row[i*32+:32]} =
            sparse == 2'd1 ? values[(i/2)*128+:128] : values[i*128+:128];
  end
endmodule
