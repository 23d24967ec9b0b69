/* sim/dram/npu_dram_internal.h - what the levels of the DRAM model share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_DRAM_INTERNAL_H
#define NPU_DRAM_INTERNAL_H
#include "base/npu_integer.h"
#include "sim/dram/npu_dram.h"

enum {
	NPU_DRAM_BURST = 64, /* bytes */
	NPU_DRAM_TURN = 16   /* bursts after which masters take turns: 1 KiB */
};

/* A clock of num / den core cycles a tick, in lowest terms. */
struct npu__ratio {
	uint64_t num, den;
};
struct npu__ratio npu__ratio(uint64_t num, uint64_t den);
/* value * num / den, rounded down or up: exact for num and den below 2^46 and a
 * quotient below 2^63. */
uint64_t npu__ratio_floor(struct npu__ratio ratio, uint64_t value);
uint64_t npu__ratio_ceil(struct npu__ratio ratio, uint64_t value);

/* A run on its way, in the queue of its master and then among completions. */
struct npu__transfer {
	struct npu_dram_run run;
	struct npu__transfer *next;  /* in the queue, or free */
	uint64_t sequence;           /* order of submission */
	uint64_t submitted;          /* ticks of the level's clock */
	uint64_t burst, bursts_left; /* not yet started */
	uint64_t pending;            /* bursts whose end is not known yet */
	uint64_t done;               /* latest completion so far, in ticks */
};

/* A piece in flight. */
struct npu__piece {
	uint64_t done; /* tick */
	uint64_t bursts;
};

struct npu__master {
	struct npu__transfer *head, *tail;
	/* Pieces in flight, oldest first: a ring of chip.dma.outstanding
	 * entries, made at first use. Room is given back in order. */
	struct npu__piece *ring;
	uint64_t first, count, in_flight;
	uint64_t room; /* tick from which there is room for the next piece */
};

struct npu__completion {
	uint64_t cycle, sequence;
	uint64_t tick; /* that `cycle` was rounded up from */
	struct npu__transfer *transfer;
};

struct npu_dram;

/* A level: ideal, run or command. Times are ticks of its own clock. */
struct npu__dram_level {
	enum npu_status (*create)(struct npu_dram *dram, struct npu_error *err);
	void (*destroy)(struct npu_dram *dram);
	/* Query: tick of the next decision, UINT64_MAX when there is none. */
	uint64_t (*next)(struct npu_dram *dram);
	/* Commit that decision; finished runs go to npu__dram_finish(). */
	void (*step)(struct npu_dram *dram);
	/* Add what the level counts itself; NULL: nothing. */
	void (*count)(const struct npu_dram *dram,
		      struct npu_dram_counters *counters);
};
extern const struct npu__dram_level npu__dram_ideal, npu__dram_command,
	npu__dram_run;

struct npu_dram {
	struct npu_chip chip;
	const struct npu__dram_level *level;
	void *state; /* the level's own */
	/* core cycles a tick, and ticks a core cycle */
	struct npu__ratio to_core, to_tick;
	struct npu_dram_counters counters;
	uint64_t now; /* core cycle reached */
	/* The tick of the level's next decision, kept until a submission or a
	 * step; and the cycle last asked for, with its tick, rounded down. */
	uint8_t has_next;
	uint64_t next_tick;
	uint64_t until, until_tick;
	uint64_t asked, asked_tick; /* cycle of the last submission */
	uint64_t sequence;          /* runs submitted */
	uint64_t read_latency; /* ticks a read takes beside the level's own */
	unsigned masters;      /* highest master seen, plus 1 */
	uint64_t waiting;      /* masters with a run in their queue, as bits */
	unsigned turn;         /* master that was served last */
	struct npu__master master[NPU_DRAM_MASTERS];
	struct npu__transfer *free;
	struct npu__block *blocks; /* memory of the transfers */
	/* completions to be reported, in order, at [done_first, done_end) */
	struct npu__completion *done;
	size_t done_first, done_end, done_capacity;
};

/* Make ticks clocks of `tck_ps`, and chip.dram.latency a number of them. */
void npu__dram_set_clock(struct npu_dram *dram, uint64_t tck_ps);

/* `transfer`, off its queue, is complete at tick `transfer->done`. */
void npu__dram_finish(struct npu_dram *dram, struct npu__transfer *transfer);

/* Take the head off the queue: all of it has started. */
static inline void npu__master_pop(struct npu_dram *dram,
				   struct npu__master *master)
{
	const unsigned m = master->head->run.master;

	master->head = master->head->next;
	if (master->head)
		return;
	master->tail = NULL;
	dram->waiting &= ~((uint64_t)1 << m);
}

/* Place in a ring of `size` of what is less than one round beyond its end. */
static inline uint64_t npu__in_ring(uint64_t at, uint64_t size)
{
	return at < size ? at : at - size;
}

/* Tick from which `master`, which has a run, may start its next piece of
 * `bursts` (at most chip.dma.outstanding). Asked again with the same number
 * until that piece starts. */
static inline uint64_t npu__master_ready(const struct npu_dram *dram,
					 struct npu__master *master,
					 uint64_t bursts)
{
	uint64_t window = dram->chip.dma.outstanding;

	while (master->in_flight + bursts > window) {
		const struct npu__piece *oldest = &master->ring[master->first];

		master->in_flight -= oldest->bursts;
		master->room = npu_max(master->room, oldest->done);
		master->first = npu__in_ring(master->first + 1, window);
		master->count--;
	}
	return npu_max(master->room, master->head->submitted);
}

/* Take that piece off the head of the queue; it will be complete at `done`. */
static inline void npu__master_start(struct npu_dram *dram,
				     struct npu__master *master,
				     uint64_t bursts, uint64_t done)
{
	struct npu__transfer *transfer = master->head;
	uint64_t window = dram->chip.dma.outstanding;

	master->ring[npu__in_ring(master->first + master->count, window)] =
		(struct npu__piece){ done, bursts };
	master->count++;
	master->in_flight += bursts;
	transfer->burst += bursts;
	transfer->bursts_left -= bursts;
	transfer->done = npu_max(transfer->done, done);
	if (transfer->run.is_write)
		dram->counters.write_bursts += bursts;
	else
		dram->counters.read_bursts += bursts;
	if (transfer->bursts_left)
		return;
	npu__master_pop(dram, master);
	npu__dram_finish(dram, transfer);
}

/* Most bursts in a piece: a part of the window, so that pieces overlap. */
static inline uint64_t npu__window_piece(const struct npu_dram *dram)
{
	return (dram->chip.dma.outstanding + 3) / 4;
}

#endif
