/* models/exact/npu_exact_code.h - codes of isa/npu_isa.def that lowered graphs
 * carry as numbers; compiler/lower asserts that both agree.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXACT_CODE_H
#define NPU_EXACT_CODE_H

// clang-format off
/*	X(name, code) */
#define NPU_EXACT_ALU_LIST(X)                                             \
	X(pass, 0) X(add, 1) X(sub, 2) X(rsub, 3) X(mul, 4) X(max, 5)     \
	X(min, 6) X(gt, 7) X(ge, 8) X(eq, 9) X(sel, 10) X(band, 11)       \
	X(bor, 12) X(bxor, 13) X(shl, 14) X(shr, 15)
#define NPU_EXACT_FUNC_LIST(X)                                            \
	X(id, 0) X(clamp, 1) X(square, 2) X(abs, 3) X(exp2, 4) X(log2, 5) \
	X(recip, 6) X(sqrt, 7) X(rsqrt, 8) X(tanh, 9) X(sigmoid, 10)      \
	X(gelu, 11) X(erf, 12)
#define NPU_EXACT_REDUCE_LIST(X) X(sum, 0) X(max, 1) X(min, 2)
// clang-format on

#define X(name, code) NPU_EXACT_ALU_##name = (code),
enum npu_exact_alu { NPU_EXACT_ALU_LIST(X) };
#undef X
#define X(name, code) NPU_EXACT_FUNC_##name = (code),
enum npu_exact_func { NPU_EXACT_FUNC_LIST(X) };
#undef X
#define X(name, code) NPU_EXACT_REDUCE_##name = (code),
enum npu_exact_reduce { NPU_EXACT_REDUCE_LIST(X) };
#undef X

#endif
