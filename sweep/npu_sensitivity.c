/* sweep/npu_sensitivity.c - effects of one axis at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_sensitivity.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The axis' first key there over that of the base; NAN: no numbers. */
static double step_of(const struct npu_sweep *sweep, const struct npu_effect *e)
{
	const struct npu_axis_key *key = &sweep->axes[e->axis].keys[0];
	size_t count;
	const struct npu_chip_key *row = &npu_chip_key_table(&count)[key->key];
	uint64_t base;

	if (row->kind != NPU_CHIP_INT)
		return NAN;
	memcpy(&base, (const char *)&sweep->base + row->offset, sizeof base);
	return base ? (double)key->number[e->position] / (double)base : NAN;
}

/* NAN where either ratio is 0 or less, or the key did not move. */
static double elasticity(double value, double key)
{
	return value > 0 && key > 0 && key != 1 ? log(value) / log(key) : NAN;
}

static void fill(const struct npu_sweep *sweep, const double *base,
		 const struct npu_score *score, struct npu_effect *e)
{
	const double step = step_of(sweep, e);

	e->is_known = score != NULL;
	for (size_t o = 0; o < sweep->objective_count; o++) {
		e->value[o] = e->change[o] = e->elasticity[o] = NAN;
		if (!score)
			continue;
		e->value[o] = fabs(score->value[o]);
		e->change[o] = e->value[o] / base[o] - 1;
		e->elasticity[o] = elasticity(e->value[o] / base[o], step);
	}
}

/* Scores are in the order of points, the base's first. */
static void fill_all(const struct npu_sweep *sweep, const double *base,
		     const struct npu_score *scores, size_t scored,
		     struct npu_effect *effects)
{
	uint64_t point = 1;
	size_t at = 1;

	for (size_t a = 0; a < sweep->axis_count; a++)
		for (uint32_t p = 0; p < sweep->axes[a].count; p++, point++) {
			struct npu_effect *e = &effects[point - 1];
			const int is_known =
				at < scored && scores[at].point == point;

			e->point = point;
			e->axis = a;
			e->position = p;
			fill(sweep, base, is_known ? &scores[at] : NULL, e);
			at += (size_t)is_known;
		}
}

enum npu_status npu_sensitivity(const struct npu_sweep *sweep,
				const struct npu_runner *runner,
				struct npu_store *store, double *base,
				struct npu_effect **out, size_t *count,
				struct npu_error *err)
{
	const struct npu_plan_options all = { 0 };
	const size_t points = (size_t)npu_sweep_point_count(sweep);
	struct npu_score *scores;
	struct npu_effect *effects;
	size_t scored;

	if (sweep->method != NPU_METHOD_sensitivity)
		return npu_fail_at(err, NPU_E_USAGE, sweep->method_at,
				   "expected method sensitivity");
	NPU_TRY(npu_scores(sweep, runner, store, &all, &scores, &scored, err));
	effects = calloc(points, sizeof *effects);
	if (!effects) {
		free(scores);
		return npu_fail(err, NPU_E_NOMEM, "no memory for effects");
	}
	*out = effects;
	*count = scored && scores[0].point == 0 ? points - 1 : 0;
	for (size_t o = 0; *count && o < sweep->objective_count; o++)
		base[o] = fabs(scores[0].value[o]);
	if (*count)
		fill_all(sweep, base, scores, scored, effects);
	free(scores);
	return NPU_OK;
}
