/* tools/npu_sweep_screen.c - what screening left out, and how well it chose.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_screen.h"
#include "tools/npu_sweep_actions.h"
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

static void set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

/* An objective of the chip alone is no estimate. */
static int is_estimated(const struct npu_sweep *sweep, size_t objective)
{
	return !npu_metric_table[sweep->objectives[objective].metric].is_static;
}

static void print(const struct npu_sweep *sweep,
		  const struct npu_screen *screen,
		  const struct npu_correlation *c)
{
	const char *before = "";
	const int is_all = c->points == npu_screen_candidates(screen);

	printf("screen: %" PRIu64 " of %" PRIu64
	       " chips kept by their estimates\n",
	       npu_screen_kept(screen), npu_screen_candidates(screen));
	if (c->points < 2)
		return;
	printf("rank correlation (Spearman) of estimate and simulation, over "
	       "%s %" PRIu64 "%s: ",
	       is_all ? "all" : "the", c->points,
	       is_all ? "" : " kept, which understates it");
	for (size_t o = 0; o < sweep->objective_count; o++) {
		if (!is_estimated(sweep, o))
			continue;
		printf("%s%s %.3f", before,
		       npu_metric_table[sweep->objectives[o].metric].name,
		       c->of[o]);
		before = ", ";
	}
	putchar('\n');
}

static json_t *as_json(const struct npu_sweep *sweep,
		       const struct npu_screen *screen,
		       const struct npu_correlation *c)
{
	json_t *object = json_object(), *of = json_object();

	set(object, "candidates", npu_screen_candidates(screen));
	set(object, "kept", npu_screen_kept(screen));
	set(object, "compared", c->points);
	for (size_t o = 0; o < sweep->objective_count; o++)
		if (is_estimated(sweep, o))
			json_object_set_new(
				of,
				npu_metric_table[sweep->objectives[o].metric]
					.name,
				isnan(c->of[o]) ? json_null()
						: json_real(c->of[o]));
	json_object_set_new(object, "rank_correlation", of);
	return object;
}

enum npu_status npu_sweep_correlation(struct npu_sweep_command *c,
				      struct npu_store *store,
				      struct json_t *object,
				      struct npu_error *err)
{
	struct npu_correlation correlation;

	if (!c->screen)
		return NPU_OK;
	NPU_TRY(npu_screen_correlate(c->screen, c->sweep, c->runner, store,
				     &c->options, &correlation, err));
	if (object)
		json_object_set_new(object, "screen",
				    as_json(c->sweep, c->screen, &correlation));
	else
		print(c->sweep, c->screen, &correlation);
	return NPU_OK;
}
