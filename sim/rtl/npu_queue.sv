// sim/rtl/npu_queue.sv - an engine's queue of descriptors.
// SPDX-License-Identifier: Apache-2.0
//
// `push` in cycle t: `in` is the head, or behind it, from t + 1 on. `pop` takes the
// head in its cycle. `valid`, `full`, `head` are of registers alone; `full` compares with
// `depth`, which is at most QUEUE_MAX and changes only while the queue is empty.
module npu_queue #(
  parameter int WIDTH = 512,
  parameter int QUEUE_MAX = 64
) (
  input  logic             clk, rst,
  input  logic [6:0]       depth,
  input  logic             push,
  input  logic [WIDTH-1:0] in,
  input  logic             pop,
  output logic             valid, full,
  output logic [WIDTH-1:0] head
);
  localparam int B = $clog2(QUEUE_MAX);

  logic [WIDTH-1:0] entry [QUEUE_MAX];
  logic [B-1:0]     first, free;
  logic [6:0]       count;

  assign valid = count != 0;
  assign full = count >= depth;
  assign head = entry[first];

  always_ff @(posedge clk) begin
    if (push)
      entry[free] <= in;
    if (rst) begin
      first <= '0;
      free <= '0;
      count <= '0;
    end else begin
      free <= free + B'(push);
      first <= first + B'(pop);
      count <= count + 7'(push) - 7'(pop);
    end
  end
endmodule
