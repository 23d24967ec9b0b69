/* tools/npu_session.h - what run, compile and compare have in common: a chip,
 * a network, its inputs, its program.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SESSION_H
#define NPU_SESSION_H
#include "compiler/npu_compiler.h"
#include "sim/npu_sim.h"
#include "tools/npu_command.h"

enum { NPU_INPUTS_MAX = 1024 };

struct npu_session {
	struct npu_chip chip;
	enum npu_precision precision;
	const char *precision_name;
	uint64_t seed;
	bool functional;           /* with data */
	struct npu_graph *graph;   /* imported, shapes known */
	struct npu_graph *lowered; /* every rounding decided */
	struct npu_program *program;
	/* one per input of the graph, in its order; functional only */
	struct npu_array inputs[NPU_INPUTS_MAX];
	struct npu_value *input_values[NPU_INPUTS_MAX];
	size_t input_count;
	double load_seconds, compile_seconds, verify_seconds, run_seconds;
};

/* Read the options of the NPU_NETWORK set, the chip and the model; draw or read
 * the inputs when `functional`. Close it whatever was returned. */
NPU_NODISCARD enum npu_status npu_session_open(const struct npu_arguments *args,
					       bool functional,
					       struct npu_session *out,
					       struct npu_error *err);
/* Lower, generate code, verify (unless --unverified). Texts may be NULL:
 *   dump     the network after the pass that --dump names
 *   explain  the tilings */
NPU_NODISCARD enum npu_status
npu_session_compile(struct npu_session *session,
		    const struct npu_arguments *args, struct npu_text *dump,
		    struct npu_text *explain, struct npu_error *err);
/* Simulate. Functional sessions write the inputs first; *sim is then left for
 * reading outputs, and the caller destroys it and *result. */
NPU_NODISCARD enum npu_status
npu_session_simulate(struct npu_session *session, bool trace,
		     npu_layer_hook *hook, void *user, struct npu_sim **sim,
		     struct npu_result **result, struct npu_error *err);
/* Output `value` of the lowered graph, as imported: fp32, its shape and order.
 * The caller clears *out. */
NPU_NODISCARD enum npu_status
npu_session_output(const struct npu_session *session, const struct npu_sim *sim,
		   const struct npu_value *value, struct npu_array *out,
		   struct npu_error *err);
void npu_session_close(struct npu_session *session);

#endif
