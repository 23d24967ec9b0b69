/* sim/dram/npu_dram_channel.h - command level: FR-FCFS controller of a channel.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_CHANNEL_H
#define NPU_DRAM_CHANNEL_H
#include "sim/dram/npu_dram_internal.h"
#include "sim/dram/npu_dram_preset.h"

/* source: the queue policy of DRAMsim3 (src/controller.cc, command_queue.cc),
 * so that figures compare. model: a write to an address that waits to be
 * written is not merged, nor a read served from the write buffer; exact for
 * traffic that does not touch an address twice within the buffer's reach. */
enum {
	NPU_QUEUE = 32,      /* reads waiting, and writes waiting */
	NPU_BANK_QUEUE = 8,  /* commands of a bank */
	NPU_DRAIN_ABOVE = 8, /* writes that start a drain when all is idle */
	NPU_HITS = 4,        /* row hits while another row waits first */
	NPU_BANKS = 64,      /* most banks of a channel */
	NPU_GROUPS = 4
};
#define NPU_NEVER UINT64_MAX

struct npu__request {
	struct npu__transfer *transfer;
	uint64_t row;
	uint64_t added; /* clock */
	uint8_t bank, is_write;
};

struct npu__bank {
	uint64_t row;                    /* open row, or NPU_NEVER */
	uint64_t act_ok, pre_ok, col_ok; /* clocks this bank allows */
	uint32_t hits;                   /* columns since the activate */
	uint32_t count;
	/* Candidates, renewed by whoever touches the bank: the index of the
	 * first read and write that hit, -1 for none, and whether the first
	 * command may close the row. */
	int8_t read_hit, write_hit, may_close;
	struct npu__request queue[NPU_BANK_QUEUE];
};

struct npu__channel {
	const struct npu_dram_channel_timing *timing;
	struct npu__request reads[NPU_QUEUE], writes[NPU_QUEUE];
	unsigned read_count, write_count, draining, queued;
	uint64_t waiting, full; /* banks, as bits */
	unsigned turn;          /* bank served last */
	uint64_t read_ok[NPU_GROUPS], write_ok[NPU_GROUPS], act_ok[NPU_GROUPS];
	uint64_t pre_ok, faw[4], refresh_ok, next_refresh, last_command;
	unsigned oldest_faw, open_banks;
	int refreshing;
	uint64_t closed_since, closed_clocks; /* all banks closed */
	uint64_t next; /* clock of the next event, NPU_NEVER when idle */
	uint64_t activates, hits, refreshes;
	struct npu__bank bank[NPU_BANKS];
};

void npu__channel_init(struct npu__channel *channel,
		       const struct npu_dram_channel_timing *timing);

static inline int npu__channel_accepts(const struct npu__channel *channel,
				       int is_write)
{
	return (is_write ? channel->write_count : channel->read_count) <
	       NPU_QUEUE;
}

/* Add a request at `clock`, before that clock is worked on. */
void npu__channel_add(struct npu__channel *channel,
		      const struct npu__request *request, uint64_t clock);

/* Work on `clock` (== channel->next): a command, and one transaction to a bank
 * queue. Returns 1 and the request when a read was issued. */
int npu__channel_clock(struct npu__channel *channel, uint64_t clock,
		       struct npu__request *read);
#endif
