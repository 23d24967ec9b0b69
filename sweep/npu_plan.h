/* sweep/npu_plan.h - which trials a sweep has, and which are still to run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_PLAN_H
#define NPU_PLAN_H
#include "sweep/npu_store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NPU_TRIALS_MAX = 16 * 1000 * 1000 };

enum npu_trial_state {
	NPU_TRIAL_selected,    /* to be simulated, or taken from the store */
	NPU_TRIAL_impossible,  /* no chip can be so */
	NPU_TRIAL_constrained, /* a constraint of the chip alone does not hold
				*/
	NPU_TRIAL_screened,    /* its estimate is not among the best */
	NPU_TRIAL_capped,      /* beyond run_cap */
	NPU_TRIAL_elsewhere,   /* of another shard */
};

/* Point and chip of one trial. */
struct npu_trial {
	uint64_t index, point;
	size_t model;
	enum npu_trial_state state;
	size_t broken; /* constrained: which */
	struct npu_chip chip;
	char key[NPU_TRIAL_KEY_SIZE];
	struct npu_error why; /* impossible */
};

/* What the chip alone decides. Zero-initialise but for the sweep: technologies
 * are few, the last one is kept. */
struct npu_judge {
	const struct npu_sweep *sweep;
	struct npu_technology technology;
};
/* Chip and state of a trial at a position: selected, impossible (and why), or
 * constrained (and by what).
 *   errors  of the technology's file, or of an expression */
NPU_NODISCARD enum npu_status npu_judge_position(struct npu_judge *judge,
						 const uint32_t *position,
						 struct npu_trial *out,
						 struct npu_error *err);

struct npu_screen; /* npu_screen.h */
/* Whether screening keeps the point. */
int npu_screen_keeps(const struct npu_screen *screen, uint64_t point);

struct npu_plan_options {
	uint64_t shard, shards; /* of shards 0..shards-1; 0 shards: all */
	uint64_t first;         /* point to begin with */
	/* of sweeps that have one: npu_screen_create() */
	const struct npu_screen *screen;
};

/* Walk all trials of known points in order; the selected ones have their key.
 *   each    returns 0 to stop
 *   errors  E_LIMIT: more than NPU_TRIALS_MAX; E_RANGE: an expression that has
 *           no value */
typedef int npu_each_trial(void *user, const struct npu_trial *trial);
NPU_NODISCARD enum npu_status
npu_plan_walk(const struct npu_sweep *sweep, const struct npu_runner *runner,
	      const struct npu_plan_options *options, npu_each_trial *each,
	      void *user, struct npu_error *err);

/* What is to do. */
struct npu_plan {
	uint64_t points, trials; /* points: all; trials: of those known */
	uint64_t impossible, screened, capped, elsewhere;
	struct npu_error why; /* of the first that is impossible */
	uint64_t later;       /* of points that are not decided yet */
	uint64_t constrained[NPU_SWEEP_EXPRESSIONS_MAX]; /* by constraint */
	uint64_t selected;
	uint64_t repeated; /* of these, with the key of an earlier one */
	uint64_t stored;   /* with an outcome in the store */
	/* [pending_count] trials to run: in order, but those that share a
	 * program with an earlier one follow it */
	uint64_t *pending;
	uint64_t pending_count;
	uint64_t programs; /* that these have between them */
};

/*   store  NULL: nothing is stored
 *   out    npu_plan_clear() frees it
 *   errors as npu_plan_walk(), E_IO, E_NOMEM */
NPU_NODISCARD enum npu_status
npu_plan_make(const struct npu_sweep *sweep, const struct npu_runner *runner,
	      struct npu_store *store, const struct npu_plan_options *options,
	      struct npu_plan *out, struct npu_error *err);
void npu_plan_clear(struct npu_plan *plan);

/* The same trial again by its number, with its chip; its state must have been
 * `selected`. */
NPU_NODISCARD enum npu_status npu_trial_of(const struct npu_sweep *sweep,
					   uint64_t index,
					   struct npu_trial *out,
					   struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
