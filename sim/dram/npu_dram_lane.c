/* sim/dram/npu_dram_lane.c - run level: one channel, a row segment at a time.
 * SPDX-License-Identifier: Apache-2.0
 *
 * model: columns of a segment follow each other at the rate that bus, bank
 * groups and rows allow; rows are opened as soon as the controller has the
 * request. Error against the command level: docs/dram.md. */
#include "sim/dram/npu_dram_lane.h"
#include <string.h>

/* Of the command level's controller (npu_dram_channel.h). */
enum { READ_QUEUE = 32, BANK_QUEUE = 8, DRAIN_ABOVE = 8 };
#define CLOSED UINT64_MAX

static unsigned group_of(const struct npu__lane *lane, uint32_t bank)
{
	return bank >> lane->bank_bits;
}

/* The bank in the same place of another group, counted round. */
static unsigned in_group(const struct npu__lane *lane, uint32_t bank,
			 unsigned group)
{
	const struct npu_dram_preset *device = &lane->timing->device;

	return (group & (device->groups - 1)) << lane->bank_bits |
	       (bank & (device->banks - 1));
}

static void raise(uint64_t *time, uint64_t least)
{
	if (*time < least)
		*time = least;
}

void npu__lane_init(struct npu__lane *lane,
		    const struct npu_dram_channel_timing *timing,
		    int groups_first)
{
	memset(lane, 0, sizeof *lane);
	lane->timing = timing;
	lane->ways = groups_first ? timing->device.groups : 1;
	lane->way_bits = npu__log2(lane->ways);
	lane->bank_bits = npu__log2(timing->device.banks);
	lane->segment_bursts = timing->row_bursts * lane->ways;
	lane->next_refresh = timing->device.refi;
	lane->all_closed = 1;
	lane->bank_queue = (uint64_t)BANK_QUEUE * timing->ccd_s * lane->ways;
	lane->lookahead =
		lane->bank_queue + (uint64_t)READ_QUEUE * timing->ccd_s;
	for (unsigned b = 0; b < NPU_LANE_BANKS; b++)
		lane->bank[b].row = CLOSED;
}

/* All refreshes that are due before a column command at `clock`. */
static void refresh_all(struct npu__lane *lane, uint64_t clock)
{
	const struct npu_dram_preset *device = &lane->timing->device;

	while (clock >= lane->next_refresh) {
		uint64_t start = lane->next_refresh, open = 0;

		for (unsigned b = 0; b < lane->timing->banks; b++) {
			if (lane->bank[b].row == CLOSED)
				continue;
			open++; /* one precharge a clock */
			raise(&start, lane->bank[b].pre_ok);
			raise(&start, lane->next_refresh + open - 1);
			lane->bank[b].row = CLOSED;
		}
		if (!lane->all_closed) {
			lane->all_closed = 1;
			lane->closed_since = start;
			start += device->rp;
		}
		for (unsigned b = 0; b < lane->timing->banks; b++)
			raise(&lane->bank[b].act_ok, start + device->rfc);
		raise(&lane->bus, start + device->rfc + device->rcd);
		for (unsigned g = 0; g < device->groups; g++)
			raise(&lane->group[g], lane->bus);
		lane->refreshes++;
		lane->next_refresh += device->refi;
		if (clock < lane->next_refresh + device->refi)
			continue;
		/* idle through many: only the last matters */
		open = (clock - lane->next_refresh) / device->refi;
		lane->refreshes += open;
		lane->next_refresh += open * device->refi;
	}
}

static inline void refresh(struct npu__lane *lane, uint64_t clock)
{
	if (clock >= lane->next_refresh)
		refresh_all(lane, clock);
}

/* Clock at which commands of all banks would let `group` activate. */
static uint64_t activate_turn(const struct npu__lane *lane, unsigned group,
			      uint64_t arrival)
{
	return npu_max(npu_max(arrival, lane->act_ok[group]),
		       lane->faw[lane->oldest_faw]);
}

/* Clock of the activate that bank `b` would need, or 0 when its row is open. */
static uint64_t activate_clock(const struct npu__lane *lane, unsigned b,
			       uint64_t row, uint64_t arrival)
{
	const struct npu__lane_bank *bank = &lane->bank[b];
	const struct npu_dram_preset *device = &lane->timing->device;
	uint64_t clock = arrival;

	if (bank->row == row)
		return 0;
	if (bank->row != CLOSED)
		clock = npu_max(clock, bank->pre_ok) + device->rp;
	clock = npu_max(clock, bank->act_ok);
	return npu_max(clock, activate_turn(lane, group_of(lane, b), arrival));
}

static void activate(struct npu__lane *lane, unsigned b, uint64_t row,
		     uint64_t clock, uint64_t arrival)
{
	const struct npu_dram_preset *device = &lane->timing->device;
	uint64_t turn = activate_turn(lane, group_of(lane, b), arrival);

	lane->bank[b] = (struct npu__lane_bank){
		.row = row,
		.act_ok = clock + device->ras + device->rp,
		.pre_ok = clock + device->ras,
		.col_ok = clock + device->rcd,
	};
	for (unsigned g = 0; g < device->groups; g++)
		raise(&lane->act_ok[g],
		      turn + (g == group_of(lane, b) ? device->rrd_l
						     : device->rrd_s));
	lane->faw[lane->oldest_faw] = turn + device->faw;
	lane->oldest_faw = (lane->oldest_faw + 1) % 4;
	if (lane->all_closed) {
		lane->all_closed = 0;
		if (clock > lane->closed_since)
			lane->closed_clocks += clock - lane->closed_since;
	}
	lane->activates++;
}

static unsigned bank_of(const struct npu__lane *lane,
			const struct npu__segment *segment, unsigned j)
{
	return in_group(lane, segment->place.bank,
			group_of(lane, segment->place.bank) + j);
}

/* A bank is last used at `column`: when it may close, and the bus turn. */
static inline void note_last(struct npu__lane *lane, unsigned b,
			     uint64_t column, int is_write)
{
	const struct npu_dram_channel_timing *timing = lane->timing;
	const struct npu_dram_preset *device = &timing->device;
	uint64_t write_end = column + device->cwl + timing->data;

	raise(&lane->bank[b].col_ok, column + timing->ccd_l);
	raise(&lane->bank[b].pre_ok,
	      is_write ? write_end + device->wr : column + device->rtp);
	if (is_write)
		raise(&lane->turn[0], write_end + device->wtr_s);
	else
		raise(&lane->turn[1], column + device->cl + timing->data +
					      device->rtrs - device->cwl);
}

/* As many bursts of the segment as go before the next refresh. Returns how
 * many; 0 when the refresh is due first. */
static uint32_t move_some(struct npu__lane *lane,
			  const struct npu__segment *segment, int is_write)
{
	const struct npu_dram_channel_timing *timing = lane->timing;
	uint32_t n = segment->bursts, ways = n < lane->ways ? n : lane->ways;
	/* a clock to the queue of the bank */
	uint64_t arrival = segment->arrival + 1;
	uint64_t from = npu_max(arrival, lane->turn[is_write]);
	uint64_t bus = npu_max(lane->bus, from);
	uint64_t start = UINT64_MAX, end, first[NPU_LANE_GROUPS];
	unsigned bank[NPU_LANE_GROUPS];

	for (uint32_t j = 0; j < ways; j++) {
		unsigned b = bank[j] = bank_of(lane, segment, j);
		unsigned group = group_of(lane, b);
		uint64_t act =
			activate_clock(lane, b, segment->place.row, arrival);

		first[j] = npu_max(from, lane->group[group]);
		raise(&first[j],
		      act ? act + timing->device.rcd : lane->bank[b].col_ok);
		if (npu_max(first[j], bus) >= lane->next_refresh)
			return 0;
		if (act)
			activate(lane, b, segment->place.row, act, arrival);
		start = npu_min(start, first[j]);
	}
	if (from >= lane->end) /* nothing else uses the bus meanwhile */
		bus = npu_max(bus, start);
	start = npu_max(start, bus);
	if ((uint64_t)(n - 1) * timing->ccd_s >= lane->next_refresh - start)
		n = (uint32_t)((lane->next_refresh - start - 1) /
			       timing->ccd_s) +
		    1;
	lane->bus = bus + (uint64_t)n * timing->ccd_s;
	end = start + (uint64_t)n * timing->ccd_s;
	for (uint32_t j = 0; j < ways && j < n; j++) {
		unsigned group = group_of(lane, bank[j]);
		uint64_t own = (n - j + lane->ways - 1) >> lane->way_bits;

		raise(&end,
		      first[j] + (own - 1) * timing->ccd_l + timing->ccd_s);
		raise(&lane->group[group], from);
		lane->group[group] += own * timing->ccd_l;
	}
	for (uint32_t j = 0; j < ways && j < n; j++)
		note_last(lane, bank[j],
			  end - (((n - 1 - j) & (lane->ways - 1)) + 1) *
					  timing->ccd_s,
			  is_write);
	raise(&lane->end, end);
	lane->bursts += n;
	lane->last = end - timing->ccd_s;
	return n;
}

/* All of a segment in one open bank, no refresh in between: what move_some()
 * would come to, as most segments do. Returns 0 where it is not so. */
static int move_hits(struct npu__lane *lane, const struct npu__segment *segment,
		     int is_write)
{
	const struct npu_dram_channel_timing *timing = lane->timing;
	const unsigned b = segment->place.bank;
	const struct npu__lane_bank *bank = &lane->bank[b];
	uint64_t *group = &lane->group[group_of(lane, b)];
	const uint64_t more = segment->bursts - 1u;
	const uint64_t from =
		npu_max(segment->arrival + 1, lane->turn[is_write]);
	const uint64_t first = npu_max(npu_max(from, *group), bank->col_ok);
	uint64_t bus = npu_max(lane->bus, from), end;

	if (lane->ways > 1 || bank->row != segment->place.row)
		return 0;
	end = npu_max(first, bus) + more * timing->ccd_s;
	if (end >= lane->next_refresh)
		return 0;
	if (from >= lane->end)
		bus = npu_max(bus, first);
	end = npu_max(end, first + more * timing->ccd_l);
	lane->bus = bus + (more + 1) * timing->ccd_s;
	*group = npu_max(*group, from) + (more + 1) * timing->ccd_l;
	note_last(lane, b, end, is_write);
	raise(&lane->end, end + timing->ccd_s);
	lane->bursts += more + 1;
	lane->last = end;
	return 1;
}

/* Move the whole segment. Returns the clock of the last column command. */
static uint64_t move(struct npu__lane *lane, const struct npu__segment *whole,
		     int is_write)
{
	struct npu__segment segment;

	refresh(lane, npu_max(whole->arrival, lane->bus));
	if (move_hits(lane, whole, is_write))
		return lane->last;
	segment = *whole;
	for (;;) {
		uint32_t n = move_some(lane, &segment, is_write);
		uint32_t group = group_of(lane, segment.place.bank) + n;

		segment.bursts -= n;
		if (segment.bursts == 0)
			return lane->last;
		if (lane->ways > 1) {
			segment.place.bank =
				in_group(lane, segment.place.bank, group);
			n = group >> lane->way_bits;
		}
		segment.place.column += n;
		refresh(lane, lane->next_refresh);
	}
}

/* Do all writes that wait; their banks learn of them at `clock`. */
static uint64_t drain(struct npu__lane *lane, uint64_t clock)
{
	for (uint32_t i = 0; i < lane->write_segments; i++) {
		lane->writes[i].arrival = npu_max(
			clock, npu__lane_before(lane->end, lane->bank_queue));
		lane->write_end = move(lane, &lane->writes[i], 1);
	}
	lane->write_segments = 0;
	lane->write_bursts = 0;
	return lane->write_end;
}

/* Writes that waited are done when the channel has nothing else to do. */
static void use_idle_time(struct npu__lane *lane, uint64_t clock)
{
	if (lane->write_bursts > DRAIN_ABOVE && lane->end < clock)
		drain(lane, lane->end);
}

uint64_t npu__lane_read(struct npu__lane *lane, struct npu__segment *segment,
			uint64_t clock)
{
	use_idle_time(lane, clock);
	raise(&segment->arrival, npu__lane_before(lane->end, lane->lookahead));
	return npu_max(clock, move(lane, segment, 0));
}

uint64_t npu__lane_write(struct npu__lane *lane,
			 const struct npu__segment *segment, uint64_t clock,
			 int reads_wait)
{
	use_idle_time(lane, clock);
	if (lane->write_bursts + segment->bursts > NPU_LANE_WRITES ||
	    lane->write_segments == NPU_LANE_WRITES)
		drain(lane, clock);
	lane->writes[lane->write_segments++] = *segment;
	lane->write_bursts += segment->bursts;
	if (!reads_wait && lane->write_bursts > DRAIN_ABOVE)
		drain(lane, clock);
	return clock + segment->bursts;
}
