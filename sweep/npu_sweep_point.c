/* sweep/npu_sweep_point.c - from the number of a point to its chip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_random.h"
#include "sweep/npu_evolution.h"
#include "sweep/npu_sweep_internal.h"
#include <math.h>
#include <string.h>

const struct npu_metric_desc npu_metric_table[NPU_METRIC_COUNT] = {
#define NPU_METRIC(name, is_static, doc) { #name, doc, is_static },
#include "sweep/npu_metric.def"
};

uint64_t npu_sweep_space(const struct npu_sweep *sweep)
{
	uint64_t count = 1;

	for (size_t a = 0; a < sweep->axis_count; a++) {
		if (count > UINT64_MAX / sweep->axes[a].count)
			return UINT64_MAX;
		count *= sweep->axes[a].count;
	}
	return count;
}

uint64_t npu_sweep_point_count(const struct npu_sweep *sweep)
{
	uint64_t count = 1;

	switch (sweep->method) {
	case NPU_METHOD_random:
	case NPU_METHOD_lhs:
	case NPU_METHOD_sobol:
		return sweep->samples;
	case NPU_METHOD_nsga2:
		return (uint64_t)sweep->population * sweep->generations;
	case NPU_METHOD_sensitivity:
		for (size_t a = 0; a < sweep->axis_count; a++)
			count += sweep->axes[a].count;
		return count;
	default:
		return npu_sweep_space(sweep);
	}
}

uint64_t npu_sweep_known_count(const struct npu_sweep *sweep)
{
	return sweep->method == NPU_METHOD_nsga2
		       ? npu_evolution_count(sweep->evolution)
		       : npu_sweep_point_count(sweep);
}

/* ---- positions ---- */

/* The last axis turns fastest. */
static void grid(const struct npu_sweep *sweep, uint64_t i, uint32_t *position)
{
	for (size_t a = sweep->axis_count; a-- > 0;) {
		position[a] = (uint32_t)(i % sweep->axes[a].count);
		i /= sweep->axes[a].count;
	}
}

/* A number of its own for every (seed, i, axis). */
static uint64_t draw(const struct npu_sweep *sweep, uint64_t i, uint64_t axis)
{
	struct npu_random random = { sweep->seed };

	random.state = npu_random_u64(&random) ^ i;
	random.state = npu_random_u64(&random) ^ axis;
	return npu_random_u64(&random);
}

/* Element i of a permutation of 0..n-1, without keeping it: a Feistel network
 * over the next power of four, walked until it falls inside.
 * source: Black and Rogaway, "Ciphers with arbitrary finite domains", 2002 */
static uint64_t permuted(const struct npu_sweep *sweep, uint64_t axis,
			 uint64_t n, uint64_t i)
{
	unsigned half = 1;
	uint64_t mask, left, right;

	while (half < 31 && (uint64_t)1 << 2 * half < n)
		half++;
	mask = ((uint64_t)1 << half) - 1;
	do {
		left = i >> half;
		right = i & mask;
		for (uint64_t round = 0; round < 4; round++) {
			const uint64_t next =
				left ^ (draw(sweep, right,
					     axis << 8 | round | 1 << 20) &
					mask);

			left = right;
			right = next;
		}
		i = left << half | right;
	} while (i >= n);
	return i;
}

/* Latin hypercube: on each axis, samples fall in equal strata, one each. */
static void lhs(const struct npu_sweep *sweep, uint64_t i, uint32_t *position)
{
	for (size_t a = 0; a < sweep->axis_count; a++)
		position[a] = (uint32_t)((long double)permuted(
						 sweep, a, sweep->samples, i) *
					 sweep->axes[a].count /
					 (long double)sweep->samples);
}

static void sobol(const struct npu_sweep *sweep, uint64_t i, uint32_t *position)
{
	double point[NPU_SOBOL_AXES_MAX];

	npu__sobol_point((unsigned)sweep->axis_count, i, point);
	for (size_t a = 0; a < sweep->axis_count; a++)
		position[a] = (uint32_t)(point[a] * sweep->axes[a].count);
}

/* Point 0 is the base: no position. Then every value of axis 0, of axis 1, ... */
static void one_at_a_time(const struct npu_sweep *sweep, uint64_t i,
			  uint32_t *position)
{
	for (size_t a = 0; a < sweep->axis_count; a++)
		position[a] = NPU_AXIS_BASE;
	if (i-- == 0)
		return;
	for (size_t a = 0; a < sweep->axis_count; a++) {
		if (i < sweep->axes[a].count) {
			position[a] = (uint32_t)i;
			return;
		}
		i -= sweep->axes[a].count;
	}
}

void npu_sweep_position(const struct npu_sweep *sweep, uint64_t i,
			uint32_t *position)
{
	switch (sweep->method) {
	case NPU_METHOD_random:
		for (size_t a = 0; a < sweep->axis_count; a++)
			position[a] = (uint32_t)(draw(sweep, i, a) %
						 sweep->axes[a].count);
		break;
	case NPU_METHOD_lhs:
		lhs(sweep, i, position);
		break;
	case NPU_METHOD_sobol:
		sobol(sweep, i, position);
		break;
	case NPU_METHOD_sensitivity:
		one_at_a_time(sweep, i, position);
		break;
	case NPU_METHOD_nsga2:
		memcpy(position, npu_evolution_position(sweep->evolution, i),
		       sweep->axis_count * sizeof *position);
		break;
	default:
		grid(sweep, i, position);
		break;
	}
}

/* ---- chips and constraints ---- */

/* The chip's keys as expressions see them; texts are never named. */
static void chip_values(const struct npu_chip *chip, double *values)
{
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < count; i++) {
		uint64_t value = 0;

		if (keys[i].kind != NPU_CHIP_TEXT)
			memcpy(&value, (const char *)chip + keys[i].offset,
			       sizeof value);
		values[i] = (double)value;
	}
}

void npu__sweep_values(const struct npu_chip *chip, const double *metrics,
		       double *values)
{
	size_t keys;

	npu_chip_key_table(&keys);
	chip_values(chip, values);
	memcpy(values + keys, metrics, NPU_METRIC_COUNT * sizeof *metrics);
}

/* Derived keys are computed in the order of the file, each from what is set. */
static enum npu_status derive(const struct npu_sweep *sweep,
			      struct npu_chip *chip, struct npu_error *err)
{
	double values[NPU_CHIP_KEYS_MAX];
	size_t count;
	const struct npu_chip_key *keys = npu_chip_key_table(&count);

	for (size_t i = 0; i < sweep->derived_count; i++) {
		const struct npu_sweep_expression *e = &sweep->derived[i];
		const struct npu_chip_key *key = &keys[e->key];
		double value;
		uint64_t whole;

		chip_values(chip, values);
		NPU_TRY(npu_expression_value(e->expression, values, &value,
					     err));
		if (!(value >= (double)key->min && value <= (double)key->max) ||
		    value != floor(value))
			return npu_fail(err, NPU_E_RANGE,
					"%s.%s: \"%s\" gives %.17g, expected a "
					"whole number of %llu..%llu",
					key->section, key->key, e->text, value,
					(unsigned long long)key->min,
					(unsigned long long)key->max);
		whole = (uint64_t)value;
		memcpy((char *)chip + key->offset, &whole, sizeof whole);
	}
	return NPU_OK;
}

enum npu_status npu_sweep_chip(const struct npu_sweep *sweep,
			       const uint32_t *position, struct npu_chip *out,
			       struct npu_error *err)
{
	*out = sweep->base;
	for (size_t a = 0; a < sweep->axis_count; a++)
		for (size_t k = 0; k < sweep->axes[a].key_count; k++)
			if (position[a] != NPU_AXIS_BASE)
				npu__axis_set(&sweep->axes[a].keys[k],
					      position[a], out);
	NPU_TRY(derive(sweep, out, err));
	return npu_chip_check(out, err);
}

enum npu_status npu_sweep_constrain(const struct npu_sweep *sweep,
				    const struct npu_chip *chip,
				    const double *metrics, int with_results,
				    size_t *broken, struct npu_error *err)
{
	double values[NPU_CHIP_KEYS_MAX + NPU_METRIC_COUNT];

	npu__sweep_values(chip, metrics, values);
	for (size_t i = 0; i < sweep->constraint_count; i++) {
		const struct npu_sweep_expression *c = &sweep->constraints[i];
		double holds;

		if (!c->is_static && !with_results)
			continue;
		NPU_TRY(npu_expression_value(c->expression, values, &holds,
					     err));
		if (holds == 0) {
			*broken = i;
			return NPU_OK;
		}
	}
	*broken = sweep->constraint_count;
	return NPU_OK;
}
