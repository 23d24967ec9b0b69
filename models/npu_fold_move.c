/* models/npu_fold_move.c - constants moved about: slices, joins, transposes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_fold_internal.h"
#include <string.h>

enum npu_status npu__evaluate_shape(struct npu_graph *graph,
				    const struct npu_node *node, void *out,
				    struct npu_error *err)
{
	const struct npu_shape *x = &node->inputs[0]->shape;

	(void)graph;
	(void)err;
	if (x->rank)
		memcpy(out, x->dim, x->rank * sizeof(x->dim[0]));
	return NPU_OK;
}

/* Steps of a row-major value, in elements. */
static void row_major(const struct npu_shape *shape, int64_t step[NPU_DIMS])
{
	int64_t next = 1;

	for (unsigned d = shape->rank; d-- > 0;) {
		step[d] = next;
		next *= shape->dim[d];
	}
}

/* out[i] = in[start + sum of i_d * step[d]], elements of `size` bytes. */
static void copy_strided(char *out, const char *in,
			 const struct npu_shape *shape, int64_t start,
			 const int64_t step[NPU_DIMS], size_t size)
{
	const int64_t count = npu_shape_count(shape);
	int64_t index[NPU_DIMS] = { 0 }, at = start;

	for (int64_t i = 0; i < count; i++) {
		memcpy(out + (size_t)i * size, in + (size_t)at * size, size);
		for (unsigned d = shape->rank; d-- > 0;) {
			at += step[d];
			if (++index[d] < shape->dim[d])
				break;
			at -= step[d] * shape->dim[d];
			index[d] = 0;
		}
	}
}

enum npu_status npu__evaluate_slice(struct npu_graph *graph,
				    const struct npu_node *node, void *out,
				    struct npu_error *err)
{
	const struct npu_value *x = node->inputs[0];
	int64_t first[NPU_DIMS], by[NPU_DIMS], step[NPU_DIMS], start = 0;
	struct npu_shape shape;
	const void *in;

	NPU_TRY(npu__fold_data(graph, node, 0, &in, err));
	NPU_TRY(npu__infer_slice(graph, node, first, by, &shape, err));
	row_major(&x->shape, step);
	for (unsigned d = 0; d < shape.rank; d++) {
		start += first[d] * step[d];
		step[d] *= by[d];
	}
	copy_strided(out, in, &shape, start, step, npu_dtype_bytes(x->dtype));
	return NPU_OK;
}

enum npu_status npu__evaluate_transpose(struct npu_graph *graph,
					const struct npu_node *node, void *out,
					struct npu_error *err)
{
	const struct npu_value *x = node->inputs[0];
	int64_t from[NPU_DIMS], step[NPU_DIMS];
	const void *in;

	NPU_TRY(npu__fold_data(graph, node, 0, &in, err));
	row_major(&x->shape, from);
	for (unsigned d = 0; d < x->shape.rank; d++)
		step[d] = from[node->attr.list[d]];
	copy_strided(out, in, &node->outputs[0]->shape, 0, step,
		     npu_dtype_bytes(x->dtype));
	return NPU_OK;
}

/* Elements of the dimensions before and from `axis`. */
static void split(const struct npu_shape *shape, int64_t axis, size_t *outer,
		  size_t *inner)
{
	*outer = *inner = 1;
	for (int64_t d = 0; d < shape->rank; d++)
		*(d < axis ? outer : inner) *= (size_t)shape->dim[d];
}

enum npu_status npu__evaluate_concat(struct npu_graph *graph,
				     const struct npu_node *node, void *out,
				     struct npu_error *err)
{
	const struct npu_value *y = node->outputs[0];
	const size_t size = npu_dtype_bytes(y->dtype);
	size_t rows, row, at = 0;

	split(&y->shape, node->attr.axis, &rows, &row);
	for (uint32_t i = 0; i < node->input_count; i++) {
		size_t outer, part;
		const void *in;

		NPU_TRY(npu__fold_data(graph, node, i, &in, err));
		split(&node->inputs[i]->shape, node->attr.axis, &outer, &part);
		for (size_t r = 0; part && r < rows; r++)
			memcpy((char *)out + (r * row + at) * size,
			       (const char *)in + r * part * size, part * size);
		at += part;
	}
	return NPU_OK;
}

enum npu_status npu__evaluate_gather(struct npu_graph *graph,
				     const struct npu_node *node, void *out,
				     struct npu_error *err)
{
	const struct npu_value *x = node->inputs[0], *index = node->inputs[1];
	const int64_t axis = node->attr.axis, extent = x->shape.dim[axis];
	const size_t wide = npu_dtype_bytes(index->dtype);
	const size_t n = (size_t)npu_shape_count(&index->shape);
	size_t outer, inner;
	const void *in, *list;

	if (index->dtype != NPU_s64 && index->dtype != NPU_s32)
		return npu__node_fail(node, NPU_E_SYNTAX, err,
				      "indices are not integers");
	NPU_TRY(npu__fold_data(graph, node, 0, &in, err));
	NPU_TRY(npu__fold_data(graph, node, 1, &list, err));
	split(&x->shape, axis, &outer, &inner);
	const size_t row = extent ? inner / (size_t)extent : 0;
	const size_t bytes = row * npu_dtype_bytes(x->dtype);

	for (size_t i = 0; i < n; i++) {
		const char *entry = (const char *)list + i * wide;
		int64_t at = 0;
		int32_t narrow;

		if (wide == 8) {
			memcpy(&at, entry, 8);
		} else {
			memcpy(&narrow, entry, 4);
			at = narrow;
		}
		if (at < -extent || at >= extent)
			return npu__node_fail(node, NPU_E_RANGE, err,
					      "index %lld of %lld",
					      (long long)at, (long long)extent);
		at += at < 0 ? extent : 0;
		for (size_t o = 0; o < outer; o++)
			memcpy((char *)out + (o * n + i) * bytes,
			       (const char *)in +
				       (o * (size_t)extent + (size_t)at) *
					       bytes,
			       bytes);
	}
	return NPU_OK;
}
