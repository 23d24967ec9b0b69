// sim/rtl/npu_mx_pkg.sv - what MX reads out of a GEMM's descriptor.
// SPDX-License-Identifier: Apache-2.0
package npu_mx_pkg;
  function automatic logic is_float(input logic [3:0] dtype);
    is_float = dtype == npu_isa_pkg::DTYPE_fp32 || dtype == npu_isa_pkg::DTYPE_bf16 ||
               dtype == npu_isa_pkg::DTYPE_fp16;
  endfunction

  // log2 of the bytes of an element
  function automatic logic [1:0] size_of(input logic [3:0] dtype);
    size_of = dtype == npu_isa_pkg::DTYPE_fp32 ? 2'd2 : {1'b0, is_float(dtype)};
  endfunction

  // The value of an element in the low bits of `raw`: fp32, or int32 less its zero.
  function automatic logic [31:0] element(input logic [3:0] dtype, input logic [7:0] zero,
                                          input logic [31:0] raw);
    case (dtype)
      npu_isa_pkg::DTYPE_fp32: element = npu_fp_pkg::ftz(raw);
      npu_isa_pkg::DTYPE_bf16: element = npu_fp_pkg::from_bf16(raw[15:0]);
      npu_isa_pkg::DTYPE_fp16: element = npu_fp_pkg::from_fp16(raw[15:0]);
      default: element = npu_fp_pkg::load_int(dtype, zero, raw);
    endcase
  endfunction

  // Whether its rows and lines take several passes.
  function automatic logic has_passes(input logic [511:0] insn);
    has_passes = npu_isa_pkg::gemm_dt_a(insn) == npu_isa_pkg::DTYPE_fp32 ||
                 npu_isa_pkg::gemm_dt_w(insn) == npu_isa_pkg::DTYPE_fp32;
  endfunction

  // Stored rows of k of one step; the tiles of a step are its own.
  function automatic logic [15:0] rows_of(input logic [511:0] insn);
    rows_of = npu_isa_pkg::gemm_ta(insn) ? npu_isa_pkg::gemm_kx(insn)
              : npu_isa_pkg::gemm_nc(insn) >> npu_isa_pkg::gemm_sparse(insn);
  endfunction

  // What names the accumulator rows that a GEMM writes, and their pace.
  function automatic logic [144:0] view_of(input logic [511:0] insn);
    view_of = {npu_isa_pkg::gemm_c_row(insn), npu_isa_pkg::gemm_c_n(insn),
               npu_isa_pkg::gemm_c_y(insn), npu_isa_pkg::gemm_c_x(insn),
               npu_isa_pkg::gemm_my(insn), npu_isa_pkg::gemm_mx(insn),
               npu_isa_pkg::gemm_n(insn), has_passes(insn),
               npu_isa_pkg::gemm_ta(insn) ? {16'd1, npu_isa_pkg::gemm_nc(insn)} : 32'd0};
  endfunction

  function automatic logic [25:0] bytes_of(input logic [15:0] lines);
    bytes_of = {6'd0, lines, 4'd0};
  endfunction
endpackage
