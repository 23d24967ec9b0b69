// sim/rtl/npu_claims.sv - the banks that a descriptor claims, from its fields.
// SPDX-License-Identifier: Apache-2.0
//
// Of each operand every bank from that of its first byte (row) to that of its last
// (docs/microarchitecture.md, Banks). Combinational; all masks are 0 without `valid`,
// and for shapes that are empty. Sums wrap at 2^32: a verified program lies within its
// memories.
module npu_claims #(
  parameter int T = 4,
  parameter int SPAD_BYTES = 65536,
  parameter int SPAD_BANKS = 16,
  parameter int ACC_ROWS = 1024,
  parameter int ACC_BANKS = 4
) (
  input  logic                  valid,
  input  logic [511:0]          insn,
  output logic [SPAD_BANKS-1:0] spad,
  output logic [ACC_BANKS-1:0]  acc,
  // of a GEMM: activations, weights
  output logic [SPAD_BANKS-1:0] mx_a,
  output logic [SPAD_BANKS-1:0] mx_w
);
  localparam int TS = $clog2(T);
  localparam logic [31:0] SPAD_SIZE = 32'(SPAD_BYTES / SPAD_BANKS);
  localparam logic [31:0] ACC_SIZE = 32'((ACC_ROWS + ACC_BANKS - 1) / ACC_BANKS);

  // ---- from units to banks ----
  function automatic logic [SPAD_BANKS-1:0] spad_hull(input logic [31:0] first, last);
    logic [31:0] low, high;
    low = first / SPAD_SIZE;
    high = last / SPAD_SIZE;
    for (int b = 0; b < SPAD_BANKS; b++)
      spad_hull[b] = 32'(b) >= low && 32'(b) <= high;
  endfunction

  function automatic logic [ACC_BANKS-1:0] acc_hull(input logic [31:0] first, last);
    logic [31:0] low, high;
    low = first / ACC_SIZE;
    high = last / ACC_SIZE;
    for (int b = 0; b < ACC_BANKS; b++)
      acc_hull[b] = 32'(b) >= low && 32'(b) <= high;
  endfunction

  // ---- distances ----
  function automatic logic [31:0] bytes_of(input logic [3:0] dtype);
    case (dtype)
      npu_isa_pkg::DTYPE_u8, npu_isa_pkg::DTYPE_s8: bytes_of = 32'd1;
      npu_isa_pkg::DTYPE_bf16, npu_isa_pkg::DTYPE_fp16: bytes_of = 32'd2;
      default: bytes_of = 32'd4;
    endcase
  endfunction

  // (n - 1) steps; a count is not 0 here
  function automatic logic [31:0] reach(input logic [15:0] n, input logic [31:0] step);
    reach = (32'(n) - 32'd1) * step;
  endfunction

  function automatic logic [31:0] lines(input logic [31:0] n);
    lines = n << 4;
  endfunction

  // blocks of T columns after the first
  function automatic logic [15:0] more_blocks(input logic [15:0] n);
    more_blocks = (n - 16'd1) >> TS;
  endfunction

  // ---- LD and ST: the fields lie alike ----
  function automatic logic [SPAD_BANKS-1:0] copy_hull(input logic [511:0] i);
    logic [31:0] first;
    first = 32'(npu_isa_pkg::ld_spad(i));
    copy_hull = spad_hull(first, first + 32'(npu_isa_pkg::ld_n0(i)) - 32'd1 +
        reach(npu_isa_pkg::ld_n1(i), 32'(npu_isa_pkg::ld_d1(i))) +
        reach(npu_isa_pkg::ld_n2(i), 32'(npu_isa_pkg::ld_d2(i))) +
        reach(npu_isa_pkg::ld_n3(i), 32'(npu_isa_pkg::ld_d3(i))));
    first = 32'(npu_isa_pkg::ld_index(i));
    if (npu_isa_pkg::ld_gather(i))
      copy_hull |= spad_hull(first, first + (32'(npu_isa_pkg::ld_n1(i)) << 2) - 32'd1);
    if (npu_isa_pkg::ld_n0(i) == 0 || npu_isa_pkg::ld_n1(i) == 0 ||
        npu_isa_pkg::ld_n2(i) == 0 || npu_isa_pkg::ld_n3(i) == 0)
      copy_hull = '0;
  endfunction

  // ---- GEMM ----
  function automatic logic gemm_empty(input logic [511:0] i);
    gemm_empty = npu_isa_pkg::gemm_n(i) == 0 || npu_isa_pkg::gemm_nc(i) == 0 ||
        npu_isa_pkg::gemm_my(i) == 0 || npu_isa_pkg::gemm_mx(i) == 0 ||
        npu_isa_pkg::gemm_ky(i) == 0 || npu_isa_pkg::gemm_kx(i) == 0;
  endfunction

  function automatic logic [31:0] gemm_k(input logic [511:0] i);
    gemm_k = 32'(npu_isa_pkg::gemm_ky(i)) * 32'(npu_isa_pkg::gemm_kx(i)) *
        (npu_isa_pkg::gemm_ta(i) ? 32'd1 : 32'(npu_isa_pkg::gemm_nc(i)));
  endfunction

  // rows of W (and of its indices) after the first, where k runs over them
  function automatic logic [31:0] more_rows(input logic [511:0] i);
    case (npu_isa_pkg::gemm_sparse(i))
      2'd0: more_rows = gemm_k(i) - 32'd1;
      2'd1: more_rows = (((gemm_k(i) + 32'd3) >> 2) << 1) - 32'd1;
      default: more_rows = ((gemm_k(i) + 32'd3) >> 2) - 32'd1;
    endcase
  endfunction

  function automatic logic [SPAD_BANKS-1:0] a_hull(input logic [511:0] i);
    logic [31:0] first;
    first = lines(32'(npu_isa_pkg::gemm_a_addr(i)));
    a_hull = spad_hull(first, first - 32'd1 +
        32'(npu_isa_pkg::gemm_nc(i)) * bytes_of(npu_isa_pkg::gemm_dt_a(i)) +
        lines(reach(npu_isa_pkg::gemm_my(i), 32'(npu_isa_pkg::gemm_a_my(i))) +
              reach(npu_isa_pkg::gemm_mx(i), 32'(npu_isa_pkg::gemm_a_mx(i))) +
              reach(npu_isa_pkg::gemm_ky(i), 32'(npu_isa_pkg::gemm_a_ky(i))) +
              reach(npu_isa_pkg::gemm_kx(i), 32'(npu_isa_pkg::gemm_a_kx(i)))));
  endfunction

  function automatic logic [SPAD_BANKS-1:0] w_hull(input logic [511:0] i);
    logic [31:0] first, more, row;
    first = lines(32'(npu_isa_pkg::gemm_w_addr(i)));
    more = npu_isa_pkg::gemm_tb(i) ? 32'(npu_isa_pkg::gemm_n(i)) - 32'd1 : more_rows(i);
    row = npu_isa_pkg::gemm_tb(i) ? gemm_k(i) : 32'(npu_isa_pkg::gemm_n(i));
    w_hull = spad_hull(first, first - 32'd1 + row * bytes_of(npu_isa_pkg::gemm_dt_w(i)) +
                       lines(more * 32'(npu_isa_pkg::gemm_w_pitch(i))));
  endfunction

  function automatic logic [SPAD_BANKS-1:0] rest_hull(input logic [511:0] i);
    logic [31:0] first;
    rest_hull = '0;
    first = lines(32'(npu_isa_pkg::gemm_index(i)));
    if (npu_isa_pkg::gemm_sparse(i) != 0)
      rest_hull |= spad_hull(first, first - 32'd1 + ((32'(npu_isa_pkg::gemm_n(i)) + 32'd3) >> 2) +
                             lines(more_rows(i) * 32'(npu_isa_pkg::gemm_i_pitch(i))));
    first = lines(32'(npu_isa_pkg::gemm_bias(i)));
    if (npu_isa_pkg::gemm_init(i) == 2'd2)
      rest_hull |= spad_hull(first, first - 32'd1 + (32'(npu_isa_pkg::gemm_n(i)) << 2));
  endfunction

  function automatic logic [ACC_BANKS-1:0] c_hull(input logic [511:0] i);
    logic [31:0] first;
    first = 32'(npu_isa_pkg::gemm_c_row(i));
    c_hull = acc_hull(first, first +
        32'(more_blocks(npu_isa_pkg::gemm_n(i))) * 32'(npu_isa_pkg::gemm_c_n(i)) +
        reach(npu_isa_pkg::gemm_my(i), 32'(npu_isa_pkg::gemm_c_y(i))) +
        reach(npu_isa_pkg::gemm_mx(i), 32'(npu_isa_pkg::gemm_c_x(i))) +
        (npu_isa_pkg::gemm_ta(i) ? 32'(npu_isa_pkg::gemm_nc(i)) - 32'd1 : 32'd0));
  endfunction

  // ---- EW and RED: an operand ----
  function automatic logic [SPAD_BANKS-1:0] slot_spad(
      input logic [1:0] kind, input logic [21:0] addr, input logic [15:0] s1, s2,
      input logic [3:0] dtype, input logic [15:0] n0, n1, n2);
    logic [31:0] first, outer, size;
    first = lines(32'(addr));
    outer = reach(n1, 32'(s1)) + reach(n2, 32'(s2));
    size = bytes_of(dtype);
    case (kind)
      npu_isa_pkg::KIND_tensor:
        slot_spad = spad_hull(first, first + size * 32'(n0) - 32'd1 + lines(outer));
      npu_isa_pkg::KIND_column:
        slot_spad = spad_hull(first, first + size - 32'd1 + size * outer);
      default: slot_spad = '0;
    endcase
  endfunction

  function automatic logic [ACC_BANKS-1:0] slot_acc(
      input logic [1:0] kind, input logic [14:0] row, s0, input logic [15:0] s1, s2,
      input logic [15:0] n0, n1, n2);
    slot_acc = '0;
    if (kind == npu_isa_pkg::KIND_acc)
      slot_acc = acc_hull(32'(row), 32'(row) + 32'(more_blocks(n0)) * 32'(s0) +
                          reach(n1, 32'(s1)) + reach(n2, 32'(s2)));
  endfunction

  // the vector of scales: row scale[i0] or column scale[i2*n1 + i1] of the result
  function automatic logic [SPAD_BANKS-1:0] scale_hull(input logic [511:0] i,
                                                       input logic [15:0] to0, to1, to2);
    logic [31:0] first;
    first = lines(32'(npu_isa_pkg::ew_scale(i)));
    case (npu_isa_pkg::ew_scaled(i))
      2'd2: scale_hull = spad_hull(first, first + (32'(to0) << 2) - 32'd1);
      2'd3: scale_hull = spad_hull(first, first + (32'(to1) << 2) - 32'd1 +
                                   reach(to2, 32'(npu_isa_pkg::ew_n1(i)) << 2));
      default: scale_hull = '0;
    endcase
  endfunction

  logic [15:0] n0, n1, n2, to0, to1, to2; // shapes read and written
  logic        is_red, reads_b, reads_c;

  always_comb begin
    spad = '0;
    acc = '0;
    mx_a = '0;
    mx_w = '0;
    n0 = npu_isa_pkg::ew_n0(insn);
    n1 = npu_isa_pkg::ew_n1(insn);
    n2 = npu_isa_pkg::ew_n2(insn);
    is_red = insn[7:0] == npu_isa_pkg::OP_red;
    to0 = is_red && npu_isa_pkg::red_axis(insn) == 2'd0 ? 16'd1 : n0;
    to1 = is_red && npu_isa_pkg::red_axis(insn) != 2'd0 ? 16'd1 : n1;
    to2 = is_red && npu_isa_pkg::red_axis(insn) == 2'd2 ? 16'd1 : n2;
    reads_b = npu_isa_pkg::ew_f(insn) != npu_isa_pkg::FUNC_lut &&
              npu_isa_pkg::ew_op0(insn) != npu_isa_pkg::ALU_pass;
    reads_c = npu_isa_pkg::ew_f(insn) != npu_isa_pkg::FUNC_lut &&
              (npu_isa_pkg::ew_op1(insn) != npu_isa_pkg::ALU_pass ||
               npu_isa_pkg::ew_op0(insn) == npu_isa_pkg::ALU_sel);
    if (valid)
      case (insn[7:0])
        npu_isa_pkg::OP_ld, npu_isa_pkg::OP_st: spad = copy_hull(insn);
        npu_isa_pkg::OP_gemm:
          if (!gemm_empty(insn)) begin
            mx_a = a_hull(insn);
            mx_w = w_hull(insn);
            spad = mx_a | mx_w | rest_hull(insn);
            acc = c_hull(insn);
          end
        npu_isa_pkg::OP_ew, npu_isa_pkg::OP_red:
          if (n0 != 0 && n1 != 0 && n2 != 0) begin
            spad = scale_hull(insn, to0, to1, to2) |
                slot_spad(npu_isa_pkg::ew_a_kind(insn), npu_isa_pkg::ew_a_addr(insn),
                  npu_isa_pkg::ew_a_s1(insn), npu_isa_pkg::ew_a_s2(insn),
                  npu_isa_pkg::ew_dt_a(insn), n0, n1, n2) |
                slot_spad(npu_isa_pkg::ew_dst_kind(insn), npu_isa_pkg::ew_dst_addr(insn),
                  npu_isa_pkg::ew_dst_s1(insn), npu_isa_pkg::ew_dst_s2(insn),
                  npu_isa_pkg::ew_dt_dst(insn), to0, to1, to2);
            acc = slot_acc(npu_isa_pkg::ew_a_kind(insn), npu_isa_pkg::ew_a_row(insn),
                  npu_isa_pkg::ew_a_s0(insn), npu_isa_pkg::ew_a_s1(insn),
                  npu_isa_pkg::ew_a_s2(insn), n0, n1, n2) |
                slot_acc(npu_isa_pkg::ew_dst_kind(insn), npu_isa_pkg::ew_dst_row(insn),
                  npu_isa_pkg::ew_dst_s0(insn), npu_isa_pkg::ew_dst_s1(insn),
                  npu_isa_pkg::ew_dst_s2(insn), to0, to1, to2);
            if (reads_b) begin
              spad |= slot_spad(npu_isa_pkg::ew_b_kind(insn), npu_isa_pkg::ew_b_addr(insn),
                  npu_isa_pkg::ew_b_s1(insn), npu_isa_pkg::ew_b_s2(insn),
                  npu_isa_pkg::ew_dt_b(insn), n0, n1, n2);
              acc |= slot_acc(npu_isa_pkg::ew_b_kind(insn), npu_isa_pkg::ew_b_row(insn),
                  npu_isa_pkg::ew_b_s0(insn), npu_isa_pkg::ew_b_s1(insn),
                  npu_isa_pkg::ew_b_s2(insn), n0, n1, n2);
            end
            if (reads_c) begin
              spad |= slot_spad(npu_isa_pkg::ew_c_kind(insn), npu_isa_pkg::ew_c_addr(insn),
                  npu_isa_pkg::ew_c_s1(insn), npu_isa_pkg::ew_c_s2(insn),
                  npu_isa_pkg::ew_dt_c(insn), n0, n1, n2);
              acc |= slot_acc(npu_isa_pkg::ew_c_kind(insn), npu_isa_pkg::ew_c_row(insn),
                  npu_isa_pkg::ew_c_s0(insn), npu_isa_pkg::ew_c_s1(insn),
                  npu_isa_pkg::ew_c_s2(insn), n0, n1, n2);
            end
          end
        default: ;
      endcase
  end
endmodule
