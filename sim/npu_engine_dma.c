/* sim/npu_engine_dma.c - LD and ST: runs of bytes through the memory port.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A descriptor takes dma.startup cycles, then hands over all its runs; the
 * memory keeps at most dma.outstanding bursts of a master in flight. It is done
 * when the last run is answered and the scratchpad's side has moved its rows,
 * dma.width bytes a cycle. The next descriptor is set up meanwhile.
 *
 * model: reads of consecutive rows that overlap, touch or share a 64-byte burst
 * are one run, as a DMA engine with a burst buffer makes of them; writes only
 * where they follow one another without a gap.
 * model: bytes between cores and to LUT RAM move at dma.width, without the
 * latency of a network. */
#include "sim/exec/npu_copy.h"
#include "sim/npu_sim_internal.h"
#include <string.h>

enum { BURST = 64 };

static const struct npu__flight *last_flight(const struct npu__engine *engine)
{
	return &engine->flight[(engine->flight_head + engine->flight_count -
				1) %
			       NPU_FLIGHT_MAX];
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
		ready = last_flight(engine)->begin;
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
	flight->begin = sim->now + sim->chip->dma.startup;
	engine->busy_left += flight->cost.busy_cycles;
	if (flight->begin == sim->now)
		return npu__dma_submit(sim, core, engine, flight, err);
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

static enum npu_status hand_over(struct runs *r, struct npu_error *err)
{
	const struct npu_dram_run run = {
		.address = r->first,
		.bytes = r->end - r->first,
		.is_write = r->is_write,
		.master = r->master,
		.id = r->slot,
	};

	if (r->end == 0)
		return NPU_OK;
	r->end = 0;
	r->flight->runs_left++;
	NPU_TRY(npu__account_memory(r->sim, r->flight->layer, &run, r->sim->now,
				    err));
	return r->sim->port.submit(r->sim->port.user, &run, r->sim->now, err);
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

/* Completion of every flight whose data is there, in order: the scratchpad's
 * side serves descriptors one after another. */
static void settle(struct npu__engine *engine)
{
	npu_cycle free = engine->last_done;

	for (uint32_t i = 0; i < engine->flight_count; i++) {
		struct npu__flight *flight = npu__flight(engine, i);
		npu_cycle start = flight->begin;

		if (!flight->is_submitted || flight->runs_left)
			break;
		if (flight->done == NPU_NEVER) {
			start = free > start ? free : start;
			flight->done = start + flight->cost.busy_cycles;
			if (flight->last_answer > flight->done)
				flight->done = flight->last_answer;
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
	if (sim->memory->region_kind[copy.region] != NPU_REGION_cores)
		NPU_TRY(add_rows(&runs, &copy, sim->region_base[copy.region],
				 err));
	settle(engine);
	return NPU_OK;
}

int npu__dma_answer(struct npu__engine *engine, uint32_t slot, npu_cycle at)
{
	struct npu__flight *flight = &engine->flight[slot];

	flight->runs_left--;
	flight->last_answer = at;
	if (flight->runs_left)
		return 0;
	settle(engine);
	return 1;
}

const struct npu__engine_ops npu__dma_ops = { earliest, issue };
