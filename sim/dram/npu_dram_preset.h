/* sim/dram/npu_dram_preset.h - devices by name, and what a chip makes of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_PRESET_H
#define NPU_DRAM_PRESET_H
#include "configs/npu_chip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One device: a column of npu_dram_preset.def. */
struct npu_dram_preset {
	const char *name, *source;
#define NPU_DRAM_VALUE(field, unit, doc, ...) uint32_t field;
#include "sim/dram/npu_dram_preset.def"
};

/* Number of presets, and the name of one (index below that number). */
unsigned npu_dram_preset_count(void);
const char *npu_dram_preset_name(unsigned index);
/* Fill `out`. Returns 0 when there is no preset of that name. */
int npu_dram_preset_find(const char *name, struct npu_dram_preset *out);

/* Make chip.dram a usual system of that preset: width and channels of the
 * table, 64 bytes of interleave, command level, the references' map bg.
 *   errors  E_RANGE: unknown preset */
NPU_NODISCARD enum npu_status npu_dram_usual(const char *preset,
					     struct npu_chip *chip,
					     struct npu_error *err);

/* A channel of `chip`: the preset with its times for one 64-byte burst. Where
 * the channel is so narrow that 64 bytes take several bursts of the device,
 * they go one after the other.
 *   errors  E_RANGE: unknown preset, width that no number of devices makes, or
 *           device bursts that do not divide 64 bytes */
struct npu_dram_channel_timing {
	struct npu_dram_preset device;
	uint32_t data;         /* clocks of data of 64 bytes */
	uint32_t ccd_s, ccd_l; /* between 64-byte bursts */
	uint32_t devices;      /* that work in step */
	uint32_t row_bursts;   /* 64-byte bursts in a row */
	uint32_t banks;        /* of all groups */
	uint32_t interleave;   /* consecutive bursts in one channel */
};
NPU_NODISCARD enum npu_status
npu_dram_resolve(const struct npu_chip *chip,
		 struct npu_dram_channel_timing *out, struct npu_error *err);

#ifdef __cplusplus
}
#endif
#endif
