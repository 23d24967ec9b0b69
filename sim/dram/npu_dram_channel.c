/* sim/dram/npu_dram_channel.c - command level: FR-FCFS controller of a channel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_plant.h"
#include "sim/dram/npu_dram_channel.h"
#include <string.h>

enum command { NONE, ACTIVATE, PRECHARGE, READ, WRITE };

void npu__channel_init(struct npu__channel *channel,
		       const struct npu_dram_channel_timing *timing)
{
	memset(channel, 0, sizeof *channel);
	channel->timing = timing;
	channel->next_refresh =
		timing->device.refi * (NPU_PLANTED(refresh) ? 2 : 1);
	channel->next = NPU_NEVER;
	for (unsigned b = 0; b < NPU_BANKS; b++)
		channel->bank[b].row = NPU_NEVER;
}

static void raise(uint64_t *time, uint64_t least)
{
	if (*time < least)
		*time = least;
}

/* What `bank` could do next: the row of the first command is closed only when
 * nothing hits it, or when it has been hit often enough. */
static void renew(struct npu__channel *channel, unsigned b)
{
	struct npu__bank *bank = &channel->bank[b];
	uint64_t bit = (uint64_t)1 << b;

	bank->read_hit = bank->write_hit = -1;
	for (uint32_t i = bank->count; i-- > 0;) {
		if (bank->queue[i].row != bank->row)
			continue;
		if (bank->queue[i].is_write)
			bank->write_hit = (int8_t)i;
		else
			bank->read_hit = (int8_t)i;
	}
	bank->may_close = bank->row != NPU_NEVER && bank->count &&
			  bank->queue[0].row != bank->row &&
			  ((bank->read_hit < 0 && bank->write_hit < 0) ||
			   bank->hits >= NPU_HITS);
	channel->waiting =
		bank->count ? channel->waiting | bit : channel->waiting & ~bit;
	channel->full = bank->count == NPU_BANK_QUEUE ? channel->full | bit
						      : channel->full & ~bit;
}

static void close_row(struct npu__channel *channel, unsigned b, uint64_t clock)
{
	struct npu__bank *bank = &channel->bank[b];
	const struct npu_dram_preset *device = &channel->timing->device;

	bank->row = NPU_NEVER;
	bank->hits = 0;
	raise(&bank->act_ok, clock + device->rp);
	raise(&channel->refresh_ok, clock + device->rp);
	channel->pre_ok = clock + device->ppd;
	if (--channel->open_banks == 0)
		channel->closed_since = clock;
	channel->last_command = clock;
	renew(channel, b);
}

static void open_row(struct npu__channel *channel, unsigned b, uint64_t clock)
{
	struct npu__bank *bank = &channel->bank[b];
	const struct npu_dram_preset *device = &channel->timing->device;

	bank->row = bank->queue[0].row;
	bank->hits = 0;
	bank->col_ok = clock + device->rcd;
	bank->pre_ok = clock + device->ras;
	bank->act_ok = clock + device->ras + device->rp;
	for (unsigned g = 0; g < device->groups; g++)
		raise(&channel->act_ok[g],
		      clock + (g == b / device->banks ? device->rrd_l
						      : device->rrd_s));
	channel->faw[channel->oldest_faw] = clock + device->faw;
	channel->oldest_faw = (channel->oldest_faw + 1) % 4;
	if (channel->open_banks++ == 0)
		channel->closed_clocks += clock - channel->closed_since;
	channel->activates++;
	renew(channel, b);
}

/* Issue the column command of queue entry `index` and take it out. */
static struct npu__request move_data(struct npu__channel *channel, unsigned b,
				     unsigned index, uint64_t clock)
{
	const struct npu_dram_channel_timing *timing = channel->timing;
	const struct npu_dram_preset *device = &timing->device;
	struct npu__bank *bank = &channel->bank[b];
	struct npu__request request = bank->queue[index];
	unsigned group = b / device->banks;
	uint64_t write_end = clock + device->cwl + timing->data;
	uint64_t read_end = clock + device->cl + timing->data;

	for (unsigned g = 0; g < device->groups; g++) {
		int same = g == group;
		uint64_t next = clock + (same ? timing->ccd_l : timing->ccd_s);

		if (request.is_write) {
			raise(&channel->write_ok[g], next);
			raise(&channel->read_ok[g],
			      write_end +
				      (same ? device->wtr_l : device->wtr_s));
		} else {
			raise(&channel->read_ok[g], next);
			raise(&channel->write_ok[g],
			      read_end + device->rtrs - device->cwl);
		}
	}
	raise(&bank->pre_ok,
	      request.is_write ? write_end + device->wr : clock + device->rtp);
	if (bank->hits++)
		channel->hits++;
	bank->count--;
	channel->queued--;
	memmove(&bank->queue[index], &bank->queue[index + 1],
		(bank->count - index) * sizeof request);
	renew(channel, b);
	return request;
}

/* All-bank refresh: rows are closed one a clock, in order of banks, then the
 * refresh. Nothing else is issued meanwhile, so that the commands up to `clock`
 * can be issued late. Returns the clock of the next one. */
static uint64_t refresh(struct npu__channel *channel, uint64_t clock)
{
	const struct npu_dram_preset *device = &channel->timing->device;

	for (;;) {
		uint64_t start, when = NPU_NEVER;
		unsigned chosen = 0;

		if (channel->next_refresh > clock)
			return channel->next_refresh;
		channel->refreshing = 1;
		start = npu_max(channel->next_refresh,
				channel->last_command + 1);
		if (channel->open_banks == 0) {
			when = npu_max(start, channel->refresh_ok);
			if (when > clock)
				return when;
			for (unsigned b = 0; b < channel->timing->banks; b++)
				raise(&channel->bank[b].act_ok,
				      when + device->rfc);
			channel->refresh_ok = when + device->rfc;
			channel->next_refresh += device->refi;
			channel->refreshes++;
			channel->refreshing = 0;
			channel->last_command = when;
			continue;
		}
		start = npu_max(start, channel->pre_ok);
		for (unsigned b = 0; b < channel->timing->banks; b++) {
			const struct npu__bank *bank = &channel->bank[b];
			uint64_t ready = npu_max(start, bank->pre_ok);

			if (bank->row != NPU_NEVER && ready < when) {
				when = ready;
				chosen = b;
			}
		}
		if (when > clock)
			return when;
		close_row(channel, chosen, when);
	}
}

/* The earliest command of one bank, in the order in which its queue is read. */
static uint64_t bank_command(const struct npu__channel *channel, unsigned b,
			     uint64_t clock, enum command *command)
{
	const struct npu__bank *bank = &channel->bank[b];
	unsigned group = b / channel->timing->device.banks;
	uint64_t read, write, pre;

	if (bank->row == NPU_NEVER) {
		*command = ACTIVATE;
		return npu_max(npu_max(bank->act_ok, channel->act_ok[group]),
			       channel->faw[channel->oldest_faw]);
	}
	pre = bank->may_close ? npu_max(bank->pre_ok, channel->pre_ok)
			      : NPU_NEVER;
	read = bank->read_hit >= 0
		       ? npu_max(bank->col_ok, channel->read_ok[group])
		       : NPU_NEVER;
	write = bank->write_hit >= 0
			? npu_max(bank->col_ok, channel->write_ok[group])
			: NPU_NEVER;
	if (pre <= clock || (pre <= read && pre <= write)) {
		*command = PRECHARGE;
		return pre;
	}
	if (read <= clock && write <= clock) {
		*command = bank->read_hit < bank->write_hit ? READ : WRITE;
		return clock;
	}
	*command = read <= write ? READ : WRITE;
	return npu_min(read, write);
}

/* The first bank after the one served last that can be served at `clock`, or
 * the earliest of all. */
static uint64_t find_command(struct npu__channel *channel, uint64_t clock,
			     unsigned *bank, enum command *command)
{
	uint64_t best = NPU_NEVER;
	unsigned banks = channel->timing->banks;

	*command = NONE;
	for (unsigned i = 0, b = channel->turn; i < banks; i++) {
		enum command candidate;
		uint64_t when;

		if (++b >= banks)
			b = 0;
		if (!(channel->waiting >> b & 1))
			continue;
		when = bank_command(channel, b, clock, &candidate);
		if (when >= best)
			continue;
		best = when;
		*bank = b;
		*command = candidate;
		if (when <= clock)
			break;
	}
	return best;
}

static int issue(struct npu__channel *channel, unsigned b, enum command command,
		 uint64_t clock, struct npu__request *read)
{
	const struct npu__bank *bank = &channel->bank[b];

	channel->last_command = clock;
	if (command == ACTIVATE)
		open_row(channel, b, clock);
	else if (command == PRECHARGE)
		close_row(channel, b, clock);
	else if (command == WRITE)
		move_data(channel, b, (unsigned)bank->write_hit, clock);
	else
		*read = move_data(channel, b, (unsigned)bank->read_hit, clock);
	return command == READ;
}

/* Index of the first entry whose bank has room, or `count`. */
static unsigned first_fit(const struct npu__channel *channel,
			  const struct npu__request *queue, unsigned count)
{
	unsigned i = 0;

	while (i < count && channel->full >> queue[i].bank & 1)
		i++;
	return i;
}

static int must_drain(const struct npu__channel *channel)
{
	return channel->draining || channel->write_count == NPU_QUEUE ||
	       (channel->write_count > NPU_DRAIN_ABOVE && channel->queued == 0);
}

/* Move one transaction to the queue of its bank. */
static void schedule(struct npu__channel *channel)
{
	struct npu__request *queue = channel->reads;
	unsigned *count = &channel->read_count;
	struct npu__bank *bank;
	unsigned i;

	if (must_drain(channel)) {
		if (!channel->draining)
			channel->draining = channel->write_count;
		queue = channel->writes;
		count = &channel->write_count;
	}
	i = first_fit(channel, queue, *count);
	if (i == *count)
		return;
	if (queue == channel->writes)
		channel->draining--;
	bank = &channel->bank[queue[i].bank];
	bank->queue[bank->count++] = queue[i];
	channel->queued++;
	renew(channel, queue[i].bank);
	--*count;
	memmove(&queue[i], &queue[i + 1], (*count - i) * sizeof *queue);
}

static uint64_t next_event(struct npu__channel *channel, uint64_t clock)
{
	int drain = must_drain(channel);
	const struct npu__request *queue =
		drain ? channel->writes : channel->reads;
	unsigned count = drain ? channel->write_count : channel->read_count;
	unsigned bank;
	enum command command;
	uint64_t when;

	if (first_fit(channel, queue, count) < count)
		return clock + 1;
	if (!channel->queued)
		return NPU_NEVER;
	if (channel->refreshing)
		return npu_max(clock + 1, refresh(channel, clock));
	when = find_command(channel, clock + 1, &bank, &command);
	return npu_max(clock + 1, npu_min(when, channel->next_refresh));
}

void npu__channel_add(struct npu__channel *channel,
		      const struct npu__request *request, uint64_t clock)
{
	if (request->is_write)
		channel->writes[channel->write_count++] = *request;
	else
		channel->reads[channel->read_count++] = *request;
	channel->next = npu_min(channel->next, clock);
}

int npu__channel_clock(struct npu__channel *channel, uint64_t clock,
		       struct npu__request *read)
{
	enum command command, second;
	unsigned bank = 0;
	int has_read = 0;

	refresh(channel, clock);
	/* last_command == clock: the command bus carried a refresh's */
	if (!channel->refreshing && channel->queued &&
	    (channel->last_command < clock || clock == 0) &&
	    find_command(channel, clock, &bank, &command) <= clock) {
		channel->turn = bank;
		has_read = issue(channel, bank, command, clock, read);
		if (channel->timing->device.dual &&
		    find_command(channel, clock, &bank, &second) <= clock) {
			int column = command == READ || command == WRITE;

			channel->turn = bank;
			if (column != (second == READ || second == WRITE))
				has_read |= issue(channel, bank, second, clock,
						  read);
		}
	}
	schedule(channel);
	channel->next = next_event(channel, clock);
	return has_read;
}
