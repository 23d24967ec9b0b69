/* models/exact/npu_exact_conv.c - conv: a chain per output element, in the order
 * (ky, kx, c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_kernel.h"
#include "models/exact/npu_exact_number.h"
#include <stdlib.h>

enum { COLUMNS = NPU_EXACT_COLUMNS, PIXELS = NPU_EXACT_PIXELS };

struct conv {
	const struct npu_exact *x;
	const struct npu_lowered *low;
	const struct npu_value *in, *out;
	size_t h, w, c, oh, ow, m; /* image, output image, channels */
	size_t group_c, group_m;
	size_t pixels; /* of the output, over the whole batch */
	float *zeros;  /* [group_c]: what lies outside the image */
	/* the input less its zero point, and the weights: one pair is set */
	float *xf, *wf;
	int16_t *xi;
	const int8_t *wi;
	const float *multiplier, *bias_f; /* or NULL */
	const int32_t *bias_i;
};

/* Index of pixel (iy, ix) of image n that tap (ky, kx) of output (oy, ox)
 * reads; 0 where it is outside. */
static int tap(const struct conv *cv, size_t n, size_t oy, size_t ox, size_t ky,
	       size_t kx, size_t *index)
{
	const struct npu_lowered *low = cv->low;
	int64_t iy = (int64_t)oy * low->stride[0] +
		     (int64_t)ky * low->dilation[0] - low->pad_lo[0];
	int64_t ix = (int64_t)ox * low->stride[1] +
		     (int64_t)kx * low->dilation[1] - low->pad_lo[1];

	if (iy < 0 || ix < 0 || iy >= (int64_t)cv->h || ix >= (int64_t)cv->w)
		return 0;
	*index = ((n * cv->h + (size_t)iy) * cv->w + (size_t)ix) * cv->c;
	return 1;
}

/* acc = bias, for `count` channels from m0. */
static void begin(const struct conv *cv, size_t m0, size_t count, void *p)
{
	float *pf = (float *)p;
	int32_t *pi = (int32_t *)p;

	for (size_t i = 0; i < count && cv->xf; i++)
		pf[i] = cv->bias_f ? npu__flush(cv->bias_f[m0 + i]) : 0.0f;
	for (size_t i = 0; i < count && !cv->xf; i++)
		pi[i] = cv->bias_i ? cv->bias_i[m0 + i] : 0;
}

/* t from acc, then post: `count` channels from m0 of output pixel `pixel`. */
static void end(const struct conv *cv, size_t pixel, size_t m0, size_t count,
		void *p)
{
	const struct npu_lowered *low = cv->low;
	const struct npu_node *node = cv->x->node;
	const size_t first = pixel * cv->m + m0;
	float t[COLUMNS], r[COLUMNS];

	for (size_t i = 0; i < count && cv->xf; i++)
		t[i] = npu__flush(((float *)p)[i]);
	for (size_t i = 0; i < count && !cv->xf; i++)
		t[i] = (float)((int32_t *)p)[i];
	if (low->residual >= 0)
		npu__exact_widen(node->inputs[low->residual],
				 cv->x->in[low->residual], first, count, r);
	for (size_t i = 0; i < count; i++) {
		if (cv->multiplier && low->residual >= 0)
			t[i] = npu__flush(
				fmaf(t[i], npu__flush(cv->multiplier[m0 + i]),
				     r[i]));
		else if (cv->multiplier)
			t[i] = npu__flush(t[i] *
					  npu__flush(cv->multiplier[m0 + i]));
		else if (low->residual >= 0)
			t[i] = npu__flush(t[i] + r[i]);
	}
	npu__exact_post_row(&low->post, cv->out, cv->x->out, first, count, t);
}

/* What pixel `pixel` of the output reads at tap k: an index into the input, or
 * 0 where it is outside and reads the row of zeros. */
static int source(const struct conv *cv, size_t pixel, size_t k, size_t *index)
{
	const size_t kw = (size_t)cv->low->kernel[1];

	return tap(cv, pixel / cv->ow / cv->oh, pixel / cv->ow % cv->oh,
		   pixel % cv->ow, k / kw, k % kw, index);
}

/* Eight output pixels from `first` (those beyond the last are not stored),
 * `columns` <= 64 channels from m0 of group g. */
static void block(const struct conv *cv, size_t first, size_t g, size_t m0,
		  size_t columns)
{
	union {
		float f[PIXELS * COLUMNS];
		int32_t i[PIXELS * COLUMNS];
	} p;
	const size_t left = cv->pixels - first;
	const size_t count = left < PIXELS ? left : PIXELS;
	const size_t taps = (size_t)(cv->low->kernel[0] * cv->low->kernel[1]);

	for (size_t q = 0; q < PIXELS; q++)
		begin(cv, m0, columns, p.f + q * COLUMNS);
	for (size_t k = 0; k < taps; k++) {
		const size_t w_at = k * cv->group_c * cv->m + m0;
		const float *af[PIXELS];
		const int16_t *ai[PIXELS];

		for (size_t q = 0; q < PIXELS; q++) {
			size_t at;

			af[q] = cv->zeros;
			ai[q] = (const int16_t *)(const void *)cv->zeros;
			if (q >= count || !source(cv, first + q, k, &at))
				continue;
			at += g * cv->group_c;
			if (cv->xf)
				af[q] = cv->xf + at;
			else
				ai[q] = cv->xi + at;
		}
		if (cv->xf)
			npu__exact_chain8(cv->group_c, af, cv->wf + w_at, cv->m,
					  p.f, columns);
		else
			npu__exact_dot8(cv->group_c, ai, cv->wi + w_at, cv->m,
					p.i, columns);
	}
	for (size_t q = 0; q < count; q++)
		end(cv, first + q, m0, columns, p.f + q * COLUMNS);
}

static void each_block(const struct conv *cv)
{
	for (size_t g = 0; g < cv->m / cv->group_m; g++)
		for (size_t j = 0; j < cv->group_m; j += COLUMNS)
			for (size_t first = 0; first < cv->pixels;
			     first += PIXELS) {
				const size_t left = cv->group_m - j;

				block(cv, first, g, g * cv->group_m + j,
				      left < COLUMNS ? left : COLUMNS);
			}
}

/* One input and one output channel to a group: channels side by side. */
static void depthwise(const struct conv *cv)
{
	const size_t taps = (size_t)(cv->low->kernel[0] * cv->low->kernel[1]);
	union {
		float f[COLUMNS];
		int32_t i[COLUMNS];
	} p;

	for (size_t pixel = 0; pixel < cv->pixels; pixel++)
		for (size_t m0 = 0; m0 < cv->m; m0 += COLUMNS) {
			const size_t left = cv->m - m0;
			const size_t count = left < COLUMNS ? left : COLUMNS;

			begin(cv, m0, count, &p);
			for (size_t k = 0; k < taps; k++) {
				size_t at;

				if (!source(cv, pixel, k, &at))
					continue;
				if (cv->xf)
					npu__exact_chain_each(
						cv->xf + at + m0,
						cv->wf + k * cv->m + m0, p.f,
						count);
				else
					npu__exact_dot_each(cv->xi + at + m0,
							    cv->wi + k * cv->m +
								    m0,
							    p.i, count);
			}
			end(cv, pixel, m0, count, &p);
		}
}

/* fp32 copies of input and weights, or the input as 16 bits. */
static int widen(struct conv *cv, const struct npu_value *weights)
{
	const size_t count = (size_t)npu_shape_count(&cv->in->shape);
	const size_t w_count = (size_t)npu_shape_count(&weights->shape);
	const int is_int = npu_dtype_bytes(cv->in->dtype) == 1;

	cv->zeros = calloc(cv->group_c + 1, sizeof(*cv->zeros));
	if (!cv->zeros)
		return 0;
	if (is_int) {
		cv->xi = malloc(count * sizeof(*cv->xi) + 1);
		cv->wi = cv->x->in[1];
		for (size_t i = 0; cv->xi && i < count; i++)
			cv->xi[i] = (int16_t)npu__exact_read_int(
				cv->in, cv->x->in[0], i);
		return cv->xi != NULL;
	}
	cv->xf = malloc(count * sizeof(*cv->xf) + 1);
	cv->wf = malloc(w_count * sizeof(*cv->wf) + 1);
	if (!cv->xf || !cv->wf)
		return 0;
	npu__exact_widen(cv->in, cv->x->in[0], 0, count, cv->xf);
	npu__exact_widen(weights, cv->x->in[1], 0, w_count, cv->wf);
	return 1;
}

enum npu_status npu__exact_conv(const struct npu_exact *x)
{
	const struct npu_node *node = x->node;
	const struct npu_lowered *low = &node->low;
	const struct npu_value *in = node->inputs[0], *out = node->outputs[0];
	const size_t groups = (size_t)low->groups;
	const void *bias = low->bias < 0 ? NULL : x->in[low->bias];
	struct conv cv = {
		.x = x,
		.low = low,
		.in = in,
		.out = out,
		.h = (size_t)in->shape.dim[1],
		.w = (size_t)in->shape.dim[2],
		.c = (size_t)in->shape.dim[3],
		.oh = (size_t)out->shape.dim[1],
		.ow = (size_t)out->shape.dim[2],
		.m = (size_t)out->shape.dim[3],
	};
	enum npu_status status = NPU_OK;

	cv.group_c = cv.c / groups;
	cv.group_m = cv.m / groups;
	cv.pixels = (size_t)in->shape.dim[0] * cv.oh * cv.ow;
	cv.multiplier = low->multiplier < 0 ? NULL : x->in[low->multiplier];
	cv.bias_f = bias;
	cv.bias_i = bias;
	if (!widen(&cv, node->inputs[1]))
		status = npu_fail(x->err, NPU_E_NOMEM, "%s: out of memory",
				  node->name);
	else if (groups > 1 && cv.group_c == 1 && cv.group_m == 1)
		depthwise(&cv);
	else
		each_block(&cv);
	free(cv.zeros);
	free(cv.xf);
	free(cv.wf);
	free(cv.xi);
	return status;
}
