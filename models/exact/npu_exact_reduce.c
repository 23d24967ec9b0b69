/* models/exact/npu_exact_reduce.c - reduce and pool: one accumulator, taps in
 * ascending order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/exact/npu_exact.h"
#include "models/exact/npu_exact_number.h"

/* Sum of 8-bit values in int32, all else in fp32; max of 8-bit values is the
 * same in both. */
struct total {
	float f;
	int32_t i;
	int is_int, any;
};

static void add(struct total *total, const struct npu_value *in,
		const void *data, size_t index)
{
	if (total->is_int)
		total->i = (int32_t)((uint32_t)total->i +
				     (uint32_t)npu__exact_read_int(in, data,
								   index));
	else
		total->f =
			npu__flush(total->f + npu__exact_read(in, data, index));
}

/* RED's max: the first of equals stays. */
static void greatest(struct total *total, const struct npu_value *in,
		     const void *data, size_t index)
{
	const float v = npu__exact_read(in, data, index), r = total->f;

	if (!total->any)
		total->f = v;
	else if (v != v || r != r)
		total->f = npu__float(0x7fc00000);
	else
		total->f = v > r ? v : r;
	total->any = 1;
}

static float value_of(const struct total *total, uint8_t reduce)
{
	return total->is_int && reduce == NPU_EXACT_REDUCE_sum ? (float)total->i
							       : total->f;
}

enum npu_status npu__exact_reduce(const struct npu_exact *x)
{
	const struct npu_lowered *low = &x->node->low;
	const struct npu_value *in = x->node->inputs[0];
	const struct npu_value *out = x->node->outputs[0];
	const size_t c = (size_t)in->shape.dim[3];
	const size_t hw = (size_t)(in->shape.dim[1] * in->shape.dim[2]);
	const size_t count = (size_t)npu_shape_count(&out->shape);
	/* output i takes `taps` elements, `step` apart */
	const int image = low->axis == 12;
	const size_t taps = image ? hw : c, step = image ? c : 1;

	for (size_t i = 0; i < count; i++) {
		const size_t first = image ? i / c * hw * c + i % c : i * c;
		struct total total = {
			.is_int = npu_dtype_bytes(in->dtype) == 1,
		};

		for (size_t k = 0; k < taps; k++) {
			const size_t at = first + k * step;

			if (low->reduce == NPU_EXACT_REDUCE_max)
				greatest(&total, in, x->in[0], at);
			else
				add(&total, in, x->in[0], at);
		}
		npu__exact_post(&low->post, out, x->out, i,
				value_of(&total, low->reduce));
	}
	return NPU_OK;
}

/* One tap of pool: the first is the accumulator, a sum takes 0 from outside the
 * image, max nothing; max is EW's, the later of equals stays. */
static void tap(struct total *total, uint8_t reduce, const struct npu_value *in,
		const void *data, int inside, size_t index)
{
	const int first = !total->any;

	if (reduce == NPU_EXACT_REDUCE_max && inside) {
		const float v = npu__exact_read(in, data, index);

		total->f = first ? v : npu__max(total->f, v);
		total->any = 1;
	} else if (reduce == NPU_EXACT_REDUCE_sum) {
		if (inside && first && !total->is_int)
			total->f = npu__exact_read(in, data, index);
		else if (inside)
			add(total, in, data, index);
		else
			total->f = npu__flush(total->f + 0.0f);
		total->any = 1;
	}
}

/* One output of pool. */
static struct total window(const struct npu_exact *x, size_t n, size_t oy,
			   size_t ox, size_t c)
{
	const struct npu_lowered *low = &x->node->low;
	const struct npu_value *in = x->node->inputs[0];
	const int64_t h = in->shape.dim[1], w = in->shape.dim[2];
	const size_t channels = (size_t)in->shape.dim[3];
	struct total total = { .is_int = npu_dtype_bytes(in->dtype) == 1 };

	for (int64_t ky = 0; ky < low->kernel[0]; ky++)
		for (int64_t kx = 0; kx < low->kernel[1]; kx++) {
			const int64_t iy = (int64_t)oy * low->stride[0] +
					   ky * low->dilation[0] -
					   low->pad_lo[0];
			const int64_t ix = (int64_t)ox * low->stride[1] +
					   kx * low->dilation[1] -
					   low->pad_lo[1];

			const int inside =
				iy >= 0 && ix >= 0 && iy < h && ix < w;
			const int64_t pixel = (((int64_t)n * h) + iy) * w + ix;

			tap(&total, low->reduce, in, x->in[0], inside,
			    inside ? (size_t)pixel * channels + c : 0);
		}
	return total;
}

enum npu_status npu__exact_pool(const struct npu_exact *x)
{
	const struct npu_lowered *low = &x->node->low;
	const struct npu_value *out = x->node->outputs[0];
	const size_t oh = (size_t)out->shape.dim[1];
	const size_t ow = (size_t)out->shape.dim[2];
	const size_t channels = (size_t)out->shape.dim[3];
	const float *scale = x->node->input_count > 1 ? x->in[1] : NULL;
	const size_t count = (size_t)npu_shape_count(&out->shape);

	for (size_t i = 0; i < count; i++) {
		const size_t pixel = i / channels;
		const struct total total =
			window(x, pixel / ow / oh, pixel / ow % oh, pixel % ow,
			       i % channels);
		float t = value_of(&total, low->reduce);

		if (!scale) {
			npu__exact_post(&low->post, out, x->out, i, t);
			continue;
		}
		t = npu__exact_function(low->post.f, t, low->post.p0,
					low->post.p1);
		npu__exact_write(
			out, x->out, i,
			npu__flush(t * npu__flush(scale[pixel % (oh * ow)])));
	}
	return NPU_OK;
}
