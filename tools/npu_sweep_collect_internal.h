/* tools/npu_sweep_collect_internal.h - rows as they are collected, before they
 * are a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SWEEP_COLLECT_INTERNAL_H
#define NPU_SWEEP_COLLECT_INTERNAL_H
#include "tools/npu_sweep_collect.h"
#include "tools/npu_sweep_reasons.h"

/* One moved key: its value at every row. */
struct npu__moved {
	size_t key, axis;
	uint8_t is_derived;
	uint64_t *raw; /* [row]; of texts: index of `texts` */
	const char **texts;
	size_t text_count;
};

struct npu_collection {
	const struct npu_sweep *sweep;
	struct npu_arena *arena;
	struct npu_sweep_table table;
	struct npu_sweep_figure figures[NPU_TABLE_FIGURES_MAX];
	enum npu_metric metric[NPU_TABLE_FIGURES_MAX];
	struct npu_sweep_count counts[NPU_ROW_COUNT];
	const char *models[NPU_SWEEP_MODELS_MAX];
	struct npu_reasons *reasons;
	struct npu__moved moved[NPU_CHIP_KEYS_MAX];
	size_t moved_count, groups, room;
	/* growing, a row each */
	uint64_t *point;
	uint8_t *state;
	double *value;
	/* the point at work */
	struct npu_chip chip;
	uint8_t now[NPU_SWEEP_MODELS_MAX];
	double metrics[NPU_SWEEP_MODELS_MAX][NPU_TABLE_FIGURES_MAX];
	enum npu_status status;
	struct npu_error *err;
};

/* Levels of the parameters, fronts, reasons: the table of all rows. Returns 0
 * when out of memory. */
int npu__collection_tabulate(struct npu_collection *collection);

#endif
