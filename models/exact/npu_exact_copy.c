/* models/exact/npu_exact_copy.c - lut, concat and move: bytes alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include <string.h>

enum npu_status npu__exact_lut(const struct npu_exact *x)
{
	const size_t count =
		(size_t)npu_shape_count(&x->node->outputs[0]->shape);
	const uint8_t *in = x->in[0], *table = x->in[1];
	uint8_t *out = x->out;

	for (size_t i = 0; i < count; i++)
		out[i] = table[in[i]];
	return NPU_OK;
}

enum npu_status npu__exact_concat(const struct npu_exact *x)
{
	const struct npu_value *out = x->node->outputs[0];
	const size_t bytes = npu_dtype_bytes(out->dtype);
	/* rows: what lies before the axis; each input adds one run to a row */
	size_t rows = 1, row_bytes = bytes, at = 0;

	for (unsigned d = 0; d < 4; d++) {
		if (d < x->node->low.axis)
			rows *= (size_t)out->shape.dim[d];
		else
			row_bytes *= (size_t)out->shape.dim[d];
	}
	for (uint32_t i = 0; i < x->node->input_count; i++) {
		const struct npu_shape *shape = &x->node->inputs[i]->shape;
		const size_t run =
			(size_t)npu_shape_count(shape) * bytes / rows;

		for (size_t row = 0; row < rows; row++)
			memcpy((uint8_t *)x->out + row * row_bytes + at,
			       (const uint8_t *)x->in[i] + row * run, run);
		at += run;
	}
	return NPU_OK;
}

enum npu_status npu__exact_move(const struct npu_exact *x)
{
	const struct npu_lowered *low = &x->node->low;
	const struct npu_value *out = x->node->outputs[0];
	const size_t bytes = npu_dtype_bytes(out->dtype);
	const int64_t *dim = low->extent;
	const uint8_t *in = x->in[0];
	uint8_t *to = x->out;

	for (int64_t i0 = 0; i0 < dim[0]; i0++)
		for (int64_t i1 = 0; i1 < dim[1]; i1++)
			for (int64_t i2 = 0; i2 < dim[2]; i2++)
				for (int64_t i3 = 0; i3 < dim[3]; i3++) {
					const int64_t at = low->start +
							   i0 * low->step[0] +
							   i1 * low->step[1] +
							   i2 * low->step[2] +
							   i3 * low->step[3];

					memcpy(to, in + (size_t)at * bytes,
					       bytes);
					to += bytes;
				}
	return NPU_OK;
}
