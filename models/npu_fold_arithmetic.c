/* models/npu_fold_arithmetic.c - constants computed: + - * /, casts, fills.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_fold_internal.h"
#include <math.h>
#include <string.h>

/* Any element: integers exactly, everything else as a double. */
struct number {
	int is_int;
	int64_t i;
	double d;
};

static struct number read_number(enum npu_dtype dtype, const char *from)
{
	struct number n = { 0 };
	uint16_t half;
	int32_t i32;
	float f;

	switch (dtype) {
	case NPU_s64:
		n.is_int = 1;
		memcpy(&n.i, from, 8);
		return n;
	case NPU_s32:
		n.is_int = 1;
		memcpy(&i32, from, 4);
		n.i = i32;
		return n;
	case NPU_s8:
		n.is_int = 1;
		n.i = *(const int8_t *)from;
		return n;
	case NPU_u8:
	case NPU_boolean:
		n.is_int = 1;
		n.i = *(const uint8_t *)from;
		return n;
	case NPU_f64:
		memcpy(&n.d, from, 8);
		return n;
	case NPU_fp16:
	case NPU_bf16:
		memcpy(&half, from, 2);
		n.d = (double)(dtype == NPU_fp16 ? npu_fp32_from_fp16(half)
						 : npu_fp32_from_bf16(half));
		return n;
	default:
		memcpy(&f, from, 4);
		n.d = (double)f;
		return n;
	}
}

/* C's conversion, saturating where C leaves it undefined. */
static int64_t to_int(struct number n)
{
	if (n.is_int)
		return n.i;
	if (isnan(n.d))
		return 0;
	if (n.d >= 9223372036854775808.0)
		return INT64_MAX;
	if (n.d < -9223372036854775808.0)
		return INT64_MIN;
	return (int64_t)n.d;
}

static double to_double(struct number n)
{
	return n.is_int ? (double)n.i : n.d;
}

static void write_number(enum npu_dtype dtype, char *to, struct number n)
{
	const int64_t i = to_int(n);
	const float f = n.is_int ? (float)n.i : (float)n.d;
	uint16_t half;

	switch (dtype) {
	case NPU_s64:
		memcpy(to, &i, 8);
		return;
	case NPU_s32:
		memcpy(to, &(int32_t){ (int32_t)(uint32_t)(uint64_t)i }, 4);
		return;
	case NPU_s8:
	case NPU_u8:
		*(uint8_t *)to = (uint8_t)(uint64_t)i;
		return;
	case NPU_boolean: /* NaN is true */
		*to = n.is_int ? n.i != 0 : !(n.d >= 0 && n.d <= 0);
		return;
	case NPU_f64:
		memcpy(to, &(double){ to_double(n) }, 8);
		return;
	case NPU_fp16:
	case NPU_bf16:
		half = dtype == NPU_fp16 ? npu_fp16_from_fp32(f)
					 : npu_bf16_from_fp32(f);
		memcpy(to, &half, 2);
		return;
	default:
		memcpy(to, &f, 4);
		return;
	}
}

enum npu_status npu__evaluate_cast(struct npu_graph *graph,
				   const struct npu_node *node, void *out,
				   struct npu_error *err)
{
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const int64_t count = npu_shape_count(&y->shape);
	const size_t from = npu_dtype_bytes(x->dtype);
	const size_t to = npu_dtype_bytes(y->dtype);
	const void *in;

	NPU_TRY(npu__fold_data(graph, node, 0, &in, err));
	for (int64_t i = 0; i < count; i++)
		write_number(y->dtype, (char *)out + (size_t)i * to,
			     read_number(x->dtype,
					 (const char *)in + (size_t)i * from));
	return NPU_OK;
}

enum npu_status npu__evaluate_fill(struct npu_graph *graph,
				   const struct npu_node *node, void *out,
				   struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];
	const int64_t count = npu_shape_count(&y->shape);
	const size_t to = npu_dtype_bytes(y->dtype);
	const struct number fill = { .d = (double)node->attr.alpha };

	(void)graph;
	(void)err;
	for (int64_t i = 0; i < count; i++)
		write_number(y->dtype, (char *)out + (size_t)i * to, fill);
	return NPU_OK;
}

/* Integers wrap, as hosts' do. */
static enum npu_status compute_int(const struct npu_node *node, int64_t a,
				   int64_t b, int64_t *out,
				   struct npu_error *err)
{
	const uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (node->op) {
	case NPU_Add:
		*out = (int64_t)(x + y);
		return NPU_OK;
	case NPU_Sub:
		*out = (int64_t)(x - y);
		return NPU_OK;
	case NPU_Mul:
		*out = (int64_t)(x * y);
		return NPU_OK;
	default:
		if (!b)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "integer division by 0");
		*out = b == -1 ? (int64_t)(0 - x) : a / b;
		return NPU_OK;
	}
}

/* fp32 operands: the double's rounding to fp32 is then that of the fp32
 * operation. source: Figueroa, "When is double rounding innocuous?", 1995. */
static double compute_double(enum npu_op op, double a, double b)
{
	switch (op) {
	case NPU_Add:
		return a + b;
	case NPU_Sub:
		return a - b;
	case NPU_Mul:
		return a * b;
	default:
		return a / b;
	}
}

/* Steps of `x` along the dimensions of `y`: 0 where it is broadcast. */
static void broadcast_steps(const struct npu_shape *x,
			    const struct npu_shape *y, int64_t step[NPU_DIMS])
{
	const unsigned skip = y->rank - x->rank;
	int64_t next = 1;

	for (unsigned d = y->rank; d-- > 0;) {
		const int64_t dim = d < skip ? 1 : x->dim[d - skip];

		step[d] = dim == 1 ? 0 : next;
		next *= dim;
	}
}

enum npu_status npu__evaluate_binary(struct npu_graph *graph,
				     const struct npu_node *node, void *out,
				     struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];
	const int64_t count = npu_shape_count(&y->shape);
	const size_t size = npu_dtype_bytes(y->dtype);
	int64_t step[2][NPU_DIMS], index[NPU_DIMS] = { 0 };
	const char *in[2];

	for (uint32_t i = 0; i < 2; i++) {
		const void *data;

		NPU_TRY(npu__fold_data(graph, node, i, &data, err));
		in[i] = data;
		broadcast_steps(&node->inputs[i]->shape, &y->shape, step[i]);
	}
	for (int64_t e = 0; e < count; e++) {
		struct number a = { 0 }, b = { 0 }, result = { 0 };
		int64_t at[2] = { 0, 0 };

		for (unsigned d = 0; d < y->shape.rank; d++) {
			at[0] += index[d] * step[0][d];
			at[1] += index[d] * step[1][d];
		}
		a = read_number(y->dtype, in[0] + (size_t)at[0] * size);
		b = read_number(y->dtype, in[1] + (size_t)at[1] * size);
		result.is_int = a.is_int;
		if (a.is_int)
			NPU_TRY(compute_int(node, a.i, b.i, &result.i, err));
		else
			result.d = compute_double(node->op, a.d, b.d);
		write_number(y->dtype, (char *)out + (size_t)e * size, result);
		for (unsigned d = y->shape.rank; d-- > 0;) {
			if (++index[d] < y->shape.dim[d])
				break;
			index[d] = 0;
		}
	}
	return NPU_OK;
}
