// sim/rtl/npu_scratchpad.sv - a core's SRAM, with the ports of all its engines.
// SPDX-License-Identifier: Apache-2.0
//
// Reads are synchronous: address with `en` in cycle t, data in t + 1 and until the
// next read. A write is done at the end of its cycle; a read in the same cycle gives
// what was there before. Byte addresses of any alignment; what lies beyond the end
// reads as anything. Banks are not seen here: claims (npu_claims) keep engines apart,
// and within one engine a bank serves all its ports.
module npu_scratchpad #(
  parameter int T = 4,
  parameter int SPAD_BYTES = 65536,
  parameter int LANES = 8,
  parameter int DMA_WIDTH = 16
) (
  input  logic                   clk,
  // LD: chunks, its own memories as a source, gather indices
  input  logic                   ld_w_en, ld_r_en, ld_i_en,
  input  logic [25:0]            ld_w_addr, ld_r_addr, ld_i_addr,
  input  logic [8*DMA_WIDTH-1:0] ld_w_data,
  input  logic [DMA_WIDTH-1:0]   ld_w_strobe,
  output logic [8*DMA_WIDTH-1:0] ld_r_data,
  output logic [31:0]            ld_i_data,
  // ST
  input  logic                   st_w_en, st_r_en,
  input  logic [25:0]            st_w_addr, st_r_addr,
  input  logic [8*DMA_WIDTH-1:0] st_w_data,
  input  logic [DMA_WIDTH-1:0]   st_w_strobe,
  output logic [8*DMA_WIDTH-1:0] st_r_data,
  // MX: activations, weights, bias, places of sparse weights
  input  logic                   mx_a_en, mx_w_en, mx_b_en, mx_i_en,
  input  logic [25:0]            mx_a_addr, mx_w_addr, mx_b_addr, mx_i_addr,
  output logic [128*T-1:0]       mx_a_data,
  output logic [32*T-1:0]        mx_w_data, mx_b_data,
  output logic [2*T-1:0]         mx_i_data,
  // VX: sources, what a reduction starts from, scales, results
  input  logic                   vx_a_en, vx_b_en, vx_c_en, vx_d_en, vx_s_en, vx_w_en,
  input  logic [25:0]            vx_a_addr, vx_b_addr, vx_c_addr, vx_d_addr, vx_s_addr,
  input  logic [25:0]            vx_w_addr,
  output logic [32*LANES-1:0]    vx_a_data, vx_b_data, vx_c_data, vx_d_data, vx_s_data,
  input  logic [32*LANES-1:0]    vx_w_data,
  input  logic [4*LANES-1:0]     vx_w_strobe
);
  localparam int WORDS = SPAD_BYTES / 8;
  localparam int B = $clog2(WORDS);
  // words of a port
  localparam int D = (DMA_WIDTH + 7) / 8;
  localparam int I = (T + 31) / 32;
  localparam int W = T / 2;
  localparam int V = LANES / 2;

  // 64 bytes at a time would cost the narrow ports, bytes the wide ones
  logic [63:0] bytes [WORDS] /* verilator public_flat_rw */;

  // ---- reads: 8 bytes from byte `by` of a word on ----
  function automatic logic [63:0] word(input logic [B-1:0] from, input logic [2:0] by);
    logic [5:0] shift;
    shift = {by, 3'b0};
    word = (bytes[from] >> shift) | ((bytes[from + 1'b1] << 1) << (6'd63 - shift));
  endfunction

  logic [64*D-1:0] ld_r, st_r;
  logic [64*I-1:0] mx_i;
  logic [63:0]     ld_i;
  assign ld_r_data = ld_r[8*DMA_WIDTH-1:0];
  assign st_r_data = st_r[8*DMA_WIDTH-1:0];
  assign ld_i_data = ld_i[31:0];
  assign mx_i_data = mx_i[2*T-1:0];
  // checks see addresses beyond the end; ports may be narrower than words
  wire unused = &{ld_w_addr, ld_r_addr, ld_i_addr, st_w_addr, st_r_addr, mx_a_addr, mx_w_addr,
                  mx_b_addr, mx_i_addr, vx_a_addr, vx_b_addr, vx_c_addr, vx_d_addr, vx_s_addr,
                  vx_w_addr, ld_r, st_r, mx_i, ld_i};

  // ---- writes: word i of data, and its strobes, moved to a byte address ----
  function automatic logic [63:0] placed(input logic [63:0] lower, upper, input logic [2:0] by);
    logic [5:0] shift;
    shift = {by, 3'b0};
    placed = (upper << shift) | ((lower >> 1) >> (6'd63 - shift));
  endfunction

  function automatic logic [63:0] merge(input logic [63:0] old, data, input logic [7:0] strobe);
    for (int i = 0; i < 8; i++)
      merge[8*i +: 8] = strobe[i] ? data[8*i +: 8] : old[8*i +: 8];
  endfunction

  // a word more at either end: what the shift moves in and out
  wire [64*(D+2)-1:0] ld_w = {64'b0, (64*D)'(ld_w_data), 64'b0};
  wire [64*(D+2)-1:0] st_w = {64'b0, (64*D)'(st_w_data), 64'b0};
  wire [64*(V+2)-1:0] vx_w = {64'b0, vx_w_data, 64'b0};
  wire [8*(D+1)-1:0]  ld_strobe = (8*(D+1))'(ld_w_strobe) << ld_w_addr[2:0];
  wire [8*(D+1)-1:0]  st_strobe = (8*(D+1))'(st_w_strobe) << st_w_addr[2:0];
  wire [8*(V+1)-1:0]  vx_strobe = (8*(V+1))'(vx_w_strobe) << vx_w_addr[2:0];

  // One process owns the memory. Writes block, after the reads: two of them may be to
  // bytes of one word.
  logic [B-1:0] at;
  always_ff @(posedge clk) begin
    if (ld_i_en)
      ld_i <= word(ld_i_addr[3 +: B], ld_i_addr[2:0]);
    if (ld_r_en)
      for (int i = 0; i < D; i++)
        ld_r[64*i +: 64] <= word(ld_r_addr[3 +: B] + B'(i), ld_r_addr[2:0]);
    if (st_r_en)
      for (int i = 0; i < D; i++)
        st_r[64*i +: 64] <= word(st_r_addr[3 +: B] + B'(i), st_r_addr[2:0]);
    if (mx_a_en)
      for (int i = 0; i < 4 * W; i++)
        mx_a_data[64*i +: 64] <= word(mx_a_addr[3 +: B] + B'(i), mx_a_addr[2:0]);
    if (mx_w_en)
      for (int i = 0; i < W; i++)
        mx_w_data[64*i +: 64] <= word(mx_w_addr[3 +: B] + B'(i), mx_w_addr[2:0]);
    if (mx_b_en)
      for (int i = 0; i < W; i++)
        mx_b_data[64*i +: 64] <= word(mx_b_addr[3 +: B] + B'(i), mx_b_addr[2:0]);
    if (mx_i_en)
      for (int i = 0; i < I; i++)
        mx_i[64*i +: 64] <= word(mx_i_addr[3 +: B] + B'(i), mx_i_addr[2:0]);
    if (vx_a_en)
      for (int i = 0; i < V; i++)
        vx_a_data[64*i +: 64] <= word(vx_a_addr[3 +: B] + B'(i), vx_a_addr[2:0]);
    if (vx_b_en)
      for (int i = 0; i < V; i++)
        vx_b_data[64*i +: 64] <= word(vx_b_addr[3 +: B] + B'(i), vx_b_addr[2:0]);
    if (vx_c_en)
      for (int i = 0; i < V; i++)
        vx_c_data[64*i +: 64] <= word(vx_c_addr[3 +: B] + B'(i), vx_c_addr[2:0]);
    if (vx_d_en)
      for (int i = 0; i < V; i++)
        vx_d_data[64*i +: 64] <= word(vx_d_addr[3 +: B] + B'(i), vx_d_addr[2:0]);
    if (vx_s_en)
      for (int i = 0; i < V; i++)
        vx_s_data[64*i +: 64] <= word(vx_s_addr[3 +: B] + B'(i), vx_s_addr[2:0]);

    // verilator lint_off BLKSEQ
    if (ld_w_en)
      for (int i = 0; i <= D; i++) begin
        at = ld_w_addr[3 +: B] + B'(i);
        if (ld_strobe[8*i +: 8] != 0)
          bytes[at] = merge(bytes[at], placed(ld_w[64*i +: 64], ld_w[64*i+64 +: 64],
                                              ld_w_addr[2:0]), ld_strobe[8*i +: 8]);
      end
    if (st_w_en)
      for (int i = 0; i <= D; i++) begin
        at = st_w_addr[3 +: B] + B'(i);
        if (st_strobe[8*i +: 8] != 0)
          bytes[at] = merge(bytes[at], placed(st_w[64*i +: 64], st_w[64*i+64 +: 64],
                                              st_w_addr[2:0]), st_strobe[8*i +: 8]);
      end
    if (vx_w_en)
      for (int i = 0; i <= V; i++) begin
        at = vx_w_addr[3 +: B] + B'(i);
        if (vx_strobe[8*i +: 8] != 0)
          bytes[at] = merge(bytes[at], placed(vx_w[64*i +: 64], vx_w[64*i+64 +: 64],
                                              vx_w_addr[2:0]), vx_strobe[8*i +: 8]);
      end
    // verilator lint_on BLKSEQ
  end
endmodule
