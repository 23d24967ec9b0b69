/* compiler/lower/npu_quantise_conv.c - conv in int8: s8 weights, s32 bias and
 * one multiplier for each output channel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/npu_quantise.h"
#include <math.h>
#include <string.h>

/* Bias stays below this: with sums of up to 33,000 products of 255 * 127 the
 * accumulator does not wrap. */
static const float BIAS_MAX = 0x1p30f;

/* The weights' scale of each channel: |w| up to 127, and the bias fits. */
static void channel_scales(const float *w, const float *bias, int64_t k,
			   int64_t m, float x_scale, float *scale)
{
	for (int64_t j = 0; j < m; j++)
		scale[j] = 0;
	for (int64_t i = 0; i < k; i++)
		for (int64_t j = 0; j < m; j++) {
			const float a = fabsf(w[i * m + j]);

			scale[j] = a > scale[j] ? a : scale[j];
		}
	for (int64_t j = 0; j < m; j++) {
		scale[j] /= 127.0f;
		if (bias && fabsf(bias[j]) > scale[j] * x_scale * BIAS_MAX)
			scale[j] = fabsf(bias[j]) / (x_scale * BIAS_MAX);
		if (!(scale[j] > 0x1p-100f))
			scale[j] = 1.0f;
	}
}

static void round_weights(const float *w, int64_t k, int64_t m,
			  const float *scale, int8_t *out)
{
	for (int64_t i = 0; i < k; i++)
		for (int64_t j = 0; j < m; j++) {
			/* adding 1.5 * 2^23 rounds to nearest even */
			const float v =
				w[i * m + j] / scale[j] + 0x1.8p23f - 0x1.8p23f;

			out[i * m + j] = (int8_t)(v > 127    ? 127
						  : v < -127 ? -127
							     : v);
		}
}

struct parts {
	struct npu_value *x, *w, *bias, *multiplier;
	int8_t *w_data;
	int32_t *bias_data;
	float *multiplier_data;
};

static int make_parts(struct npu_quantise *q, const struct npu_node *old,
		      struct parts *p)
{
	const struct npu_value *w = old->inputs[1];
	const int64_t dim[4] = { 1, 1, 1, w->shape.dim[3] };
	const char *name =
		npu_arena_printf(q->to->arena, "%s:multiplier", old->name);
	const char *bias = npu_arena_printf(q->to->arena, "%s:bias", old->name);
	void *data[3];

	if (!name || !bias)
		return 0;
	p->x = q->map[old->inputs[0]->id];
	p->w = npu__lower_constant(q->low, w->name, NPU_s8, w->shape.dim,
				   &data[0]);
	p->bias = npu__lower_constant(
		q->low,
		old->low.bias < 0 ? bias : old->inputs[old->low.bias]->name,
		NPU_s32, dim, &data[1]);
	p->multiplier =
		npu__lower_constant(q->low, name, NPU_fp32, dim, &data[2]);
	p->w_data = data[0];
	p->bias_data = data[1];
	p->multiplier_data = data[2];
	return p->w && p->bias && p->multiplier;
}

/* `to`: scale of what the accumulator is brought to, y's or the residual's. */
static int fill_parts(struct npu_quantise *q, const struct npu_node *old,
		      float to, struct parts *p)
{
	const float *w = npu__lower_floats(old->inputs[1]);
	const float *bias =
		old->low.bias < 0
			? NULL
			: npu__lower_floats(old->inputs[old->low.bias]);
	const float x_scale = npu__quantise_scale(q, old->inputs[0]);
	const int64_t m = old->inputs[1]->shape.dim[3];
	const int64_t k = npu_shape_count(&old->inputs[1]->shape) / m;
	float *scale = npu_new(q->from->arena, float, (size_t)m);

	if (!scale)
		return 0;
	channel_scales(w, bias, k, m, x_scale, scale);
	round_weights(w, k, m, scale, p->w_data);
	for (int64_t j = 0; j < m; j++) {
		const double unit = (double)x_scale * (double)scale[j];

		p->bias_data[j] =
			bias ? (int32_t)rint((double)bias[j] / unit) : 0;
		p->multiplier_data[j] = x_scale * scale[j] / to;
	}
	return 1;
}

enum npu_status npu__quantise_conv(struct npu_quantise *q,
				   const struct npu_node *old,
				   struct npu_error *err)
{
	const int residual = old->low.residual;
	const struct npu_value *unit =
		residual < 0 ? old->outputs[0] : old->inputs[residual];
	const float to = npu__quantise_scale(q, unit);
	struct parts p;
	struct npu_node *node;

	if (!make_parts(q, old, &p))
		return npu__lower_nomem(err);
	if (q->low->options->with_data && !fill_parts(q, old, to, &p))
		return npu__lower_nomem(err);
	node = npu__quantise_node(
		q, old, residual < 0 ? 4 : 5,
		(struct npu_value *const[]){ p.x, p.w, p.bias, p.multiplier,
					     residual < 0 ? NULL
							  : q->map[unit->id] });
	if (!node)
		return npu__lower_nomem(err);
	node->low.bias = 2;
	node->low.multiplier = 3;
	node->low.residual = residual < 0 ? -1 : 4;
	npu__quantise_end(q, old, to, node);
	if (residual < 0) /* t is in units of y */
		node->low.post.has_scale = 0;
	if (residual < 0)
		node->low.post.scale = 0;
	return NPU_OK;
}
