/* sim/dram/npu_dram_map.h - from a burst's number to its place in the DRAM.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_MAP_H
#define NPU_DRAM_MAP_H
#include "sim/dram/npu_dram_preset.h"

/* Low to high above the burst: channel (every `interleave` bursts), then
 *   groups_first ("bg"): bank group, column, bank, row
 *   else ("co"):         column, bank group, bank, row */
struct npu__map {
	uint32_t channels, interleave, groups, banks, columns;
	int groups_first;
};

struct npu__place {
	uint32_t channel;
	uint32_t bank; /* group * banks + bank in the group */
	uint32_t column;
	uint64_t row;
};

static inline struct npu__map
npu__map(const struct npu_chip *chip,
	 const struct npu_dram_channel_timing *timing)
{
	return (struct npu__map){
		.channels = (uint32_t)chip->dram.channels,
		.interleave = timing->interleave,
		.groups = timing->device.groups,
		.banks = timing->device.banks,
		.columns = timing->row_bursts,
		.groups_first = chip->dram.map == NPU_dram_map_bg,
	};
}

/* Of a power of two. */
static inline unsigned npu__log2(uint32_t power)
{
	return (unsigned)__builtin_ctz(power);
}

static inline uint32_t npu__digit(uint64_t *number, uint32_t base)
{
	uint32_t digit;

	if ((base & (base - 1)) == 0) { /* the usual case, without division */
		digit = (uint32_t)(*number & (base - 1));
		*number >>= npu__log2(base);
		return digit;
	}
	digit = (uint32_t)(*number % base);
	*number /= base;
	return digit;
}

static inline struct npu__place npu__map_burst(const struct npu__map *map,
					       uint64_t burst)
{
	struct npu__place place;
	uint32_t inner = npu__digit(&burst, map->interleave);
	uint32_t group, bank;

	place.channel = npu__digit(&burst, map->channels);
	burst = burst * map->interleave + inner; /* number in the channel */
	if (map->groups_first) {
		group = npu__digit(&burst, map->groups);
		place.column = npu__digit(&burst, map->columns);
	} else {
		place.column = npu__digit(&burst, map->columns);
		group = npu__digit(&burst, map->groups);
	}
	bank = npu__digit(&burst, map->banks);
	place.bank = group * map->banks + bank;
	place.row = burst;
	return place;
}
#endif
