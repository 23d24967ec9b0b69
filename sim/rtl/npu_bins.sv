// sim/rtl/npu_bins.sv - counts what one engine did in each cycle.
// SPDX-License-Identifier: Apache-2.0
//
// The bin of a cycle is known in the next one, from the state that its moves left:
// something in flight that is not done counts as `working`, else something in flight
// waits for room in a token, else `why` says what keeps the head from issuing.
module npu_bins (
  input  logic        clk,
  input  logic        start,             // all become 0
  input  logic        counts,            // there was a cycle before this one
  input  logic        unfinished,
  input  logic        in_flight,
  input  logic [2:0]  working,           // of the cycle before
  input  logic [2:0]  why,               // of this cycle
  input  logic [2:0]  read,
  output logic [63:0] read_count
);
  logic [63:0] count [8];
  logic [2:0]  why_before, bin;

  assign bin = unfinished ? working : in_flight ? npu_csr_pkg::BIN_token : why_before;
  assign read_count = count[read];

  always_ff @(posedge clk) begin
    why_before <= why;
    if (start)
      for (int b = 0; b < 8; b++) count[b] <= '0;
    else if (counts)
      count[bin] <= count[bin] + 64'd1;
  end
endmodule
