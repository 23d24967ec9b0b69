/* tools/npu_session.c - options to chip, network, program and result.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_session.h"
#include "base/npu_clock.h"
#include "isa/npu_verify.h"
#include "tools/npu_model_arguments.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "name=text": the text when the name fits, else NULL. */
static const char *after_name(const char *pair, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(pair, name, n) && pair[n] == '=' ? pair + n + 1 : NULL;
}

/* Every --input and --calibrate must name an input of the network. */
static enum npu_status check_names(const struct npu_arguments *args,
				   const struct npu_session *s,
				   enum npu_option option,
				   struct npu_error *err)
{
	for (size_t i = 0; i < args->value_count[option]; i++) {
		const char *pair = args->values[option][i];
		size_t k = 0;

		while (k < s->input_count &&
		       !after_name(pair, s->input_values[k]->name))
			k++;
		if (k == s->input_count)
			return npu_fail(
				err, NPU_E_USAGE,
				"%s: expected NAME=FILE with an input "
				"of the network (\"%s\"%s), got \"%s\"",
				npu_option_name(option),
				s->input_count ? s->input_values[0]->name
					       : "none",
				s->input_count > 1 ? ", ..." : "", pair);
	}
	return NPU_OK;
}

static bool same_shape(const struct npu_shape *a, const struct npu_shape *b)
{
	return a->rank == b->rank &&
	       !memcmp(a->dim, b->dim, a->rank * sizeof a->dim[0]);
}

/* The array given for input k by `option`, or none. */
static enum npu_status load_array(const struct npu_arguments *args,
				  enum npu_option option,
				  const struct npu_value *value,
				  struct npu_array *out, bool *found,
				  struct npu_error *err)
{
	const char *file = NULL;

	for (size_t i = 0; i < args->value_count[option]; i++) {
		const char *f =
			after_name(args->values[option][i], value->name);

		file = f ? f : file;
	}
	*found = file != NULL;
	if (!file)
		return NPU_OK;
	NPU_TRY(npu_array_load(file, out, err));
	if (out->dtype == value->dtype &&
	    same_shape(&out->shape, &value->shape))
		return NPU_OK;
	struct npu_text want = { 0 };
	for (unsigned d = 0; d < value->shape.rank; d++)
		npu_text_add(&want, "%s%lld", d ? " x " : "",
			     (long long)value->shape.dim[d]);
	enum npu_status status = npu_fail_at(
		err, NPU_E_RANGE, (struct npu_loc){ .path = file },
		"input %s: expected %s of %s, got %s of rank %u", value->name,
		npu_dtype_name(value->dtype), want.data ? want.data : "rank 0",
		npu_dtype_name(out->dtype), out->shape.rank);
	npu_text_clear(&want);
	npu_array_clear(out);
	return status;
}

static enum npu_status find_inputs(const struct npu_arguments *args,
				   struct npu_session *s, struct npu_error *err)
{
	for (uint32_t i = 0; i < s->graph->value_count; i++) {
		struct npu_value *value = s->graph->values[i];

		if (!value->is_input)
			continue;
		if (s->input_count == NPU_INPUTS_MAX)
			return npu_fail(err, NPU_E_LIMIT,
					"network has more than %d inputs",
					NPU_INPUTS_MAX);
		s->input_values[s->input_count++] = value;
	}
	NPU_TRY(check_names(args, s, NPU_OPTION_input, err));
	return check_names(args, s, NPU_OPTION_calibrate, err);
}

static enum npu_status make_inputs(const struct npu_arguments *args,
				   struct npu_session *s, struct npu_error *err)
{
	for (size_t i = 0; i < s->input_count; i++) {
		bool found;

		NPU_TRY(load_array(args, NPU_OPTION_input, s->input_values[i],
				   &s->inputs[i], &found, err));
		if (!found)
			NPU_TRY(npu_array_random(s->input_values[i], s->seed,
						 &s->inputs[i], err));
	}
	return NPU_OK;
}

enum npu_status npu_session_open(const struct npu_arguments *args,
				 bool functional, struct npu_session *out,
				 struct npu_error *err)
{
	double start = npu_host_seconds();

	memset(out, 0, sizeof *out);
	out->functional = functional;
	NPU_TRY(npu_precision_from_arguments(args, &out->precision, err));
	out->precision_name = npu_precision_name[out->precision];
	NPU_TRY(npu_option_integer(args, NPU_OPTION_seed, 0, UINT64_MAX, 1,
				   &out->seed, err));
	NPU_TRY(npu_chip_load(npu_option_text(args, NPU_OPTION_chip, "edge"),
			      NULL, args->values[NPU_OPTION_set],
			      args->value_count[NPU_OPTION_set], &out->chip,
			      err));
	NPU_TRY(npu_model_from_arguments(args, &out->graph, err));
	NPU_TRY(find_inputs(args, out, err));
	if (functional)
		NPU_TRY(make_inputs(args, out, err));
	out->load_seconds = npu_host_seconds() - start;
	return NPU_OK;
}

/* Calibration arrays: those given, the network's own inputs elsewhere. */
static enum npu_status read_calibration(const struct npu_session *s,
					const struct npu_arguments *args,
					struct npu_array *arrays,
					struct npu_array *owned,
					struct npu_error *err)
{
	for (size_t i = 0; i < s->input_count; i++) {
		bool found;

		arrays[i] = s->inputs[i];
		NPU_TRY(load_array(args, NPU_OPTION_calibrate,
				   s->input_values[i], &owned[i], &found, err));
		if (found)
			arrays[i] = owned[i];
	}
	return NPU_OK;
}

static enum npu_status lower(struct npu_session *s,
			     const struct npu_arguments *args,
			     struct npu_text *dump, struct npu_error *err)
{
	struct npu_array arrays[NPU_INPUTS_MAX], owned[NPU_INPUTS_MAX] = { 0 };
	const struct npu_array *set = arrays;
	struct npu_lower_options options = {
		.precision = s->precision,
		.with_data = s->functional,
		.seed = s->seed,
		.dump = npu_option_text(args, NPU_OPTION_dump, NULL),
		.dump_text = dump,
	};
	enum npu_status status = NPU_OK;

	if (s->functional && s->precision == NPU_PRECISION_int8) {
		status = read_calibration(s, args, arrays, owned, err);
		options.calibration = &set;
		options.calibration_count = 1;
	}
	if (status == NPU_OK)
		status = npu_lower(s->graph, &options, &s->lowered, err);
	for (size_t i = 0; i < s->input_count; i++)
		npu_array_clear(&owned[i]);
	return status;
}

/* --dump must name a pass. */
static enum npu_status check_pass(const struct npu_arguments *args,
				  struct npu_error *err)
{
	const char *name = npu_option_text(args, NPU_OPTION_dump, NULL);
	char list[512] = "";
	const char *pass;

	if (!name)
		return NPU_OK;
	for (int half = 0; half < 2; half++)
		for (size_t i = 0; (pass = half ? npu_codegen_pass_name(i)
						: npu_lower_pass_name(i));
		     i++) {
			size_t n = strlen(list);

			if (!strcmp(pass, name))
				return NPU_OK;
			snprintf(list + n, sizeof list - n, " %s", pass);
		}
	return npu_fail(err, NPU_E_USAGE, "--dump: no pass \"%s\"; there are%s",
			name, list);
}

enum npu_status npu_session_compile(struct npu_session *session,
				    const struct npu_arguments *args,
				    struct npu_text *dump,
				    struct npu_text *explain,
				    struct npu_error *err)
{
	struct npu_text code_dump = { 0 };
	const struct npu_codegen_options options = {
		.dump = npu_option_text(args, NPU_OPTION_dump, NULL),
		.dump_text = dump ? &code_dump : NULL,
		.explain = explain,
	};
	double start = npu_host_seconds(), compiled;
	enum npu_status status;

	NPU_TRY(check_pass(args, err));
	NPU_TRY(lower(session, args, dump, err));
	status = npu_codegen(session->lowered, &session->chip, &options,
			     &session->program, err);
	if (dump && code_dump.length)
		npu_text_add_bytes(dump, code_dump.data, code_dump.length);
	npu_text_clear(&code_dump);
	NPU_TRY(status);
	compiled = npu_host_seconds();
	session->compile_seconds = compiled - start;
	if (!npu_given(args, NPU_OPTION_unverified))
		NPU_TRY(npu_verify(session->program, &session->chip, NULL,
				   err));
	session->verify_seconds = npu_host_seconds() - compiled;
	return NPU_OK;
}

/* Input arrays, quantised and reordered as the lowered graph has them. */
static enum npu_status write_inputs(const struct npu_session *s,
				    struct npu_sim *sim, struct npu_error *err)
{
	size_t k = 0;

	for (uint32_t i = 0; i < s->lowered->value_count; i++) {
		const struct npu_value *value = s->lowered->values[i];
		const struct npu_tensor_desc *tensor;
		struct npu_array stored = { 0 };

		if (!value->is_input)
			continue;
		while (k < s->input_count &&
		       strcmp(s->input_values[k]->name, value->imported) != 0)
			k++;
		tensor = npu_program_find_tensor(s->program, value->name);
		if (k == s->input_count || !tensor)
			return npu_fail(err, NPU_E_INTERNAL,
					"input %s is lost in compilation",
					value->name);
		NPU_TRY(npu_lower_input(value, &s->inputs[k], &stored, err));
		npu_sim_write(sim, tensor, stored.data);
		npu_array_clear(&stored);
		k = 0;
	}
	return NPU_OK;
}

enum npu_status npu_session_simulate(struct npu_session *session, bool trace,
				     npu_layer_hook *hook, void *user,
				     struct npu_sim **sim,
				     struct npu_result **result,
				     struct npu_error *err)
{
	const struct npu_sim_options options = {
		.functional = session->functional,
		.trace = trace,
	};
	double start = npu_host_seconds();
	struct npu_sim *made = NULL;
	enum npu_status status;

	NPU_TRY(npu_sim_create(&session->chip, session->program, &options,
			       &made, err));
	status =
		session->functional ? write_inputs(session, made, err) : NPU_OK;
	if (status == NPU_OK)
		status = npu_sim_run(made, hook, user, result, err);
	if (status != NPU_OK) {
		npu_sim_destroy(made);
		return status;
	}
	*sim = made;
	(*result)->precision = session->precision_name;
	(*result)->batch = npu_graph_batch(session->graph);
	session->run_seconds = npu_host_seconds() - start;
	return NPU_OK;
}

enum npu_status npu_session_output(const struct npu_session *session,
				   const struct npu_sim *sim,
				   const struct npu_value *value,
				   struct npu_array *out, struct npu_error *err)
{
	const struct npu_tensor_desc *tensor =
		npu_program_find_tensor(session->program, value->name);
	const struct npu_value *imported =
		npu_graph_find_value(session->graph, value->imported);
	int64_t count = npu_shape_count(&value->shape);
	enum npu_status status;
	void *data;

	if (!tensor || !imported)
		return npu_fail(err, NPU_E_INTERNAL,
				"output %s is lost in compilation",
				value->name);
	data = malloc((size_t)count * npu_dtype_bytes(value->dtype) + 1);
	if (!data)
		return npu_fail(err, NPU_E_NOMEM, "output %s", value->name);
	npu_sim_read(sim, tensor, data);
	status = npu_raise_value(value, data, imported, out, err);
	free(data);
	return status;
}

void npu_session_close(struct npu_session *session)
{
	for (size_t i = 0; i < session->input_count; i++)
		npu_array_clear(&session->inputs[i]);
	npu_program_destroy(session->program);
	npu_graph_destroy(session->lowered);
	npu_graph_destroy(session->graph);
}
