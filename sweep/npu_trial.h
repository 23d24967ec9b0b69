/* sweep/npu_trial.h - one simulation: its identity, its counts, its figures.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TRIAL_H
#define NPU_TRIAL_H
#include "configs/npu_technology.h"
#include "sim/npu_activity.h"
#include "sweep/npu_sweep.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a model and a chip depend on, as 64 hexadecimal digits: equal keys give
 * equal counts, so none is simulated twice. It hashes the lowered network, the
 * chip but for what only energy depends on (name, technology, process, gating,
 * temperature, stated zeros), and the sources of all that computes counts. */
enum { NPU_TRIAL_KEY_SIZE = 65 };

/* That hash of the sources: results of one version know no other. */
const char *npu_model_version(void);

/* Runs trials of one sweep, one after another; keeps what they share: networks,
 * and the programs of chips that compile alike. One a process. */
struct npu_runner;

/* Load and lower every model of the sweep, which is borrowed.
 *   errors  of the readers and of npu_lower() */
NPU_NODISCARD enum npu_status npu_runner_create(const struct npu_sweep *sweep,
						struct npu_runner **out,
						struct npu_error *err);
void npu_runner_destroy(struct npu_runner *runner);

void npu_runner_key(const struct npu_runner *runner, size_t model,
		    const struct npu_chip *chip, char key[NPU_TRIAL_KEY_SIZE]);

/* What a trial's program depends on, likewise: less, so that chips of one code
 * key share one. */
void npu_runner_code_key(const struct npu_runner *runner, size_t model,
			 const struct npu_chip *chip,
			 char key[NPU_TRIAL_KEY_SIZE]);

/* Compile (or take the program of a chip that compiles alike), verify, and
 * simulate without data.
 *   errors  E_CAPACITY, E_UNSUPPORTED: the chip cannot run the model; others
 *           are faults of ours */
NPU_NODISCARD enum npu_status npu_runner_run(struct npu_runner *runner,
					     size_t model,
					     const struct npu_chip *chip,
					     struct npu_activity *out,
					     struct npu_error *err);

/* The same counts by closed forms (npu_estimate.h), in a small part of the time.
 *   errors  E_UNSUPPORTED, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_runner_estimate(const struct npu_runner *runner, size_t model,
		    const struct npu_chip *chip, struct npu_activity *out,
		    struct npu_error *err);

/* Samples of a model's batch. */
uint64_t npu_runner_batch(const struct npu_runner *runner, size_t model);

/* Programs compiled, and trials that found theirs compiled. */
struct npu_runner_counts {
	uint64_t compiled, reused;
};
struct npu_runner_counts npu_runner_count(const struct npu_runner *runner);

/* Counts as one line of JSON with every field in the order of the tables, and
 * back.
 *   errors  E_SYNTAX: not such a line */
void npu_activity_print(const struct npu_activity *activity,
			struct npu_text *out);
NPU_NODISCARD enum npu_status npu_activity_parse(const char *text,
						 struct npu_activity *out,
						 struct npu_error *err);

/* Figures known from the chip alone, the rest 0; or all of them.
 *   metrics  [NPU_METRIC_COUNT] */
void npu_metrics_static(const struct npu_chip *chip,
			const struct npu_technology *technology,
			double *metrics);
void npu_metrics(const struct npu_chip *chip,
		 const struct npu_technology *technology,
		 const struct npu_activity *activity, uint64_t batch,
		 double *metrics);

#ifdef __cplusplus
}
#endif
#endif
