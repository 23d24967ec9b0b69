/* models/onednn/npu_onednn_step.c - make steps, run and time them.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "models/onednn/npu_onednn_internal.h"
#include "base/npu_clock.h"
#include <stdlib.h>
#include <string.h>
#ifdef NPU_OPENMP
#include <omp.h>
#endif

/* OpenMP's number of threads is the process's, and primitives keep the one
 * they were made with: set before, put back at the end. */
static int set_threads(int threads)
{
#ifdef NPU_OPENMP
	const int before = omp_get_max_threads();

	omp_set_num_threads(threads > 0 ? threads : omp_get_num_procs());
	return before;
#else
	return threads;
#endif
}

enum npu_status npu__dnn_begin(struct npu__dnn *dnn, struct npu_graph *graph,
			       int threads, struct npu_error *err)
{
	*dnn = (struct npu__dnn){ .graph = graph, .err = err };
	dnn->threads_before = set_threads(threads);
	dnn->arena = npu_arena_create();
	if (!dnn->arena)
		return npu_fail(err, NPU_E_NOMEM, "oneDNN reference");
	NPU__DNN_TRY(dnn, NULL, dnnl_engine_create(&dnn->engine, dnnl_cpu, 0));
	NPU__DNN_TRY(dnn, NULL,
		     dnnl_stream_create(&dnn->stream, dnn->engine,
					dnnl_stream_default_flags));
	return NPU_OK;
}

void npu__dnn_end(struct npu__dnn *dnn)
{
	for (uint32_t i = 0; i < dnn->primitive_count; i++)
		dnnl_primitive_destroy(dnn->primitives[i]);
	for (uint32_t i = 0; i < dnn->memory_count; i++)
		dnnl_memory_destroy(dnn->memories[i]);
	if (dnn->stream)
		dnnl_stream_destroy(dnn->stream);
	if (dnn->engine)
		dnnl_engine_destroy(dnn->engine);
	npu_arena_destroy(dnn->arena);
	set_threads(dnn->threads_before);
}

enum npu_status npu__dnn_fail(struct npu__dnn *dnn, const struct npu_node *node,
			      dnnl_status_t status)
{
	const char *name = node ? node->name : "the network";
	const char *op = node ? npu_op_name(node->op) : "start";

	if (status == dnnl_out_of_memory)
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN: %s", name);
	if (status == dnnl_unimplemented)
		return npu_fail(dnn->err, NPU_E_UNSUPPORTED,
				"oneDNN has no implementation for %s (%s)",
				name, op);
	return npu_fail(dnn->err, NPU_E_INTERNAL,
			"oneDNN refused %s (%s): status %d", name, op,
			(int)status);
}

/* ---- growing lists in the arena ---- */

static enum npu_status grow(struct npu__dnn *dnn, void **list, uint32_t count,
			    uint32_t *capacity, size_t size)
{
	uint32_t more = *capacity ? 2 * *capacity : 256;
	void *bigger;

	if (count < *capacity)
		return NPU_OK;
	bigger = npu_arena_alloc(dnn->arena, more, size, alignof(max_align_t));
	if (!bigger)
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN reference");
	if (count)
		memcpy(bigger, *list, count * size);
	*list = bigger;
	*capacity = more;
	return NPU_OK;
}

enum npu_status npu__dnn_dense(struct npu__dnn *dnn, struct npu__dims dims,
			       dnnl_data_type_t type, dnnl_memory_desc_t *out)
{
	dnnl_dims_t strides;
	dnnl_dim_t step = 1;

	for (int d = dims.rank - 1; d >= 0; d--) {
		strides[d] = step;
		step *= dims.dim[d];
	}
	NPU__DNN_TRY(dnn, NULL,
		     dnnl_memory_desc_init_by_strides(out, dims.rank, dims.dim,
						      type, strides));
	return NPU_OK;
}

enum npu_status npu__dnn_memory(struct npu__dnn *dnn,
				const dnnl_memory_desc_t *desc, void *data,
				dnnl_memory_t *out)
{
	void *list = dnn->memories;

	NPU_TRY(grow(dnn, &list, dnn->memory_count, &dnn->memory_capacity,
		     sizeof(dnnl_memory_t)));
	dnn->memories = list;
	NPU__DNN_TRY(dnn, NULL,
		     dnnl_memory_create(out, desc, dnn->engine, data));
	dnn->memories[dnn->memory_count++] = *out;
	return NPU_OK;
}

enum npu_status npu__dnn_dense_memory(struct npu__dnn *dnn,
				      struct npu__dims dims, float *data,
				      dnnl_memory_t *out)
{
	dnnl_memory_desc_t desc;

	NPU_TRY(npu__dnn_dense(dnn, dims, dnnl_f32, &desc));
	return npu__dnn_memory(dnn, &desc, data, out);
}

enum npu_status npu__dnn_keep(struct npu__dnn *dnn, dnnl_primitive_t primitive)
{
	void *list = dnn->primitives;
	enum npu_status status =
		grow(dnn, &list, dnn->primitive_count, &dnn->primitive_capacity,
		     sizeof(dnnl_primitive_t));

	if (status) {
		dnnl_primitive_destroy(primitive);
		return status;
	}
	dnn->primitives = list;
	dnn->primitives[dnn->primitive_count++] = primitive;
	return NPU_OK;
}

enum npu_status npu__dnn_primitive(struct npu__dnn *dnn,
				   const struct npu_node *node,
				   const void *desc,
				   const_dnnl_primitive_attr_t attr,
				   dnnl_primitive_t *out)
{
	dnnl_primitive_desc_t primitive_desc;
	dnnl_status_t status;

	NPU__DNN_TRY(dnn, node,
		     dnnl_primitive_desc_create(&primitive_desc, desc, attr,
						dnn->engine, NULL));
	status = dnnl_primitive_create(out, primitive_desc);
	dnnl_primitive_desc_destroy(primitive_desc);
	NPU__DNN_TRY(dnn, node, status);
	return npu__dnn_keep(dnn, *out);
}

const dnnl_memory_desc_t *npu__dnn_chosen(dnnl_primitive_t primitive, int arg)
{
	const_dnnl_primitive_desc_t desc = NULL;

	if (dnnl_primitive_get_primitive_desc(primitive, &desc) != dnnl_success)
		return NULL;
	return dnnl_primitive_desc_query_md(desc, dnnl_query_exec_arg_md, arg);
}

enum npu_status npu__dnn_step(struct npu__dnn *dnn, struct npu__dnn_step **out)
{
	void *list = dnn->steps;

	NPU_TRY(grow(dnn, &list, dnn->step_count, &dnn->step_capacity,
		     sizeof(struct npu__dnn_step)));
	dnn->steps = list;
	*out = &dnn->steps[dnn->step_count++];
	return NPU_OK;
}

enum npu_status npu__dnn_execute(struct npu__dnn *dnn,
				 dnnl_primitive_t primitive, int count,
				 const dnnl_exec_arg_t *args)
{
	struct npu__dnn_step *step;

	NPU_TRY(npu__dnn_step(dnn, &step));
	step->primitive = primitive;
	step->arg_count = count;
	memcpy(step->args, args, (size_t)count * sizeof *args);
	return NPU_OK;
}

enum npu_status npu__dnn_reorder(struct npu__dnn *dnn,
				 const struct npu_node *node,
				 dnnl_memory_t from, dnnl_memory_t to)
{
	const dnnl_memory_desc_t *from_desc, *to_desc;
	dnnl_primitive_desc_t desc;
	dnnl_primitive_t reorder;
	dnnl_status_t status;

	NPU__DNN_TRY(dnn, node, dnnl_memory_get_memory_desc(from, &from_desc));
	NPU__DNN_TRY(dnn, node, dnnl_memory_get_memory_desc(to, &to_desc));
	NPU__DNN_TRY(dnn, node,
		     dnnl_reorder_primitive_desc_create(&desc, from_desc,
							dnn->engine, to_desc,
							dnn->engine, NULL));
	status = dnnl_primitive_create(&reorder, desc);
	dnnl_primitive_desc_destroy(desc);
	NPU__DNN_TRY(dnn, node, status);
	status = dnnl_primitive_execute(
		reorder, dnn->stream, 2,
		(dnnl_exec_arg_t[]){ { DNNL_ARG_FROM, from },
				     { DNNL_ARG_TO, to } });
	if (status == dnnl_success)
		status = dnnl_stream_wait(dnn->stream);
	dnnl_primitive_destroy(reorder);
	NPU__DNN_TRY(dnn, node, status);
	return NPU_OK;
}

float *npu__dnn_room(struct npu__dnn *dnn, int64_t count)
{
	return npu_arena_alloc(dnn->arena, (size_t)count + 1, sizeof(float),
			       64);
}

/* ---- running ---- */

static void move(const struct npu__dnn_move *m)
{
	const unsigned last = m->rank - 1;
	int64_t at[NPU_DIMS] = { 0 };
	const float *from = m->from;
	float *to = m->to;

	for (;;) {
		const int64_t n = m->dim[last], step = m->step[last];

		for (int64_t i = 0; i < n; i++)
			to[i] = from[i * step];
		to += m->to_pitch ? m->to_pitch : n;
		unsigned d = last;

		while (d-- > 0) {
			from += m->step[d];
			if (++at[d] < m->dim[d])
				break;
			from -= at[d] * m->step[d];
			at[d] = 0;
		}
		if (d == (unsigned)-1)
			return;
	}
}

/* Run every step once. */
static enum npu_status run(struct npu__dnn *dnn)
{
	for (uint32_t i = 0; i < dnn->step_count; i++) {
		const struct npu__dnn_step *step = &dnn->steps[i];

		if (!step->primitive) {
			NPU__DNN_TRY(dnn, NULL, dnnl_stream_wait(dnn->stream));
			move(&step->move);
			continue;
		}
		NPU__DNN_TRY(
			dnn, NULL,
			dnnl_primitive_execute(step->primitive, dnn->stream,
					       step->arg_count, step->args));
	}
	NPU__DNN_TRY(dnn, NULL, dnnl_stream_wait(dnn->stream));
	return NPU_OK;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum npu_status npu__dnn_time(struct npu__dnn *dnn, int repeats,
			      double *seconds)
{
	const int n = repeats > 0 ? repeats : 1;
	double *times = npu_new(dnn->arena, double, (size_t)n);

	if (!times)
		return npu_fail(dnn->err, NPU_E_NOMEM, "oneDNN reference");
	NPU_TRY(run(dnn));
	if (!seconds)
		return NPU_OK;
	for (int i = 0; i < n; i++) {
		const double start = npu_host_seconds();

		NPU_TRY(run(dnn));
		times[i] = npu_host_seconds() - start;
	}
	qsort(times, (size_t)n, sizeof *times, compare);
	*seconds = n % 2 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
	return NPU_OK;
}
