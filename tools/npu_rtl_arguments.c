/* tools/npu_rtl_arguments.c - the options of `systole rtl`.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "tools/npu_rtl_arguments.h"
#include "isa/npu_verify.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "dram", "fixed:N" or "stall:SEED". */
static enum npu_status read_memory(const struct npu_arguments *args,
				   struct npu_lockstep_options *out,
				   struct npu_error *err)
{
	const char *text = npu_option_text(args, NPU_OPTION_memory, "dram");
	const char *number = strchr(text, ':');
	char *end = NULL;

	if (!strcmp(text, "dram")) {
		out->memory = NPU_LOCKSTEP_dram;
		return NPU_OK;
	}
	if (number && number[1] >= '0' && number[1] <= '9') {
		errno = 0;
		out->memory_argument = strtoull(number + 1, &end, 10);
		if (errno || *end)
			end = NULL;
	}
	if (end && !strncmp(text, "fixed:", 6) && out->memory_argument >= 1 &&
	    out->memory_argument <= 1000000) {
		out->memory = NPU_LOCKSTEP_fixed;
		return NPU_OK;
	}
	if (end && !strncmp(text, "stall:", 6)) {
		out->memory = NPU_LOCKSTEP_stall;
		return NPU_OK;
	}
	return npu_fail(err, NPU_E_USAGE,
			"--memory: expected dram, fixed:N (1..1000000 cycles) "
			"or stall:SEED, got \"%s\"",
			text);
}

/* The waves lie beside the program, or in the folder of -o. */
static enum npu_status name_waves(const struct npu_arguments *args,
				  struct npu_rtl_arguments *out,
				  struct npu_error *err)
{
	const char *program = args->positional[0];
	const char *folder = npu_option_text(args, NPU_OPTION_output, NULL);
	const char *base = strrchr(program, '/');
	const char *name = folder && base ? base + 1 : program;
	const char *dot = strrchr(name, '.');
	const int stem = (int)(dot && !strchr(dot, '/') ? dot - name
							: (long)strlen(name));
	const int n =
		snprintf(out->wave_path, sizeof out->wave_path, "%s%s%.*s.fst",
			 folder ? folder : "", folder ? "/" : "", stem, name);

	if (n < 0 || n >= (int)sizeof out->wave_path)
		return npu_fail(err, NPU_E_USAGE, "path too long: %.60s...",
				program);
	if (folder && mkdir(folder, 0777) != 0 && errno != EEXIST)
		return npu_fail_at(err, NPU_E_IO,
				   (struct npu_loc){ .path = folder }, "%s",
				   strerror(errno));
	out->options.wave_path = out->wave_path;
	return NPU_OK;
}

/* ---- inputs ---- */

static int has_shape(const struct npu_array *array,
		     const struct npu_tensor_desc *tensor)
{
	if (array->shape.rank != tensor->rank)
		return 0;
	for (unsigned d = 0; d < tensor->rank; d++)
		if (array->shape.dim[d] != (int64_t)tensor->dim[d])
			return 0;
	return 1;
}

/* Files hold fp32 where the tensor is of 16 bits. */
static void narrow(struct npu_array *array, enum npu_dtype dtype)
{
	const size_t count = (size_t)npu_shape_count(&array->shape);
	const float *from = array->data;
	uint16_t *to = array->data;

	for (size_t i = 0; i < count; i++) {
		const float value = from[i];

		to[i] = dtype == NPU_bf16 ? npu_bf16_from_fp32(value)
					  : npu_fp16_from_fp32(value);
	}
	array->dtype = dtype;
}

static enum npu_status read_input(const char *pair,
				  struct npu_rtl_arguments *out,
				  struct npu_error *err)
{
	const char *file = strchr(pair, '=');
	const struct npu_tensor_desc *tensor = NULL;
	char name[256];

	if (out->input_count == NPU_RTL_INPUTS_MAX)
		return npu_fail(err, NPU_E_LIMIT, "more than %d inputs",
				NPU_RTL_INPUTS_MAX);
	if (file && file - pair < (long)sizeof name) {
		snprintf(name, sizeof name, "%.*s", (int)(file - pair), pair);
		tensor = npu_program_find_tensor(out->program, name);
	}
	if (!tensor ||
	    out->program->region[tensor->region].kind != NPU_REGION_input)
		return npu_fail(err, NPU_E_USAGE,
				"--input: expected NAME=FILE with an input of "
				"the program (systole objdump lists them), got "
				"\"%s\"",
				pair);
	struct npu_array array;
	NPU_TRY(npu_array_load(file + 1, &array, err));
	if (array.dtype == NPU_fp32 && has_shape(&array, tensor) &&
	    (tensor->dtype == NPU_bf16 || tensor->dtype == NPU_fp16))
		narrow(&array, tensor->dtype);
	if (array.dtype != tensor->dtype || !has_shape(&array, tensor)) {
		enum npu_status status = npu_fail_at(
			err, NPU_E_RANGE, (struct npu_loc){ .path = file + 1 },
			"input %s is %s of rank %u, as stored; got %s of rank "
			"%u, or of another shape",
			tensor->name, npu_dtype_name(tensor->dtype),
			tensor->rank, npu_dtype_name(array.dtype),
			array.shape.rank);
		npu_array_clear(&array);
		return status;
	}
	out->inputs[out->input_count].tensor = tensor;
	out->inputs[out->input_count++].array = array;
	return NPU_OK;
}

static void write_inputs(void *user, struct npu_sim *sim)
{
	const struct npu_rtl_arguments *a = user;

	for (size_t i = 0; i < a->input_count; i++)
		npu_sim_write(sim, a->inputs[i].tensor,
			      a->inputs[i].array.data);
}

/* ---- all of it ---- */

static enum npu_status read_program(const struct npu_arguments *args,
				    struct npu_rtl_arguments *out,
				    struct npu_error *err)
{
	enum npu_status status = NPU_OK;

	NPU_TRY(npu_program_load(args->positional[0], &out->program, err));
	if (out->program->chip_fingerprint != npu_chip_fingerprint(&out->chip))
		status = npu_fail(err, NPU_E_RANGE,
				  "compiled for another chip than %s; name its "
				  "chip with --chip",
				  out->chip.chip.name);
	else if (!npu_given(args, NPU_OPTION_unverified))
		status = npu_verify(out->program, &out->chip, NULL, err);
	if (status != NPU_OK && !err->path[0])
		snprintf(err->path, sizeof err->path, "%s",
			 args->positional[0]);
	return status;
}

enum npu_status npu_rtl_arguments_read(const struct npu_arguments *args,
				       struct npu_rtl_arguments *out,
				       struct npu_error *err)
{
	memset(out, 0, sizeof *out);
	out->options.user = out;
	out->options.inputs = write_inputs;
	NPU_TRY(npu_chip_load(npu_option_text(args, NPU_OPTION_chip, "edge"),
			      NULL, args->values[NPU_OPTION_set],
			      args->value_count[NPU_OPTION_set], &out->chip,
			      err));
	NPU_TRY(npu_option_integer(args, NPU_OPTION_seed, 0, UINT64_MAX, 1,
				   &out->options.seed, err));
	NPU_TRY(npu_option_integer(args, NPU_OPTION_cycle_tolerance, 0,
				   1000000000, 0, &out->options.cycle_tolerance,
				   err));
	NPU_TRY(read_memory(args, &out->options, err));
	NPU_TRY(read_program(args, out, err));
	for (size_t i = 0; i < args->value_count[NPU_OPTION_input]; i++)
		NPU_TRY(read_input(args->values[NPU_OPTION_input][i], out,
				   err));
	if (!npu_given(args, NPU_OPTION_no_waves))
		NPU_TRY(name_waves(args, out, err));
	return NPU_OK;
}

void npu_rtl_arguments_clear(struct npu_rtl_arguments *arguments)
{
	for (size_t i = 0; i < arguments->input_count; i++)
		npu_array_clear(&arguments->inputs[i].array);
	npu_program_destroy(arguments->program);
}
