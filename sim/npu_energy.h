/* sim/npu_energy.h - picojoules and square millimetres: counts x a table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ENERGY_H
#define NPU_ENERGY_H
#include "base/npu_dtype.h"
#include "configs/npu_chip.h"
#include "configs/npu_technology.h"
#include "sim/dram/npu_dram.h"
#include "traces/npu_result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MACs of a layer by the type of its activations, index enum npu_dtype. */
struct npu_energy_macs {
	uint64_t of[NPU_fp16 + 1];
};

/* Square millimetres of every component of the chip. */
void npu_energy_area(const struct npu_chip *chip,
		     const struct npu_technology *technology,
		     double mm2[NPU_COMPONENT_COUNT]);

/* Fill area and energy of `result`, whose counts are complete. An energy-only
 * sweep calls this again on the same counts.
 *   macs    [result->layer_count]
 *   dram    the memory's counters over the whole run */
void npu_energy_fill(const struct npu_chip *chip,
		     const struct npu_technology *technology,
		     const struct npu_energy_macs *macs,
		     const struct npu_dram_counters *dram,
		     struct npu_result *result);

#ifdef __cplusplus
}
#endif
#endif
