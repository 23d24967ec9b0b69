/* tools/npu_bench.h - the tables of `systole bench`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_BENCH_H
#define NPU_BENCH_H
#include "tools/npu_command.h"
#include "tools/npu_measure.h"

/* Networks (of the command line, else the zoo) on chips (--chip, else all but
 * scalesim). The texts live in `arena`. */
struct npu_bench_set {
	const char *const *networks, *const *chips;
	size_t network_count, chip_count;
	const char *const *sets;
	size_t set_count;
	enum npu_precision precision;
	uint64_t batch;
};
NPU_NODISCARD enum npu_status npu_bench_choose(const struct npu_arguments *args,
					       struct npu_arena *arena,
					       struct npu_bench_set *out,
					       struct npu_error *err);
/* Measure one; a chip that cannot run the network is no error: *result is then
 * NULL and `why` says so. */
NPU_NODISCARD enum npu_status
npu_bench_one(const struct npu_bench_set *set, const char *network,
	      const char *chip, struct npu_result **result,
	      struct npu_error *why, struct npu_error *err);

/* Cycles, times and roofs; the layers furthest from theirs. */
npu_verb_fn npu_bench_zoo;
/* The run level of the DRAM model against the command level. */
npu_verb_fn npu_bench_dram;
/* Published figures of chips against ours, as a Markdown page. */
npu_verb_fn npu_bench_published;
#endif
