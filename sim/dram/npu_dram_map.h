/* sim/dram/npu_dram_map.h - from a burst's number to its place in the DRAM.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_MAP_H
#define NPU_DRAM_MAP_H
#include "sim/dram/npu_dram_preset.h"

/* Low to high above the burst: channel (every `interleave` bursts), then
 *   groups_first ("bg"): bank group, column, bank, row
 *   else ("co"):         column, bank group, bank, row
 * Groups, banks and columns are powers of two in every device. */
struct npu__map {
	uint32_t channels, interleave;
	uint8_t group_bits, bank_bits, column_bits;
	uint8_t groups_first;
};

struct npu__place {
	uint32_t channel;
	uint32_t bank; /* group * banks + bank in the group */
	uint32_t column;
	uint64_t row;
};

/* Of a power of two. */
static inline uint8_t npu__log2(uint32_t power)
{
	return (uint8_t)__builtin_ctz(power);
}

static inline struct npu__map
npu__map(const struct npu_chip *chip,
	 const struct npu_dram_channel_timing *timing)
{
	return (struct npu__map){
		.channels = (uint32_t)chip->dram.channels,
		.interleave = timing->interleave,
		.group_bits = npu__log2(timing->device.groups),
		.bank_bits = npu__log2(timing->device.banks),
		.column_bits = npu__log2(timing->row_bursts),
		.groups_first = chip->dram.map == NPU_dram_map_bg,
	};
}

static inline uint32_t npu__bits(uint64_t *number, unsigned bits)
{
	uint32_t low = (uint32_t)(*number & (((uint64_t)1 << bits) - 1));

	*number >>= bits;
	return low;
}

static inline struct npu__place npu__map_burst(const struct npu__map *map,
					       uint64_t burst)
{
	struct npu__place place;
	uint32_t group;

	place.channel = 0;
	if (map->channels > 1) {
		uint64_t chunk = burst / map->interleave;

		place.channel = (uint32_t)(chunk % map->channels);
		/* number in the channel */
		burst = chunk / map->channels * map->interleave +
			burst % map->interleave;
	}
	if (map->groups_first) {
		group = npu__bits(&burst, map->group_bits);
		place.column = npu__bits(&burst, map->column_bits);
	} else {
		place.column = npu__bits(&burst, map->column_bits);
		group = npu__bits(&burst, map->group_bits);
	}
	place.bank =
		group << map->bank_bits | npu__bits(&burst, map->bank_bits);
	place.row = burst;
	return place;
}
#endif
