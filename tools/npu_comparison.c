/* tools/npu_comparison.c - layer by layer bits, and real error of the outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_comparison.h"
#include "base/npu_clock.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The inputs as the lowered graph has them, in its order. */
static enum npu_status lowered_inputs(const struct npu_session *s,
				      struct npu_array *out, size_t *count,
				      struct npu_error *err)
{
	*count = 0;
	for (uint32_t i = 0; i < s->lowered->value_count; i++) {
		const struct npu_value *value = s->lowered->values[i];
		size_t k = 0;

		if (!value->is_input)
			continue;
		while (k < s->input_count &&
		       strcmp(s->input_values[k]->name, value->imported) != 0)
			k++;
		if (k == s->input_count)
			return npu_fail(err, NPU_E_INTERNAL,
					"input %s is lost in lowering",
					value->name);
		NPU_TRY(npu_lower_input(value, &s->inputs[k], &out[*count],
					err));
		++*count;
	}
	return NPU_OK;
}

enum npu_status npu_comparison_begin(struct npu_comparison *comparison,
				     const struct npu_session *session,
				     struct npu_error *err)
{
	struct npu_array inputs[NPU_INPUTS_MAX] = { 0 };
	double start = npu_host_seconds();
	enum npu_status status;
	size_t count;

	memset(comparison, 0, sizeof *comparison);
	comparison->session = session;
	comparison->err = err;
	comparison->total.sqnr_db = INFINITY;
	comparison->checks = calloc(session->program->tensor_count + 1,
				    sizeof *comparison->checks);
	if (!comparison->checks)
		return npu_fail(err, NPU_E_NOMEM, "comparison");
	status = lowered_inputs(session, inputs, &count, err);
	if (status == NPU_OK)
		status = npu_exact_run(session->lowered, inputs,
				       &comparison->exact, err);
	for (size_t i = 0; i < NPU_INPUTS_MAX; i++)
		npu_array_clear(&inputs[i]);
	comparison->exact_seconds = npu_host_seconds() - start;
	return status;
}

static void check_tensor(struct npu_comparison *c, struct npu_sim *sim,
			 const struct npu_tensor_desc *tensor)
{
	const struct npu_value *value =
		npu_graph_find_value(c->session->lowered, tensor->name);
	struct npu_tensor_check *check;
	uint64_t count;
	void *got;

	if (!value || !c->exact.data[value->id])
		return;
	count = (uint64_t)npu_shape_count(&value->shape);
	got = malloc(count * npu_dtype_bytes(tensor->dtype) + 1);
	if (!got) {
		c->status = npu_fail(c->err, NPU_E_NOMEM, "comparing %s",
				     tensor->name);
		return;
	}
	npu_sim_read(sim, tensor, got);
	check = &c->checks[c->check_count++];
	check->name = tensor->name;
	check->layer = tensor->layer;
	check->difference = npu_compare_bits(got, c->exact.data[value->id],
					     tensor->dtype, count);
	free(got);
	c->total.count += check->difference.count;
	c->total.mismatches += check->difference.mismatches;
}

void npu_comparison_layer(void *user, struct npu_sim *sim, uint32_t layer)
{
	struct npu_comparison *c = user;
	const struct npu_program *program = c->session->program;

	for (size_t i = 0; i < program->tensor_count; i++)
		if (program->tensor[i].layer == layer && c->status == NPU_OK)
			check_tensor(c, sim, &program->tensor[i]);
}

/* One output against the float graph; the worst is kept. */
static enum npu_status compare_output(struct npu_comparison *c,
				      const struct npu_sim *sim,
				      const struct npu_value *value,
				      const struct npu_values *real,
				      struct npu_error *err)
{
	const struct npu_value *imported = npu_graph_find_value(
		c->session->graph, value->imported ? value->imported : "");
	struct npu_array got = { 0 };
	struct npu_difference d;
	uint64_t last;

	if (!imported || !real->data[imported->id])
		return npu_fail(err, NPU_E_INTERNAL,
				"output %s has no float counterpart",
				value->name);
	NPU_TRY(npu_session_output(c->session, sim, value, &got, err));
	last = got.shape.rank ? (uint64_t)got.shape.dim[got.shape.rank - 1] : 1;
	d = npu_compare_real(got.data, real->data[imported->id],
			     (uint64_t)npu_shape_count(&got.shape), last);
	npu_array_clear(&got);
	if (!c->real.count) {
		c->real = d;
		return NPU_OK;
	}
	c->real.count += d.count;
	c->real.top1_equal &= d.top1_equal;
	if (d.sqnr_db < c->real.sqnr_db)
		c->real.sqnr_db = d.sqnr_db;
	if (d.max_abs_error > c->real.max_abs_error)
		c->real.max_abs_error = d.max_abs_error;
	return NPU_OK;
}

enum npu_status npu_comparison_end(struct npu_comparison *comparison,
				   const struct npu_sim *sim, int threads,
				   struct npu_result *result,
				   struct npu_error *err)
{
	const struct npu_session *s = comparison->session;
	struct npu_values real = { 0 };
	enum npu_status status = comparison->status;

	if (status == NPU_OK)
		status = npu_onednn_run(s->graph, s->inputs, threads, 1, &real,
					&comparison->onednn_seconds, err);
	for (uint32_t i = 0; status == NPU_OK && i < s->lowered->value_count;
	     i++)
		if (s->lowered->values[i]->is_output)
			status = compare_output(comparison, sim,
						s->lowered->values[i], &real,
						err);
	npu_values_clear(&real);
	if (status != NPU_OK)
		return status;
	if (!comparison->check_count)
		return npu_fail(err, NPU_E_INTERNAL,
				"no tensor of the program was compared");
	result->has_reference = 1;
	result->bit_exact = comparison->total.mismatches == 0;
	result->mismatches = comparison->total.mismatches;
	result->max_abs_error = comparison->real.max_abs_error;
	result->sqnr_db = comparison->real.sqnr_db;
	result->top1_equal = comparison->real.top1_equal;
	return NPU_OK;
}

enum npu_status npu_comparison_verdict(const struct npu_comparison *comparison,
				       struct npu_error *err)
{
	double least = comparison->session->precision == NPU_PRECISION_int8
			       ? NPU_SQNR_INT8_DB
			       : NPU_SQNR_FLOAT_DB;

	if (comparison->total.mismatches)
		return npu_fail(
			err, NPU_E_DIFFERENT,
			"%llu of %llu elements differ from the exact "
			"reference",
			(unsigned long long)comparison->total.mismatches,
			(unsigned long long)comparison->total.count);
	if (!(comparison->real.sqnr_db >= least))
		return npu_fail(err, NPU_E_DIFFERENT,
				"SQNR against the float graph is %.1f dB, "
				"below %.0f dB",
				comparison->real.sqnr_db, least);
	return NPU_OK;
}

static int was_checked(const struct npu_comparison *c, const char *name)
{
	for (size_t i = 0; i < c->check_count; i++)
		if (!strcmp(c->checks[i].name, name))
			return 1;
	return 0;
}

const struct npu_value *
npu_comparison_skipped(const struct npu_comparison *comparison, uint32_t *at)
{
	const struct npu_graph *lowered = comparison->session->lowered;

	while (*at < lowered->value_count) {
		const struct npu_value *value = lowered->values[(*at)++];

		if (value->producer && !was_checked(comparison, value->name))
			return value;
	}
	return NULL;
}

void npu_comparison_clear(struct npu_comparison *comparison)
{
	npu_values_clear(&comparison->exact);
	free(comparison->checks);
	comparison->checks = NULL;
}
