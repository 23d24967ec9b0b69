// npu_vx_address.sv - where an operand's chunk lies: a sum of running steps, no products.
// SPDX-License-Identifier: Apache-2.0
//
// Follows the moves of npu_vx_nest; `at` is of registers alone, a byte of the scratchpad or a
// row of the accumulators. `load` sets the base for the next cycle.
module npu_vx_address #(
  parameter int T = 4,
  parameter int LANES = 4
) (
  input  logic clk,
  input  logic load,
  input  logic step,
  input  logic [npu_vx_pkg::MOVES-1:0] moves,
  input  logic [15:0] i0,
  input  logic [1:0] kind,
  input  logic [1:0] size,
  input  logic [21:0] addr,
  input  logic [14:0] row,
  input  logic [14:0] s0,
  input  logic [15:0] s1,
  input  logic [15:0] s2,
  input  logic is_fixed,        // one place for all chunks
  output logic [25:0] at
);
  localparam int G = LANES > T ? LANES / T : 1;

  logic [25:0] base, step_plane, step_row, step_chunk;
  logic [25:0] plane, line, chunk, next_plane, next_line, saved_plane, saved_line;
  logic stays;  // the next chunk is in the same rows of the accumulators

  assign at = plane + line + chunk;

  always_comb begin
    base = {addr, 4'd0};
    stays = is_fixed;
    case (kind)
      npu_isa_pkg::KIND_acc: begin
        base = {11'd0, row};
        step_row = {10'd0, s1};
        step_plane = {10'd0, s2};
        step_chunk = {11'd0, s0} * 26'(G);
        if (LANES < T && (i0 & 16'(LANES)) == 16'd0) stays = 1'b1;
      end
      npu_isa_pkg::KIND_tensor: begin
        step_row = {6'd0, s1, 4'd0};
        step_plane = {6'd0, s2, 4'd0};
        step_chunk = 26'(LANES) << size;
      end
      default: begin
        step_row = {10'd0, s1} << size;
        step_plane = {10'd0, s2} << size;
        step_chunk = 26'd0;
      end
    endcase
    next_line = line;
    if (moves[npu_vx_pkg::MOVE_ROW])
      next_line = moves[npu_vx_pkg::CLEAR_ROW] ? 26'd0 : line + step_row;
    next_plane = plane;
    if (moves[npu_vx_pkg::MOVE_PLANE])
      next_plane = moves[npu_vx_pkg::CLEAR_PLANE] ? base : plane + step_plane;
  end

  always_ff @(posedge clk)
    if (load) begin
      {plane, line, chunk} <= {base, 52'd0};
      {saved_plane, saved_line} <= {base, 26'd0};
    end else if (step) begin
      {plane, line} <= moves[npu_vx_pkg::RESTORE] ? {saved_plane, saved_line}
                                                  : {next_plane, next_line};
      if (moves[npu_vx_pkg::SAVE]) {saved_plane, saved_line} <= {next_plane, next_line};
      if (moves[npu_vx_pkg::MOVE_CHUNK])
        chunk <= moves[npu_vx_pkg::CLEAR_CHUNK] ? 26'd0 : stays ? chunk : chunk + step_chunk;
    end
endmodule
