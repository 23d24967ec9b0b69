/* models/exact/npu_exact_matmul.c - matmul: the chain of conv, both operands
 * computed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_kernel.h"
#include "models/exact/npu_exact_number.h"
#include <stdlib.h>

struct matmul {
	const struct npu_exact *x;
	size_t m, k, n;
};

/* b of one batch as [K, N] in fp32 or int32. */
static void gather_b(const struct matmul *mm, size_t batch, float *f,
		     int32_t *i)
{
	const struct npu_value *b = mm->x->node->inputs[1];

	for (size_t k = 0; k < mm->k; k++)
		for (size_t n = 0; n < mm->n; n++) {
			size_t at = batch * mm->k * mm->n +
				    (mm->x->node->low.trans_b ? n * mm->k + k
							      : k * mm->n + n);

			if (f)
				f[k * mm->n + n] =
					npu__exact_read(b, mm->x->in[1], at);
			else
				i[k * mm->n + n] = npu__exact_read_int(
					b, mm->x->in[1], at);
		}
}

static void row_float(const struct matmul *mm, size_t row, float *a,
		      const float *b, float *t)
{
	npu__exact_widen(mm->x->node->inputs[0], mm->x->in[0], row * mm->k,
			 mm->k, a);
	for (size_t n = 0; n < mm->n; n++)
		t[n] = 0.0f;
	npu__exact_chain1(mm->k, a, b, mm->n, t, mm->n);
	for (size_t n = 0; n < mm->n; n++)
		t[n] = npu__flush(t[n]);
}

static void row_int(const struct matmul *mm, size_t row, const int32_t *b,
		    float *t)
{
	for (size_t n = 0; n < mm->n; n++) {
		uint32_t acc = 0;

		for (size_t k = 0; k < mm->k; k++)
			acc += (uint32_t)npu__exact_read_int(
				       mm->x->node->inputs[0], mm->x->in[0],
				       row * mm->k + k) *
			       (uint32_t)b[k * mm->n + n];
		t[n] = (float)(int32_t)acc;
	}
}

enum npu_status npu__exact_matmul(const struct npu_exact *x)
{
	const struct npu_value *a = x->node->inputs[0];
	const struct npu_value *out = x->node->outputs[0];
	const struct matmul mm = {
		.x = x,
		.m = (size_t)a->shape.dim[2],
		.k = (size_t)a->shape.dim[3],
		.n = (size_t)out->shape.dim[3],
	};
	const size_t batches = (size_t)(a->shape.dim[0] * a->shape.dim[1]);
	const int is_int = npu_dtype_bytes(a->dtype) == 1;
	/* b, one row of a, one row of t: 4 bytes an element */
	uint32_t *room = malloc((mm.k * mm.n + mm.k + mm.n + 1) * 4);
	float *row = (float *)room + mm.k * mm.n, *t = row + mm.k;

	if (!room)
		return npu_fail(x->err, NPU_E_NOMEM, "%s: out of memory",
				x->node->name);
	for (size_t batch = 0; batch < batches; batch++) {
		gather_b(&mm, batch, is_int ? NULL : (float *)room,
			 (int32_t *)room);
		for (size_t m = 0; m < mm.m; m++) {
			const size_t at = batch * mm.m + m;

			if (is_int)
				row_int(&mm, at, (int32_t *)room, t);
			else
				row_float(&mm, at, row, (float *)room, t);
			npu__exact_post_row(&x->node->low.post, out, x->out,
					    at * mm.n, mm.n, t);
		}
	}
	free(room);
	return NPU_OK;
}
