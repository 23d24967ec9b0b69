/* sim/dram/npu_dram_lane.h - run level: one channel, a row segment at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_LANE_H
#define NPU_DRAM_LANE_H
#include "sim/dram/npu_dram_internal.h"
#include "sim/dram/npu_dram_map.h"

enum { NPU_LANE_BANKS = 64, NPU_LANE_GROUPS = 4, NPU_LANE_WRITES = 32 };

struct npu__lane_bank {
	uint64_t row; /* UINT64_MAX: closed */
	uint64_t act_ok, pre_ok, col_ok;
};

/* Bursts of one row (of each bank group, where these are lowest). */
struct npu__segment {
	struct npu__place place; /* of the first */
	uint32_t bursts;
	uint64_t arrival; /* clock at which the controller has it */
};

struct npu__lane {
	const struct npu_dram_channel_timing *timing;
	/* Bank groups that a segment goes through in turn (1: its own alone),
	 * bursts of a segment, and logarithms of what divides. */
	uint32_t ways, segment_bursts;
	uint8_t way_bits, bank_bits;
	/* Resources in the order of arrival, without the waits of single banks:
	 * others go ahead meanwhile, as in a controller that reorders. */
	uint64_t bus;                     /* data bus free from */
	uint64_t group[NPU_LANE_GROUPS];  /* tCCD_L */
	uint64_t act_ok[NPU_LANE_GROUPS]; /* tRRD */
	uint64_t faw[4];
	unsigned oldest_faw;
	uint64_t turn[2];   /* reads, writes: the bus has turned */
	uint64_t end;       /* after the last column command of all */
	uint64_t last;      /* last column command of the latest segment */
	uint64_t write_end; /* the same of writes: until then reads wait */
	/* Bus time of what the controller holds: in the queues of the banks
	 * that a stream uses, and in all with the queue of reads. */
	uint64_t bank_queue, lookahead;
	uint64_t next_refresh, closed_since, closed_clocks;
	int all_closed;
	struct npu__segment writes[NPU_LANE_WRITES]; /* posted, not yet done */
	uint32_t write_segments, write_bursts;
	uint64_t activates, refreshes, bursts;
	struct npu__lane_bank bank[NPU_LANE_BANKS];
};

void npu__lane_init(struct npu__lane *lane,
		    const struct npu_dram_channel_timing *timing,
		    int groups_first);

/* `clock` without the cycles that what was before takes of it. */
static inline uint64_t npu__lane_before(uint64_t clock, uint64_t time)
{
	return clock > time ? clock - time : 0;
}

/* Clock from which a segment of `bursts` that is there from `ready` on can go
 * to the banks (reads) or to the buffer (writes). While writes are done their
 * buffer empties at the pace of the bus. Full, it is done next, before reads:
 * the controller looks at it first. */
static inline uint64_t npu__lane_entry(const struct npu__lane *lane,
				       int is_write, uint32_t bursts,
				       uint64_t ready)
{
	uint32_t filled = lane->write_bursts + bursts;
	uint64_t turn = npu__lane_before(lane->write_end, lane->bank_queue);

	if (!is_write)
		return npu_max(npu_max(ready, turn),
			       npu__lane_before(lane->end, lane->bank_queue));
	if (filled <= NPU_LANE_WRITES)
		turn = npu__lane_before(turn,
					(uint64_t)(NPU_LANE_WRITES - filled) *
						lane->timing->ccd_s);
	return npu_max(ready, turn);
}

/* Bursts of the row segment before `place`. */
static inline uint32_t npu__lane_position(const struct npu__lane *lane,
					  const struct npu__place *place)
{
	return place->column << lane->way_bits |
	       (place->bank >> lane->bank_bits & (lane->ways - 1));
}

/* Most bursts from `place` on in one row segment. */
static inline uint32_t npu__lane_reach(const struct npu__lane *lane,
				       const struct npu__place *place)
{
	return lane->segment_bursts - npu__lane_position(lane, place);
}

/* Read a segment at `clock`, its entry; its arrival, at first when its master
 * has it ready, becomes when the queue of reads has room for it.
 * Returns the clock of its last column command. */
uint64_t npu__lane_read(struct npu__lane *lane, struct npu__segment *segment,
			uint64_t clock);
/* Post a write at `clock`, its entry. `reads_wait`: reads compete for the
 * channel, so that writes are done in batches. Returns the clock at which it is
 * accepted. */
uint64_t npu__lane_write(struct npu__lane *lane,
			 const struct npu__segment *segment, uint64_t clock,
			 int reads_wait);
#endif
