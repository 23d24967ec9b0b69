// npu_vx_write.sv - a chunk of results to its memory.
// SPDX-License-Identifier: Apache-2.0
//
// Combinational: address, data and strobe in the cycle of `on`, a bit a lane.
module npu_vx_write #(
  parameter int T = 4,
  parameter int LANES = 4,
  parameter int G = LANES > T ? LANES / T : 1
) (
  input  logic [LANES-1:0] on,
  input  logic [25:0] at,
  /* verilator lint_off UNUSEDSIGNAL */  // of LANES < T alone: the right half of a row
  input  logic is_second,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [1:0] kind,
  input  logic [1:0] size,
  input  logic [14:0] s0,
  input  logic [LANES*32-1:0] elements,
  output logic spad_en,
  output logic [25:0] spad_addr,
  output logic [LANES*32-1:0] spad_data,
  output logic [LANES*4-1:0] spad_strobe,
  output logic acc_en,
  output logic [G*16-1:0] acc_row,
  output logic [G*T*32-1:0] acc_data,
  output logic [G*T-1:0] acc_strobe
);
  assign spad_en = on != '0 && kind != npu_isa_pkg::KIND_acc;
  assign spad_addr = at;
  assign acc_en = on != '0 && kind == npu_isa_pkg::KIND_acc;
  for (genvar g = 0; g < G; g++) begin : g_row
    assign acc_row[g*16+:16] = at[15:0] + 16'(g) * {1'b0, s0};
  end

  always_comb begin
    spad_data = '0;
    spad_strobe = '0;
    if (spad_en)
      for (int l = 0; l < LANES; l++)
        case (size)
          2'd0: begin
            spad_data[l*8+:8] = elements[l*32+:8];
            spad_strobe[l] = on[l];
          end
          2'd1: begin
            spad_data[l*16+:16] = elements[l*32+:16];
            spad_strobe[l*2+:2] = {2{on[l]}};
          end
          default: begin
            spad_data[l*32+:32] = elements[l*32+:32];
            spad_strobe[l*4+:4] = {4{on[l]}};
          end
        endcase
  end

  if (LANES < T) begin : g_half
    assign acc_data = {2{elements}};
    assign acc_strobe = is_second ? {on, LANES'(0)} : {LANES'(0), on};
  end else begin : g_rows
    assign acc_data = elements;
    assign acc_strobe = on;
  end
endmodule
