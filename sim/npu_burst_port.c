/* sim/npu_burst_port.c - memories behind a port that takes bursts of 64 bytes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each master has a queue of its requests in their order. An answer leaves at
 * the head, in the cycle after the one before at the earliest. The DRAM is
 * never advanced beyond an answer that is still to be given, and sees a request
 * a cycle after it was made: so what it decides depends on requests alone, not
 * on when advance() is called. */
#include "sim/npu_burst_port.h"
#include "base/npu_random.h"
#include <stdlib.h>

#define NEVER UINT64_MAX
enum { BURST = 64, FIRST_QUEUE = 64 };

struct burst {
	struct npu_dram_run run;
	uint64_t asked;
	uint64_t done; /* cycle of memory's answer; NEVER: not yet known */
};

struct master {
	struct burst *queue; /* ring of `capacity`, a power of two */
	uint64_t capacity;
	uint64_t first, end;  /* numbers of requests: given, made */
	uint64_t next_answer; /* cycle after the last answer */
	uint64_t next_request;
};

struct burst_port {
	struct npu_dram *dram; /* NULL: one of those below */
	uint64_t latency;      /* fixed; random: at most; 0: external */
	uint64_t seed;
	uint8_t is_random;
	unsigned stall_percent;
	unsigned masters; /* highest seen, plus 1 */
	struct npu_dram_counters counters;
	struct master master[NPU_DRAM_MASTERS];
};

/* A number drawn by seed, master and n. */
static uint64_t draw(const struct burst_port *port, unsigned master, uint64_t n)
{
	struct npu_random random = { port->seed + master };

	random.state = npu_random_u64(&random) + n;
	return npu_random_u64(&random);
}

static struct burst *burst_at(const struct master *master, uint64_t n)
{
	return &master->queue[n & (master->capacity - 1)];
}

static enum npu_status grow(struct master *master, struct npu_error *err)
{
	const uint64_t capacity =
		master->capacity ? 2 * master->capacity : FIRST_QUEUE;
	struct burst *queue = malloc((size_t)capacity * sizeof *queue);

	if (!queue)
		return npu_fail(err, NPU_E_NOMEM, "no memory for requests");
	for (uint64_t n = master->first; n < master->end; n++)
		queue[n & (capacity - 1)] = *burst_at(master, n);
	free(master->queue);
	master->queue = queue;
	master->capacity = capacity;
	return NPU_OK;
}

static uint64_t ready(void *user, unsigned m, uint64_t now)
{
	const struct burst_port *port = user;
	uint64_t at = now;

	if (m < NPU_DRAM_MASTERS && at < port->master[m].next_request)
		at = port->master[m].next_request;
	while (port->stall_percent &&
	       draw(port, m + NPU_DRAM_MASTERS, at) % 100 < port->stall_percent)
		at++;
	return at;
}

static enum npu_status check(const struct burst_port *port,
			     const struct npu_dram_run *run, uint64_t now,
			     struct npu_error *err)
{
	if (run->master >= NPU_DRAM_MASTERS || run->bytes != BURST ||
	    run->address % BURST)
		return npu_fail(err, NPU_E_INTERNAL,
				"not a burst: %llu bytes at 0x%llx, master %u",
				(unsigned long long)run->bytes,
				(unsigned long long)run->address, run->master);
	if (ready((void *)(uintptr_t)port, run->master, now) != now)
		return npu_fail(err, NPU_E_INTERNAL,
				"master %u asks in a cycle that takes nothing",
				run->master);
	return NPU_OK;
}

static enum npu_status submit(void *user, const struct npu_dram_run *run,
			      uint64_t now, struct npu_error *err)
{
	struct burst_port *port = user;
	struct npu_dram_run numbered = *run;
	struct master *master;
	uint64_t done = NEVER;

	NPU_TRY(check(port, run, now, err));
	master = &port->master[run->master];
	if (master->end - master->first == master->capacity)
		NPU_TRY(grow(master, err));
	numbered.id = master->end;
	if (port->dram)
		NPU_TRY(npu_dram_submit(port->dram, &numbered, now + 1, err));
	else if (port->is_random)
		done = now + 1 +
		       draw(port, run->master, master->end) % port->latency;
	else if (port->latency)
		done = now + port->latency;
	*burst_at(master, master->end++) = (struct burst){ *run, now, done };
	master->next_request = now + 1;
	if (port->masters <= run->master)
		port->masters = run->master + 1u;
	if (run->is_write)
		port->counters.write_bursts++;
	else
		port->counters.read_bursts++;
	return NPU_OK;
}

/* The master whose answer is next among those whose cycle is known. */
static struct master *next_answer(struct burst_port *port, uint64_t *cycle)
{
	struct master *best = NULL;

	*cycle = NEVER;
	for (unsigned m = 0; m < port->masters; m++) {
		struct master *master = &port->master[m];
		uint64_t at;

		if (master->first == master->end)
			continue;
		at = burst_at(master, master->first)->done;
		if (at < master->next_answer)
			at = master->next_answer;
		if (at < *cycle) {
			*cycle = at;
			best = master;
		}
	}
	return best;
}

static int advance(void *user, uint64_t until, struct npu_dram_run *done,
		   uint64_t *cycle)
{
	struct burst_port *port = user;

	for (;;) {
		uint64_t at, limit;
		struct master *master = next_answer(port, &at);
		struct npu_dram_run run;

		limit = at < until ? at : until;
		if (port->dram &&
		    npu_dram_advance(port->dram, limit, &run, cycle)) {
			burst_at(&port->master[run.master], run.id)->done =
				*cycle;
			continue;
		}
		if (!master || at > until)
			return 0;
		*done = burst_at(master, master->first++)->run;
		master->next_answer = at + 1;
		*cycle = at;
		return 1;
	}
}

static struct npu_dram_counters count(void *user)
{
	const struct burst_port *port = user;

	return port->dram ? npu_dram_count(port->dram) : port->counters;
}

static void destroy(void *user)
{
	struct burst_port *port = user;

	if (!port)
		return;
	for (unsigned m = 0; m < NPU_DRAM_MASTERS; m++)
		free(port->master[m].queue);
	npu_dram_destroy(port->dram);
	free(port);
}

static enum npu_status create(struct burst_port **port,
			      struct npu_memory_port *out,
			      struct npu_error *err)
{
	*port = calloc(1, sizeof **port);
	if (!*port)
		return npu_fail(err, NPU_E_NOMEM, "no memory for a port");
	*out = (struct npu_memory_port){
		.user = *port,
		.submit = submit,
		.advance = advance,
		.count = count,
		.destroy = destroy,
		.ready = ready,
	};
	return NPU_OK;
}

enum npu_status npu_burst_port_dram(const struct npu_chip *chip,
				    struct npu_memory_port *out,
				    struct npu_error *err)
{
	struct burst_port *port;
	struct npu_memory_port made;
	enum npu_status status;

	NPU_TRY(create(&port, &made, err));
	status = npu_dram_create(chip, &port->dram, err);
	if (status != NPU_OK) {
		destroy(port);
		return status;
	}
	*out = made;
	return NPU_OK;
}

enum npu_status npu_burst_port_fixed(uint64_t latency_cycles,
				     struct npu_memory_port *out,
				     struct npu_error *err)
{
	struct burst_port *port;

	NPU_TRY(create(&port, out, err));
	port->latency = latency_cycles;
	return NPU_OK;
}

enum npu_status npu_burst_port_random(uint64_t seed, uint64_t most_cycles,
				      unsigned stall_percent,
				      struct npu_memory_port *out,
				      struct npu_error *err)
{
	struct burst_port *port;

	NPU_TRY(create(&port, out, err));
	port->is_random = 1;
	port->seed = seed;
	port->latency = most_cycles;
	port->stall_percent = stall_percent;
	return NPU_OK;
}

enum npu_status npu_burst_port_external(struct npu_memory_port *out,
					struct npu_error *err)
{
	struct burst_port *port;

	return create(&port, out, err);
}

enum npu_status npu_burst_port_answer(struct npu_memory_port *p,
				      unsigned master, uint64_t n,
				      uint64_t cycle, struct npu_dram_run *run,
				      struct npu_error *err)
{
	struct burst_port *port = p->user;
	struct master *m = &port->master[master % NPU_DRAM_MASTERS];
	struct burst *burst;

	if (master >= NPU_DRAM_MASTERS || n < m->first || n >= m->end ||
	    burst_at(m, n)->done != NEVER)
		return npu_fail(err, NPU_E_RANGE,
				"no request %llu of master %u waits for an "
				"answer",
				(unsigned long long)n, master);
	burst = burst_at(m, n);
	burst->done = cycle > burst->asked ? cycle : burst->asked + 1;
	*run = burst->run;
	return NPU_OK;
}

uint64_t npu_burst_port_asked(const struct npu_memory_port *p, unsigned master)
{
	const struct burst_port *port = p->user;

	return port->master[master % NPU_DRAM_MASTERS].end;
}

int npu_burst_port_is_open(const struct npu_memory_port *p, uint64_t *cycle)
{
	struct burst_port *port = p->user;

	next_answer(port, cycle);
	for (unsigned m = 0; m < port->masters; m++)
		if (port->master[m].first != port->master[m].end)
			return 1;
	return 0;
}
