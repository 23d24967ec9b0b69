// sim/rtl/npu_st.sv - the ST engine: scratchpad to memory, burst by burst.
// SPDX-License-Identifier: Apache-2.0
//
// docs/microarchitecture.md, "LD and ST", says what happens in which cycle.
// Stage A reads a chunk; stage B, when it has come, puts it into the buffer of
// one burst, which leaves when bytes of another burst follow, and at the end.
// Both stand still while a request waits to be taken.
//
// Ports: an `issue` is for a cycle with `ready`. Requests are valid/ready,
// `rsp_valid` acknowledges them in order. st_r (chunks, indices) answers a cycle
// after `en`; what lies beyond the end of the scratchpad may read as anything.
module npu_st #(
  parameter int DMA_WIDTH = 16
) (
  input  logic                   clk,
  input  logic                   rst,
  output logic                   ready,
  input  logic                   issue,
  input  logic [511:0]           insn,
  output logic                   done,
  output logic                   moved,   // a chunk, in the cycle before
  output logic                   fault,   // an index beyond its limit
  input  logic [12:0]            outstanding,
  input  logic [9:0]             startup,
  input  logic [8*40-1:0]        region_base,
  output logic                   req_valid,
  input  logic                   req_ready,
  output logic [39:0]            req_addr,
  output logic [511:0]           req_data,
  output logic [63:0]            req_strobe,
  input  logic                   rsp_valid,
  output logic                   st_r_en,
  output logic [25:0]            st_r_addr,
  input  logic [8*DMA_WIDTH-1:0] st_r_data,
  output logic                   st_w_en,
  output logic [27:0]            st_w_addr,
  output logic [8*DMA_WIDTH-1:0] st_w_data,
  output logic [DMA_WIDTH-1:0]   st_w_strobe
);
  localparam int BW = $clog2(DMA_WIDTH);

  // ---- the request that waits ----
  logic        waits;
  logic [12:0] in_flight;               // sent, not acknowledged
  wire         sends = req_valid && req_ready;
  wire         goes_on = !waits || sends;   // both stages
  assign req_valid = waits && in_flight < outstanding;

  // ---- descriptor ----
  logic         busy, loading;
  logic [9:0]   wait_left;
  logic [511:0] taken;
  wire [39:0]   base = region_base[40*npu_isa_pkg::st_region(taken) +: 40];
  wire          go = busy && !loading && wait_left == 0 && goes_on;
  logic         a_local;                // to this core's own memories
  wire          a_end, local_done;
  assign ready = !busy;

  always_ff @(posedge clk) begin
    if (issue) begin
      taken <= insn;
      wait_left <= startup;
    end else if (busy && !loading && wait_left != 0) begin
      wait_left <= wait_left - 10'd1;
    end
    if (rst) begin
      busy <= 0;
      loading <= 0;
    end else begin
      busy <= issue || (busy && !(a_local ? local_done : a_end));
      loading <= issue;
    end
  end

  // ---- stage A: a step of the walk ----
  wire         active, a_valid, a_last, index_en;
  wire [39:0]  address;
  wire [25:0]  spad, index_addr;
  wire [BW:0]  bytes, upto, unused_from;
  wire [31:0]  unused_fill;
  logic        a_open;                  // the buffer will hold bytes
  logic [33:0] a_tag;                   // of this burst
  wire [39:0]  end_address = address + 40'(upto) - 40'd1;
  wire         unused_bits = &end_address[5:0];
  wire         a_two = !a_local && end_address[39:6] != address[39:6];
  wire         other = !a_local && a_open && a_tag != address[39:6];
  wire         a_chunk = go && a_valid && !(other && a_two);
  wire         a_final = go && !active && a_open;
  wire         a_flush = (go && a_valid && (other || a_two)) || a_final;

  assign a_end = a_final || (a_chunk && a_last && a_local);
  assign st_r_en = a_chunk || index_en;
  assign st_r_addr = index_en ? index_addr : spad;

  npu_dma_walker #(.DMA_WIDTH(DMA_WIDTH)) walker (
    .clk, .rst, .load(loading), .insn(taken), .base, .go, .next(a_chunk),
    .active, .valid(a_valid), .last(a_last), .address, .spad,
    .bytes, .from(unused_from), .upto, .fill(unused_fill),
    .index_en, .index_addr, .index_data(st_r_data[31:0]), .fault
  );

  always_ff @(posedge clk) begin
    if (loading)
      a_local <= base[39];
    if (a_chunk)
      a_tag <= a_two ? end_address[39:6] : address[39:6];
    if (rst) begin
      a_open <= 0;
      moved <= 0;
    end else begin
      moved <= a_chunk;
      if (a_chunk && !a_local)
        a_open <= 1;
      else if (a_flush)
        a_open <= 0;
    end
  end

  // ---- stage B: the chunk has come ----
  logic                   b_chunk, b_flush, b_two, b_local, b_end, is_kept;
  logic [39:0]            b_address;
  logic [BW:0]            b_bytes;
  logic [8*DMA_WIDTH-1:0] kept;         // what came while B stood still
  logic [511:0]           buffer;
  logic [63:0]            buffer_strobe;
  logic [33:0]            buffer_tag;
  logic [DMA_WIDTH-1:0]   mask;
  logic [511:0]           merged;
  wire [8*DMA_WIDTH-1:0]  data = is_kept ? kept : st_r_data;
  wire [1023:0]           wide = 1024'(data) << {b_address[5:0], 3'b0};
  wire [127:0]            strobe = 128'(mask) << b_address[5:0];
  wire                    leaves = goes_on && b_flush;

  always_comb begin
    for (int k = 0; k < DMA_WIDTH; k++)
      mask[k] = (BW + 1)'(k) < b_bytes;
    for (int k = 0; k < 64; k++)
      merged[8*k +: 8] = strobe[k] ? wide[8*k +: 8] : buffer[8*k +: 8];
  end

  always_ff @(posedge clk) begin
    if (goes_on) begin
      b_two <= a_two;
      b_local <= a_local;
      b_address <= address;
      b_bytes <= bytes;
    end
    if (!goes_on && !is_kept)
      kept <= st_r_data;
    if (leaves) begin
      req_addr <= {b_chunk && b_two ? b_address[39:6] : buffer_tag, 6'b0};
      req_data <= b_chunk && b_two ? merged : buffer;
      req_strobe <= b_chunk && b_two ? buffer_strobe | strobe[63:0] : buffer_strobe;
    end
    if (goes_on && b_chunk && !b_local) begin
      buffer <= b_two ? wide[1023:512] : merged;
      buffer_tag <= b_address[39:6] + 34'(b_two);
    end
    st_w_addr <= b_address[27:0];
    st_w_data <= data;
    st_w_strobe <= mask;
    if (rst) begin
      b_chunk <= 0;
      b_flush <= 0;
      b_end <= 0;
      is_kept <= 0;
      waits <= 0;
      buffer_strobe <= 0;
      st_w_en <= 0;
    end else begin
      is_kept <= !goes_on;
      waits <= goes_on ? b_flush : 1'b1;
      st_w_en <= goes_on && b_chunk && b_local;
      if (goes_on) begin
        b_chunk <= a_chunk;
        b_flush <= a_flush;
        b_end <= a_end;
        if (b_chunk && !b_local)
          buffer_strobe <= b_two ? strobe[127:64]
                           : b_flush ? strobe[63:0] : buffer_strobe | strobe[63:0];
        else if (b_flush)
          buffer_strobe <= 0;
      end
    end
  end

  // ---- done: the requests made up to a descriptor's end are acknowledged ----
  logic [4*16-1:0] ends;
  logic [15:0]     made, acknowledged;
  logic [1:0]      ends_write, ends_read;
  logic [2:0]      ends_count;
  wire             ends_now = goes_on && b_end;

  // as many are never passed by: after a local descriptor nothing is sent until
  // it is done
  assign done = ends_count != 0 && ends[16*ends_read +: 16] == acknowledged;
  // the descriptor that the engine is busy with, which is the last one
  assign local_done = done && ends_count == 1 && !active && !b_end;

  always_ff @(posedge clk) begin
    if (ends_now)
      ends[16*ends_write +: 16] <= made + 16'(b_flush);
    if (rst) begin
      made <= 0;
      acknowledged <= 0;
      ends_write <= 0;
      ends_read <= 0;
      ends_count <= 0;
      in_flight <= 0;
    end else begin
      made <= made + 16'(leaves);
      acknowledged <= acknowledged + 16'(rsp_valid);
      ends_write <= ends_write + 2'(ends_now);
      ends_read <= ends_read + 2'(done);
      ends_count <= ends_count + 3'(ends_now) - 3'(done);
      in_flight <= in_flight + 13'(sends) - 13'(rsp_valid);
    end
  end
endmodule
