// sim/rtl/npu_core_checks.sv - what must always hold in a core. Bound to npu_core.
// SPDX-License-Identifier: Apache-2.0
//
// Claims of two engines never share a bank, and an engine touches claimed banks alone:
// so no two touch one bank in one cycle. (Ports are wider than the last element of an
// operand: of a read the first byte or row counts, of a write what is strobed. The
// window of cores is not claimed, so ld_r and st_w are not looked at.)
module npu_core_checks #(
  parameter int T = 4,
  parameter int SPAD_BYTES = 65536,
  parameter int SPAD_BANKS = 16,
  parameter int ACC_ROWS = 1024,
  parameter int ACC_BANKS = 4,
  parameter int LANES = 8,
  parameter int DMA_WIDTH = 16,
  parameter int QUEUE_MAX = 64,
  parameter int OUTSTANDING_MAX = 64,
  parameter int BANKS = SPAD_BANKS + ACC_BANKS,
  parameter int G = LANES > T ? LANES / T : 1
) (
  input logic                 clk, rst, running, begins,
  input logic [6:0]           queue_depth, prefetch,
  input logic [12:0]          outstanding,
  input logic [4*7-1:0]       queued,
  input logic [4*3-1:0]       flying,
  input logic [3:0]           issue, done, unfinished,
  input logic [4*BANKS-1:0]   held,
  input logic [255:0]         token_count, token_capacity,
  input logic [15:0]          takes, there,
  input logic                 fetch_req_valid, fetch_req_ready,
  input logic                 ld_req_valid, ld_req_ready, st_req_valid, st_req_ready,
  input logic [39:0]          fetch_req_addr, ld_req_addr, st_req_addr,
  input logic                 fetch_rsp_valid, ld_rsp_valid, st_rsp_valid,
  input logic [15:0]          fetch_open, ld_open, st_open,
  input logic                 engine_rst,
  input logic                 ld_w_en, ld_i_en, st_r_en,
  input logic [25:0]          ld_w_addr, ld_i_addr, st_r_addr,
  input logic [DMA_WIDTH-1:0] ld_w_strobe,
  input logic                 mx_a_en, mx_w_en, mx_b_en, mx_i_en,
  input logic [25:0]          mx_a_addr, mx_w_addr, mx_b_addr, mx_i_addr,
  input logic                 vx_a_en, vx_b_en, vx_c_en, vx_d_en, vx_s_en, vx_w_en,
  input logic [25:0]          vx_a_addr, vx_b_addr, vx_c_addr, vx_d_addr, vx_s_addr,
  input logic [25:0]          vx_w_addr,
  input logic [4*LANES-1:0]   vx_w_strobe,
  input logic [T-1:0]         acc_r_en, acc_w_en,
  input logic [16*T-1:0]      acc_r_row, acc_w_row,
  input logic                 row_a_en, row_b_en, row_c_en, row_d_en, row_w_en,
  input logic [16*G-1:0]      row_a, row_b, row_c, row_d, row_w,
  input logic [G*T-1:0]       row_w_strobe
);
  localparam int LD = 0;
  localparam int ST = 1;
  localparam int MX = 2;
  localparam int VX = 3;
  localparam int SPAD_SIZE = SPAD_BYTES / SPAD_BANKS;
  localparam int ACC_SIZE = (ACC_ROWS + ACC_BANKS - 1) / ACC_BANKS;

  // ---- claims ----
  function automatic logic has_byte(input logic [BANKS-1:0] claims, input logic [25:0] addr);
    has_byte = claims[32'(addr) / SPAD_SIZE];
  endfunction
  function automatic logic has_row(input logic [BANKS-1:0] claims, input logic [15:0] row);
    has_row = claims[SPAD_BANKS + 32'(row) / ACC_SIZE];
  endfunction

  wire [BANKS-1:0] ld = held[BANKS*LD +: BANKS];
  wire [BANKS-1:0] st = held[BANKS*ST +: BANKS];
  wire [BANKS-1:0] mx = held[BANKS*MX +: BANKS];
  wire [BANKS-1:0] vx = held[BANKS*VX +: BANKS];
  wire [3:0]       reads_mx = {mx_i_en, mx_b_en, mx_w_en, mx_a_en};
  wire [4*26-1:0]  mx_addr = {mx_i_addr, mx_b_addr, mx_w_addr, mx_a_addr};
  wire [4:0]       reads_vx = {vx_s_en, vx_d_en, vx_c_en, vx_b_en, vx_a_en};
  wire [5*26-1:0]  vx_addr = {vx_s_addr, vx_d_addr, vx_c_addr, vx_b_addr, vx_a_addr};
  wire [3:0]       reads_rows = {row_d_en, row_c_en, row_b_en, row_a_en};
  wire [4*16-1:0]  rows = {row_d[15:0], row_c[15:0], row_b[15:0], row_a[15:0]};
  wire             unused = &{row_a, row_b, row_c, row_d};

  always_ff @(posedge clk)
    if (!engine_rst) begin
      assert (((ld & st) | (ld & mx) | (ld & vx) | (st & mx) | (st & vx) | (mx & vx)) == 0)
        else $error("two engines hold one bank");
      assert (!ld_i_en || has_byte(ld, ld_i_addr)) else $error("LD reads what it has not claimed");
      assert (!st_r_en || has_byte(st, st_r_addr)) else $error("ST reads what it has not claimed");
      if (ld_w_en)
        for (int i = 0; i < DMA_WIDTH; i++)
          assert (!ld_w_strobe[i] || has_byte(ld, ld_w_addr + 26'(i)))
            else $error("LD writes what it has not claimed");
      for (int p = 0; p < 4; p++)
        assert (!reads_mx[p] || has_byte(mx, mx_addr[26*p +: 26]))
          else $error("MX reads what it has not claimed");
      for (int p = 0; p < 5; p++)
        assert (!reads_vx[p] || has_byte(vx, vx_addr[26*p +: 26]))
          else $error("VX reads what it has not claimed");
      if (vx_w_en)
        for (int i = 0; i < 4 * LANES; i++)
          assert (!vx_w_strobe[i] || has_byte(vx, vx_w_addr + 26'(i)))
            else $error("VX writes what it has not claimed");
      for (int c = 0; c < T; c++) begin
        assert (!acc_r_en[c] || has_row(mx, acc_r_row[16*c +: 16]))
          else $error("MX reads rows that it has not claimed");
        assert (!acc_w_en[c] || has_row(mx, acc_w_row[16*c +: 16]))
          else $error("MX writes rows that it has not claimed");
      end
      for (int p = 0; p < 4; p++)
        assert (!reads_rows[p] || has_row(vx, rows[16*p +: 16]))
          else $error("VX reads rows that it has not claimed");
      if (row_w_en)
        for (int i = 0; i < G * T; i++)
          assert (!row_w_strobe[i] || has_row(vx, row_w[16*(i/T) +: 16]))
            else $error("VX writes rows that it has not claimed");
    end

  // ---- queues, tokens, what is in flight ----
  always_ff @(posedge clk)
    if (!engine_rst) begin
      for (int e = 0; e < 4; e++) begin
        assert (queued[7*e +: 7] <= queue_depth) else $error("a queue overflows");
        assert (flying[3*e +: 3] < 3'd4 || !issue[e]) else $error("too many in flight");
        assert (!done[e] || unfinished[e]) else $error("done, and nothing was issued");
      end
      assert ((takes & ~there) == 0) else $error("a token is taken that is not there");
      if (running)
        for (int t = 0; t < 16; t++)
          assert (token_count[16*t +: 16] <= token_capacity[16*t +: 16])
            else $error("a token is above its capacity");
    end

  // ---- registers that the host must set in range ----
  always_ff @(posedge clk)
    if (begins) begin
      assert (queue_depth != 0 && queue_depth <= 7'(QUEUE_MAX)) else $error("queue_depth");
      assert (prefetch != 0 && prefetch <= 7'(QUEUE_MAX)) else $error("prefetch");
      assert (outstanding != 0 && outstanding <= 13'(OUTSTANDING_MAX)) else $error("outstanding");
    end

  // ---- ports: a request stays until it is taken, an answer has been asked for ----
  logic        fetch_waits, ld_waits, st_waits;
  logic [39:0] fetch_addr, ld_addr, st_addr;
  always_ff @(posedge clk) begin
    fetch_waits <= fetch_req_valid && !fetch_req_ready && !engine_rst;
    ld_waits <= ld_req_valid && !ld_req_ready && !engine_rst;
    st_waits <= st_req_valid && !st_req_ready && !engine_rst;
    fetch_addr <= fetch_req_addr;
    ld_addr <= ld_req_addr;
    st_addr <= st_req_addr;
    if (!engine_rst) begin
      assert (!fetch_waits || (fetch_req_valid && fetch_req_addr == fetch_addr))
        else $error("a request of fetch changes");
      assert (!ld_waits || (ld_req_valid && ld_req_addr == ld_addr))
        else $error("a request of LD changes");
      assert (!st_waits || (st_req_valid && st_req_addr == st_addr))
        else $error("a request of ST changes");
    end
    if (!rst) begin
      assert (!fetch_rsp_valid || fetch_open != 0) else $error("fetch: an answer to nothing");
      assert (!ld_rsp_valid || ld_open != 0) else $error("LD: an answer to nothing");
      assert (!st_rsp_valid || st_open != 0) else $error("ST: an answer to nothing");
    end
  end
endmodule

bind npu_core npu_core_checks #(
  .T(T), .SPAD_BYTES(SPAD_BYTES), .SPAD_BANKS(SPAD_BANKS), .ACC_ROWS(ACC_ROWS),
  .ACC_BANKS(ACC_BANKS), .LANES(LANES), .DMA_WIDTH(DMA_WIDTH), .QUEUE_MAX(QUEUE_MAX),
  .OUTSTANDING_MAX(OUTSTANDING_MAX)
) checks (
  .queued({g_engine[3].queue.count, g_engine[2].queue.count, g_engine[1].queue.count,
           g_engine[0].queue.count}),
  .*
);
