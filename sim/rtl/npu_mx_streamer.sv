// sim/rtl/npu_mx_streamer.sv - walks the activation rows of one weight tile.
// SPDX-License-Identifier: Apache-2.0
//
// A row takes `passes` cycles; it is read and its wave leaves in the last. A tile,
// once started, never pauses: all waiting is at tile boundaries. Under ta a row of the
// scratchpad is one of k: blocks of T of them, padded at the end of each (iy, ix), go
// to the transposer, and their T waves leave a block later, at the same pace.
module npu_mx_streamer #(
    parameter int T = 4
) (
    input  logic         clk, rst,
    // from the loader: the record is there in the cycle of `start`
    input  logic         start, loading,
    input  logic [511:0] tile_insn,
    input  logic [25:0]  tile_a, tile_bias,
    input  logic [15:0]  tile_row, tile_blocks,
    input  logic [5:0]   tile_k, tile_n,
    input  logic [3:0]   tile_last_pass,
    input  logic [8:0]   tile_late,
    input  logic [1:0]   tile_init,
    input  logic         tile_chain, tile_drain, tile_end, tile_same_bank,
    output logic         hold, reading,
    // from the array
    input  logic         first_written, last_written,
    // a row is read in this cycle
    output logic         a_en,
    output logic [25:0]  a_addr,
    output logic [3:0]   a_dtype,
    output logic [7:0]   a_zero,
    output logic         turn_en, turn_odd,       // into the transposer
    output logic [$clog2(T)-1:0] turn_index,
    // a wave leaves in this cycle
    output logic         wave, wave_turned, wave_odd,
    output logic [$clog2(T)-1:0] wave_index,
    output logic         wave_first, wave_last, wave_end, wave_float,
    output logic [1:0]   wave_sparse, wave_init,   // sparse: not with turned
    output logic [5:0]   wave_k, wave_n,
    output logic [15:0]  wave_row,
    output logic [25:0]  wave_bias,
    // this cycle: a row, one that pads the transposer; what the next tile waits for
    output logic         at_row, at_padding, has_next, wait_hazard, wait_bank, wait_turn
);
  localparam int TS = $clog2(T);
  // What a tile's waves take along: bias, rows of k, last pass, columns, init, end.
  localparam int REST = 26 + 6 + 4 + 6 + 2 + 1;

  // ---- the tile whose weights are in the array, and the next ----
  logic cur_valid, next_valid, take;
  logic [511:0] cur, next;
  logic [REST-1:0] cur_rest, next_rest;
  logic [25:0] next_a;
  logic [15:0] next_row, next_blocks;
  logic [8:0] late;
  logic next_chain, next_drain, next_same_bank;
  logic [5:0] cur_k;
  logic [3:0] cur_last_pass, next_last_pass, out_last_pass;
  assign cur_k = cur_rest[18:13];
  assign cur_last_pass = cur_rest[12:9];
  assign next_last_pass = next_rest[12:9];
  assign out_last_pass = out_rest[12:9];

  logic ta, next_ta;
  logic [1:0] a_size;
  assign ta = npu_isa_pkg::gemm_ta(cur);
  assign next_ta = npu_isa_pkg::gemm_ta(next);
  assign a_dtype = npu_isa_pkg::gemm_dt_a(cur);
  assign a_zero = npu_isa_pkg::gemm_a_zero(cur);
  assign a_size = npu_mx_pkg::size_of(a_dtype);

  // ---- where it is ----
  logic [15:0] y_left, x_left, m_left;   // m: of one (iy, ix), under ta
  logic [TS-1:0] j;                      // row of the transposer's block
  logic [3:0] pass;
  logic first, odd;
  logic [25:0] a_y, a_x, a_block, a_at;
  logic [15:0] c_y, c_x, c_at;

  logic row_done, block_done, x_done, last_x, last_y, fin, is_used;
  assign row_done = cur_valid && pass == cur_last_pass;
  assign block_done = row_done && (!ta || j == TS'(T-1));
  assign x_done = block_done && (!ta || m_left <= 16'(T));
  assign last_x = x_left == 16'd1;
  assign last_y = y_left == 16'd1;
  assign fin = x_done && last_x && last_y;
  assign is_used = !ta || 16'(j) < m_left;
  assign at_row = cur_valid && is_used;
  assign at_padding = cur_valid && !is_used;
  assign reading = cur_valid;
  assign a_en = row_done && (!ta || 6'(j) < cur_k);
  assign a_addr = a_at;
  assign turn_en = a_en && ta;
  assign turn_odd = odd;
  assign turn_index = j;

  // ---- may the next tile start in the next cycle? ----
  logic [15:0] n_first;                  // tiles on their way, by their first row
  logic [7:0] n_last;                    // ..., by their last
  logic [9:0] turn, turning;             // cycles until the transposer is free
  logic [9:0] cur_turn, next_turn;
  assign cur_turn = ta ? (10'(cur_last_pass) + 10'd1) << TS : 10'd0;
  assign next_turn = next_ta ? (10'(next_last_pass) + 10'd1) << TS : 10'd0;
  assign turning = cur_valid ? cur_turn : turn;
  assign wait_hazard = (next_chain && n_first >= next_blocks) || (next_drain && n_last != 8'd0);
  assign wait_bank = loading && next_same_bank;
  assign wait_turn = (cur_valid && !fin) || turning > next_turn;
  assign take = next_valid && !wait_hazard && !wait_bank && !wait_turn && late == 9'd0;
  assign has_next = next_valid;

  // ---- waves under ta: kept while their block is written ----
  logic [T-1:0] kept;
  logic [T-1:0] kept_first, kept_last;
  logic [T*16-1:0] kept_row;
  logic out, out_odd;
  logic [TS-1:0] out_j;
  logic [3:0] out_pass;
  logic out_float;
  logic [REST-1:0] out_rest;
  logic row_first, row_last, out_wave;
  assign row_first = first;
  assign row_last = last_x && last_y && (!ta || 16'(j) + 16'd1 == m_left);
  assign out_wave = out && out_pass == out_last_pass && kept[out_j];

  /* verilator lint_off UNUSEDSIGNAL */  // passes do not matter any more
  logic [REST-1:0] wave_rest;
  /* verilator lint_on UNUSEDSIGNAL */
  logic plain_wave, ends;
  assign plain_wave = row_done && !ta;
  assign wave = plain_wave || out_wave;
  assign wave_turned = out_wave;
  assign wave_odd = out_odd;
  assign wave_index = out_j;
  assign wave_rest = out_wave ? out_rest : cur_rest;
  assign wave_bias = wave_rest[44:19];
  assign wave_k = wave_rest[18:13];
  assign {wave_n, wave_init, ends} = wave_rest[8:0];
  assign wave_first = out_wave ? kept_first[out_j] : row_first;
  assign wave_last = out_wave ? kept_last[out_j] : row_last;
  assign wave_end = wave_last && ends;
  assign wave_row = out_wave ? kept_row[out_j*16+:16] : c_at;
  assign wave_sparse = npu_isa_pkg::gemm_sparse(cur);
  assign wave_float = out_wave ? out_float : npu_mx_pkg::is_float(a_dtype);

  // The shadow weights are free with the first wave: in a tile's first cycle, or
  // some cycles later (`pending`).
  logic pending;
  assign hold = next_valid || (pending && !(wave && wave_first));

  always_ff @(posedge clk) begin
    if (start) begin
      next <= tile_insn;
      next_rest <= {tile_bias, tile_k, tile_last_pass, tile_n, tile_init, tile_end};
      next_a <= tile_a;
      next_row <= tile_row;
      next_blocks <= tile_blocks;
      {next_chain, next_drain, next_same_bank} <= {tile_chain, tile_drain, tile_same_bank};
    end
    late <= start ? tile_late : late == 9'd0 ? 9'd0 : late - 9'd1;
    turn <= rst ? 10'd0 : fin ? cur_turn - 10'(ta) : turn == 10'd0 ? 10'd0 : turn - 10'd1;
    next_valid <= (start || (next_valid && !take)) && !rst;
    cur_valid <= (take || (cur_valid && !fin)) && !rst;
    n_first <= rst ? '0 : n_first + 16'(take) - 16'(first_written);
    n_last <= rst ? '0 : n_last + 8'(take) - 8'(last_written);
    pending <= ((take && (next_ta || next_last_pass != 4'd0)) ||
                (pending && !(wave && wave_first))) && !rst;

    if (cur_valid) pass <= row_done ? 4'd0 : pass + 4'd1;
    if (row_done) begin
      first <= 1'b0;
      c_at <= c_at + 16'd1;
      a_at <= a_at + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_kx(cur));
      j <= j + TS'(1);
    end
    if (block_done) begin
      j <= '0;
      odd <= !odd;
      m_left <= m_left - 16'(T);
      a_block <= a_block + (26'(T) << a_size);
      a_at <= a_block + (26'(T) << a_size);
    end
    if (x_done) begin
      m_left <= npu_isa_pkg::gemm_nc(cur);
      if (last_x) begin
        x_left <= npu_isa_pkg::gemm_mx(cur);
        y_left <= y_left - 16'd1;
        a_y <= a_y + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_my(cur));
        c_y <= c_y + npu_isa_pkg::gemm_c_y(cur);
      end else x_left <= x_left - 16'd1;
      a_x <= a_row;
      a_block <= a_row;
      a_at <= a_row;
      c_x <= c_row;
      c_at <= c_row;
    end
    if (take) begin
      cur <= next;
      cur_rest <= next_rest;
      first <= 1'b1;
      pass <= 4'd0;
      j <= '0;
      y_left <= npu_isa_pkg::gemm_my(next);
      x_left <= npu_isa_pkg::gemm_mx(next);
      m_left <= npu_isa_pkg::gemm_nc(next);
      {a_y, a_x, a_block, a_at} <= {4{next_a}};
      {c_y, c_x, c_at} <= {3{next_row}};
    end
  end

  // the row after the last of an (iy, ix)
  logic [25:0] a_row;
  logic [15:0] c_row;
  assign a_row = last_x ? a_y + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_my(cur))
                 : a_x + npu_mx_pkg::bytes_of(npu_isa_pkg::gemm_a_mx(cur));
  assign c_row = last_x ? c_y + npu_isa_pkg::gemm_c_y(cur) : c_x + npu_isa_pkg::gemm_c_x(cur);

  always_ff @(posedge clk) begin
    if (row_done && ta) begin
      kept[j] <= is_used;
      kept_first[j] <= row_first;
      kept_last[j] <= row_last;
      kept_row[j*16+:16] <= c_at;
    end
    if (out) begin
      out_pass <= out_pass == out_last_pass ? 4'd0 : out_pass + 4'd1;
      if (out_pass == out_last_pass) begin
        out_j <= out_j + TS'(1);
        if (out_j == TS'(T-1)) out <= 1'b0;
      end
    end
    if (block_done && ta) begin
      out <= 1'b1;
      out_odd <= odd;
      out_j <= '0;
      out_pass <= 4'd0;
      out_float <= npu_mx_pkg::is_float(a_dtype);
      out_rest <= cur_rest;
    end
    if (rst) out <= 1'b0;
  end
endmodule
