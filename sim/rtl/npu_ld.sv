// sim/rtl/npu_ld.sv - the LD engine: memory to scratchpad, burst by burst.
// SPDX-License-Identifier: Apache-2.0
//
// docs/microarchitecture.md, "LD and ST", says what happens in which cycle.
// The requester walks ahead and asks for bursts; the consumer repeats the walk
// with what is answered. A chunk that moves in cycle t is in the scratchpad at
// the end of t + 2, the cycle of `done` where it was the last.
//
// Ports: an `issue` is for a cycle with `ready`. Requests are valid/ready, an
// answer is always taken. ld_r (this core's memories as a source, and indices)
// and ld_i (indices for the requester) answer a cycle after `en`; what lies
// beyond the end of a memory may read as anything.
module npu_ld #(
  parameter int DMA_WIDTH = 16,
  parameter int OUTSTANDING_MAX = 64      // power of 2; `outstanding` is not more
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
  input  logic                   rsp_valid,
  input  logic [511:0]           rsp_data,
  output logic                   ld_w_en,
  output logic [25:0]            ld_w_addr,
  output logic [8*DMA_WIDTH-1:0] ld_w_data,
  output logic [DMA_WIDTH-1:0]   ld_w_strobe,
  output logic                   ld_r_en,
  output logic [27:0]            ld_r_addr,
  input  logic [8*DMA_WIDTH-1:0] ld_r_data,
  output logic                   ld_i_en,
  output logic [25:0]            ld_i_addr,
  input  logic [31:0]            ld_i_data
);
  localparam int SLOT = $clog2(OUTSTANDING_MAX);
  localparam int BW = $clog2(DMA_WIDTH);

  // ---- descriptors that the consumer has not yet taken up ----
  logic [4*512-1:0] queue;
  logic [1:0]       write, read;
  logic [2:0]       count;
  wire [511:0]      queued = queue[512*read +: 512];
  logic             take;

  always_ff @(posedge clk) begin
    if (issue)
      queue[512*write +: 512] <= insn;
    if (rst) begin
      write <= 0;
      read <= 0;
      count <= 0;
    end else begin
      write <= write + 2'(issue);
      read <= read + 2'(take);
      count <= count + 3'(issue) - 3'(take);
    end
  end

  logic planted, late;
  npu_plant #(.NAME("rtl_fill")) plant (.clk, .planted);
  npu_plant #(.NAME("rtl_startup")) plant_late (.clk, .planted(late));

  // ---- requester ----
  logic        busy, loading;
  logic [9:0]  wait_left;
  logic [12:0] in_flight;               // requested, not yet used
  wire [1:0]   latest = write - 2'd1;
  wire [511:0] newest = queue[512*latest +: 512];
  wire [39:0]  newest_base = region_base[40*npu_isa_pkg::ld_region(newest) +: 40];
  wire         q_go = busy && !loading && wait_left == 0;
  wire         q_valid, q_last, q_local, q_miss, q_moves, q_fault;
  wire [33:0]  q_burst;
  wire         q_chunk = q_go && q_valid && !q_local;
  wire         q_step = q_chunk && (!q_miss || (req_valid && req_ready));
  wire         q_end = q_local ? q_go : q_step && q_moves && q_last;
  wire         pop;
  logic        begun_here;
  wire         begins = q_go && !begun_here;

  assign ready = !busy;
  assign req_valid = q_chunk && q_miss && in_flight < outstanding;
  assign req_addr = {q_burst, 6'b0};

  npu_ld_walk #(.DMA_WIDTH(DMA_WIDTH)) requester (
    .clk, .rst,
    .load(loading), .insn(newest), .base(newest_base),
    .go(q_go && !q_local), .step(q_step),
    .valid(q_valid), .last(q_last), .is_local(q_local),
    .miss(q_miss), .moves(q_moves), .burst(q_burst),
    // verilator lint_off PINCONNECTEMPTY
    .active(), .victim(), .slot0(), .slot1(),   // it asks, and moves no data
    .address(), .spad(), .bytes(), .from(), .upto(), .fill(),
    // verilator lint_on PINCONNECTEMPTY
    .index_en(ld_i_en), .index_addr(ld_i_addr), .index_data(ld_i_data), .fault(q_fault)
  );

  always_ff @(posedge clk) begin
    if (issue)
      wait_left <= startup + 10'(late);
    else if (busy && !loading && wait_left != 0)
      wait_left <= wait_left - 10'd1;
    if (rst) begin
      busy <= 0;
      loading <= 0;
      begun_here <= 0;
      in_flight <= 0;
    end else begin
      busy <= issue || (busy && !q_end);
      loading <= issue;
      begun_here <= !issue && (begun_here || begins);
      in_flight <= in_flight + 13'(req_valid && req_ready) - 13'(pop);
    end
  end

  // ---- answers ----
  logic [511:0]    answers [OUTSTANDING_MAX];
  logic [SLOT-1:0] first, free;
  logic [SLOT:0]   held;
  wire [511:0]     head = answers[first];

  always_ff @(posedge clk) begin
    if (rsp_valid)
      answers[free] <= rsp_data;
    if (rst) begin
      first <= 0;
      free <= 0;
      held <= 0;
    end else begin
      free <= free + SLOT'(rsp_valid);
      first <= first + SLOT'(pop);
      held <= held + (SLOT + 1)'(rsp_valid) - (SLOT + 1)'(pop);
    end
  end

  // ---- consumer ----
  logic [2:0]  begun;                   // descriptors that it may start on
  logic [8*DMA_WIDTH-1:0] data;
  logic [511:0] slot [2];
  wire [39:0]  queued_base = region_base[40*npu_isa_pkg::ld_region(queued) +: 40];
  wire         c_active, c_valid, c_last, c_local, c_miss, c_moves, c_fault;
  wire         victim, slot0, slot1, c_index_en;
  wire [33:0]  unused_burst;            // the FIFO knows it
  wire [39:0]  address;
  wire [25:0]  spad, c_index_addr;
  wire [BW:0]  bytes, from, upto;
  wire [31:0]  fill;
  wire         c_go = begun != 0;
  wire         c_step = c_go && c_valid && (!c_miss || held != 0);
  wire         c_move = c_step && c_moves;
  wire         c_end = c_move && c_last;
  logic        s1_move, s1_last;

  assign take = count != 0 && !c_active && !s1_move;
  assign pop = c_step && c_miss;
  assign fault = q_fault || c_fault;

  npu_ld_walk #(.DMA_WIDTH(DMA_WIDTH)) consumer (
    .clk, .rst, .load(take), .insn(queued), .base(queued_base), .go(c_go), .step(c_step),
    .active(c_active), .valid(c_valid), .last(c_last), .is_local(c_local),
    .miss(c_miss), .moves(c_moves), .burst(unused_burst), .victim, .slot0, .slot1,
    .address, .spad, .bytes, .from, .upto, .fill,
    .index_en(c_index_en), .index_addr(c_index_addr), .index_data(ld_r_data[31:0]),
    .fault(c_fault)
  );

  always_ff @(posedge clk) begin
    if (pop)
      slot[victim] <= head;
    if (rst)
      begun <= 0;
    else
      begun <= begun + 3'(begins) - 3'(c_end);
  end

  // a chunk's bytes, the first moved one lowest
  wire [511:0]  data0 = c_miss && slot0 == victim ? head : slot[slot0];
  wire [511:0]  data1 = c_miss && slot1 == victim ? head : slot[slot1];
  wire [1023:0] aligned = {data1, data0} >> {address[5:0], 3'b0};
  wire          unused_bits = &{aligned[1023:8*DMA_WIDTH], address[39:28]};

  assign ld_r_en = c_index_en || (c_move && c_local && upto > from);
  assign ld_r_addr = c_index_en ? {2'b0, c_index_addr} : address[27:0];

  // ---- to the scratchpad: two registers ----
  logic        s1_local;
  logic [25:0] s1_spad;
  logic [BW:0] s1_bytes, s1_from, s1_upto;
  logic [31:0] s1_fill;
  wire [8*DMA_WIDTH-1:0] placed = (s1_local ? ld_r_data : data) << {s1_from, 3'b0};

  always_ff @(posedge clk) begin
    data <= aligned[8*DMA_WIDTH-1:0];
    s1_local <= c_local;
    s1_spad <= spad;
    s1_bytes <= bytes;
    s1_from <= from;
    s1_upto <= upto;
    s1_fill <= fill;
    ld_w_addr <= s1_spad;
    for (int k = 0; k < DMA_WIDTH; k++) begin
      ld_w_strobe[k] <= (BW + 1)'(k) < s1_bytes;
      ld_w_data[8*k +: 8] <= (BW + 1)'(k) >= s1_from && (BW + 1)'(k) < s1_upto
                             ? placed[8*k +: 8]
                             : planted ? s1_fill[8*((k + 1) % 4) +: 8] : s1_fill[8*(k % 4) +: 8];
    end
    if (rst) begin
      s1_move <= 0;
      s1_last <= 0;
      ld_w_en <= 0;
      done <= 0;
    end else begin
      s1_move <= c_move;
      s1_last <= c_end;
      ld_w_en <= s1_move;
      done <= s1_last;
    end
  end

  assign moved = s1_move;
endmodule
