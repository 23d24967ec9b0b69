/* sim/npu_sim_internal.h - the parts of a running simulator.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Time advances from event to event (npu_sim.c). At each, on the state at the
 * cycle's beginning: the sequencer fetches and pushes, engines issue (MX, VX,
 * LD, ST), finished descriptors retire. Where anything moved, the next cycle
 * is visited; nothing here loops over cycles. docs/microarchitecture.md is the
 * contract, which the RTL core follows too. */
#ifndef NPU_SIM_INTERNAL_H
#define NPU_SIM_INTERNAL_H
#include "isa/npu_array.h"
#include "sim/exec/npu_exec.h"
#include "sim/npu_bank.h"
#include "sim/npu_dma_burst.h"
#include "sim/npu_energy.h"
#include "sim/npu_memory_port.h"
#include "sim/npu_sim.h"

#define NPU_NEVER UINT64_MAX

enum {
	NPU_QUEUE_MAX = 64, /* npu_chip.def: queues.depth */
	/* model: descriptors of one engine between issue and retirement; LD
	 * and ST ask for the next one's data while this one's arrives */
	NPU_FLIGHT_MAX = 4,
	NPU_SAMPLE_CYCLES = 256 /* of a run's first samples; doubled when
				 * there are too many */
};

/* A descriptor between issue and retirement. */
struct npu__flight {
	uint32_t insn;
	uint32_t layer;
	npu_cycle issue;
	npu_cycle done;      /* NPU_NEVER while memory has not answered */
	uint8_t waited;      /* bit w: for enum npu_wait w */
	uint8_t is_executed; /* its effects and banks are done with; tokens
			      * are still to be given */
	struct npu_cost cost;
	struct npu__banks banks;
	/* MX: its window of the array; what is left of its bins */
	struct npu_array_span span;
	/* LD, ST by runs: requests start at `begin`; those not yet answered */
	npu_cycle begin, last_answer;
	uint64_t bursts, bursts_left;
	uint8_t is_submitted;
	uint64_t job; /* LD, ST by bursts: its number */
};

struct npu__engine {
	enum npu_engine_id id;
	uint32_t queue[NPU_QUEUE_MAX]; /* instructions */
	uint32_t head, count;
	npu_cycle last_push; /* seen by issue a cycle later */
	struct npu__flight flight[NPU_FLIGHT_MAX];
	uint32_t flight_head, flight_count;
	npu_cycle last_done; /* of the descriptor that retired last */
	/* the head, once it was checked: its banks, kept while it waits */
	uint32_t checked; /* instruction + 1; 0: none */
	struct npu__claim head_claim;
	/* why the head does not issue; NPU_BIN_busy while something flies */
	enum npu_bin waits;
	/* LD, ST: cycles on the scratchpad's side not yet binned */
	uint64_t busy_left;
	uint32_t to_submit; /* flights that have not handed over their runs */
	/* LD, ST by bursts, else NULL; and the cycle of its next request */
	struct npu_dma *dma;
	npu_cycle asks;
	uint8_t waited; /* the same of the head so far, as of a flight */
};

/* Fetches descriptors ahead, pushes them to the engines in order. */
struct npu__sequencer {
	uint64_t code_address;
	/* descriptors: requested, here, pushed */
	uint32_t asked, fetched, next;
	/* of those here, what came in cycle `last_answer`: pushed later */
	uint32_t fresh;
	npu_cycle last_answer;
	uint8_t has_ended;
};

struct npu__core {
	uint32_t index;
	const struct npu_core_program *program;
	struct npu__sequencer sequencer;
	struct npu__engine engine[NPU_ENGINE_COUNT]; /* [ctl] is not used */
	uint32_t token[NPU_TOKENS];
	uint64_t tokens; /* bit t: token[t] is not 0 */
	uint64_t taken; /* tokens taken in this cycle: their room comes after */
	struct npu_array array;
	struct npu__banks before_banks; /* A of the last GEMM issued */
};

/* What is counted of a layer while the run goes on. */
struct npu__layer {
	struct npu_stats stats;
	uint64_t left; /* instructions that have not completed */
	npu_cycle first_issue, last_done;
	uint8_t has_issued;
	uint64_t dma_busy_cycles[2]; /* LD, ST: scratchpad's side */
	uint8_t passes;              /* least of its GEMMs; 0: none */
};

struct npu_sim {
	const struct npu_chip *chip;
	const struct npu_program *program;
	struct npu_sim_options options;
	struct npu_memory *memory;
	struct npu_memory_port port;
	uint64_t region_base[NPU_REGIONS];
	npu_cycle now;
	uint8_t has_run, has_bursts; /* has_bursts: npu_chip_has_bursts() */
	uint32_t core_count;
	struct npu__core *core;       /* [core_count] */
	struct npu__layer *layer;     /* [layer_count] */
	struct npu_energy_macs *macs; /* [layer_count] */
	struct npu_technology technology;
	uint32_t layer_count; /* at least 1 */
	uint32_t oldest;      /* unfinished layer; the last one at the end */
	uint64_t bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT]; /* first core */
	uint64_t other_bins[NPU_RESULT_ENGINES][NPU_BIN_COUNT];
	uint64_t activates, refreshes; /* charged to layers so far */
	struct npu_error fault; /* of one instruction, before it is located */
	uint32_t fault_insn;    /* which one it was */
	npu_layer_hook *hook;
	void *hook_user;
	/* the run, between two calls of npu_sim_next() */
	uint8_t has_stepped; /* cycle `now` is done with */
	uint8_t has_ended;
	int moved;              /* in cycle `now` */
	npu_cycle next_cycle;   /* to be visited, once it was known */
	struct npu__pull *pull; /* NULL: memory is a port's */
	/* tracing */
	struct npu_event *events;
	size_t event_count, event_capacity;
	struct npu_sample *samples;
	size_t sample_count, sample_capacity;
	uint64_t sample_cycles;
};

static inline const union npu_insn *npu__insn(const struct npu__core *core,
					      uint32_t index)
{
	return &core->program->code[index];
}

/* Layer of an instruction; those beyond the table count for the last one. */
static inline uint32_t npu__layer_of(const struct npu_sim *sim,
				     const union npu_insn *insn)
{
	const uint64_t layer = insn->any.tag >> NPU_TAG_LAYER_SHIFT;

	return layer < sim->layer_count ? (uint32_t)layer
					: sim->layer_count - 1;
}

static inline struct npu__flight *npu__flight(struct npu__engine *engine,
					      uint32_t i)
{
	return &engine->flight[(engine->flight_head + i) % NPU_FLIGHT_MAX];
}

/* ---- npu_sim.c ---- */
/* Everything but the contents of memory as it is before the first cycle. */
enum npu_status npu__sim_reset(struct npu_sim *sim, struct npu_error *err);
/* All of cycle sim->now. */
enum npu_status npu__sim_step(struct npu_sim *sim, int *moved,
			      struct npu_error *err);
/* First cycle after now in which something happens by itself. */
npu_cycle npu__sim_next_event(const struct npu_sim *sim);
/* An answer at cycle `at`. Returns 1 where something may go on because of it:
 * most only are parts of what a descriptor has asked for. */
int npu__sim_answer(struct npu_sim *sim, const struct npu_dram_run *run,
		    npu_cycle at);

/* ---- npu_pull_port.c: memory elsewhere ---- */
/* Make sim->port, and sim->pull, for a run. */
enum npu_status npu__pull_port(struct npu_sim *sim, struct npu_error *err);
/* What the newest request is of, and what it writes. */
void npu__pull_beat(struct npu_sim *sim, uint32_t insn,
		    const struct npu_dma_beat *beat);
/* Whether there are requests that the caller has not seen; take the oldest of
 * them. Returns 0: none. */
int npu__pull_has(const struct npu_sim *sim);
int npu__pull_take(struct npu_sim *sim, struct npu_sim_event *event);
/* Whether an answer is still to come; `cycle`: of the next one that is known. */
int npu__pull_waits(const struct npu_sim *sim, npu_cycle *cycle);

/* ---- npu_sequencer.c ---- */
/* Ask for a descriptor ahead, push one, where it can be. Returns how much it
 * did. */
int npu__sequencer_step(struct npu_sim *sim, struct npu__core *core,
			enum npu_status *status, struct npu_error *err);
/* A descriptor arrives in cycle `at`. Returns 1 if the sequencer waits for it.
 */
int npu__sequencer_answer(struct npu__core *core, npu_cycle at);
/* First cycle after now at which it may act by itself. */
npu_cycle npu__sequencer_next(const struct npu_sim *sim,
			      const struct npu__core *core);

/* ---- npu_tokens.c ---- */
static inline int npu__sim_tokens_ready(const struct npu__core *core,
					uint64_t wait)
{
	return (wait & ~core->tokens) == 0;
}
void npu__sim_tokens_take(struct npu__core *core, uint64_t wait);
/* Whether every token that `signal` names had room at the cycle's beginning;
 * and the giving. */
int npu__tokens_have_room(const struct npu_sim *sim,
			  const struct npu__core *core, uint64_t signal);
void npu__sim_tokens_give(struct npu_sim *sim, const struct npu__core *core,
			  uint64_t signal);

/* The counters, each of its own core, that the ports of `signal` lead to. */
uint16_t npu__tokens_counters(const struct npu__core *core, uint64_t signal);

/* ---- npu_engine.c ---- */
/* Three questions, kept apart: the cost is isa/npu_cost.c; */
struct npu__engine_ops {
	/* query: first cycle >= now at which the engine itself can take the
	 * head of its queue; NPU_NEVER: when something of it completes */
	npu_cycle (*earliest)(const struct npu_sim *sim,
			      const struct npu__core *core,
			      const struct npu__engine *engine,
			      const union npu_insn *insn);
	/* commit at sim->now: `flight` has cost and banks */
	enum npu_status (*issue)(struct npu_sim *sim, struct npu__core *core,
				 struct npu__engine *engine,
				 struct npu__flight *flight,
				 struct npu_error *err);
};
extern const struct npu__engine_ops npu__mx_ops, npu__vx_ops, npu__dma_ops;

/* Effects of what is done in this cycle; retire one. Returns how much it did.
 */
int npu__engine_retire(struct npu_sim *sim, struct npu__core *core,
		       struct npu__engine *engine, enum npu_status *status,
		       struct npu_error *err);
/* Issue the head if it can be. Returns 1 if it did. */
int npu__engine_issue(struct npu_sim *sim, struct npu__core *core,
		      struct npu__engine *engine, enum npu_status *status,
		      struct npu_error *err);
/* Tell whoever watches that an instruction has retired. */
void npu__observe(const struct npu_sim *sim, const struct npu__core *core,
		  enum npu_engine_id engine, uint32_t insn);
npu_cycle npu__engine_next(const struct npu_sim *sim,
			   const struct npu__core *core,
			   const struct npu__engine *engine);

/* A request of `engine` was made in cycle `at`: for who observes, and for
 * memory elsewhere. `beat` has data in functional runs. */
void npu__observe_beat(struct npu_sim *sim, const struct npu__core *core,
		       enum npu_engine_id engine, uint32_t insn, npu_cycle at,
		       const struct npu_dma_beat *beat);

/* ---- npu_engine_dma.c ---- */
/* Hand over the requests of a flight whose set-up is over. */
enum npu_status npu__dma_submit(struct npu_sim *sim, struct npu__core *core,
				struct npu__engine *engine,
				struct npu__flight *flight,
				struct npu_error *err);
/* A run of a flight is answered at cycle `at`. Returns 1 if something may go on
 * because of it. */
int npu__dma_answer(struct npu_sim *sim, struct npu__core *core,
		    struct npu__engine *engine, const struct npu_dram_run *run,
		    npu_cycle at);

/* Row i1 of a gather or scatter is where its index says.
 *   errors  E_FAULT: it is beyond the limit */
enum npu_status npu__dma_look_up(const struct npu_sim *sim,
				 const struct npu__core *core,
				 const struct npu_copy *copy, uint64_t i1,
				 int64_t *at, struct npu_error *err);

/* ---- npu_engine_burst.c: LD and ST where npu_chip_has_bursts() ---- */
enum npu_status npu__burst_create(const struct npu_sim *sim,
				  struct npu__core *core,
				  struct npu_error *err);
void npu__burst_destroy(struct npu__core *core);
enum npu_status npu__burst_issue(struct npu_sim *sim, struct npu__core *core,
				 struct npu__engine *engine,
				 struct npu__flight *flight,
				 struct npu_error *err);
/* Cycle of the next request of LD or ST of any core; NPU_NEVER: none, or not
 * known before an answer. */
npu_cycle npu__burst_next(const struct npu_sim *sim);
/* Make it. *matters: something may go on because of it. */
enum npu_status npu__burst_ask(struct npu_sim *sim, int *matters,
			       struct npu_error *err);
/* The oldest request of an engine is answered. Returns 1 where something may go
 * on because of it. */
int npu__burst_answer(struct npu_sim *sim, struct npu__core *core,
		      struct npu__engine *engine, npu_cycle at);

/* ---- npu_account.c ---- */
/* Put the cycles now..until, in which nothing happens, where they belong. */
void npu__account(struct npu_sim *sim, npu_cycle until);
void npu__account_issue(struct npu_sim *sim, const struct npu__flight *flight);
enum npu_status npu__account_retire(struct npu_sim *sim,
				    const struct npu__core *core,
				    const struct npu__engine *engine,
				    const struct npu__flight *flight,
				    struct npu_error *err);
/* Memory moves the bytes of a run for a layer, asked for in cycle `at`. */
enum npu_status npu__account_memory(struct npu_sim *sim, uint32_t layer,
				    const struct npu_dram_run *run,
				    npu_cycle at, struct npu_error *err);
/* Charge the memory's counters since the last call to the oldest layer. */
void npu__account_counters(struct npu_sim *sim);

/* ---- npu_sim_result.c ---- */
enum npu_status npu__sim_result(struct npu_sim *sim, struct npu_result **out,
				struct npu_error *err);

#endif
