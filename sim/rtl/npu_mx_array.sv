// sim/rtl/npu_mx_array.sv - T x T processing elements and what feeds and drains them.
// SPDX-License-Identifier: Apache-2.0
//
// Wave frame: what concerns PE(r, c) happens r * LAT + c cycles after it happens
// for PE(0, 0), weights too. So nothing in here stalls or shakes hands. A wave is
// one row of activations; of one given in cycle 0 (wave* inputs)
//   1                a_row, rest_row (and bias, where wave_first) are here
//   2 + c            column c asks for its accumulator word
//   3 + r*LAT + c    PE(r, c) adds
//   3 + T*LAT + c    column c writes its accumulator word
//   3 + T*LAT + T    `done`, where it was the last wave of a GEMM
// Of a weight line given in cycle 0 (line* inputs), w_row is here in cycle 1; it is
// in its PEs before the waves that may follow it two cycles later.
module npu_mx_array #(
    parameter int T = 4,
    parameter int LAT = 2
) (
    input  logic            clk, rst,
    input  logic            wave,
    input  logic            wave_first, wave_last, wave_end,  // of its tile; of its GEMM
    input  logic            wave_float, wave_sparse,
    input  logic [1:0]      wave_init,      // 0: zero, 1: accumulator, 2: bias
    input  logic [5:0]      wave_k, wave_n, // rows and columns of the array in use
    input  logic [15:0]     wave_row,       // of the accumulators
    input  logic [T*32-1:0] a_row,
    input  logic [T*96-1:0] rest_row,
    input  logic [T*32-1:0] bias,
    input  logic            line, line_turned,  // turned: along a column
    input  logic [4:0]      line_index,
    input  logic [T*32-1:0] w_row,
    input  logic [T*2-1:0]  w_place,
    output logic            first_written, last_written,  // a tile's first, last row
    output logic            done,
    output logic [T-1:0]    acc_r_en,
    output logic [T*16-1:0] acc_r_row,
    input  logic [T*32-1:0] acc_r_data,
    output logic [T-1:0]    acc_w_en,
    output logic [T*16-1:0] acc_w_row,
    output logic [T*32-1:0] acc_w_data
);
  localparam int END = 3 + T*LAT + T;  // the last that happens to a wave

  // ---- bits of the waves: [d] is that of the wave d cycles ago ----
  logic [END-1:1] on, floats, sparse, first, last;
  logic [END:1] last_of_all;
  logic [T+2:1] reads, adds_bias;
  always_ff @(posedge clk) begin
    on <= rst ? '0 : {on[END-2:1], wave};
    floats <= {floats[END-2:1], wave_float};
    sparse <= rst ? '0 : {sparse[END-2:1], wave && wave_sparse};
    first <= rst ? '0 : {first[END-2:1], wave && wave_first};
    last <= rst ? '0 : {last[END-2:1], wave && wave_last};
    last_of_all <= rst ? '0 : {last_of_all[END-1:1], wave && wave_end};
    reads <= rst ? '0 : {reads[T+1:1], wave && wave_init == 2'd1};
    adds_bias <= rst ? '0 : {adds_bias[T+1:1], wave && wave_init == 2'd2};
  end
  assign first_written = first[T*LAT];
  assign last_written = last[T*LAT];
  assign done = last_of_all[END];

  // ---- activations: row r waits r * LAT cycles ----
  // Stage d of a pipe is at d * its width; split_var makes it a register of its own.
  localparam int SKEW = (T-1)*LAT;
  localparam int A = T*32, REST = T*96, PLACE = T*2;
  /* verilator lint_off UNUSEDSIGNAL */  // later stages hold what nobody takes there
  logic [(SKEW+1)*A-1:0] a_late /* verilator split_var */;
  logic [(SKEW+1)*REST-1:0] rest_late /* verilator split_var */;
  /* verilator lint_on UNUSEDSIGNAL */
  assign a_late[A-1:0] = a_row;
  assign rest_late[REST-1:0] = rest_row;
  for (genvar d = 1; d <= SKEW; d++) begin : g_skew
    always_ff @(posedge clk) begin
      if (on[d]) a_late[d*A+:A] <= a_late[(d-1)*A+:A];
      if (sparse[d]) rest_late[d*REST+:REST] <= rest_late[(d-1)*REST+:REST];
    end
  end

  // ---- weight lines on their way, to row r or, turned, to column c ----
  logic [SKEW+1:1] lines, turned;
  logic [(SKEW+2)*T-1:0] to /* verilator split_var */;  // one hot
  /* verilator lint_off UNUSEDSIGNAL */  // as above
  logic [(SKEW+1)*A-1:0] w_late /* verilator split_var */;
  logic [(SKEW+1)*PLACE-1:0] place_late /* verilator split_var */;
  /* verilator lint_on UNUSEDSIGNAL */
  assign to[T-1:0] = {{(T-1){1'b0}}, 1'b1} << line_index;
  assign w_late[A-1:0] = w_row;
  assign place_late[PLACE-1:0] = w_place;
  always_ff @(posedge clk) begin
    lines <= rst ? '0 : {lines[SKEW:1], line};
    turned <= {turned[SKEW:1], line_turned};
    if (line) to[T+:T] <= to[T-1:0];
  end
  for (genvar d = 1; d <= SKEW; d++) begin : g_line
    always_ff @(posedge clk)
      if (lines[d]) begin
        to[(d+1)*T+:T] <= to[d*T+:T];
        w_late[d*A+:A] <= w_late[(d-1)*A+:A];
        place_late[d*PLACE+:PLACE] <= place_late[(d-1)*PLACE+:PLACE];
      end
  end

  // ---- the elements: nets [r*(T+1) + c] run right, [r*T + c] down ----
  /* verilator lint_off UNUSEDSIGNAL */  // nothing is right of the last column
  logic [T*(T+1)*32-1:0] a_right /* verilator split_var */;
  logic [T*(T+1)*96-1:0] rest_right /* verilator split_var */;
  logic [T*(T+1)-1:0] used_right /* verilator split_var */;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [(T+1)*T*32-1:0] p_down /* verilator split_var */;
  for (genvar r = 0; r < T; r++) begin : g_row
    // whether a tile uses this row: here with the tile's first wave
    logic [r*LAT:0] used_late;
    always_ff @(posedge clk)
      used_late <= (r*LAT+1)'({used_late, 6'(r) < wave_k});
    assign used_right[r*(T+1)] = used_late[r*LAT];
    assign a_right[r*(T+1)*32+:32] = a_late[r*LAT*A+r*32+:32];
    assign rest_right[r*(T+1)*96+:96] = rest_late[r*LAT*REST+r*96+:96];
    for (genvar c = 0; c < T; c++) begin : g_col
      localparam int AT = r*LAT + c;       // the frame's delay
      localparam int DOWN = r*(LAT-1) + c; // a line's, to row r
      localparam int ALONG = r*LAT;        // a turned line's, to column c
      localparam int H = r*(T+1) + c;
      localparam int V = r*T + c;
      logic along, load;
      assign along = lines[1+ALONG] && turned[1+ALONG] && to[(1+ALONG)*T+c];
      assign load = along || (lines[1+DOWN] && !turned[1+DOWN] && to[(1+DOWN)*T+r]);
      npu_mx_pe #(.LAT(LAT)) pe (
          .clk,
          .a_i(a_right[H*32+:32]), .a_o(a_right[(H+1)*32+:32]),
          .rest_i(rest_right[H*96+:96]), .rest_o(rest_right[(H+1)*96+:96]),
          .load, .w_i(along ? w_late[ALONG*A+r*32+:32] : w_late[DOWN*A+c*32+:32]),
          .place_i(place_late[DOWN*PLACE+c*2+:2]),
          .move(on[1+AT]), .move_rest(sparse[1+AT]), .swap(first[1+AT]),
          .used_i(used_right[H]), .used_o(used_right[H+1]),
          .multiply(on[2+AT]), .is_float(floats[2+AT]), .is_sparse(sparse[2+AT]),
          .add(on[3+AT+:LAT]), .add_float(floats[3+AT]),
          .p_i(p_down[V*32+:32]), .p_o(p_down[(V+T)*32+:32]));
    end
  end

  // ---- the top: what a sum starts from ----
  // A bias moves a column a cycle, with its tile's first wave.
  /* verilator lint_off UNUSEDSIGNAL */  // as above
  logic [T*T*32+A-1:0] bias_late /* verilator split_var */;
  /* verilator lint_on UNUSEDSIGNAL */
  always_ff @(posedge clk) if (adds_bias[1] && first[1]) bias_late[A-1:0] <= bias;
  for (genvar c = 0; c < T; c++) begin : g_top
    logic [31:0] from;
    always_ff @(posedge clk)
      if (adds_bias[2+c] && first[2+c]) bias_late[(c+1)*A+:A] <= bias_late[c*A+:A];
    assign from = reads[3+c] ? acc_r_data[c*32+:32]
                  : adds_bias[3+c] ? bias_late[(c+1)*A+c*32+:32] : 32'd0;
    assign p_down[c*32+:32] = floats[3+c] ? npu_fp_pkg::ftz(from) : from;
  end

  // ---- rows of the accumulators: read by column c in cycle 2 + c, written in
  // cycle 3 + T*LAT + c. In between they wait in a ring. ----
  localparam int WAIT = T*LAT + 2;
  localparam int RING = $clog2(WAIT + 1);
  logic [RING-1:0] now;
  logic [21:0] ring[1<<RING];
  logic [15:0] row_1;
  logic [T*6-1:0] w_n;
  always_ff @(posedge clk) begin
    now <= rst ? '0 : now + 1'b1;
    row_1 <= wave_row;
    acc_r_row <= {acc_r_row[0+:(T-1)*16], row_1};
    if (wave) ring[now] <= {wave_n, wave_row};
    {w_n[5:0], acc_w_row[15:0]} <= ring[now - RING'(WAIT)];
    w_n[T*6-1:6] <= w_n[0+:(T-1)*6];
    acc_w_row[T*16-1:16] <= acc_w_row[0+:(T-1)*16];
  end
  for (genvar c = 0; c < T; c++) begin : g_bottom
    assign acc_r_en[c] = reads[2+c];
    assign acc_w_en[c] = on[3+T*LAT+c] && 6'(c) < w_n[c*6+:6];
  end
  assign acc_w_data = p_down[T*T*32+:A];
endmodule
