/* traces/npu_runs_internal.h - a run as its files tell it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RUNS_INTERNAL_H
#define NPU_RUNS_INTERNAL_H
#include "traces/npu_figures.h"
#include "traces/npu_runs.h"
#include <jansson.h>

struct npu__run {
	char *label;
	json_t *summary, *figures; /* figures may be NULL */
	json_t *layers;            /* of the summary, borrowed */
	size_t layer_count;
};
struct npu_runs {
	struct npu__run run[NPU_RUNS_MAX];
	size_t count;
};

/* Keys of a layer or a total, in the order of their .def. */
struct npu__column {
	const char *name, *unit, *doc;
};
enum {
#define NPU_STAT(name, unit, doc) NPU__STAT_##name,
#include "traces/npu_stats.def"
	NPU__STAT_COUNT
};
extern const struct npu__column npu__stat[NPU__STAT_COUNT];
extern const struct npu__column npu__stall[NPU_STALL_COUNT];
extern const struct npu__column npu__component[NPU_COMPONENT_COUNT];
extern const struct npu__column npu__engine[NPU_RESULT_ENGINES];
/* What a first look wants: keys of the summary, what they are called. */
enum { NPU__FIRST_COUNT = 8 };
extern const struct npu__column npu__first[NPU__FIRST_COUNT];
/* of figures.json */
extern const struct npu__column npu__peak[NPU_PEAK_COUNT];
/* label and remedy of a stall, npu_stall_remedy.def */
extern const struct npu__column npu__remedy[NPU_STALL_COUNT];

/* The member at `path`, "energy_pj.total"; NULL where there is none. */
const json_t *npu__member(const json_t *object, const char *path);
/* Its value as a number; 0 where it is none (null). */
double npu__real(const json_t *object, const char *path);
/* Its text; "" where it is none. */
const char *npu__string(const json_t *object, const char *path);
/* "dram" of "stalls.dram". */
const char *npu__last_part(const char *path);
const json_t *npu__layer(const struct npu__run *run, size_t k);

/* Is figures.json complete, and of this run? */
NPU_NODISCARD enum npu_status npu__figures_check(const struct npu__run *run,
						 const char *path,
						 struct npu_error *err);

/* What bounds a run and where its largest loss is. */
struct npu__verdict {
	const char *roof;        /* "its MACs" */
	double roof_percent;     /* of it that is reached */
	enum npu_stall worst;    /* beside computing */
	double worst_percent;    /* of all cycles */
	const char *worst_layer; /* NULL: no loss */
	const char *help;        /* what would make it faster */
};
struct npu__verdict npu__verdict(const struct npu__run *run);

/* Latency and energy of run r over those of the first. Returns 0 where they
 * have no ratio worth saying. */
int npu__against_first(const struct npu_runs *runs, size_t r, double *time,
		       double *energy);
#endif
