/* sim/dram/npu_dram_command.c - command level: masters before the channels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_channel.h"
#include "sim/dram/npu_dram_map.h"
#include <stdlib.h>

/* A burst that leaves the window of its master at `clock`. */
struct leaving {
	uint64_t clock;
	unsigned master;
};
struct ring {
	struct leaving *entries;
	uint64_t first, count;
};

struct head {
	uint64_t key; /* burst + 1 of the place below */
	struct npu__place place;
};

struct command {
	struct npu_dram_channel_timing timing;
	struct npu__map map;
	unsigned channels;
	uint64_t clock;     /* first not yet worked on */
	uint64_t chosen;    /* by next(), for step() */
	unsigned turn_left; /* bursts the master of the turn has left */
	uint64_t ring_size; /* power of two */
	struct ring *reads; /* one for each channel */
	struct ring writes;
	uint64_t next_leaving; /* lower bound */
	struct head head[NPU_DRAM_MASTERS];
	struct npu__channel *channel;
};

static void command_destroy(struct npu_dram *dram)
{
	struct command *command = dram->state;

	if (!command)
		return;
	if (command->reads)
		for (unsigned c = 0; c < command->channels; c++)
			free(command->reads[c].entries);
	free(command->reads);
	free(command->writes.entries);
	free(command->channel);
	free(command);
}

/* Reads in flight leave at least `data` clocks apart, and each within latency;
 * writes leave in the clock after they came, `channels` at most in each. */
static enum npu_status make_rings(struct npu_dram *dram,
				  struct command *command,
				  struct npu_error *err)
{
	const struct npu_dram_channel_timing *timing = &command->timing;
	uint64_t least = timing->device.cl + dram->read_latency + 64 +
			 4 * command->channels;

	command->ring_size = 256;
	while (command->ring_size < least)
		command->ring_size *= 2;
	command->channel = malloc(command->channels * sizeof *command->channel);
	command->reads = calloc(command->channels, sizeof *command->reads);
	command->writes.entries = malloc((size_t)command->ring_size *
					 sizeof *command->writes.entries);
	if (!command->channel || !command->reads || !command->writes.entries)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the DRAM");
	for (unsigned c = 0; c < command->channels; c++) {
		npu__channel_init(&command->channel[c], timing);
		command->reads[c].entries =
			malloc((size_t)command->ring_size *
			       sizeof *command->reads[c].entries);
		if (!command->reads[c].entries)
			return npu_fail(err, NPU_E_NOMEM,
					"no memory for the DRAM");
	}
	return NPU_OK;
}

static enum npu_status command_create(struct npu_dram *dram,
				      struct npu_error *err)
{
	struct npu_dram_channel_timing timing;
	struct command *command;

	NPU_TRY(npu_dram_resolve(&dram->chip, &timing, err));
	command = calloc(1, sizeof *command);
	if (!command)
		return npu_fail(err, NPU_E_NOMEM, "no memory for the DRAM");
	dram->state = command;
	command->timing = timing;
	command->map = npu__map(&dram->chip, &timing);
	command->channels = (unsigned)dram->chip.dram.channels;
	command->next_leaving = NPU_NEVER;
	npu__dram_set_clock(dram, timing.device.tck_ps);
	return make_rings(dram, command, err);
}

static void put(struct command *command, struct ring *ring, uint64_t clock,
		unsigned master)
{
	uint64_t at = (ring->first + ring->count++) & (command->ring_size - 1);

	ring->entries[at] = (struct leaving){ clock, master };
	command->next_leaving = npu_min(command->next_leaving, clock);
}

static uint64_t leave_ring(struct npu_dram *dram, struct ring *ring,
			   uint64_t clock)
{
	struct command *command = dram->state;

	while (ring->count) {
		const struct leaving *entry = &ring->entries[ring->first];

		if (entry->clock >= clock)
			return entry->clock;
		dram->master[entry->master].in_flight--;
		ring->first = (ring->first + 1) & (command->ring_size - 1);
		ring->count--;
	}
	return NPU_NEVER;
}

/* Give back the window of bursts that left before `clock`. */
static void leave(struct npu_dram *dram, uint64_t clock)
{
	struct command *command = dram->state;
	uint64_t next;

	if (command->next_leaving >= clock)
		return;
	next = leave_ring(dram, &command->writes, clock);
	for (unsigned c = 0; c < command->channels; c++)
		next = npu_min(next,
			       leave_ring(dram, &command->reads[c], clock));
	command->next_leaving = next;
}

static const struct npu__place *place_of(struct command *command, unsigned m,
					 uint64_t burst)
{
	struct head *head = &command->head[m];

	if (head->key != burst + 1) {
		head->key = burst + 1;
		head->place = npu__map_burst(&command->map, burst);
	}
	return &head->place;
}

/* Clock from which master `m` can hand over its next burst; NPU_NEVER when only
 * an event of a channel can change that it cannot: the queue is full, or the
 * window, with no data on its way. */
static uint64_t offer_clock(struct npu_dram *dram, unsigned m)
{
	struct command *command = dram->state;
	const struct npu__master *master = &dram->master[m];
	const struct npu__place *place;
	uint64_t clock = command->clock;

	if (!master->head)
		return NPU_NEVER;
	place = place_of(command, m, master->head->burst);
	if (!npu__channel_accepts(&command->channel[place->channel],
				  master->head->run.is_write))
		return NPU_NEVER;
	if (master->in_flight >= dram->chip.dma.outstanding) {
		if (command->next_leaving == NPU_NEVER)
			return NPU_NEVER;
		clock = npu_max(clock, command->next_leaving + 1);
	}
	return npu_max(clock, master->head->submitted);
}

static uint64_t command_next(struct npu_dram *dram)
{
	struct command *command = dram->state;
	uint64_t next = NPU_NEVER;

	for (unsigned c = 0; c < command->channels; c++)
		next = npu_min(next, command->channel[c].next);
	for (unsigned m = 0; m < dram->masters && next > command->clock; m++)
		next = npu_min(next, offer_clock(dram, m));
	command->chosen = next;
	return next;
}

static void note_done(struct npu_dram *dram, struct npu__transfer *transfer,
		      uint64_t clock)
{
	transfer->done = npu_max(transfer->done, clock);
	if (transfer->bursts_left == 0 && transfer->pending == 0)
		npu__dram_finish(dram, transfer);
}

static void offer(struct npu_dram *dram, unsigned m, uint64_t clock)
{
	struct command *command = dram->state;
	struct npu__master *master = &dram->master[m];
	struct npu__transfer *transfer = master->head;
	const struct npu__place *place = place_of(command, m, transfer->burst);
	struct npu__request request = { transfer, place->row, clock,
					(uint8_t)place->bank,
					transfer->run.is_write };

	npu__channel_add(&command->channel[place->channel], &request, clock);
	master->in_flight++;
	transfer->burst++;
	if (--transfer->bursts_left == 0)
		npu__master_pop(dram, master);
	if (!request.is_write) {
		dram->counters.read_bursts++;
		transfer->pending++;
		return;
	}
	dram->counters.write_bursts++;
	put(command, &command->writes, clock + 1, m);
	note_done(dram, transfer, clock + 1);
}

/* As many bursts a clock as there are channels, masters in turn. */
static void offers(struct npu_dram *dram, uint64_t clock)
{
	struct command *command = dram->state;

	for (unsigned slot = 0; slot < command->channels; slot++) {
		unsigned i, m = 0;
		unsigned from = command->turn_left ? 0 : 1;

		for (i = 0; i < dram->masters; i++) {
			m = (dram->turn + from + i) % dram->masters;
			if (offer_clock(dram, m) <= clock)
				break;
		}
		if (i == dram->masters)
			return;
		if (m != dram->turn || command->turn_left == 0) {
			dram->turn = m;
			command->turn_left = NPU_DRAM_TURN;
		}
		command->turn_left--;
		offer(dram, m, clock);
	}
}

static void command_step(struct npu_dram *dram)
{
	struct command *command = dram->state;
	uint64_t clock = command->chosen;
	uint64_t latency = command->timing.device.cl + command->timing.data +
			   dram->read_latency;

	command->clock = clock;
	leave(dram, clock);
	offers(dram, clock);
	for (unsigned c = 0; c < command->channels; c++) {
		struct npu__request read;

		if (command->channel[c].next > clock ||
		    !npu__channel_clock(&command->channel[c], clock, &read))
			continue;
		put(command, &command->reads[c], clock + latency,
		    read.transfer->run.master);
		dram->counters.read_latency_cycles +=
			clock + latency - read.added;
		read.transfer->pending--;
		note_done(dram, read.transfer, clock + latency);
	}
	command->clock = clock + 1;
}

static void command_count(const struct npu_dram *dram,
			  struct npu_dram_counters *counters)
{
	const struct command *command = dram->state;

	for (unsigned c = 0; c < command->channels; c++) {
		const struct npu__channel *channel = &command->channel[c];

		counters->activates += channel->activates;
		counters->row_hits += channel->hits;
		counters->refreshes += channel->refreshes;
		if (counters->clocks >= channel->next_refresh) /* idle since */
			counters->refreshes +=
				(counters->clocks - channel->next_refresh) /
					command->timing.device.refi +
				1;
		counters->closed_clocks += channel->closed_clocks;
		if (channel->open_banks == 0 &&
		    counters->clocks > channel->closed_since)
			counters->closed_clocks +=
				counters->clocks - channel->closed_since;
	}
}

const struct npu__dram_level npu__dram_command = {
	.create = command_create,
	.destroy = command_destroy,
	.next = command_next,
	.step = command_step,
	.count = command_count,
};
