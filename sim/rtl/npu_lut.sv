// sim/rtl/npu_lut.sv - a core's LUT RAM: 4 KiB of bytes, LANES looked up at once.
// SPDX-License-Identifier: Apache-2.0
//
// Reads are synchronous: index or address with `en` in cycle t, data in t + 1. A write
// is done at the end of its cycle; a read in the same cycle gives what was before.
module npu_lut #(
  parameter int LANES = 8,
  parameter int DMA_WIDTH = 16
) (
  input  logic                   clk,
  // VX: lane i reads byte base + index[i]
  input  logic                   lut_en,
  input  logic [11:0]            lut_base,
  input  logic [8*LANES-1:0]     lut_index,
  output logic [8*LANES-1:0]     lut_data,
  // LD and ST, through the window of cores
  input  logic                   r_en, w_en,
  input  logic [11:0]            r_addr, w_addr,
  output logic [8*DMA_WIDTH-1:0] r_data,
  input  logic [8*DMA_WIDTH-1:0] w_data,
  input  logic [DMA_WIDTH-1:0]   w_strobe
);
  logic [7:0] bytes [4096] /* verilator public_flat_rw */;

  for (genvar i = 0; i < LANES; i++) begin : g_lane
    always_ff @(posedge clk)
      if (lut_en) lut_data[8*i +: 8] <= bytes[lut_base + 12'(lut_index[8*i +: 8])];
  end
  for (genvar i = 0; i < DMA_WIDTH; i++) begin : g_byte
    always_ff @(posedge clk) begin
      if (r_en) r_data[8*i +: 8] <= bytes[r_addr + 12'(i)];
      if (w_en && w_strobe[i]) bytes[w_addr + 12'(i)] <= w_data[8*i +: 8];
    end
  end
endmodule
