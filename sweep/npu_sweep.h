/* sweep/npu_sweep.h - what a sweep file asks for: models, chips, method.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_H
#define NPU_SWEEP_H
#include "compiler/npu_compiler.h"
#include "configs/npu_chip_key.h"
#include "models/npu_model.h"
#include "sweep/npu_expression.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Words
 *   axis      values of one chip key, or of several that move together (zip)
 *   point     one position on every axis: one chip
 *   trial     one point and one model: one simulation
 *   trial i   of point i / model_count, with model i % model_count */
enum {
	NPU_AXES_MAX = 32,
	NPU_AXIS_VALUES_MAX = 4096,
	NPU_SWEEP_MODELS_MAX = 32,
	NPU_SWEEP_EXPRESSIONS_MAX = 32,
	NPU_OBJECTIVES_MAX = 8,
};

enum npu_metric {
#define NPU_METRIC(name, is_static, doc) NPU_METRIC_##name,
#include "sweep/npu_metric.def"
	NPU_METRIC_COUNT
};
struct npu_metric_desc {
	const char *name, *doc;
	uint8_t is_static;
};
extern const struct npu_metric_desc npu_metric_table[NPU_METRIC_COUNT];

/* What an expression may name: every chip key, as "array.rows" (a choice by
 * its code), then every metric. */
const char *const *npu_sweep_names(size_t *count);

struct npu_axis_key {
	size_t key; /* row of npu_chip_key_table() */
	/* [count of the axis]: integers and choices in `number` */
	const uint64_t *number;
	const char *const *text; /* NPU_CHIP_TEXT keys; else NULL */
};
struct npu_axis {
	const struct npu_axis_key *keys;
	size_t key_count;
	uint32_t count; /* of positions */
};

struct npu_sweep_model {
	const char *name; /* file, or name of the zoo */
	enum npu_precision precision;
	uint64_t batch; /* 0: as the model says */
	struct npu_loc at;
};

enum npu_sweep_method {
#define NPU_METHOD(name, doc) NPU_METHOD_##name,
#include "sweep/npu_method.def"
	NPU_METHOD_COUNT
};

struct npu_sweep_expression {
	struct npu_expression *expression;
	/* constraint that is one comparison: what it compares; else NULL */
	struct npu_expression *side[2];
	const char *text;
	size_t key;        /* derived: the chip key that it sets */
	uint8_t is_static; /* constraint: of the chip alone */
};

struct npu_objective {
	enum npu_metric metric;
	uint8_t maximize;
};

struct npu_evolution; /* npu_evolution.h */

/* Plain data, read-only but for `evolution`; in the sweep's arena. */
struct npu_sweep {
	struct npu_arena *arena;
	const char *name, *path;
	struct npu_chip base;
	struct npu_sweep_model models[NPU_SWEEP_MODELS_MAX];
	size_t model_count;
	enum npu_sweep_method method;
	struct npu_loc method_at;
	uint64_t seed;
	uint64_t samples; /* random, lhs, sobol: points to draw */
	uint64_t run_cap; /* most trials to simulate; 0: no limit */
	/* screening keeps so many points, or such a share; both 0: none */
	uint64_t keep_points;
	double keep_share;
	struct npu_axis axes[NPU_AXES_MAX];
	size_t axis_count;
	uint32_t population, generations; /* nsga2 */
	/* nsga2: points decided so far (npu_nsga2.h); NULL: none */
	struct npu_evolution *evolution;
	struct npu_sweep_expression derived[NPU_SWEEP_EXPRESSIONS_MAX];
	size_t derived_count;
	struct npu_sweep_expression constraints[NPU_SWEEP_EXPRESSIONS_MAX];
	size_t constraint_count;
	struct npu_objective objectives[NPU_OBJECTIVES_MAX];
	size_t objective_count;
	uint8_t stops_on_error;
	const char *store; /* a file, or postgresql://... */
};

/* Whether closed forms choose the points to simulate (npu_screen.h). */
static inline int npu_sweep_is_screened(const struct npu_sweep *sweep)
{
	return sweep->keep_points || sweep->keep_share > 0;
}

/* Path of a sweep: of a name, without dot and slash, that of configs/sweeps
 * (the installed one); else what was given.
 *   errors  E_IO: no such name, with the nearest one as a hint */
NPU_NODISCARD enum npu_status npu_sweep_find(const char *name_or_path,
					     char *path, size_t size,
					     struct npu_error *err);

/* Read and check a sweep file.
 *   out     the caller owns it
 *   errors  E_IO, E_SYNTAX, E_RANGE, E_LIMIT: located */
NPU_NODISCARD enum npu_status
npu_sweep_load(const char *path, struct npu_sweep **out, struct npu_error *err);
void npu_sweep_destroy(struct npu_sweep *sweep);

/* Points that the method visits (list, grid, ...: all; nsga2: population times
 * generations), saturating at UINT64_MAX. */
uint64_t npu_sweep_point_count(const struct npu_sweep *sweep);
/* Of these, points whose position is decided: all but with nsga2. */
uint64_t npu_sweep_known_count(const struct npu_sweep *sweep);
/* Points of the whole space, whatever the method; saturating. */
uint64_t npu_sweep_space(const struct npu_sweep *sweep);

/* A position that leaves the base's value (sensitivity). */
#define NPU_AXIS_BASE UINT32_MAX

/* Position of point i on every axis: a pure function of (sweep, seed, i); with
 * nsga2 of the results of earlier generations too, and i is a known point.
 *   position  [axis_count] */
void npu_sweep_position(const struct npu_sweep *sweep, uint64_t i,
			uint32_t *position);

/* The chip at a position: the base, the axes' values, the derived keys.
 *   errors  E_RANGE: a key's range, or a combination no chip can have */
NPU_NODISCARD enum npu_status npu_sweep_chip(const struct npu_sweep *sweep,
					     const uint32_t *position,
					     struct npu_chip *out,
					     struct npu_error *err);

/* Whether the constraints hold: the static ones of a chip, or all of a result.
 *   metrics  [NPU_METRIC_COUNT]; static ones suffice where `with_results` is 0
 *   broken   index of the first constraint that does not hold, or
 *            constraint_count */
NPU_NODISCARD enum npu_status
npu_sweep_constrain(const struct npu_sweep *sweep, const struct npu_chip *chip,
		    const double *metrics, int with_results, size_t *broken,
		    struct npu_error *err);

/* How far a result is outside of all constraints, 0 where they hold: the sum
 * over those that do not of |a - b| / (|a| + |b|) for a comparison of a and b,
 * of 1 for any other expression.
 *   metrics  [NPU_METRIC_COUNT] */
NPU_NODISCARD enum npu_status
npu_sweep_violation(const struct npu_sweep *sweep, const struct npu_chip *chip,
		    const double *metrics, double *out, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
