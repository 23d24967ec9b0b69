/* models/exact/npu_exact.h - shared by the files of the exact reference.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_EXACT_H
#define NPU_EXACT_H
#include "models/exact/npu_exact_code.h"
#include "models/npu_reference.h"

/* A loop that the compiler makes once per kind of vector unit; the bits are
 * those of the plain C in each. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
	!defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define NPU_CLONES      \
	__attribute__(( \
		target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define NPU_CLONES
#endif

/* One node's view of its surroundings. */
struct npu_exact {
	const struct npu_node *node;
	/* data[i], shape: of input i, row-major [N, H, W, C] */
	const void *const *in;
	void *out;
	struct npu_error *err;
};

/* An operator's loop: reads `in`, fills `out`. */
typedef enum npu_status npu_exact_fn(const struct npu_exact *x);
npu_exact_fn npu__exact_conv, npu__exact_matmul, npu__exact_ew,
	npu__exact_reduce, npu__exact_pool, npu__exact_lut, npu__exact_concat,
	npu__exact_move;

/* Elements as numbers: 8-bit ones less their zero point, which is exact in both
 * forms; s32 as fp32 rounds. `index` counts elements. */
float npu__exact_read(const struct npu_value *value, const void *data,
		      size_t index);
int32_t npu__exact_read_int(const struct npu_value *value, const void *data,
			    size_t index);
/* `count` elements of a value of any dtype as fp32 (8-bit less zero). */
void npu__exact_widen(const struct npu_value *value, const void *data,
		      size_t first, size_t count, float *out);
/* Convert to the value's dtype: RNE, zero point, saturation. */
void npu__exact_write(const struct npu_value *value, void *data, size_t index,
		      float v);

/* f of npu_post and ew: a function of isa/npu_isa.def, in fp32. */
float npu__exact_function(uint8_t f, float v, uint32_t p0, uint32_t p1);
/* v = f(t) * scale, written. */
void npu__exact_post(const struct npu_post *post, const struct npu_value *value,
		     void *data, size_t index, float t);
/* The same for `count` elements in a row; t is spoilt. */
void npu__exact_post_row(const struct npu_post *post,
			 const struct npu_value *value, void *data,
			 size_t first, size_t count, float *t);

#endif
