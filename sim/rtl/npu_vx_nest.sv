// npu_vx_nest.sv - three nested counters of VX: planes i2, rows i1, chunks of LANES along n0.
// SPDX-License-Identifier: Apache-2.0
//
// `load` puts them at the first chunk, `step` moves them on, both for the next cycle; outputs
// are of the registers. In the order GROUPS rows come in groups of LANES, a group once for each
// chunk; slots of the last group that have no row are not `valid`.
module npu_vx_nest #(
  parameter int LANES = 4
) (
  input  logic clk,
  input  logic load,
  input  logic step,
  input  logic [1:0] order,
  input  logic [15:0] n0,
  input  logic [15:0] n1,
  input  logic [15:0] n2,
  output logic valid,
  output logic first_chunk,
  output logic first_row,
  output logic first_plane,
  output logic last_chunk,
  output logic last_row,
  output logic last_plane,
  output logic last,            // of all
  output logic [15:0] i0,       // first element of the chunk
  output logic [15:0] left,     // elements from there on
  output logic [npu_vx_pkg::MOVES-1:0] moves
);
  localparam int SLOT = $clog2(LANES);

  logic [15:0] i1, i2, next_i1, next_i2, saved_i1, saved_i2;
  logic [SLOT-1:0] slot;
  logic is_over;  // GROUPS: no more rows in this group
  logic group_end, move_chunk, move_row, move_plane, save, restore;

  always_comb begin
    valid = !is_over;
    left = n0 - i0;
    first_chunk = i0 == 16'd0;
    first_row = i1 == 16'd0;
    first_plane = i2 == 16'd0;
    last_chunk = left <= 16'(LANES);
    last_row = i1 == n1 - 16'd1;
    last_plane = i2 == n2 - 16'd1;
    last = valid && last_chunk && last_row && last_plane;
    group_end = order == npu_vx_pkg::GROUPS && slot == SLOT'(LANES - 1);
    save = group_end && last_chunk;
    restore = group_end && !last_chunk;
    {move_plane, move_row, move_chunk} = {valid && last_row, valid, group_end};
    case (order)
      npu_vx_pkg::CHUNKS: {move_plane, move_row, move_chunk} = {last_chunk && last_row, last_chunk,
                                                                1'b1};
      npu_vx_pkg::ROWS: {move_plane, move_row, move_chunk} = {last_chunk && last_row, 1'b1,
                                                              last_row};
      npu_vx_pkg::PLANES: {move_plane, move_row, move_chunk} = {last_row, 1'b1,
                                                                last_row && last_plane};
      default: ;  // groups
    endcase
    moves = {restore, save, last_plane, last_row, last_chunk, move_plane, move_row, move_chunk};
    next_i1 = !move_row ? i1 : last_row ? 16'd0 : i1 + 16'd1;
    next_i2 = !move_plane ? i2 : last_plane ? 16'd0 : i2 + 16'd1;
  end

  always_ff @(posedge clk)
    if (load) begin
      {i2, i1, i0} <= '0;
      {saved_i2, saved_i1} <= '0;
      slot <= '0;
      is_over <= 1'b0;
    end else if (step) begin
      if (move_chunk) i0 <= last_chunk ? 16'd0 : i0 + 16'(LANES);
      {i2, i1} <= restore ? {saved_i2, saved_i1} : {next_i2, next_i1};
      if (save) {saved_i2, saved_i1} <= {next_i2, next_i1};
      is_over <= order == npu_vx_pkg::GROUPS && !restore &&
                 (is_over || (move_plane && last_plane));
      slot <= slot + 1'b1;
    end
endmodule
