// sim/rtl/npu_mx_pe.sv - one processing element: p_o = p_i + a * w, LAT cycles.
// SPDX-License-Identifier: Apache-2.0
//
// All control comes from the wave frame (npu_mx_array): of a wave that enters the
// array in cycle 0, this PE sees `move` in its cycle 1, `multiply` in cycle 2 and
// add[i] in cycle 3 + i; `p_i` is there in cycle 3, `p_o` in cycle 3 + LAT.
//
// Floats: product, sum and rounding of one fused multiply-add. With LAT = 1 the
// last two share a cycle; more than two stages are delays, for synthesis to place.
module npu_mx_pe #(
    parameter int LAT = 2
) (
    input  logic           clk,
    // activations, one hop a cycle; sparse: `rest` is the others of a group of 4
    input  logic [31:0]    a_i,
    output logic [31:0]    a_o,
    input  logic [95:0]    rest_i,
    output logic [95:0]    rest_o,
    // the next weight: its place in the group rides along
    input  logic           load,
    input  logic [31:0]    w_i,
    input  logic [1:0]     place_i,
    // the wave: the first of a tile swaps the next weight in, `used_i`: there is one
    input  logic           move, move_rest, swap, used_i,
    output logic           used_o,
    input  logic           multiply, is_float, is_sparse,
    input  logic [LAT-1:0] add,
    input  logic           add_float,
    input  logic [31:0]    p_i,
    output logic [31:0]    p_o
);
  /* verilator inline_module */
  localparam int PRODUCT = npu_fp_pkg::PRODUCT_BITS;

  logic [31:0] next, weight;
  logic [1:0] next_place, place;
  always_ff @(posedge clk) begin
    if (load) begin
      next <= w_i;
      next_place <= place_i;
    end
    if (swap) begin
      weight <= next;
      place <= next_place;
      used_o <= used_i;
    end
    if (move) a_o <= a_i;
    if (move_rest) rest_o <= rest_i;
  end

  // Integers are 9 bits with their sign: the product has 18.
  logic [31:0] a;
  logic [PRODUCT-1:0] q;
  logic used;
  assign a = !is_sparse || place == 2'd0 ? a_o
             : place == 2'd1 ? rest_o[31:0] : place == 2'd2 ? rest_o[63:32] : rest_o[95:64];
  always_ff @(posedge clk)
    if (multiply) begin
      used <= used_o;
      if (is_float) q <= npu_fp_pkg::product(a, weight);
      else q[31:0] <= {{23{a[8]}}, a[8:0]} * {{23{weight[8]}}, weight[8:0]};
    end

  logic [31:0] plain;
  assign plain = used ? p_i + q[31:0] : p_i;
  if (LAT == 1) begin : g_one
    always_ff @(posedge clk)
      if (add[0]) begin
        if (used && add_float) p_o <= npu_fp_pkg::round(npu_fp_pkg::sum(q, p_i));
        else p_o <= plain;
      end
  end else begin : g_more
    localparam int SUM = npu_fp_pkg::SUM_BITS;
    logic [SUM-1:0] s;
    logic rounds;
    logic [31:0] rounded;
    logic [32*(LAT-1)-1:0] later;
    assign rounded = rounds ? npu_fp_pkg::round(s) : s[31:0];
    always_ff @(posedge clk) begin
      if (add[0]) begin
        rounds <= used && add_float;
        if (used && add_float) s <= npu_fp_pkg::sum(q, p_i);
        else s[31:0] <= plain;
      end
      if (add[1]) later[31:0] <= rounded;
    end
    for (genvar i = 2; i < LAT; i++) begin : g_delay
      always_ff @(posedge clk) if (add[i]) later[32*(i-1)+:32] <= later[32*(i-2)+:32];
    end
    assign p_o = later[32*(LAT-2)+:32];
  end
endmodule
