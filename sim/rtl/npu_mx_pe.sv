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

  // Integers are 9 bits with their sign, products 18. They have registers of their
  // own, so that what one kind of number does stays still for the other.
  logic [31:0] a;
  logic [PRODUCT-1:0] product;
  logic [17:0] product_int;
  logic used;
  assign a = !is_sparse || place == 2'd0 ? a_o
             : place == 2'd1 ? rest_o[31:0] : place == 2'd2 ? rest_o[63:32] : rest_o[95:64];
  always_ff @(posedge clk)
    if (multiply) begin
      used <= used_o;
      if (is_float) product <= npu_fp_pkg::product(a, weight);
      if (!is_float) product_int <= {{9{a[8]}}, a[8:0]} * {{9{weight[8]}}, weight[8:0]};
    end

  // A register a process, last first: what it reads is then what was there before.
  logic [31:0] sum_int;
  assign sum_int = used && !add_float ? p_i + {{14{product_int[17]}}, product_int} : p_i;
  if (LAT == 1) begin : g_one
    always_ff @(posedge clk)
      if (add[0]) begin
        if (used && add_float) p_o <= npu_fp_pkg::round(npu_fp_pkg::sum(product, p_i));
        if (!(used && add_float)) p_o <= sum_int;
      end
  end else begin : g_more
    logic [npu_fp_pkg::SUM_BITS-1:0] sum;
    logic [31:0] plain;
    logic is_sum;
    logic [32*(LAT-1)-1:0] later /* verilator split_var */;
    for (genvar i = LAT - 1; i >= 2; i--) begin : g_delay
      always_ff @(posedge clk) if (add[i]) later[32*(i-1)+:32] <= later[32*(i-2)+:32];
    end
    always_ff @(posedge clk)
      if (add[1]) begin
        if (is_sum) later[31:0] <= npu_fp_pkg::round(sum);
        if (!is_sum) later[31:0] <= plain;
      end
    always_ff @(posedge clk)
      if (add[0]) begin
        is_sum <= used && add_float;
        if (used && add_float) sum <= npu_fp_pkg::sum(product, p_i);
        if (!(used && add_float)) plain <= sum_int;
      end
    assign p_o = later[32*(LAT-2)+:32];
  end
endmodule
