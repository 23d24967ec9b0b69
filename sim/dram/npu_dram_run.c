/* sim/dram/npu_dram_run.c - run level: masters before the channels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_lane.h"
#include <stdlib.h>

/* The next piece of a master: in one channel and one row segment. */
struct next_piece {
	uint64_t ready;
	struct npu__segment segment; /* of no bursts: not known yet */
};

struct run_level {
	struct npu_dram_channel_timing timing;
	struct npu__map map;
	unsigned chosen;    /* master, by next() for step() */
	uint64_t clock;     /* at which it enters the controller */
	uint64_t now;       /* the latest such clock so far */
	uint32_t turn_left; /* bursts the master of the turn has left */
	uint64_t queued;    /* bursts of one stream that the queues hold */
	uint64_t most;      /* bursts of a piece */
	struct next_piece piece[NPU_DRAM_MASTERS];
	uint64_t arrival[NPU_DRAM_MASTERS]; /* of a master's latest piece */
	struct npu__lane *lane;
};

static enum npu_status run_create(struct npu_dram *dram, struct npu_error *err)
{
	struct npu_dram_channel_timing timing;
	unsigned channels = (unsigned)dram->chip.dram.channels;
	struct run_level *level;

	NPU_TRY(npu_dram_resolve(&dram->chip, &timing, err));
	level = calloc(1, sizeof *level);
	dram->state = level;
	if (level)
		level->lane = malloc(channels * sizeof *level->lane);
	if (!level || !level->lane)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the DRAM");
	level->timing = timing;
	level->map = npu__map(&dram->chip, &timing);
	npu__dram_set_clock(dram, timing.device.tck_ps);
	for (unsigned c = 0; c < channels; c++)
		npu__lane_init(&level->lane[c], &level->timing,
			       level->map.groups_first);
	level->queued = level->lane[0].lookahead / timing.ccd_s * channels;
	level->most = npu_min(npu__window_piece(dram), NPU_DRAM_TURN);
	return NPU_OK;
}

static void run_destroy(struct npu_dram *dram)
{
	struct run_level *level = dram->state;

	if (level)
		free(level->lane);
	free(level);
}

/* Find the next piece of master `m`. */
static void find_piece(struct npu_dram *dram, unsigned m)
{
	struct run_level *level = dram->state;
	struct npu__master *master = &dram->master[m];
	const struct npu__transfer *head = master->head;
	struct next_piece *piece = &level->piece[m];
	uint64_t n = npu_min(head->bursts_left, level->most);

	piece->segment.place = npu__map_burst(&level->map, head->burst);
	n = npu_min(n,
		    npu__lane_reach(&level->lane[piece->segment.place.channel],
				    &piece->segment.place));
	if (level->map.channels > 1)
		n = npu_min(n, level->map.interleave -
				       head->burst % level->map.interleave);
	piece->segment.bursts = (uint32_t)n;
	piece->ready = npu__master_ready(dram, master, n);
	if (piece->ready > head->submitted) /* a clock to learn of the room */
		piece->ready++;
}

/* When the next piece of master `m` can enter. */
static uint64_t entry_of(struct npu_dram *dram, unsigned m)
{
	struct run_level *level = dram->state;
	const struct next_piece *piece = &level->piece[m];

	if (!piece->segment.bursts)
		find_piece(dram, m);
	return npu__lane_entry(&level->lane[piece->segment.place.channel],
			       dram->master[m].head->run.is_write,
			       piece->segment.bursts,
			       npu_max(piece->ready, level->now));
}

/* The master that goes first, of several, from `first` on. */
static void choose(struct npu_dram *dram, unsigned first)
{
	struct run_level *level = dram->state;
	uint64_t later =
		first < NPU_DRAM_MASTERS ? dram->waiting >> first << first : 0;
	uint64_t sooner = dram->waiting ^ later, best_rank = UINT64_MAX;

	level->clock = UINT64_MAX;
	while (later | sooner) {
		uint64_t *set = later ? &later : &sooner;
		const unsigned m = (unsigned)__builtin_ctzll(*set);
		const uint64_t clock = entry_of(dram, m);
		/* at once: writes, whose buffer is full, then the oldest, so
		 * that no master starves */
		const uint64_t rank = dram->master[m].head->run.is_write
					      ? 0
					      : level->piece[m].ready + 1;

		*set &= *set - 1;
		if (clock > level->clock ||
		    (clock == level->clock && rank >= best_rank))
			continue;
		level->clock = clock;
		level->chosen = m;
		best_rank = rank;
	}
}

static uint64_t run_next(struct npu_dram *dram)
{
	struct run_level *level = dram->state;

	if (!dram->waiting)
		return UINT64_MAX;
	if (dram->waiting & (dram->waiting - 1)) {
		/* the one of the turn first, or the one after it */
		choose(dram, dram->turn + (level->turn_left ? 0 : 1));
	} else {
		level->chosen = (unsigned)__builtin_ctzll(dram->waiting);
		level->clock = entry_of(dram, level->chosen);
	}
	return level->clock;
}

static int reads_wait(const struct npu_dram *dram)
{
	for (uint64_t left = dram->waiting; left; left &= left - 1)
		if (!dram->master[__builtin_ctzll(left)].head->run.is_write)
			return 1;
	return 0;
}

/* Banks take turns on the bus: a read whose last bursts wait in one bank is
 * held up by runs that are queued behind it, but for other banks. When it has
 * only just reached its last bank, it is the bank before that waits. */
static uint64_t held_up(const struct npu_dram *dram,
			const struct npu__transfer *transfer,
			const struct npu__segment *segment,
			const struct npu__lane *lane)
{
	const struct run_level *level = dram->state;
	const struct npu__transfer *next = transfer->next;
	uint64_t banks_mask = level->timing.device.banks - 1;
	uint64_t channels = level->map.channels;
	uint64_t queued = level->queued, others = 0, in_bank, most, row,
		 row_end;
	uint64_t total = transfer->run.bytes / NPU_DRAM_BURST;
	int any;

	if (transfer->bursts_left != segment->bursts || !total || !next)
		return 0;
	in_bank = npu__lane_position(lane, &segment->place);
	/* with one channel: bursts of the same row */
	row = channels == 1 ? transfer->burst - in_bank : UINT64_MAX;
	row_end = row + lane->segment_bursts;
	in_bank = (in_bank + segment->bursts) * channels;
	any = in_bank < queued && total > in_bank;
	most = any ? total - in_bank : npu_min(total, in_bank);
	if (any) {
		queued -= in_bank;
		row = UINT64_MAX;
	}
	for (; others < most && next && !next->run.is_write && queued &&
	       next->submitted <= level->clock;
	     next = next->next) {
		uint64_t n = npu_min(queued, next->bursts_left);
		struct npu__place place;

		queued -= n;
		if (next->burst >= row && next->burst + n <= row_end)
			continue;
		place = npu__map_burst(&level->map, next->burst);
		if (!any &&
		    ((place.bank ^ segment->place.bank) & banks_mask) == 0)
			n -= npu_min(n,
				     npu__lane_reach(lane, &place) * channels);
		others += n;
	}
	return npu_min(others, most) / channels * level->timing.ccd_s;
}

static void run_step(struct npu_dram *dram)
{
	struct run_level *level = dram->state;
	unsigned m = level->chosen;
	struct npu__master *master = &dram->master[m];
	struct npu__segment *segment = &level->piece[m].segment;
	struct npu__lane *lane = &level->lane[segment->place.channel];
	uint32_t n = segment->bursts;
	uint64_t done;

	if (m != dram->turn || level->turn_left == 0) {
		dram->turn = m;
		level->turn_left = NPU_DRAM_TURN;
	}
	level->turn_left -= n < level->turn_left ? n : level->turn_left;
	segment->arrival = level->arrival[m] =
		npu_max(level->piece[m].ready, level->arrival[m]);
	level->now = level->clock;
	if (master->head->run.is_write) {
		done = npu__lane_write(lane, segment, level->clock,
				       reads_wait(dram));
	} else {
		done = npu__lane_read(lane, segment, level->clock) +
		       level->timing.device.cl + level->timing.data +
		       dram->read_latency;
		level->arrival[m] = segment->arrival;
		/* the window has room as before: others are done instead */
		master->head->done =
			done + held_up(dram, master->head, segment, lane);
		dram->counters.read_latency_cycles +=
			n * (done - segment->arrival) -
			(uint64_t)n * (n - 1) / 2 * level->timing.ccd_s;
	}
	segment->bursts = 0;
	npu__master_start(dram, master, n, done);
}

static void run_count(const struct npu_dram *dram,
		      struct npu_dram_counters *counters)
{
	const struct run_level *level = dram->state;

	for (unsigned c = 0; c < dram->chip.dram.channels; c++) {
		const struct npu__lane *lane = &level->lane[c];

		counters->activates += lane->activates;
		counters->row_hits += lane->bursts > lane->activates
					      ? lane->bursts - lane->activates
					      : 0;
		counters->refreshes += lane->refreshes;
		if (counters->clocks >= lane->next_refresh) /* idle since */
			counters->refreshes +=
				(counters->clocks - lane->next_refresh) /
					level->timing.device.refi +
				1;
		counters->closed_clocks += lane->closed_clocks;
		if (lane->all_closed && counters->clocks > lane->closed_since)
			counters->closed_clocks +=
				counters->clocks - lane->closed_since;
	}
}

const struct npu__dram_level npu__dram_run = {
	.create = run_create,
	.destroy = run_destroy,
	.next = run_next,
	.step = run_step,
	.count = run_count,
};
