// sim/rtl/npu_plant.sv - whether a test has planted the fault NAME (base/npu_plant.def).
// SPDX-License-Identifier: Apache-2.0
//
// A constant 0 but where NPU_PLANT is defined, which the test of planted faults does.
// There `planted` is a register, read from the test each cycle.
module npu_plant #(
  // verilator lint_off UNUSEDPARAM
  // verilator lint_off UNUSEDSIGNAL
  parameter NAME = "none"  // neither is of use to a constant
) (
  input  logic clk,
  // verilator lint_on UNUSEDSIGNAL
  // verilator lint_on UNUSEDPARAM
  output logic planted
);
`ifdef NPU_PLANT
  import "DPI-C" function int npu_planted(input string name);
  always_ff @(posedge clk)
    planted <= npu_planted(NAME) != 0;
`else
  assign planted = 1'b0;
`endif
endmodule
