/* tools/npu_measure.h - one network on one chip, timing only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MEASURE_H
#define NPU_MEASURE_H
#include "compiler/npu_compiler.h"
#include "sim/npu_sim.h"

struct npu_measurement {
	const char *network; /* a file, or a name of the zoo */
	const char *chip;    /* a file, or a name of configs/chips */
	const char *const *sets;
	size_t set_count;
	enum npu_precision precision;
	uint64_t batch; /* 0: as the network says */
};

/* Load, lower without data, generate code and simulate.
 *   chip    as read, with its sets; may be NULL
 *   result  the caller owns it; its texts live as long
 *   errors  of every stage; E_UNSUPPORTED and E_CAPACITY where the chip cannot
 */
NPU_NODISCARD enum npu_status npu_measure(const struct npu_measurement *what,
					  struct npu_chip *chip,
					  struct npu_result **result,
					  struct npu_error *err);

/* Frames (samples of the batch) a second, and the time of the run. */
double npu_measured_frames_per_s(const struct npu_result *result);
double npu_measured_seconds(const struct npu_result *result);
/* bound_cycles / cycles; 0 where nothing ran. */
double npu_measured_roof_ratio(const struct npu_result *result);
#endif
