// npu_fp_bench.sv - one function of npu_fp_pkg, chosen by `what`, at a time.
// SPDX-License-Identifier: Apache-2.0
module npu_fp_bench (
  input  logic [4:0]  what,
  input  logic [3:0]  code,  // ALU code or dtype
  input  logic        flag,
  input  logic [7:0]  zero,
  input  logic [31:0] x,
  input  logic [31:0] y,
  input  logic [31:0] z,
  output logic [31:0] out
);
  always_comb begin
    case (what)
      5'd0: out = npu_fp_pkg::fma(x, y, z);
      5'd1: out = npu_fp_pkg::add(x, y);
      5'd2: out = npu_fp_pkg::mul(x, y);
      5'd3: out = npu_fp_pkg::ftz(x);
      5'd4: out = {31'd0, npu_fp_pkg::greater(x, y)};
      5'd5: out = {31'd0, npu_fp_pkg::equal(x, y)};
      5'd6: out = npu_fp_pkg::alu_float(code, flag, x, y, z);
      5'd7: out = npu_fp_pkg::alu_int(code, x, y);
      5'd8: out = npu_fp_pkg::select(flag, x, y, z);
      5'd9: out = npu_fp_pkg::load_float(code, zero, x);
      5'd10: out = npu_fp_pkg::load_int(code, zero, x);
      5'd11: out = npu_fp_pkg::store(code, zero, x);
      5'd12: out = npu_fp_pkg::from_int(x);
      default: out = 32'd0;
    endcase
  end
endmodule
