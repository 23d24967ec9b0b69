/* sim/npu_pull_port.c - memory elsewhere: requests go out, answers come in.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All data lie in that memory. The images of regions in `sim->memory` are no
 * more than where LD's bytes land on their way to the scratchpad: each LD has
 * its bytes brought anew before it is executed, so images of regions that
 * overlap need not agree. What ST writes leaves with its requests. */
#include "sim/npu_burst_port.h"
#include "sim/npu_sim_internal.h"
#include <stdlib.h>
#include <string.h>

enum { BURST = 64, ID_BITS = 6 /* of masters */ };

struct npu__pull {
	struct npu_memory_port inner; /* keeps the answers' order */
	struct npu_dram_counters counters;
	uint8_t has_counters;

	/* those that the caller has not seen: one a master and cycle at most */
	struct npu_sim_event out[NPU_DRAM_MASTERS];
	unsigned first, end;
};

static enum npu_status submit(void *user, const struct npu_dram_run *run,
			      uint64_t now, struct npu_error *err)
{
	struct npu__pull *pull = user;
	const uint64_t n = npu_burst_port_asked(&pull->inner, run->master);

	NPU_TRY(pull->inner.submit(pull->inner.user, run, now, err));
	if (pull->first == pull->end)
		pull->first = pull->end = 0;
	pull->out[pull->end++] = (struct npu_sim_event){
		.kind = NPU_SIM_request,
		.cycle = now,
		.id = n << ID_BITS | run->master,
		.address = run->address,
		.master = run->master,
		.is_write = run->is_write,
	};
	return NPU_OK;
}

static int advance(void *user, uint64_t until, struct npu_dram_run *done,
		   uint64_t *cycle)
{
	struct npu__pull *pull = user;

	return pull->inner.advance(pull->inner.user, until, done, cycle);
}

static struct npu_dram_counters count(void *user)
{
	struct npu__pull *pull = user;

	return pull->has_counters ? pull->counters
				  : pull->inner.count(pull->inner.user);
}

static uint64_t ready(void *user, unsigned master, uint64_t now)
{
	struct npu__pull *pull = user;

	return npu_memory_port_ready(&pull->inner, master, now);
}

static void destroy(void *user)
{
	struct npu__pull *pull = user;

	if (pull->inner.destroy)
		pull->inner.destroy(pull->inner.user);
	free(pull);
}

enum npu_status npu__pull_port(struct npu_sim *sim, struct npu_error *err)
{
	struct npu__pull *pull;
	enum npu_status status;

	sim->pull = NULL;
	if (!npu_chip_has_bursts(sim->chip))
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"memory elsewhere is asked burst by burst: set "
				"dram.model=command, and dma.width to a power "
				"of two of 4 to 64 bytes");
	pull = calloc(1, sizeof *pull);
	if (!pull)
		return npu_fail(err, NPU_E_NOMEM, "no memory to simulate in");
	status = npu_burst_port_external(&pull->inner, err);
	if (status != NPU_OK) {
		free(pull);
		return status;
	}
	sim->pull = pull;
	sim->port = (struct npu_memory_port){
		.user = pull,
		.submit = submit,
		.advance = advance,
		.count = count,
		.destroy = destroy,
		.ready = ready,
	};
	return NPU_OK;
}

void npu__pull_beat(struct npu_sim *sim, uint32_t insn,
		    const struct npu_dma_beat *beat)
{
	struct npu_sim_event *event;

	if (!sim->pull)
		return;
	event = &sim->pull->out[sim->pull->end - 1];
	event->insn = insn;
	event->strobe = beat->strobe;
	if (beat->strobe)
		memcpy(event->data, beat->data, sizeof event->data);
}

int npu__pull_has(const struct npu_sim *sim)
{
	return sim->pull && sim->pull->first != sim->pull->end;
}

int npu__pull_take(struct npu_sim *sim, struct npu_sim_event *event)
{
	struct npu__pull *pull = sim->pull;

	if (!npu__pull_has(sim))
		return 0;
	*event = pull->out[pull->first++];
	return 1;
}

int npu__pull_waits(const struct npu_sim *sim, npu_cycle *cycle)
{
	*cycle = NPU_NEVER;
	return sim->pull && npu_burst_port_is_open(&sim->pull->inner, cycle);
}

/* ---- answers ---- */

/* A descriptor as memory has it must be the program's: what is executed is what
 * is accounted for. */
static enum npu_status check_code(const struct npu__core *core, uint32_t index,
				  const uint8_t *data, struct npu_error *err)
{
	struct npu_word want;

	NPU_TRY(npu_insn_encode(npu__insn(core, index), &want, err));
	if (memcmp(&want, data, sizeof want) != 0)
		return npu_fail(err, NPU_E_FAULT,
				"core %u, instruction %u: memory holds another "
				"descriptor than the program",
				core->index, index);
	return NPU_OK;
}

/* The part of a burst that lies in the region of the LD that asked for it. */
static void land(struct npu_sim *sim, const struct npu__core *core,
		 const struct npu_dram_run *run, const uint8_t *data)
{
	const struct npu__engine *engine = &core->engine[NPU_ENGINE_ld];
	const union npu_insn *insn =
		npu__insn(core, engine->flight[run->id].insn);
	const unsigned region = (unsigned)insn->ld.region;
	const uint64_t base = sim->region_base[region];
	const uint64_t end = base + sim->memory->region_bytes[region];
	const uint64_t from = run->address > base ? run->address : base;
	const uint64_t to =
		run->address + BURST < end ? run->address + BURST : end;

	if (from < to)
		memcpy(sim->memory->region[region] + (from - base),
		       data + (from - run->address), to - from);
}

enum npu_status npu_sim_complete(struct npu_sim *sim, uint64_t id,
				 uint64_t cycle, const uint8_t *data,
				 struct npu_error *err)
{
	const unsigned master = id & ((1u << ID_BITS) - 1);
	const struct npu__core *core;
	struct npu_dram_run run;

	if (!sim->pull || cycle < sim->now)
		return npu_fail(err, NPU_E_RANGE,
				"an answer of cycle %llu in cycle %llu",
				(unsigned long long)cycle,
				(unsigned long long)sim->now);
	NPU_TRY(npu_burst_port_answer(&sim->pull->inner, master, id >> ID_BITS,
				      cycle, &run, err));
	if (!data || !sim->options.functional || run.is_write)
		return NPU_OK;
	core = &sim->core[master / NPU_MASTERS_A_CORE];
	if (master % NPU_MASTERS_A_CORE == NPU_MASTER_fetch)
		return check_code(core, (uint32_t)run.id, data, err);
	land(sim, core, &run, data);
	return NPU_OK;
}

void npu_sim_set_memory_counters(struct npu_sim *sim,
				 const struct npu_dram_counters *counters)
{
	if (!sim->pull)
		return;
	sim->pull->counters = *counters;
	sim->pull->has_counters = 1;
}

void npu_sim_look(const struct npu_sim *sim, struct npu_sim_progress *out)
{
	const struct npu__core *core = &sim->core[0];

	out->cycle = sim->now;
	out->next = core->sequencer.next;
	out->fault_insn = sim->fault_insn;
	memcpy(out->token, core->token, sizeof out->token);
	memcpy(out->bins, sim->bins, sizeof out->bins);
}
