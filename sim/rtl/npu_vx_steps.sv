// npu_vx_steps.sv - when VX takes the next chunk, and which is the last.
// SPDX-License-Identifier: Apache-2.0
//
// The first step comes in the cycle after `issue` at the earliest, then one every `passes` cycles.
// A reduction along n0 goes on after its last chunk until the lanes' chain is empty.
module npu_vx_steps #(
  parameter int LANES = 4,
  parameter int LATENCY = 8,
  parameter int FUNCTION_PASSES = 4
) (
  input  logic clk,
  input  logic rst,
  input  logic issue,
  input  logic is_special,
  input  logic is_chain,
  input  logic [$clog2(LANES)-1:0] tap,  // the lane that ends the chain
  input  logic source_last,
  output logic step,
  output logic is_source,                // the step has a chunk
  output logic last
);
  localparam int STAGES = 8;
  localparam int OWN = 4;                // cycles that a special function takes anyhow
  localparam int MORE = FUNCTION_PASSES > OWN ? FUNCTION_PASSES - OWN : 0;
  localparam int L = $clog2(LANES);

  logic is_active, is_draining;
  logic [6:0] hold, passes;              // cycles to wait, beyond this one
  logic [L-1:0] drain;

  assign passes = is_special ? 7'(FUNCTION_PASSES - 1) : 7'd0;
  assign step = is_active && hold == 7'd0;
  assign is_source = step && !is_draining;
  assign last = is_draining ? drain == L'(1) : source_last && (!is_chain || tap == '0);

  always_ff @(posedge clk) begin
    if (rst) is_active <= 1'b0;
    else if (issue) is_active <= 1'b1;
    else if (step && last) is_active <= 1'b0;
    if (issue) begin
      hold <= 7'(LATENCY - STAGES) + (is_special ? 7'(MORE) : 7'd0);
      is_draining <= 1'b0;
    end else if (step) begin
      hold <= passes;
      is_draining <= is_draining || source_last;
      drain <= is_draining ? drain - 1'b1 : tap;
    end else begin
      hold <= hold - 7'd1;
    end
  end
endmodule
