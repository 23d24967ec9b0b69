/* sim/exec/npu_stage.h - steps of the vector engine over rows of elements.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_STAGE_H
#define NPU_STAGE_H
#include "base/npu_dtype.h"
#include "isa/npu_isa.h"

enum { NPU_STAGE_ELEMENTS = 1024 }; /* of a buffer */

/* Each works on n elements, in place where it has one array to write. The
 * compiler makes vector code of them; two files hold the same source for two
 * kinds of host, with equal bits. */
struct npu_stages {
	/* read elements of a type, less the zero point */
	void (*load_float)(float *out, const void *in, enum npu_dtype dtype,
			   uint8_t zero, size_t n);
	void (*load_int)(int32_t *out, const void *in, enum npu_dtype dtype,
			 uint8_t zero, size_t n);
	void (*to_float)(float *out, const int32_t *in, size_t n);
	/* x = x op y */
	void (*alu_float)(enum npu_alu op, float *x, const float *y, size_t n);
	void (*alu_int)(enum npu_alu op, int32_t *x, const int32_t *y,
			size_t n);
	/* x = x * y + z, one rounding */
	void (*fma)(float *x, const float *y, const float *z, size_t n);
	/* x = min(max(x, lo), hi) */
	void (*clamp)(float *x, float lo, float hi, size_t n);
	/* convert, add the zero point, saturate, write */
	void (*store)(void *out, enum npu_dtype dtype, uint8_t zero,
		      const float *x, size_t n);
};

extern const struct npu_stages npu_stages_portable;
extern const struct npu_stages npu_stages_avx2;
extern const struct npu_stages npu_stages_avx512;
/* The fastest that this host can run. */
const struct npu_stages *npu_host_stages(void);

#endif
