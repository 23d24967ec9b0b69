// sim/rtl/npu_ld_walk.sv - the steps of an LD: its chunks and their bursts.
// SPDX-License-Identifier: Apache-2.0
//
// The walker and its window. While `valid`, `step` takes the step that the other
// outputs describe, of registers alone: it brings `burst` into the window where
// `miss` is up, and the chunk moves where `moves` is. A chunk with both bursts
// missing takes two steps. The sequence is a function of the descriptor alone.
module npu_ld_walk #(
  parameter int DMA_WIDTH = 16
) (
  input  logic                       clk,
  input  logic                       rst,
  input  logic                       load,
  input  logic [511:0]               insn,
  input  logic [39:0]                base,
  input  logic                       go,
  input  logic                       step,
  output logic                       active,
  output logic                       valid,
  output logic                       last,     // chunk of the descriptor
  output logic                       is_local, // from this core's memories
  output logic                       miss,
  output logic                       moves,
  output logic [33:0]                burst,
  output logic                       victim,   // slot that `burst` goes to
  output logic                       slot0,    // of the chunk's first burst
  output logic                       slot1,    // of its second
  output logic [39:0]                address,
  output logic [25:0]                spad,
  output logic [$clog2(DMA_WIDTH):0] bytes,
  output logic [$clog2(DMA_WIDTH):0] from,
  output logic [$clog2(DMA_WIDTH):0] upto,
  output logic [31:0]                fill,
  output logic                       index_en,
  output logic [25:0]                index_addr,
  input  logic [31:0]                index_data,
  output logic                       fault
);
  npu_dma_walker #(.DMA_WIDTH(DMA_WIDTH)) walker (
    .clk, .rst, .load, .insn, .base, .go, .next(step && moves), .active, .valid, .last,
    .address, .spad, .bytes, .from, .upto, .fill,
    .index_en, .index_addr, .index_data, .fault
  );

  always_ff @(posedge clk)
    if (load)
      is_local <= base[39];

  wire [39:0] end_address = address + 40'(upto) - 40'(from) - 40'd1;
  wire        unused_bits = &end_address[5:0];
  wire        asks = upto > from && !is_local;

  npu_dma_window window (
    .clk, .clear(load), .step,
    .use0(asks), .use1(asks && end_address[39:6] != address[39:6]),
    .b0(address[39:6]), .b1(end_address[39:6]),
    .miss, .moves, .burst, .victim, .slot0, .slot1
  );
endmodule
