/* isa/npu_verify.c - proof that a program has no deadlock, race or wild access.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program is run once, one instruction at a time, with counters but without
 * data. isa.md 3 says why that decides deadlock for every timing. Order is
 * decided with vector clocks: clock[q][p] is the number of the last instruction
 * of process p that is complete when the current one of q starts. */
#include "isa/npu_verify_internal.h"
#include <stdlib.h>
#include <string.h>

struct core_state {
	size_t next;     /* instruction */
	uint8_t started; /* its effects are done, its signals are not given */
	uint8_t ended;
	uint32_t *barrier; /* [processes] known to all that follow a BAR */
};

struct verifier {
	const struct npu_program *program;
	const struct npu_chip *chip;
	uint32_t processes;
	struct npu__memories *memories;
	struct npu__counters *tokens;
	uint32_t *clocks; /* [processes][processes], then the barriers */
	struct core_state core[NPU_CORES_MAX];
	struct npu_violation found;
	struct npu_error *err;
};

static uint32_t *clock_of(struct verifier *v, uint32_t process)
{
	return v->clocks + (size_t)process * v->processes;
}

static void join(uint32_t *into, const uint32_t *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (into[i] < from[i])
			into[i] = from[i];
}

static uint32_t process_of(uint32_t core, enum npu_engine_id engine)
{
	return core * NPU__ENGINES + (uint32_t)engine - 1;
}

/* ---- reports ---- */

/* "core 0, instruction 12 (ld spad=64 ...)" */
static void add_place(const struct verifier *v, uint32_t core, uint64_t insn,
		      struct npu_text *out)
{
	npu_text_add(out, "core %u, instruction %llu (", (unsigned)core,
		     (unsigned long long)insn);
	npu_insn_print(&v->program->core[core].code[insn], out);
	npu_text_add(out, ")");
}

/* Fail with the instruction that core `core` is at, and `text`, which is
 * released. */
static enum npu_status fault(struct verifier *v, uint32_t core,
			     enum npu_violation_kind kind,
			     struct npu_text *text)
{
	struct npu_text all = { 0 };
	enum npu_status status = NPU_E_FAULT;

	v->found.kind = kind;
	v->found.core = core;
	v->found.insn = v->core[core].next;
	add_place(v, core, v->found.insn, &all);
	npu_text_add(&all, ": %s", text->data ? text->data : "");
	if (text->failed || all.failed)
		status = npu_fail(v->err, NPU_E_NOMEM, "verifying a program");
	else
		npu_fail(v->err, NPU_E_FAULT, "%s", all.data);
	npu_text_clear(&all);
	npu_text_clear(text);
	return status;
}

static enum npu_status plain_fault(struct verifier *v, uint32_t core,
				   enum npu_violation_kind kind,
				   const char *why)
{
	struct npu_text text = { 0 };

	npu_text_add(&text, "%s", why);
	return fault(v, core, kind, &text);
}

static void add_address(const struct npu_violation *found, uint64_t region,
			struct npu_text *out)
{
	switch (found->space) {
	case NPU_SPACE_spad:
		npu_text_add(out, "scratchpad byte 0x%llx",
			     (unsigned long long)found->address);
		break;
	case NPU_SPACE_acc:
		npu_text_add(out, "accumulator row %llu",
			     (unsigned long long)found->address);
		break;
	case NPU_SPACE_lut:
		npu_text_add(out, "LUT RAM byte 0x%llx",
			     (unsigned long long)found->address);
		break;
	case NPU_SPACE_mem:
		npu_text_add(out, "region %u byte %s0x%llx", (unsigned)region,
			     (int64_t)found->address < 0 ? "-" : "",
			     (int64_t)found->address < 0
				     ? (unsigned long long)-found->address
				     : (unsigned long long)found->address);
		break;
	}
}

/* Instruction `number` (from 1) of a process. */
static uint64_t find_insn(const struct verifier *v, uint32_t process,
			  uint32_t number)
{
	const struct npu_core_program *core =
		&v->program->core[process / NPU__ENGINES];
	uint64_t i = 0;

	for (; i < core->count; i++)
		if ((uint32_t)npu_insn_engine(&core->code[i]) - 1 ==
			    process % NPU__ENGINES &&
		    !--number)
			break;
	return i;
}

static enum npu_status memory_fault(struct verifier *v, uint32_t core,
				    const union npu_insn *insn,
				    const struct npu__conflict *earlier,
				    const char *why)
{
	static const char *const race[] = {
		[NPU_VIOLATION_raw] = "reads what is perhaps not yet written",
		[NPU_VIOLATION_war] = "overwrites what is perhaps still read",
		[NPU_VIOLATION_waw] = "overwrites what is perhaps not yet "
				      "written",
	};
	struct npu_text text = { 0 };
	uint64_t region = insn->op == NPU_OP_ld || insn->op == NPU_OP_st
				  ? insn->ld.region
				  : 0;

	switch (v->found.kind) {
	case NPU_VIOLATION_raw:
	case NPU_VIOLATION_war:
	case NPU_VIOLATION_waw:
		v->found.other_core = earlier->process / NPU__ENGINES;
		v->found.other_insn =
			find_insn(v, earlier->process, earlier->number);
		npu_text_add(&text, "%s, ", race[v->found.kind]);
		add_address(&v->found, region, &text);
		npu_text_add(&text, ", by ");
		add_place(v, v->found.other_core, v->found.other_insn, &text);
		npu_text_add(&text, ": nothing orders the two");
		break;
	case NPU_VIOLATION_never_written:
		npu_text_add(&text, "reads ");
		add_address(&v->found, region, &text);
		npu_text_add(&text, ", which was never written");
		break;
	case NPU_VIOLATION_encoding:
		npu_text_add(&text, "%s", why);
		break;
	default:
		npu_text_add(&text, "from ");
		add_address(&v->found, region, &text);
		npu_text_add(&text, " on: %s", why);
		break;
	}
	return fault(v, core, v->found.kind, &text);
}

/* ---- the run ---- */

/* Rules of the instruction alone; all its readings go to `out`. */
static enum npu_status check_alone(struct verifier *v, uint32_t core,
				   const union npu_insn *insn,
				   union npu_insn *out)
{
	struct npu_error inner = { 0 };
	struct npu_word word;

	if (npu_insn_encode(insn, &word, &inner) != NPU_OK ||
	    npu_insn_decode(word, out, &inner) != NPU_OK)
		return plain_fault(v, core, NPU_VIOLATION_encoding,
				   inner.message);
	const char *why = npu__insn_fault(out, v->chip);
	return why ? plain_fault(v, core, NPU_VIOLATION_encoding, why) : NPU_OK;
}

static enum npu_status check_declared(struct verifier *v, uint32_t core,
				      const union npu_insn *insn)
{
	struct npu_text text = { 0 };
	unsigned bit;
	const char *why = npu__counters_declared(
		v->tokens, core, npu_insn_engine(insn), insn, &bit);

	if (!why)
		return NPU_OK;
	npu_text_add(&text, "%s (bit %u)", why, bit);
	return fault(v, core, NPU_VIOLATION_wrong_engine, &text);
}

/* Take the tokens and do the memory accesses. */
static enum npu_status start(struct verifier *v, uint32_t core,
			     const union npu_insn *insn)
{
	uint32_t process = process_of(core, npu_insn_engine(insn));
	uint32_t *clock = clock_of(v, process);
	struct npu__epoch epoch = { process, clock[process] + 1, clock };
	struct npu__conflict earlier;
	const char *why = NULL;

	join(clock, v->core[core].barrier, v->processes);
	npu__counters_take(v->tokens, core, insn->any.wait, clock);
	clock[process] = epoch.number;
	enum npu_status status = npu__memories_access(
		v->memories, core, insn, &epoch, &v->found, &earlier, &why);
	if (status == NPU_E_FAULT)
		return memory_fault(v, core, insn, &earlier, why);
	if (status != NPU_OK)
		return npu_fail(v->err, status, "verifying a program");
	return NPU_OK;
}

static enum npu_status control(struct verifier *v, uint32_t core,
			       const union npu_insn *insn)
{
	struct core_state *state = &v->core[core];

	if (insn->op == NPU_OP_end)
		state->ended = 1;
	for (unsigned e = 1; insn->op == NPU_OP_bar && e < NPU_ENGINE_COUNT;
	     e++)
		if (insn->bar.engines >> e & 1)
			join(state->barrier,
			     clock_of(v,
				      process_of(core, (enum npu_engine_id)e)),
			     v->processes);
	state->next++;
	return NPU_OK;
}

/* One step of a core; *moved is set unless it must wait for another. */
static enum npu_status step(struct verifier *v, uint32_t core, int *moved)
{
	struct core_state *state = &v->core[core];
	const union npu_insn *given = &v->program->core[core].code[state->next];
	union npu_insn insn;
	unsigned bit;

	if (!state->started) {
		/* a core that waits comes here again, which is rare */
		NPU_TRY(check_alone(v, core, given, &insn));
		if (npu_insn_engine(&insn) == NPU_ENGINE_ctl) {
			*moved = 1;
			return control(v, core, &insn);
		}
		NPU_TRY(check_declared(v, core, &insn));
		if (!npu__counters_ready(v->tokens, core, insn.any.wait, &bit))
			return NPU_OK;
		NPU_TRY(start(v, core, &insn));
		state->started = 1;
		*moved = 1;
	}
	if (!npu__counters_room(v->tokens, core, given->any.signal, &bit))
		return NPU_OK;
	if (npu__counters_give(
		    v->tokens, core, given->any.signal,
		    clock_of(v, process_of(core, npu_insn_engine(given)))) !=
	    NPU_OK)
		return npu_fail(v->err, NPU_E_NOMEM, "verifying a program");
	state->started = 0;
	state->next++;
	*moved = 1;
	return NPU_OK;
}

/* No core can go on: say what the first one waits for; a full counter is the
 * nearer cause where there is one. */
static enum npu_status stuck(struct verifier *v)
{
	struct npu_text text = { 0 };
	uint32_t core = UINT32_MAX;
	unsigned bit = 0;

	for (uint32_t c = 0; c < v->program->core_count; c++) {
		if (v->core[c].ended)
			continue;
		if (core == UINT32_MAX ||
		    (v->core[c].started && !v->core[core].started))
			core = c;
	}
	const struct npu_core_program *program = &v->program->core[core];
	const union npu_insn *insn = &program->code[v->core[core].next];
	if (v->core[core].started) {
		npu__counters_room(v->tokens, core, insn->any.signal, &bit);
		struct npu_port to = program->port[bit];
		const struct npu_token *t =
			&v->program->core[to.core].token[to.counter];

		npu_text_add(&text,
			     "signals token %u of core %u, which is full at "
			     "its capacity of %u, and nothing can take from "
			     "it any more",
			     (unsigned)to.counter, (unsigned)to.core,
			     (unsigned)t->capacity);
		return fault(v, core, NPU_VIOLATION_capacity, &text);
	}
	npu__counters_ready(v->tokens, core, insn->any.wait, &bit);
	const struct npu_token *t = &program->token[bit];
	npu_text_add(&text,
		     "deadlock: waits for token %u, which is empty, and its "
		     "producer, %s of core %u, can give no more",
		     bit, npu_engine_name(t->producer),
		     (unsigned)t->producer_core);
	return fault(v, core, NPU_VIOLATION_deadlock, &text);
}

/* The last instruction that gave to this token. */
static uint64_t last_giver(const struct verifier *v, uint32_t core,
			   unsigned token, uint32_t *giver_core)
{
	const struct npu_program *p = v->program;
	uint32_t c = p->core[core].token[token].producer_core;
	uint64_t last = 0;

	for (size_t i = 0; i < p->core[c].count; i++)
		for (unsigned k = 0; k < NPU_TOKENS; k++)
			if (p->core[c].code[i].any.signal >> k & 1 &&
			    p->core[c].port[k].core == core &&
			    p->core[c].port[k].counter == token)
				last = i;
	*giver_core = c;
	return last;
}

static enum npu_status check_leftovers(struct verifier *v)
{
	struct npu_text text = { 0 };
	uint32_t core, count, giver;
	unsigned token;

	if (!npu__counters_left(v->tokens, &core, &token, &count))
		return NPU_OK;
	v->core[core].next = last_giver(v, core, token, &giver);
	v->core[giver].next = v->core[core].next;
	npu_text_add(&text,
		     "gives token %u of core %u, which ends with %u and began "
		     "with %u: nothing takes the rest",
		     token, (unsigned)core, (unsigned)count,
		     (unsigned)v->program->core[core].token[token].initial);
	return fault(v, giver, NPU_VIOLATION_leftover, &text);
}

static enum npu_status run(struct verifier *v)
{
	uint32_t left = v->program->core_count;

	while (left) {
		int any = 0;

		for (uint32_t c = 0; c < v->program->core_count; c++) {
			int moved = !v->core[c].ended;

			while (moved && !v->core[c].ended) {
				moved = 0;
				NPU_TRY(step(v, c, &moved));
				any |= moved;
			}
			left -= v->core[c].ended && moved;
		}
		if (left && !any)
			return stuck(v);
	}
	return check_leftovers(v);
}

static enum npu_status check_chip(const struct npu_program *program,
				  const struct npu_chip *chip,
				  struct npu_error *err)
{
	uint64_t base[NPU_REGIONS];
	uint64_t end = npu_program_layout(program, base);

	NPU_TRY(npu_program_check(program, err));
	if (program->core_count > chip->chip.cores)
		return npu_fail(err, NPU_E_RANGE,
				"a program for %u cores; the chip has %llu",
				(unsigned)program->core_count,
				(unsigned long long)chip->chip.cores);
	if (end > chip->dram.capacity)
		return npu_fail(err, NPU_E_CAPACITY,
				"the regions take %llu bytes; the DRAM has "
				"%llu",
				(unsigned long long)end,
				(unsigned long long)chip->dram.capacity);
	return NPU_OK;
}

enum npu_status npu_verify(const struct npu_program *program,
			   const struct npu_chip *chip,
			   struct npu_violation *found, struct npu_error *err)
{
	struct verifier v = { .program = program, .chip = chip, .err = err };
	enum npu_status status;

	NPU_TRY(check_chip(program, chip, err));
	v.processes = program->core_count * NPU__ENGINES;
	v.clocks = calloc((size_t)(v.processes + program->core_count) *
				  v.processes,
			  sizeof *v.clocks);
	if (!v.clocks)
		return npu_fail(err, NPU_E_NOMEM, "verifying a program");
	for (uint32_t c = 0; c < program->core_count; c++)
		v.core[c].barrier = clock_of(&v, v.processes + c);
	status = npu__counters_create(program, v.processes, &v.tokens, err);
	if (status == NPU_OK)
		status = npu__memories_create(program, chip, &v.memories, err);
	if (status == NPU_OK)
		status = run(&v);
	npu__memories_destroy(v.memories);
	npu__counters_destroy(v.tokens);
	free(v.clocks);
	if (status == NPU_E_FAULT && found)
		*found = v.found;
	return status;
}
