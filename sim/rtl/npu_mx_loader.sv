// sim/rtl/npu_mx_loader.sv - walks the weight tiles of a GEMM and reads their lines.
// SPDX-License-Identifier: Apache-2.0
//
// Tiles go k outside, columns inside; a line takes `passes` cycles and is read in the
// last. `start`: a tile's first line begins in this cycle; its record (tile_*) is
// for the streamer to keep. `hold`: the weights of the tile before are not yet in use;
// `reading`: the streamer reads activations. Takes a GEMM while `ready`: in the cycle
// of the last line of the one before, at the earliest.
module npu_mx_loader #(
    parameter int T = 4,
    parameter int FP32_PASSES = 4
) (
    input  logic         clk, rst,
    output logic         ready,
    input  logic         issue,
    input  logic [511:0] insn,
    input  logic         same_bank, behind_bank,
    output logic         waiting,                // a tile is still to be started
    input  logic         hold, reading,
    output logic         start,
    output logic         busy,                   // more of the tile follows this cycle
    output logic [511:0] tile_insn,
    output logic [25:0]  tile_a, tile_bias,
    output logic [15:0]  tile_row, tile_blocks,  // accumulator; blocks of columns in all
    output logic [5:0]   tile_k, tile_n,
    output logic [3:0]   tile_last_pass,
    output logic [8:0]   tile_late,              // its rows wait beyond the usual
    output logic [1:0]   tile_init,
    output logic         tile_chain,             // its rows: those of tile_blocks tiles ago
    output logic         tile_drain,             // waits for all rows before it
    output logic         tile_end,               // last of its GEMM
    output logic         tile_same_bank,
    output logic         line, line_turned,      // a line is read in this cycle
    output logic [4:0]   line_index,
    output logic [25:0]  line_addr,
    output logic         place_en,
    output logic [25:0]  place_addr
);
  localparam int TS = $clog2(T);

  // ---- what the descriptor says ----
  logic [511:0] g;
  logic ta, tb, is_accumulating;
  logic [1:0] a_size, w_size, sparse;
  assign ta = npu_isa_pkg::gemm_ta(g);
  assign tb = npu_isa_pkg::gemm_tb(g);
  assign sparse = npu_isa_pkg::gemm_sparse(g);
  assign a_size = npu_mx_pkg::size_of(npu_isa_pkg::gemm_dt_a(g));
  assign w_size = npu_mx_pkg::size_of(npu_isa_pkg::gemm_dt_w(g));
  assign is_accumulating = npu_isa_pkg::gemm_init(g) == 2'd1;

  // ---- where it is ----
  logic valid, act, seen, is_same_view, same, behind, first_k, first_tile;
  logic [15:0] y_left, x_left, k_left, n_left, n_at, row;
  logic [25:0] a_y, a_x, a_k;              // of the tile's activations
  logic [25:0] w_k, w_at, place_k, place_at;  // lines: first of this k, this one
  logic [25:0] turned_k;                   // bytes of k before, along a turned line
  logic [4:0] index;
  logic [3:0] pass;

  logic last_n, last_k, last_x, last_y, step, tile_done, fin;
  logic [4:0] last_line;
  assign last_n = n_left <= 16'(T);
  assign last_k = k_left <= 16'(T);
  assign last_x = ta || x_left == 16'd1;
  assign last_y = y_left == 16'd1;
  assign last_line = 5'((tb ? tile_n : tile_k) - 6'd1);
  assign start = valid && !act && !hold && !(reading && (first_tile ? behind : same));
  assign step = start || act;
  assign line = step && pass == tile_last_pass;
  assign tile_done = line && index == last_line;
  assign fin = tile_done && tile_end;
  assign busy = step && !tile_done;
  assign ready = !valid || fin;
  assign waiting = valid && !(act && tile_end);

  // ---- the tile and the line ----
  assign tile_insn = g;
  assign tile_a = {npu_isa_pkg::gemm_a_addr(g), 4'd0} + a_y + a_x + a_k;
  assign tile_bias = {npu_isa_pkg::gemm_bias(g), 4'd0} + {8'd0, n_at, 2'd0};
  assign tile_row = row;
  assign tile_blocks = 16'((17'(npu_isa_pkg::gemm_n(g)) + 17'(T-1)) >> TS);
  assign tile_k = last_k ? k_left[5:0] : 6'(T);
  assign tile_n = last_n ? n_left[5:0] : 6'(T);
  assign tile_last_pass = npu_mx_pkg::has_passes(g) ? 4'(FP32_PASSES - 1) : 4'd0;
  assign tile_late = 9'(last_line) * 9'(tile_last_pass);
  assign tile_init = first_k ? npu_isa_pkg::gemm_init(g) : 2'd1;
  assign tile_chain = !first_k || (is_accumulating && is_same_view);
  assign tile_drain = first_tile && is_accumulating && !is_same_view;
  assign tile_end = last_n && last_k && last_x && last_y;
  assign tile_same_bank = same;
  assign line_turned = tb;
  assign line_index = index;
  assign line_addr = w_at + (tb ? turned_k : {10'd0, n_at} << w_size);
  assign place_en = line && sparse != 2'd0;
  assign place_addr = place_at + {12'd0, n_at[15:2]};

  // From one tile of k to the next: T stored rows, which stand for T << sparse.
  logic [25:0] a_step, w_next, place_next;
  assign a_step = ta ? npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_kx(g)) << TS : (26'(T) << sparse) << a_size;
  assign w_next = w_at + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_w_pitch(g));
  assign place_next = place_at + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_i_pitch(g));

  always_ff @(posedge clk) begin
    act <= busy && !rst;
    valid <= (issue || (valid && !fin)) && !rst;
    seen <= (issue || seen) && !rst;
    if (step) pass <= line ? 4'd0 : pass + 4'd1;
    if (line) begin
      index <= index + 5'd1;
      w_at <= w_next;
      place_at <= place_next;
    end
    if (tile_done) begin
      index <= 5'd0;
      first_tile <= 1'b0;
      n_left <= last_n ? npu_isa_pkg::gemm_n(g) : n_left - 16'(T);
      n_at <= last_n ? 16'd0 : n_at + 16'(T);
      row <= last_n ? npu_isa_pkg::gemm_c_row(g) : row + npu_isa_pkg::gemm_c_n(g);
      if (tb) begin
        if (last_n) w_at <= {npu_isa_pkg::gemm_w_addr(g), 4'd0};
      end else if (!last_n) begin
        w_at <= w_k;
        place_at <= place_k;
      end
    end
    if (tile_done && last_n) begin
      first_k <= 1'b0;
      w_k <= w_next;
      place_k <= place_next;
      turned_k <= turned_k + ({20'd0, tile_k} << w_size);
      k_left <= last_k ? npu_mx_pkg::rows_of(g) : k_left - 16'(T);
      a_k <= last_k ? 26'd0 : a_k + a_step;
    end
    if (tile_done && last_n && last_k) begin
      x_left <= last_x ? npu_isa_pkg::gemm_kx(g) : x_left - 16'd1;
      a_x <= last_x ? 26'd0 : a_x + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_kx(g));
      if (last_x) begin
        y_left <= y_left - 16'd1;
        a_y <= a_y + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_ky(g));
      end
    end
    if (issue) begin
      g <= insn;
      is_same_view <= seen && npu_mx_pkg::view_of(g) == npu_mx_pkg::view_of(insn);
      same <= same_bank;
      behind <= behind_bank;
      first_k <= 1'b1;
      first_tile <= 1'b1;
      pass <= 4'd0;
      index <= 5'd0;
      y_left <= npu_isa_pkg::gemm_ky(insn);
      x_left <= npu_isa_pkg::gemm_kx(insn);
      k_left <= npu_mx_pkg::rows_of(insn);
      n_left <= npu_isa_pkg::gemm_n(insn);
      n_at <= 16'd0;
      row <= npu_isa_pkg::gemm_c_row(insn);
      {a_y, a_x, a_k, turned_k} <= '0;
      w_k <= {npu_isa_pkg::gemm_w_addr(insn), 4'd0};
      w_at <= {npu_isa_pkg::gemm_w_addr(insn), 4'd0};
      place_k <= {npu_isa_pkg::gemm_index(insn), 4'd0};
      place_at <= {npu_isa_pkg::gemm_index(insn), 4'd0};
    end
  end
endmodule
