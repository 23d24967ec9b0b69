/* tools/npu_verb_rtl.c - a program on the RTL and on the C model, in lockstep.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_rtl_arguments.h"
#include "base/npu_file.h"
#include "traces/npu_csv.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static void say_building(void *user, int by_another)
{
	const struct npu_rtl_arguments *a = user;

	if (by_another) {
		fprintf(stderr,
			"waiting for the RTL core for the shape of %s, which "
			"another systole builds\n",
			a->chip.chip.name);
		return;
	}
	fprintf(stderr,
		"building the RTL core for the shape of %s; kept for the next "
		"time\n",
		a->chip.chip.name);
}

/* ---- text ---- */

/* Lines of a text, each after an indent. */
static void print_lines(const char *lines)
{
	while (*lines) {
		const size_t n = strcspn(lines, "\n");

		printf("    %.*s\n", (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

static void print_first(const struct npu_lockstep_report *r, uint64_t seed)
{
	printf("\nfirst difference, cycle %" PRIu64 ": %s\n", r->first.cycle,
	       r->first.what);
	if (r->first.insn >= 0)
		printf("  instruction %" PRId64
		       ", layer %s, tile %u:\n    %s\n",
		       r->first.insn, r->first.layer, r->first.tag & 0xffff,
		       r->first.text);
	printf("  C    %s\n  RTL  %s\n", r->first.c, r->first.rtl);
	if (*r->first.equal) {
		puts("  equal before it:");
		print_lines(r->first.equal);
	}
	printf("  seed %" PRIu64 "\n", seed);
	if (r->first.waves)
		printf("  waves: %s\n", r->first.waves);
	else if (r->first.no_waves)
		printf("  no waves: %s\n", r->first.no_waves);
}

static void print_text(const char *name, const struct npu_rtl_arguments *a,
		       const struct npu_lockstep_report *r)
{
	printf("%s on %s, C and RTL:\n", name, a->chip.chip.name);
	if (r->bits_equal)
		printf("bits    equal: %" PRIu64 " instructions, %" PRIu64
		       " memory requests, all memories\n",
		       r->retired, r->beats);
	else
		puts("bits    different");
	if (r->cycles_equal)
		printf("cycles  equal: %" PRIu64 "\n", r->c_cycles);
	else if (r->rtl_ended)
		printf("cycles  different: C %" PRIu64 ", RTL %" PRIu64
		       "; %" PRIu64 " of %" PRIu64 " instructions, by %" PRIu64
		       " at most\n",
		       r->c_cycles, r->rtl_cycles, r->late, r->retired,
		       r->most_late);
	else
		printf("cycles  C %" PRIu64 ", RTL stopped after %" PRIu64 "\n",
		       r->c_cycles, r->rtl_cycles);
	if (r->first.what)
		print_first(r, a->options.seed);
}

/* ---- JSON ---- */

static json_t *bins_json(const uint64_t bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT])
{
	json_t *out = json_object();

	for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
		json_t *engine = json_object();

		for (int b = 0; b < NPU_BIN_COUNT; b++)
			json_object_set_new(
				engine, npu_bin_name[b],
				json_integer((json_int_t)bins[e][b]));
		json_object_set_new(out,
				    npu_engine_name((enum npu_engine_id)(
					    NPU_ENGINE_ld + e)),
				    engine);
	}
	return out;
}

static json_t *layers_json(const struct npu_lockstep_report *r)
{
	json_t *out = json_array();

	for (size_t i = 0; i < r->layer_count; i++)
		json_array_append_new(
			out,
			json_pack("{s:s, s:I, s:I}", "name", r->layers[i].name,
				  "c_cycles", (json_int_t)r->layers[i].c_cycles,
				  "rtl_cycles",
				  (json_int_t)r->layers[i].rtl_cycles));
	return out;
}

static json_t *first_json(const struct npu_lockstep_report *r)
{
	json_t *out =
		json_pack("{s:s, s:I, s:s, s:s, s:s}", "what", r->first.what,
			  "cycle", (json_int_t)r->first.cycle, "c", r->first.c,
			  "rtl", r->first.rtl, "equal_before", r->first.equal);

	if (r->first.insn >= 0) {
		json_object_set_new(out, "instruction",
				    json_integer(r->first.insn));
		json_object_set_new(out, "text", json_string(r->first.text));
		json_object_set_new(out, "layer", json_string(r->first.layer));
		json_object_set_new(out, "tag", json_integer(r->first.tag));
	}
	if (r->first.waves)
		json_object_set_new(out, "waves", json_string(r->first.waves));
	return out;
}

static enum npu_status print_json(const char *name,
				  const struct npu_rtl_arguments *a,
				  const struct npu_lockstep_report *r,
				  struct npu_error *err)
{
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:I, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, "
		"s:f, s:f}",
		"schema", "systole.rtl/1", "program", name, "chip",
		a->chip.chip.name, "seed", (json_int_t)a->options.seed,
		"bits_equal", (int)r->bits_equal, "cycles_equal",
		(int)r->cycles_equal, "c_cycles", (json_int_t)r->c_cycles,
		"rtl_cycles", (json_int_t)r->rtl_cycles, "instructions",
		(json_int_t)r->retired, "requests", (json_int_t)r->beats,
		"late_instructions", (json_int_t)r->late, "most_late_cycles",
		(json_int_t)r->most_late, "c_seconds", r->c_seconds,
		"rtl_seconds", r->rtl_seconds);

	json_object_set_new(out, "c_bins", bins_json(r->c_bins));
	json_object_set_new(out, "rtl_bins", bins_json(r->rtl_bins));
	json_object_set_new(out, "layers", layers_json(r));
	if (r->first.what)
		json_object_set_new(out, "first_difference", first_json(r));
	enum npu_status status = npu_print_json(out, err);
	json_decref(out);
	return status;
}

/* ---- retirements ---- */

/* Where the retirements go, of C and of the RTL: a row each. */
static enum npu_status write_retirements(const char *path,
					 const struct npu_lockstep_report *r,
					 struct npu_error *err)
{
	struct npu_text text = { 0 };
	enum npu_status status;

	npu_text_add(&text, "instruction,engine,layer,c_cycle,rtl_cycle\n");
	for (uint64_t i = 0; i < r->retired; i++) {
		const struct npu_lockstep_retirement *e = &r->retirements[i];

		npu_text_add(&text, "%" PRIu32 ",%s,", e->insn,
			     npu_engine_name(e->engine));
		npu_csv_text(&text, r->layers[e->layer].name);
		npu_text_add(&text, ",%" PRIu64 ",%" PRIu64 "\n", e->c_cycle,
			     e->rtl_cycle);
	}
	if (text.failed)
		status = npu_fail(err, NPU_E_NOMEM, "no memory for %s", path);
	else
		status = npu_file_write(path, text.data, text.length, err);
	npu_text_clear(&text);
	return status;
}

enum npu_status npu_verb_rtl(const struct npu_arguments *args,
			     struct npu_error *err)
{
	struct npu_rtl_arguments a;
	struct npu_lockstep_report *report = NULL;
	const char *path = npu_option_text(args, NPU_OPTION_retirements, NULL);
	enum npu_status status = npu_rtl_arguments_read(args, &a, err);
	enum npu_status written;

	a.options.building = say_building;
	if (status == NPU_OK)
		status = npu_lockstep_run(&a.chip, a.program, &a.options,
					  &report, err);
	if (report && npu_given(args, NPU_OPTION_json)) {
		enum npu_status printed =
			print_json(args->positional[0], &a, report, err);

		status = status == NPU_OK ? printed : status;
	} else if (report) {
		print_text(args->positional[0], &a, report);
	}
	if (report && path) {
		written = write_retirements(path, report, err);
		status = written == NPU_OK ? status : written;
	}
	npu_lockstep_report_destroy(report);
	npu_rtl_arguments_clear(&a);
	return status;
}
