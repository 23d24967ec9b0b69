// npu_vx_read.sv - one operand of VX from its memory, an element a lane.
// SPDX-License-Identifier: Apache-2.0
//
// In the cycle of `en` the address goes out; in the next `out` is there, combinationally of the
// memory's answer. The low bits of a lane's word hold its element, the others are whatever.
module npu_vx_read #(
  parameter int T = 4,
  parameter int LANES = 4,
  parameter int G = LANES > T ? LANES / T : 1
) (
  input  logic clk,
  input  logic en,
  input  logic [25:0] at,
  input  logic [15:0] i0,
  input  logic [1:0] kind,
  input  logic [1:0] size,
  input  logic [14:0] s0,
  input  logic [31:0] imm,
  output logic spad_en,
  output logic [25:0] spad_addr,
  input  logic [LANES*32-1:0] spad_data,
  output logic acc_en,
  output logic [G*16-1:0] acc_row,
  input  logic [G*T*32-1:0] acc_data,
  output logic [LANES*32-1:0] out
);
  localparam int SECOND = LANES < T ? LANES : 0;

  logic is_here, is_second;

  assign spad_en = en && (kind == npu_isa_pkg::KIND_tensor || kind == npu_isa_pkg::KIND_column);
  assign spad_addr = at;
  assign acc_en = en && kind == npu_isa_pkg::KIND_acc;
  for (genvar g = 0; g < G; g++) begin : g_row
    assign acc_row[g*16+:16] = at[15:0] + 16'(g) * {1'b0, s0};
  end

  always_ff @(posedge clk) begin
    is_here <= en;
    is_second <= (i0 & 16'(SECOND)) != 16'd0;
  end

  always_comb begin
    out = '0;
    if (is_here)
      case (kind)
        npu_isa_pkg::KIND_tensor:
          for (int l = 0; l < LANES; l++)
            case (size)
              2'd0: out[l*32+:32] = {24'd0, spad_data[l*8+:8]};
              2'd1: out[l*32+:32] = {16'd0, spad_data[l*16+:16]};
              default: out[l*32+:32] = spad_data[l*32+:32];
            endcase
        npu_isa_pkg::KIND_column: out = {LANES{spad_data[31:0]}};
        npu_isa_pkg::KIND_acc:
          for (int l = 0; l < LANES; l++)
            out[l*32+:32] = is_second ? acc_data[(SECOND+l)*32+:32] : acc_data[l*32+:32];
        default: out = {LANES{imm}};
      endcase
  end
endmodule
