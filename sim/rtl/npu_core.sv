// sim/rtl/npu_core.sv - the top: a sequencer, four engines and their memories.
// SPDX-License-Identifier: Apache-2.0
//
// docs/microarchitecture.md says what happens in which cycle. The host writes the
// registers (npu_csr), then control.start: the next cycle is cycle 0 of the run, unless
// answers of an earlier one that was stopped are still to come. Requests are valid/ready
// and stay until taken; answers (not in the cycle of their request) come in order and
// are always taken. Engines are numbered LD 0, ST 1, MX 2, VX 3.
module npu_core #(
  parameter int T = npu_chip_pkg::T,
  parameter int LAT = npu_chip_pkg::LAT,
  parameter int FP32_PASSES = npu_chip_pkg::FP32_PASSES,
  parameter int SPAD_BYTES = npu_chip_pkg::SPAD_BYTES,
  parameter int SPAD_BANKS = npu_chip_pkg::SPAD_BANKS,
  parameter int ACC_ROWS = npu_chip_pkg::ACC_ROWS,
  parameter int ACC_BANKS = npu_chip_pkg::ACC_BANKS,
  parameter int LANES = npu_chip_pkg::LANES,
  parameter int VX_LATENCY = npu_chip_pkg::VX_LATENCY,
  parameter int FUNCTION_PASSES = npu_chip_pkg::FUNCTION_PASSES,
  parameter int DMA_WIDTH = npu_chip_pkg::DMA_WIDTH,
  parameter int QUEUE_MAX = npu_chip_pkg::QUEUE_MAX,
  parameter int OUTSTANDING_MAX = npu_chip_pkg::OUTSTANDING_MAX
) (
  input  logic         clk, rst,
  input  logic         csr_valid, csr_write,
  input  logic [11:0]  csr_addr,
  input  logic [31:0]  csr_wdata,
  output logic [31:0]  csr_rdata,
  output logic         irq,
  output logic         fetch_req_valid,
  input  logic         fetch_req_ready,
  output logic [39:0]  fetch_req_addr,
  input  logic         fetch_rsp_valid,
  input  logic [511:0] fetch_rsp_data,
  output logic         ld_req_valid,
  input  logic         ld_req_ready,
  output logic [39:0]  ld_req_addr,
  input  logic         ld_rsp_valid,
  input  logic [511:0] ld_rsp_data,
  output logic         st_req_valid,
  input  logic         st_req_ready,
  output logic [39:0]  st_req_addr,
  output logic [511:0] st_req_data,
  output logic [63:0]  st_req_strobe,
  input  logic         st_rsp_valid
);
  localparam int BANKS = SPAD_BANKS + ACC_BANKS;
  localparam int LD = 0;
  localparam int ST = 1;
  localparam int MX = 2;
  localparam int VX = 3;

  // ---- the host ----
  logic            start, reset, begins, running, ends;
  logic [31:0]     count, index;
  logic [39:0]     code;
  logic [6:0]      queue_depth, prefetch;
  logic [12:0]     outstanding;
  logic [9:0]      startup;
  logic [8*40-1:0] region_base;
  logic [255:0]    token_initial, token_capacity, token_count;
  logic [15:0]     port_used, port_full;
  logic [63:0]     port_counter, cycle;
  logic [4:0]      bin_select;
  logic [4*64-1:0] bin_count;
  logic            opcode_fault, ld_fault, st_fault;
  logic [4*32-1:0] oldest;
  wire             index_fault = running && (ld_fault || st_fault);

  npu_csr csr (
    .clk, .rst, .csr_valid, .csr_write, .csr_addr, .csr_wdata, .csr_rdata, .irq,
    .start, .reset, .count, .code, .queue_depth, .prefetch, .outstanding, .startup,
    .region_base, .token_initial, .token_capacity, .port_used, .port_counter,
    .begins, .running, .ends, .fault(opcode_fault || index_fault), .fault_is_index(index_fault),
    .fault_at(!index_fault ? index : ld_fault ? oldest[32*LD +: 32] : oldest[32*ST +: 32]),
    .next(index), .token_count, .cycles(cycle),
    .bin_select, .bin_count(bin_count[64*bin_select[4:3] +: 64])
  );

  // A run that was stopped may leave requests under way: their answers are let pass
  // before the next begins, and the engines are held in reset meanwhile.
  logic [15:0] fetch_open, ld_open, st_open;
  logic        draining, start_waits;
  wire         quiet = {fetch_open, ld_open, st_open} == 0 &&
                       !fetch_req_valid && !ld_req_valid && !st_req_valid;
  wire         wants = (start && (!running || reset)) || (start_waits && !reset);
  wire         engine_rst = rst || reset || draining || begins;
  assign begins = wants && quiet && !draining && !reset;

  always_ff @(posedge clk)
    if (rst) begin
      fetch_open <= '0;
      ld_open <= '0;
      st_open <= '0;
      draining <= 1'b0;
      start_waits <= 1'b0;
    end else begin
      fetch_open <= fetch_open + 16'(fetch_req_valid && fetch_req_ready) - 16'(fetch_rsp_valid);
      ld_open <= ld_open + 16'(ld_req_valid && ld_req_ready) - 16'(ld_rsp_valid);
      st_open <= st_open + 16'(st_req_valid && st_req_ready) - 16'(st_rsp_valid);
      draining <= reset || ((draining || wants) && !quiet);
      start_waits <= wants && !begins;
    end

  // cycle 0 is the first that runs; the last counted is that of `end`
  logic ran;
  always_ff @(posedge clk) begin
    ran <= running && !begins;
    if (rst || begins)
      cycle <= '0;
    else if (running && !ends)
      cycle <= cycle + 64'd1;
  end

  // ---- from the program to the queues ----
  logic [511:0]          insn;
  logic [3:0]            push, idle, queue_valid, queue_full, issue, ready, done;
  logic                  took;
  logic [SPAD_BANKS-1:0] spad_claims, a_claims, w_claims;
  logic [ACC_BANKS-1:0]  acc_claims;

  npu_sequencer #(.QUEUE_MAX(QUEUE_MAX)) sequencer (
    .clk, .rst(rst || reset), .start(begins), .stop(index_fault), .count, .code, .prefetch,
    .full(queue_full), .idle, .running,
    .req_valid(fetch_req_valid), .req_ready(fetch_req_ready), .req_addr(fetch_req_addr),
    .rsp_valid(fetch_rsp_valid && !draining), .rsp_data(fetch_rsp_data),
    .insn, .index, .push, .took, .ends, .fault(opcode_fault)
  );
  npu_claims #(.T(T), .SPAD_BYTES(SPAD_BYTES), .SPAD_BANKS(SPAD_BANKS),
               .ACC_ROWS(ACC_ROWS), .ACC_BANKS(ACC_BANKS)) claims (
    .valid(push != 0), .insn, .spad(spad_claims), .acc(acc_claims),
    .mx_a(a_claims), .mx_w(w_claims)
  );
  logic planted;
  npu_plant #(.NAME("rtl_claim")) plant (.clk, .planted);
  wire [ACC_BANKS-1:0] acc_kept = planted && push[VX] ? '1 : acc_claims;

  // ---- queues, what is in flight, bins: alike for all engines ----
  logic [4*512-1:0]        head;
  logic [4*16-1:0]         waits, gives;
  logic [4*BANKS-1:0]      banks, held;
  logic [4*3-1:0]          flying, why, working;
  logic [3:0]              alone, retire, unfinished;
  logic [2*SPAD_BANKS-1:0] mx_claims;
  logic [15:0]             there, takes;

  for (genvar e = 0; e < 4; e++) begin : g_engine
    // MX's descriptors come with what they claim for A and for W
    localparam int WIDTH = 544 + BANKS + (e == MX ? 2 * SPAD_BANKS : 0);
    logic [WIDTH-1:0] entry;

    npu_queue #(.WIDTH(WIDTH), .QUEUE_MAX(QUEUE_MAX)) queue (
      .clk, .rst(engine_rst), .depth(queue_depth),
      .push(push[e]),
      .in(WIDTH'({w_claims, a_claims, acc_kept, spad_claims, index, insn})),
      .pop(issue[e]), .valid(queue_valid[e]), .full(queue_full[e]), .head(entry)
    );
    assign head[512*e +: 512] = entry[511:0];
    assign waits[16*e +: 16] = npu_isa_pkg::ld_wait(entry[511:0]);
    assign banks[BANKS*e +: BANKS] = entry[544 +: BANKS];
    assign idle[e] = !queue_valid[e] && flying[3*e +: 3] == 0;
    if (e == MX)
      assign mx_claims = entry[544+BANKS +: 2*SPAD_BANKS];
    // an index list may be what the descriptor before has moved
    if (e == LD || e == ST)
      assign alone[e] = npu_isa_pkg::ld_gather(entry[511:0]);
    else
      assign alone[e] = 1'b0;

    npu_flight #(.BANKS(BANKS)) flight (
      .clk, .rst(engine_rst), .issue(issue[e]), .in_index(entry[543:512]),
      .in_signal(npu_isa_pkg::ld_signal(entry[511:0])), .in_banks(entry[544 +: BANKS]),
      .done(done[e]), .port_full, .count(flying[3*e +: 3]), .unfinished(unfinished[e]),
      .held(held[BANKS*e +: BANKS]), .retire(retire[e]), .oldest(oldest[32*e +: 32]),
      .gives(gives[16*e +: 16])
    );
    npu_bins counters (
      .clk, .start(begins), .counts(running && ran), .unfinished(unfinished[e]),
      .in_flight(flying[3*e +: 3] != 0), .working(working[3*e +: 3]), .why(why[3*e +: 3]),
      .read(bin_select[2:0]), .read_count(bin_count[64*e +: 64])
    );
  end

  npu_issue #(.BANKS(BANKS)) issuer (
    .running, .valid(queue_valid), .alone, .waits, .banks, .ready, .count(flying), .held,
    .there, .issue, .why, .takes
  );
  npu_tokens tokens (
    .clk, .start(begins), .initial_count(token_initial), .capacity(token_capacity),
    .port_used, .port_counter, .takes,
    .gives(gives[15:0] | gives[31:16] | gives[47:32] | gives[63:48]),
    .count(token_count), .there, .port_full
  );

  // ---- LD and ST ----
  logic                   ld_moved, st_moved;
  logic                   ld_w_en, ld_r_en, ld_i_en, st_w_en, st_r_en, ld_r_is_lut;
  logic [25:0]            ld_w_addr, ld_i_addr, st_r_addr;
  logic [27:0]            ld_r_addr, st_w_addr;
  logic [8*DMA_WIDTH-1:0] ld_w_data, ld_spad_data, ld_lut_data, st_w_data, st_r_data;
  logic [DMA_WIDTH-1:0]   ld_w_strobe, st_w_strobe;
  logic [31:0]            ld_i_data;

  npu_ld #(.DMA_WIDTH(DMA_WIDTH), .OUTSTANDING_MAX(OUTSTANDING_MAX)) ld (
    .clk, .rst(engine_rst), .ready(ready[LD]), .issue(issue[LD]), .insn(head[512*LD +: 512]),
    .done(done[LD]), .moved(ld_moved), .fault(ld_fault), .outstanding, .startup, .region_base,
    .req_valid(ld_req_valid), .req_ready(ld_req_ready), .req_addr(ld_req_addr),
    .rsp_valid(ld_rsp_valid && !draining), .rsp_data(ld_rsp_data),
    .ld_w_en, .ld_w_addr, .ld_w_data, .ld_w_strobe, .ld_r_en, .ld_r_addr,
    .ld_r_data(ld_r_is_lut ? ld_lut_data : ld_spad_data), .ld_i_en, .ld_i_addr, .ld_i_data
  );
  npu_st #(.DMA_WIDTH(DMA_WIDTH)) st (
    .clk, .rst(engine_rst), .ready(ready[ST]), .issue(issue[ST]), .insn(head[512*ST +: 512]),
    .done(done[ST]), .moved(st_moved), .fault(st_fault), .outstanding, .startup, .region_base,
    .req_valid(st_req_valid), .req_ready(st_req_ready), .req_addr(st_req_addr),
    .req_data(st_req_data), .req_strobe(st_req_strobe), .rsp_valid(st_rsp_valid && !draining),
    .st_r_en, .st_r_addr, .st_r_data, .st_w_en, .st_w_addr, .st_w_data, .st_w_strobe
  );
  assign working[3*LD +: 3] = ld_moved ? npu_csr_pkg::BIN_busy : npu_csr_pkg::BIN_dram;
  assign working[3*ST +: 3] = st_moved ? npu_csr_pkg::BIN_busy : npu_csr_pkg::BIN_dram;
  always_ff @(posedge clk)
    if (ld_r_en) ld_r_is_lut <= ld_r_addr[27];

  // ---- MX ----
  logic                  mx_a_en, mx_w_en, mx_b_en, mx_i_en;
  logic [25:0]           mx_a_addr, mx_w_addr, mx_b_addr, mx_i_addr;
  logic [128*T-1:0]      mx_a_data;
  logic [32*T-1:0]       mx_w_data, mx_b_data, acc_r_data, acc_w_data;
  logic [2*T-1:0]        mx_i_data;
  logic [T-1:0]          acc_r_en, acc_w_en;
  logic [16*T-1:0]       acc_r_row, acc_w_row;
  logic [SPAD_BANKS-1:0] a_before;       // activations of the GEMM issued last
  wire [SPAD_BANKS-1:0]  mx_a = mx_claims[0 +: SPAD_BANKS];
  wire [SPAD_BANKS-1:0]  mx_w = mx_claims[SPAD_BANKS +: SPAD_BANKS];

  npu_mx #(.T(T), .LAT(LAT), .FP32_PASSES(FP32_PASSES)) mx (
    .clk, .rst(engine_rst), .ready(ready[MX]), .issue(issue[MX]), .insn(head[512*MX +: 512]),
    .same_bank((mx_a & mx_w) != 0), .behind_bank((a_before & mx_w) != 0),
    .done(done[MX]), .bin(working[3*MX +: 3]),
    .mx_a_en, .mx_w_en, .mx_b_en, .mx_i_en, .mx_a_addr, .mx_w_addr, .mx_b_addr, .mx_i_addr,
    .mx_a_data, .mx_w_data, .mx_b_data, .mx_i_data,
    .acc_r_en, .acc_r_row, .acc_r_data, .acc_w_en, .acc_w_row, .acc_w_data
  );
  always_ff @(posedge clk)
    if (engine_rst)
      a_before <= '0;
    else if (issue[MX])
      a_before <= mx_a;

  // ---- VX ----
  localparam int G = LANES > T ? LANES / T : 1;
  logic                vx_a_en, vx_b_en, vx_c_en, vx_d_en, vx_s_en, vx_w_en;
  logic [25:0]         vx_a_addr, vx_b_addr, vx_c_addr, vx_d_addr, vx_s_addr, vx_w_addr;
  logic [32*LANES-1:0] vx_a_data, vx_b_data, vx_c_data, vx_d_data, vx_s_data, vx_w_data;
  logic [4*LANES-1:0]  vx_w_strobe;
  logic                row_a_en, row_b_en, row_c_en, row_d_en, row_w_en, lut_en;
  logic [16*G-1:0]     row_a, row_b, row_c, row_d, row_w;
  logic [32*G*T-1:0]   row_a_data, row_b_data, row_c_data, row_d_data, row_w_data;
  logic [G*T-1:0]      row_w_strobe;
  logic [11:0]         lut_base;
  logic [8*LANES-1:0]  lut_index, lut_data;

  npu_vx #(.T(T), .LANES(LANES), .LATENCY(VX_LATENCY), .FUNCTION_PASSES(FUNCTION_PASSES)) vx (
    .clk, .rst(engine_rst), .ready(ready[VX]), .issue(issue[VX]), .insn(head[512*VX +: 512]),
    .done(done[VX]),
    .spad_a_en(vx_a_en), .spad_a_addr(vx_a_addr), .spad_a_data(vx_a_data),
    .spad_b_en(vx_b_en), .spad_b_addr(vx_b_addr), .spad_b_data(vx_b_data),
    .spad_c_en(vx_c_en), .spad_c_addr(vx_c_addr), .spad_c_data(vx_c_data),
    .spad_d_en(vx_d_en), .spad_d_addr(vx_d_addr), .spad_d_data(vx_d_data),
    .spad_s_en(vx_s_en), .spad_s_addr(vx_s_addr), .spad_s_data(vx_s_data),
    .spad_w_en(vx_w_en), .spad_w_addr(vx_w_addr), .spad_w_data(vx_w_data),
    .spad_w_strobe(vx_w_strobe),
    .acc_a_en(row_a_en), .acc_a_row(row_a), .acc_a_data(row_a_data),
    .acc_b_en(row_b_en), .acc_b_row(row_b), .acc_b_data(row_b_data),
    .acc_c_en(row_c_en), .acc_c_row(row_c), .acc_c_data(row_c_data),
    .acc_d_en(row_d_en), .acc_d_row(row_d), .acc_d_data(row_d_data),
    .acc_w_en(row_w_en), .acc_w_row(row_w), .acc_w_data(row_w_data),
    .acc_w_strobe(row_w_strobe),
    .lut_en, .lut_base, .lut_index, .lut_data
  );
  assign working[3*VX +: 3] = npu_csr_pkg::BIN_busy;

  // what the bound trace alone looks at; a window's CSR page is never reached
  wire unused = &{took, retire, oldest, ld_r_addr[26], st_w_addr[26]};

  // ---- memories ----
  npu_scratchpad #(.T(T), .SPAD_BYTES(SPAD_BYTES), .LANES(LANES), .DMA_WIDTH(DMA_WIDTH))
    scratchpad (
    .clk, .ld_w_en, .ld_r_en(ld_r_en && !ld_r_addr[27]), .ld_i_en,
    .ld_w_addr, .ld_r_addr(ld_r_addr[25:0]), .ld_i_addr, .ld_w_data, .ld_w_strobe,
    .ld_r_data(ld_spad_data), .ld_i_data,
    .st_w_en(st_w_en && !st_w_addr[27]), .st_r_en, .st_w_addr(st_w_addr[25:0]), .st_r_addr,
    .st_w_data, .st_w_strobe, .st_r_data,
    .mx_a_en, .mx_w_en, .mx_b_en, .mx_i_en, .mx_a_addr, .mx_w_addr, .mx_b_addr, .mx_i_addr,
    .mx_a_data, .mx_w_data, .mx_b_data, .mx_i_data,
    .vx_a_en, .vx_b_en, .vx_c_en, .vx_d_en, .vx_s_en, .vx_w_en,
    .vx_a_addr, .vx_b_addr, .vx_c_addr, .vx_d_addr, .vx_s_addr, .vx_w_addr,
    .vx_a_data, .vx_b_data, .vx_c_data, .vx_d_data, .vx_s_data, .vx_w_data, .vx_w_strobe
  );
  npu_accumulators #(.T(T), .ACC_ROWS(ACC_ROWS), .LANES(LANES)) accumulators (
    .clk, .mx_r_en(acc_r_en), .mx_r_row(acc_r_row), .mx_r_data(acc_r_data),
    .mx_w_en(acc_w_en), .mx_w_row(acc_w_row), .mx_w_data(acc_w_data),
    .vx_a_en(row_a_en), .vx_b_en(row_b_en), .vx_c_en(row_c_en), .vx_d_en(row_d_en),
    .vx_a_row(row_a), .vx_b_row(row_b), .vx_c_row(row_c), .vx_d_row(row_d),
    .vx_a_data(row_a_data), .vx_b_data(row_b_data), .vx_c_data(row_c_data),
    .vx_d_data(row_d_data), .vx_w_en(row_w_en), .vx_w_row(row_w),
    .vx_w_strobe(row_w_strobe), .vx_w_data(row_w_data)
  );
  npu_lut #(.LANES(LANES), .DMA_WIDTH(DMA_WIDTH)) lut (
    .clk, .lut_en, .lut_base, .lut_index, .lut_data,
    .r_en(ld_r_en && ld_r_addr[27]), .w_en(st_w_en && st_w_addr[27]),
    .r_addr(ld_r_addr[11:0]), .w_addr(st_w_addr[11:0]),
    .r_data(ld_lut_data), .w_data(st_w_data), .w_strobe(st_w_strobe)
  );
endmodule
