/* tools/npu_comparison.h - a run held against the CPU references.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_COMPARISON_H
#define NPU_COMPARISON_H
#include "tools/npu_session.h"

/* Signal-to-quantisation-noise that an output must reach (architecture.md). */
#define NPU_SQNR_FLOAT_DB 30.0
#define NPU_SQNR_INT8_DB  15.0

/* One tensor of the program against the exact reference, bit by bit. */
struct npu_tensor_check {
	const char *name;
	uint32_t layer; /* UINT32_MAX: none */
	struct npu_difference difference;
};

struct npu_comparison {
	const struct npu_session *session;
	struct npu_values exact; /* the exact reference's values */
	struct npu_tensor_check *checks;
	size_t check_count;
	struct npu_difference total; /* of bits, over all checks */
	struct npu_difference real;  /* worst output against the float graph */
	double exact_seconds, onednn_seconds;
	enum npu_status status; /* first failure inside the hook */
	struct npu_error *err;
};

/* Run the exact reference on the session's inputs (before simulating). */
NPU_NODISCARD enum npu_status
npu_comparison_begin(struct npu_comparison *comparison,
		     const struct npu_session *session, struct npu_error *err);
/* The hook of npu_session_simulate(); `user` is the comparison. */
void npu_comparison_layer(void *user, struct npu_sim *sim, uint32_t layer);
/* Hold the outputs against the imported float graph as oneDNN runs it, and
 * write the verdicts into `result`. */
NPU_NODISCARD enum npu_status
npu_comparison_end(struct npu_comparison *comparison, const struct npu_sim *sim,
		   int threads, struct npu_result *result,
		   struct npu_error *err);
/* NPU_OK, or E_DIFFERENT with a message that says which bound is not met. */
NPU_NODISCARD enum npu_status
npu_comparison_verdict(const struct npu_comparison *comparison,
		       struct npu_error *err);
/* The next value from *at on that a layer makes and that was not compared; NULL
 * when there is none. `*at` starts at 0. */
const struct npu_value *
npu_comparison_skipped(const struct npu_comparison *comparison, uint32_t *at);
void npu_comparison_clear(struct npu_comparison *comparison);
#endif
