// sim/rtl/npu_dma_window.sv - the two bursts that an LD walker used last.
// SPDX-License-Identifier: Apache-2.0
//
// A chunk uses burst `b0` (where `use0`) and burst `b1` (where `use1`). Of
// registers and the chunk: `miss`, a burst of it is not in the window, namely
// `burst`; `moves`, it is the only one, so that with it the chunk can move. A
// `step` puts the missing burst into slot `victim`, the one used longer ago that
// the chunk does not use. `slot0` and `slot1` hold the chunk's bursts after that.
module npu_dma_window (
  input  logic        clk,
  input  logic        clear,
  input  logic        step,
  input  logic        use0,
  input  logic        use1,
  input  logic [33:0] b0,
  input  logic [33:0] b1,
  output logic        miss,
  output logic        moves,
  output logic [33:0] burst,
  output logic        victim,
  output logic        slot0,
  output logic        slot1
);
  logic [1:0]  held;
  logic [33:0] tag0, tag1;
  logic        recent;             // slot that was used last

  wire b0_in_0 = held[0] && tag0 == b0;
  wire b0_in_1 = held[1] && tag1 == b0;
  wire b1_in_0 = held[0] && tag0 == b1;
  wire b1_in_1 = held[1] && tag1 == b1;
  wire miss0 = use0 && !b0_in_0 && !b0_in_1;
  wire miss1 = use1 && !b1_in_0 && !b1_in_1;

  assign miss = miss0 || miss1;
  assign moves = !(miss0 && miss1);
  assign burst = miss0 ? b0 : b1;
  assign victim = use0 && !miss0 ? b0_in_0
                  : use1 && !miss1 ? b1_in_0 : !recent;
  assign slot0 = miss0 ? victim : b0_in_1;
  assign slot1 = miss1 ? victim : b1_in_1;

  always_ff @(posedge clk) begin
    if (clear) begin
      held <= 2'b00;
      recent <= 1'b1;
    end else if (step) begin
      if (miss && !victim) begin
        held[0] <= 1'b1;
        tag0 <= burst;
      end
      if (miss && victim) begin
        held[1] <= 1'b1;
        tag1 <= burst;
      end
      if (!moves)
        recent <= victim;
      else if (use0)
        recent <= use1 ? slot1 : slot0;
    end
  end
endmodule
