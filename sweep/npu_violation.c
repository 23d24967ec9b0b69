/* sweep/npu_violation.c - how far a result is outside of the constraints.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_sweep_internal.h"
#include <math.h>
#include <string.h>

/* ---- the two sides ---- */

/* Length of the comparison at `text`; 0: none. */
static size_t comparison(const char *text)
{
	static const char *const all[] = { "<=", ">=", "==", "<", ">" };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (!strncmp(text, all[i], strlen(all[i])))
			return strlen(all[i]);
	return 0;
}

/* The one comparison outside of parentheses; NULL where there is none, more
 * than one, or more than comparisons. */
static const char *find_comparison(const char *text, size_t *length)
{
	const char *found = NULL;
	int depth = 0;

	for (const char *at = text; *at; at++) {
		const size_t n = comparison(at);

		depth += *at == '(';
		depth -= *at == ')';
		if (depth)
			continue;
		if (strchr("&|?!", *at) || (n && found))
			return NULL;
		if (n) {
			found = at;
			*length = n;
			at += n - 1;
		}
	}
	return found;
}

enum npu_status npu__sweep_split(struct npu_sweep *sweep,
				 const struct npu_yaml *node,
				 struct npu_sweep_expression *c,
				 struct npu_error *err)
{
	struct npu_yaml side[2] = { *node, *node };
	size_t length, count;
	const char *const *names = npu_sweep_names(&count);
	const char *at = find_comparison(node->text, &length);

	if (!at)
		return NPU_OK;
	side[0].text = npu_arena_printf(sweep->arena, "%.*s",
					(int)(at - node->text), node->text);
	side[1].text = at + length;
	if (!side[0].text)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	for (int i = 0; i < 2; i++)
		NPU_TRY(npu_expression_create(&side[i], names, count,
					      &c->side[i], err));
	return NPU_OK;
}

/* ---- the sum ---- */

/* What one constraint adds; strictly less than equal is outside too. */
static enum npu_status excess(const struct npu_sweep_expression *c,
			      const double *values, double *out,
			      struct npu_error *err)
{
	double holds, a, b;

	NPU_TRY(npu_expression_value(c->expression, values, &holds, err));
	*out = holds == 0;
	if (holds != 0 || !c->side[0])
		return NPU_OK;
	NPU_TRY(npu_expression_value(c->side[0], values, &a, err));
	NPU_TRY(npu_expression_value(c->side[1], values, &b, err));
	*out = fmax(1e-9, fabs(a - b) / (fabs(a) + fabs(b)));
	return NPU_OK;
}

enum npu_status npu_sweep_violation(const struct npu_sweep *sweep,
				    const struct npu_chip *chip,
				    const double *metrics, double *out,
				    struct npu_error *err)
{
	double values[NPU_CHIP_KEYS_MAX + NPU_METRIC_COUNT], sum = 0;

	npu__sweep_values(chip, metrics, values);
	for (size_t i = 0; i < sweep->constraint_count; i++) {
		double one;

		NPU_TRY(excess(&sweep->constraints[i], values, &one, err));
		sum += one;
	}
	*out = sum;
	return NPU_OK;
}
