/* sim/npu_engine_dma.c - LD and ST: runs of bytes through the memory port.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The engine of npu_dma_burst.h in closed form, for sweeps: a descriptor hands
 * over all its runs when its first request could be made; the memory keeps at
 * most dma.outstanding bursts of a master in flight. It is done when the last
 * run is answered and the scratchpad's side has moved its rows, dma.width bytes
 * a cycle. The next is taken when no more bursts are missing than may be in
 * flight, and the walk through this one can be over.
 *
 * model: reads of consecutive rows that overlap, touch or share a 64-byte burst
 * are one run, as a DMA engine with a burst buffer makes of them; writes only
 * where they follow one another without a gap.
 * model: bytes between cores and to LUT RAM move at dma.width, without the
 * latency of a network. */
#include "sim/exec/npu_copy.h"
#include "sim/npu_sim_internal.h"
#include <string.h>

enum {
	BURST = 64,
	/* ST, from its last chunk to done: the step that sends the rest, two
	 * registers, the memory's acceptance and its acknowledgement */
	AFTER_CHUNKS = 5
};

static const struct npu__flight *last_flight(const struct npu__engine *engine)
{
	return &engine->flight[(engine->flight_head + engine->flight_count -
				1) %
			       NPU_FLIGHT_MAX];
}

/* When the engine has asked for all of `flight`. */
static npu_cycle ready_after(const struct npu_sim *sim,
			     const struct npu__flight *flight)
{
	if (!flight->is_submitted ||
	    flight->bursts_left > sim->chip->dma.outstanding)
		return NPU_NEVER;
	return flight->begin - 1 + flight->cost.busy_cycles;
}

static npu_cycle earliest(const struct npu_sim *sim,
			  const struct npu__core *core,
			  const struct npu__engine *engine,
			  const union npu_insn *insn)
{
	npu_cycle ready = sim->now;

	(void)core;
	/* an index list may be what the descriptor before has loaded */
	if (engine->flight_count &&
	    (insn->op == NPU_OP_ld ? insn->ld.gather : insn->st.gather))
		return NPU_NEVER;
	if (engine->dma)
		ready = npu_dma_ready(engine->dma);
	else if (engine->flight_count)
		ready = ready_after(sim, last_flight(engine));
	return ready > sim->now ? ready : sim->now;
}

static enum npu_status issue(struct npu_sim *sim, struct npu__core *core,
			     struct npu__engine *engine,
			     struct npu__flight *flight, struct npu_error *err)
{
	const union npu_insn *insn = npu__insn(core, flight->insn);
	const int gathers = insn->op == NPU_OP_ld ? (int)insn->ld.gather
						  : (int)insn->st.gather;

	if (gathers && !sim->options.functional)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"an index list is data: a timing-only run has "
				"none, run with --mode functional");
	if (engine->dma)
		return npu__burst_issue(sim, core, engine, flight, err);
	/* two registers, and one before memory sees the request */
	flight->begin = sim->now + sim->chip->dma.startup + 3;
	engine->to_submit++;
	engine->busy_left += flight->cost.busy_cycles;
	return NPU_OK;
}

/* ---- runs ---- */

struct runs {
	struct npu_sim *sim;
	struct npu__core *core;
	struct npu__flight *flight;
	uint32_t slot;
	uint8_t master, is_write;
	uint64_t first, end; /* the run being gathered; empty: end 0 */
};

static uint64_t bursts_of(const struct npu_dram_run *run)
{
	return (run->address + run->bytes - 1) / BURST - run->address / BURST +
	       1;
}

/* In pieces, whose answers tell how far memory is: the first burst, then half
 * of what may be in flight. */
static enum npu_status hand_over(struct runs *r, struct npu_error *err)
{
	const uint64_t window = r->sim->chip->dma.outstanding;

	while (r->first < r->end) {
		const uint64_t bursts =
			r->flight->bursts ? (window + 1) / 2 : 1;
		const uint64_t stop = (r->first / BURST + bursts) * BURST;
		const struct npu_dram_run run = {
			.address = r->first,
			.bytes = (stop < r->end ? stop : r->end) - r->first,
			.is_write = r->is_write,
			.master = r->master,
			.id = r->slot,
		};

		r->first += run.bytes;
		r->flight->bursts += bursts_of(&run);
		r->flight->bursts_left = r->flight->bursts;
		NPU_TRY(npu__account_memory(r->sim, r->flight->layer, &run,
					    r->sim->now, err));
		NPU_TRY(r->sim->port.submit(r->sim->port.user, &run,
					    r->sim->now, err));
	}
	r->first = r->end = 0;
	return NPU_OK;
}

/* Bytes first..first+bytes-1, in the order in which the engine asks. */
static enum npu_status add_run(struct runs *r, uint64_t first, uint64_t bytes,
			       struct npu_error *err)
{
	const uint64_t reach =
		r->is_write ? r->end : (r->end + BURST - 1) / BURST * BURST;

	if (bytes == 0)
		return NPU_OK;
	if (r->end && first <= reach &&
	    first >= (r->is_write ? r->end : r->first)) {
		if (first + bytes > r->end)
			r->end = first + bytes;
		return NPU_OK;
	}
	NPU_TRY(hand_over(r, err));
	r->first = first;
	r->end = first + bytes;
	return NPU_OK;
}

enum npu_status npu__dma_look_up(const struct npu_sim *sim,
				 const struct npu__core *core,
				 const struct npu_copy *c, uint64_t i1,
				 int64_t *at, struct npu_error *err)
{
	const uint8_t *spad = sim->memory->core[core->index].spad;
	int32_t k;

	memcpy(&k, spad + c->index + 4 * i1, sizeof k);
	if (k < 0 || (uint64_t)k >= c->limit)
		return npu_fail(
			err, NPU_E_FAULT, "index %d of row %llu, limit %llu", k,
			(unsigned long long)i1, (unsigned long long)c->limit);
	*at = c->offset + k * c->s1;
	return NPU_OK;
}

static enum npu_status add_rows(struct runs *r, const struct npu_copy *c,
				uint64_t base, struct npu_error *err)
{
	for (uint64_t i3 = 0; i3 < c->n3; i3++)
		for (uint64_t i2 = 0; i2 < c->n2; i2++)
			for (uint64_t i1 = 0; i1 < c->n1; i1++) {
				int64_t at = npu_copy_from(c, i3, i2, i1);
				uint64_t lo, hi;

				npu_copy_row(c, i2, i1, &lo, &hi);
				if (c->gather)
					NPU_TRY(npu__dma_look_up(r->sim,
								 r->core, c, i1,
								 &at, err));
				NPU_TRY(add_run(r, base + (uint64_t)at + lo,
						hi - lo, err));
			}
	return hand_over(r, err);
}

/* Cycles of LD from the last answer to the write of its last chunk: the chunks
 * of that burst, and two registers. */
static npu_cycle last_chunks(const struct npu_sim *sim,
			     const struct npu_copy *copy)
{
	const uint64_t width = sim->chip->dma.width;
	const uint64_t row = (copy->n0 + width - 1) / width;
	const uint64_t burst = width < BURST ? BURST / width : 1;

	return (row < burst ? row : burst) + 2;
}

/* Completion of every flight whose data is there, in order: the scratchpad's
 * side serves descriptors one after another. */
static void settle(const struct npu_sim *sim, const struct npu__core *core,
		   struct npu__engine *engine)
{
	npu_cycle free = engine->last_done;

	for (uint32_t i = 0; i < engine->flight_count; i++) {
		struct npu__flight *flight = npu__flight(engine, i);
		const struct npu_copy copy =
			npu_copy_of(npu__insn(core, flight->insn));
		npu_cycle start = flight->begin, answered = flight->last_answer;

		if (!flight->is_submitted || flight->bursts_left)
			break;
		if (flight->done == NPU_NEVER) {
			if (copy.is_load && free >= start)
				start = free + 1;
			if (answered)
				answered += copy.is_load
						    ? last_chunks(sim, &copy)
						    : 1;
			flight->done = start + flight->cost.busy_cycles +
				       (copy.is_load ? 1 : AFTER_CHUNKS);
			if (answered > flight->done)
				flight->done = answered;
			if (flight->done <= free)
				flight->done = free + 1;
		}
		free = flight->done;
	}
}

enum npu_status npu__dma_submit(struct npu_sim *sim, struct npu__core *core,
				struct npu__engine *engine,
				struct npu__flight *flight,
				struct npu_error *err)
{
	const struct npu_copy copy = npu_copy_of(npu__insn(core, flight->insn));
	struct runs runs = {
		.sim = sim,
		.core = core,
		.flight = flight,
		.slot = (uint32_t)(flight - engine->flight),
		.master = (uint8_t)(core->index * NPU_MASTERS_A_CORE +
				    (unsigned)engine->id),
		.is_write = !copy.is_load,
	};

	flight->is_submitted = 1;
	engine->to_submit--;
	if (sim->memory->region_kind[copy.region] != NPU_REGION_cores)
		NPU_TRY(add_rows(&runs, &copy, sim->region_base[copy.region],
				 err));
	settle(sim, core, engine);
	return NPU_OK;
}

int npu__dma_answer(struct npu_sim *sim, struct npu__core *core,
		    struct npu__engine *engine, const struct npu_dram_run *run,
		    npu_cycle at)
{
	struct npu__flight *flight = &engine->flight[run->id];
	const uint64_t bursts = bursts_of(run);
	const uint64_t window = sim->chip->dma.outstanding;

	flight->bursts_left -= bursts;
	/* chunks of the bursts still missing move one a cycle after this */
	at += flight->cost.busy_cycles * flight->bursts_left / flight->bursts;
	if (at > flight->last_answer)
		flight->last_answer = at;
	if (flight->bursts_left) /* whether it was what the next waits for */
		return engine->count && flight->bursts_left <= window &&
		       flight->bursts_left + bursts > window;
	settle(sim, core, engine);
	return 1;
}

const struct npu__engine_ops npu__dma_ops = { earliest, issue };
