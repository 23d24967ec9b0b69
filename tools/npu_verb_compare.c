/* tools/npu_verb_compare.c - run, and hold every layer against the references.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "tools/npu_comparison.h"
#include "tools/npu_run_files.h"
#include <inttypes.h>
#include <stdio.h>

static void add_names(struct npu_text *out, const char *layer,
		      const char *tensor)
{
	enum { WIDTH = 28 };

	npu_text_add(out, "  ");
	npu_text_add_cell(out, layer, WIDTH, WIDTH);
	npu_text_add(out, " ");
	npu_text_add_cell(out, tensor, WIDTH, WIDTH);
}

/* Every tensor of the program, in the order in which layers completed. */
static enum npu_status print_checks(const struct npu_comparison *c,
				    struct npu_error *err)
{
	const struct npu_program *program = c->session->program;
	const struct npu_value *value;
	struct npu_text text = { 0 };
	uint32_t at = 0;

	npu_text_add(&text,
		     "Against the exact reference, bit by bit\n\n"
		     "  %-28s %-28s %12s %12s\n",
		     "layer", "tensor", "elements", "mismatches");
	for (size_t i = 0; i < c->check_count; i++) {
		const struct npu_tensor_check *check = &c->checks[i];

		add_names(&text,
			  check->layer < program->layer_count
				  ? program->layer[check->layer].name
				  : "-",
			  check->name);
		npu_text_add(&text, " %12" PRIu64 " %12" PRIu64 "%s\n",
			     check->difference.count,
			     check->difference.mismatches,
			     check->difference.mismatches ? "  <--" : "");
	}
	while ((value = npu_comparison_skipped(c, &at))) {
		add_names(&text, value->producer->name, value->name);
		npu_text_add(&text, " %12s %12s\n", "reused early",
			     "not compared");
	}
	npu_text_add(&text, "\n");
	return npu_print_readable(&text, err);
}

static void print_verdicts(const struct npu_comparison *c)
{
	printf("reference.bit_exact: %s  (%" PRIu64 " mismatches of %" PRIu64
	       " elements in %zu tensors)\n"
	       "against the float graph (oneDNN): SQNR %.1f dB, largest error "
	       "%.3g, same class: %s\n"
	       "host: exact reference %.2f s, oneDNN fp32 %.3f s, simulation "
	       "%.2f s\n",
	       c->total.mismatches ? "false" : "true", c->total.mismatches,
	       c->total.count, c->check_count, c->real.sqnr_db,
	       c->real.max_abs_error, c->real.top1_equal ? "yes" : "no",
	       c->exact_seconds, c->onednn_seconds, c->session->run_seconds);
}

static enum npu_status simulate(const struct npu_arguments *args,
				struct npu_session *session,
				struct npu_comparison *comparison,
				struct npu_error *err)
{
	struct npu_result *result = NULL;
	struct npu_sim *sim = NULL;
	enum npu_status status;
	uint64_t threads;

	NPU_TRY(npu_option_integer(args, NPU_OPTION_threads, 1, 1024, 0,
				   &threads, err));
	NPU_TRY(npu_session_simulate(
		session, npu_given(args, NPU_OPTION_output),
		npu_comparison_layer, comparison, &sim, &result, err));
	status = npu_comparison_end(comparison, sim, (int)threads, result, err);
	if (status == NPU_OK)
		status = npu_run_files_write(args, session, sim, result, err);
	if (status == NPU_OK && !npu_given(args, NPU_OPTION_json))
		status = print_checks(comparison, err);
	if (status == NPU_OK)
		status = npu_run_print(args, result, err);
	if (status == NPU_OK && !npu_given(args, NPU_OPTION_json))
		print_verdicts(comparison);
	if (status == NPU_OK)
		status = npu_comparison_verdict(comparison, err);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return status;
}

static enum npu_status compare(const struct npu_arguments *args,
			       struct npu_session *session,
			       struct npu_error *err)
{
	struct npu_comparison comparison;
	enum npu_status status;

	NPU_TRY(npu_session_compile(session, args, NULL, NULL, err));
	status = npu_comparison_begin(&comparison, session, err);
	if (status == NPU_OK)
		status = simulate(args, session, &comparison, err);
	npu_comparison_clear(&comparison);
	return status;
}

enum npu_status npu_verb_compare(const struct npu_arguments *args,
				 struct npu_error *err)
{
	struct npu_session session;
	enum npu_status status;

	status = npu_session_open(args, true, &session, err);
	if (status == NPU_OK)
		status = compare(args, &session, err);
	npu_session_close(&session);
	return status;
}
