// npu_vx_pkg.sv - what the parts of VX share.
// SPDX-License-Identifier: Apache-2.0
package npu_vx_pkg;
  /* verilator lint_off UNUSEDPARAM */  // no top uses them all
  // Orders of the loops, inner index first.
  localparam logic [1:0] CHUNKS = 2'd0;  // chunks, rows, planes
  localparam logic [1:0] ROWS = 2'd1;    // rows, chunks, planes
  localparam logic [1:0] PLANES = 2'd2;  // rows, planes, chunks
  localparam logic [1:0] GROUPS = 2'd3;  // rows and planes of a group, chunks, groups

  // What the addresses of operands do at a step, as npu_vx_nest says it. An index changes,
  // or, where it was the last, returns to 0; a group of rows starts; it starts again.
  localparam int MOVES = 8;
  localparam int MOVE_CHUNK = 0, MOVE_ROW = 1, MOVE_PLANE = 2;
  localparam int CLEAR_CHUNK = 3, CLEAR_ROW = 4, CLEAR_PLANE = 5;
  localparam int SAVE = 6, RESTORE = 7;
  /* verilator lint_on UNUSEDPARAM */

  // log2 of an element's bytes
  function automatic logic [1:0] size_of(input logic [3:0] dtype);
    case (dtype)
      npu_isa_pkg::DTYPE_u8, npu_isa_pkg::DTYPE_s8: size_of = 2'd0;
      npu_isa_pkg::DTYPE_bf16, npu_isa_pkg::DTYPE_fp16: size_of = 2'd1;
      default: size_of = 2'd2;
    endcase
  endfunction
endpackage
