// sim/rtl/npu_dma_walker.sv - goes through the rows of an LD or ST in chunks.
// SPDX-License-Identifier: Apache-2.0
//
// `load` takes a descriptor in; from the next cycle on `valid` says that the
// other outputs, of registers alone, are those of the current chunk: at most
// DMA_WIDTH bytes of one row. `next` moves on to the chunk after it; `valid`
// falls after the last. Rows go in the order of i3, i2, i1.
//
// Of a chunk's `bytes` bytes, those from `from` to `upto` - 1 are moved, the
// first at `address` of memory; the others (LD alone) are filled.
//
// A row of a gather starts with two cycles for its index: `index_en` in one,
// in which `go` is up, `index_data` in the next. An index beyond its limit
// raises `fault`, and the walker stands still until reset.
module npu_dma_walker #(
  parameter int DMA_WIDTH = 16
) (
  input  logic                       clk,
  input  logic                       rst,
  input  logic                       load,
  input  logic [511:0]               insn,
  input  logic [39:0]                base,
  input  logic                       go,
  input  logic                       next,
  output logic                       active,
  output logic                       valid,
  output logic                       last,
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
  localparam int B = $clog2(DMA_WIDTH) + 1;

  // The descriptor. ST has the fields of LD at their places, 0 for its fills.
  logic [511:0] d;
  wire gather = npu_isa_pkg::ld_gather(d);
  wire [19:0] n0 = npu_isa_pkg::ld_n0(d);
  wire [15:0] n1 = npu_isa_pkg::ld_n1(d);
  wire [15:0] n2 = npu_isa_pkg::ld_n2(d);
  wire [15:0] n3 = npu_isa_pkg::ld_n3(d);
  wire signed [31:0] s1 = npu_isa_pkg::ld_s1(d);
  wire signed [31:0] s2 = npu_isa_pkg::ld_s2(d);
  wire signed [31:0] s3 = npu_isa_pkg::ld_s3(d);
  wire [15:0] u_lo = npu_isa_pkg::ld_u_lo(d);
  wire [15:0] u_hi = npu_isa_pkg::ld_u_hi(d);
  wire [5:0] y_lo = npu_isa_pkg::ld_y_lo(d);
  wire [5:0] y_hi = npu_isa_pkg::ld_y_hi(d);

  // ---- where it is ----
  logic [15:0] i1, i2, i3;
  logic [19:0] at;                                // the chunk, in its row
  logic [39:0] row, plane, volume;                // the row, in memory
  logic [25:0] to_row, to_plane, to_volume;       // and in the scratchpad
  logic        seeks, reads;                      // the row's index
  logic signed [49:0] u, u_end;                   // i1 * s1; where reading ends

  wire end_row = {1'b0, at} + 21'(DMA_WIDTH) >= {1'b0, n0};
  wire end_plane = i1 + 16'd1 == n1;
  wire end_volume = i2 + 16'd1 == n2;
  wire [39:0] next_plane = plane + 40'(s2);
  wire [39:0] next_volume = volume + 40'(s3);
  wire [25:0] next_to_plane = to_plane + npu_isa_pkg::ld_d2(d);
  wire [25:0] next_to_volume = to_volume + npu_isa_pkg::ld_d3(d);
  wire        beyond = index_data[31] || index_data >= npu_isa_pkg::ld_limit(d);

  assign valid = active && !seeks;
  assign last = end_row && end_plane && end_volume && i3 + 16'd1 == n3;
  assign index_en = active && seeks && !reads && go && !fault;
  assign index_addr = npu_isa_pkg::ld_index(d) + {8'b0, i1, 2'b0};
  assign fill = npu_isa_pkg::ld_fill(d);

  always_ff @(posedge clk) begin
    if (load) begin
      d <= insn;
      i1 <= 0;
      i2 <= 0;
      i3 <= 0;
      at <= 0;
      row <= base + npu_isa_pkg::ld_offset(insn);
      plane <= base + npu_isa_pkg::ld_offset(insn);
      volume <= base + npu_isa_pkg::ld_offset(insn);
      to_row <= npu_isa_pkg::ld_spad(insn);
      to_plane <= npu_isa_pkg::ld_spad(insn);
      to_volume <= npu_isa_pkg::ld_spad(insn);
      u <= 0;
      u_end <= $signed(18'(npu_isa_pkg::ld_n1(insn)) - 18'd1) *
               $signed(npu_isa_pkg::ld_s1(insn)) +
               $signed({30'b0, npu_isa_pkg::ld_n0(insn)}) -
               $signed({34'b0, npu_isa_pkg::ld_u_hi(insn)});
    end else if (reads) begin
      row <= plane + 40'($signed(index_data)) * 40'(s1);
    end else if (next && !end_row) begin
      at <= at + 20'(DMA_WIDTH);
    end else if (next) begin
      at <= 0;
      i1 <= end_plane ? 16'd0 : i1 + 16'd1;
      u <= end_plane ? 50'd0 : u + 50'(s1);
      row <= row + 40'(s1);
      to_row <= to_row + npu_isa_pkg::ld_d1(d);
      if (end_plane && !end_volume) begin
        i2 <= i2 + 16'd1;
        plane <= next_plane;
        row <= next_plane;
        to_plane <= next_to_plane;
        to_row <= next_to_plane;
      end
      if (end_plane && end_volume) begin
        i2 <= 0;
        i3 <= i3 + 16'd1;
        volume <= next_volume;
        plane <= next_volume;
        row <= next_volume;
        to_volume <= next_to_volume;
        to_plane <= next_to_volume;
        to_row <= next_to_volume;
      end
    end
  end

  always_ff @(posedge clk) begin
    if (rst) begin
      active <= 0;
      seeks <= 0;
      reads <= 0;
      fault <= 0;
    end else begin
      reads <= index_en;
      if (load) begin
        active <= 1;
        seeks <= npu_isa_pkg::ld_gather(insn);
      end else if (reads) begin
        seeks <= beyond;
        fault <= beyond;
      end else if (next) begin
        active <= !last;
        seeks <= gather && end_row && !last;
      end
    end
  end

  // ---- the chunk ----
  wire has_edges = |{u_lo, u_hi};
  wire is_filled = i2 < 16'(y_lo) || 17'(i2) + 17'(y_hi) >= 17'(n2);
  wire signed [49:0] width0 = $signed({30'b0, n0});
  wire signed [49:0] lo_from = $signed({34'b0, u_lo}) - u;
  wire signed [49:0] hi_from = u_end - u;
  wire [19:0] lo = is_filled || !has_edges || lo_from < 0 ? 20'd0
                   : lo_from > width0 ? n0 : lo_from[19:0];
  wire [19:0] hi = is_filled ? 20'd0
                   : !has_edges || hi_from > width0 ? n0
                   : hi_from < $signed({30'b0, lo}) ? lo : hi_from[19:0];
  wire [B-1:0] size = end_row ? n0[B-1:0] - at[B-1:0] : B'(DMA_WIDTH);
  wire [19:0] after_lo = lo - at;
  wire [19:0] after_hi = hi - at;

  assign bytes = size;
  assign from = lo <= at ? '0 : after_lo >= 20'(size) ? size : after_lo[B-1:0];
  assign upto = hi <= at ? '0 : after_hi >= 20'(size) ? size : after_hi[B-1:0];
  assign address = row + 40'(at) + 40'(from);
  assign spad = to_row + 26'(at);
endmodule
