// tests/support/random_program.cc - random programs, their tokens from
// conflicts found byte by byte.
#include "random_program.h"
#include "random_insn.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace random_program
{
npu_chip chip()
{
	npu_chip c = {};
	strcpy(c.chip.name, "random");
	strcpy(c.chip.technology, "16nm");
	c.chip.clock = 1000000000;
	c.chip.temperature = 330;
	c.chip.cores = 1;
	c.array.rows = c.array.cols = 8;
	c.array.dataflow = NPU_dataflow_ws;
	c.array.overlap = NPU_overlap_full;
	c.array.operands = NPU_operands_any;
	c.array.adder_latency = 2;
	c.array.fp32_passes = 4;
	c.scratchpad.bytes = 8192;
	c.scratchpad.banks = 8;
	c.accumulators.bytes = 64 * 8 * 4;
	c.accumulators.banks = 4;
	c.vector.lanes = 8;
	c.vector.latency = 8;
	c.vector.function_passes = 2;
	c.dma.width = 16;
	c.dma.outstanding = 16;
	c.dma.startup = 4;
	c.queues.depth = 4;
	c.queues.prefetch = 8;
	strcpy(c.dram.preset, "ideal");
	c.dram.channels = 1;
	c.dram.interleave = 64;
	c.dram.width = 64;
	c.dram.capacity = 1 << 24;
	c.dram.bandwidth = 16000000000;
	c.dram.latency = 100000;
	return c;
}

namespace
{
enum { ENGINES = 4, NONE = -1 };

// One address space for all memories: who wrote and read each byte last, as
// plainly as it can be said.
class Conflicts
{
	struct Byte {
		int write = NONE, read[ENGINES] = { NONE, NONE, NONE, NONE };
	};
	std::vector<Byte> bytes_;
	const std::vector<int> &engine_; // of each instruction

	static size_t place(const npu_access &a, int64_t at)
	{
		const size_t spad = 0, acc = 8192, lut = acc + 64 * 8,
			     regions = lut + NPU_LUT_BYTES;
		if (a.space == NPU_SPACE_acc)
			return acc + size_t(at) * 8;
		if (a.space == NPU_SPACE_lut)
			return lut + size_t(at);
		if (a.space == NPU_SPACE_spad)
			return spad + size_t(at);
		if (a.region == CORES)
			return size_t(at) >= NPU_CORE_LUT
				       ? lut + size_t(at) - NPU_CORE_LUT
				       : spad + size_t(at);
		return regions + size_t(a.region) * 16384 + size_t(at);
	}
	void need(int *latest, int insn, int earlier) const
	{
		if (earlier == NONE ||
		    engine_[size_t(earlier)] == engine_[size_t(insn)])
			return;
		int &l = latest[engine_[size_t(earlier)]];
		l = std::max(l, earlier);
	}
	void touch(int *latest, int insn, const npu_access &a, size_t at,
		   bool note)
	{
		Byte &b = bytes_[at];
		if (note) {
			if (a.is_write)
				b = {};
			(a.is_write ? b.write : b.read[engine_[size_t(insn)]]) =
				insn;
			return;
		}
		need(latest, insn, b.write);
		for (int e = 0; a.is_write && e < ENGINES; e++)
			need(latest, insn, b.read[e]);
	}

	void walk(int *latest, int insn, const npu_access &a, unsigned level,
		  int64_t base, bool note)
	{
		if (level < a.levels) {
			for (uint64_t i = 0; i < a.count[level]; i++)
				walk(latest, insn, a, level + 1,
				     base + int64_t(i * a.step[level]), note);
			return;
		}
		for (int64_t at = base; at < base + int64_t(a.extent); at++)
			for (unsigned c = 0;
			     c < (a.space == NPU_SPACE_acc ? a.col_count : 1);
			     c++)
				touch(latest, insn, a, place(a, at) + c, note);
	}

      public:
	explicit Conflicts(const std::vector<int> &engine)
	    : bytes_(8192 + 512 + NPU_LUT_BYTES + 5 * 16384), engine_(engine)
	{
	}
	// The latest earlier instruction of each engine that this one must
	// come after.
	void visit(int insn, const npu_insn &code, int *latest)
	{
		npu_access a[NPU_ACCESS_MAX];
		size_t n = npu_insn_accesses(&code, 8, a);
		std::fill(latest, latest + ENGINES, int(NONE));
		for (bool note : { false, true })
			for (int w = 0; w < 2; w++)
				for (size_t i = 0; i < n; i++)
					if (a[i].is_write == w)
						walk(latest, insn, a[i], 0,
						     a[i].first, note);
	}
};

// Insert waits and signals: an instruction waits for the latest of each engine
// that it must follow, unless what it waited for already says so.
std::vector<Edge> insert_tokens(std::vector<npu_insn> &code)
{
	struct Knowledge {
		int of[ENGINES] = { NONE, NONE, NONE, NONE };
	};
	std::vector<int> engine;
	for (const npu_insn &insn : code)
		engine.push_back(int(npu_insn_engine(&insn)) - 1);
	Conflicts conflicts(engine);
	std::vector<Knowledge> after(code.size());
	Knowledge now[ENGINES], barrier;
	std::vector<Edge> edges;
	auto join = [](Knowledge &into, const Knowledge &from) {
		for (int e = 0; e < ENGINES; e++)
			into.of[e] = std::max(into.of[e], from.of[e]);
	};
	for (size_t i = 0; i < code.size(); i++) {
		if (code[i].op == NPU_OP_bar)
			for (int e = 0; e < ENGINES; e++)
				if (code[i].bar.engines >> (e + 1) & 1)
					join(barrier, now[e]);
		if (engine[i] < 0)
			continue;
		int latest[ENGINES];
		Knowledge &me = now[engine[i]];
		conflicts.visit(int(i), code[i], latest);
		join(me, barrier);
		for (;;) { // the latest first: it may say all the rest
			int best = NONE;
			for (int e = 0; e < ENGINES; e++)
				if (latest[e] > me.of[e])
					best = std::max(best, latest[e]);
			if (best == NONE)
				break;
			size_t from = size_t(best);
			unsigned token = unsigned(engine[from] * 4 + engine[i]);
			code[from].any.signal |= 1u << token;
			code[i].any.wait |= 1u << token;
			edges.push_back({ from, i, token });
			join(me, after[from]);
		}
		me.of[engine[i]] = int(i);
		after[i] = me;
	}
	return edges;
}

// Counters: port k leads to counter k, which is producer * 4 + consumer. The
// capacity is what the sequential run reaches, and often no more.
void declare_tokens(npu_program *p, npu_random *random)
{
	npu_core_program &core = p->core[0];
	unsigned held[NPU_TOKENS] = {}, most[NPU_TOKENS] = {};
	for (size_t i = 0; i < core.count; i++)
		for (unsigned k = 0; k < NPU_TOKENS; k++) {
			held[k] -= unsigned(core.code[i].any.wait >> k & 1);
			held[k] += unsigned(core.code[i].any.signal >> k & 1);
			most[k] = std::max(most[k], held[k]);
		}
	for (unsigned k = 0; k < NPU_TOKENS; k++) {
		if (!most[k])
			continue;
		uint64_t slack = npu_random_below(random, 3);
		core.token[k].used = 1;
		core.token[k].producer = npu_engine_id(k / 4 + 1);
		core.token[k].consumer = npu_engine_id(k % 4 + 1);
		core.token[k].capacity = uint16_t(most[k] + slack);
		core.port[k].used = 1;
		core.port[k].counter = uint8_t(k);
	}
}

npu_insn copy(npu_opcode op, uint64_t spad, uint64_t region, uint64_t offset,
	      uint64_t bytes)
{
	npu_insn insn = {};
	insn.ld.op = op;
	insn.ld.spad = spad;
	insn.ld.region = region;
	insn.ld.offset = offset;
	insn.ld.n0 = bytes;
	insn.ld.n1 = insn.ld.n2 = insn.ld.n3 = 1;
	return insn;
}

// All 64 accumulator rows from or to the scratchpad: 32 bytes a row.
npu_insn move_accumulators(bool to_spad, uint64_t spad)
{
	npu_insn insn = {};
	npu_operand acc = {}, tensor = {};
	insn.ew.op = NPU_OP_ew;
	insn.ew.ints = 2;
	insn.ew.n0 = 8;
	insn.ew.n1 = 64;
	insn.ew.n2 = 1;
	acc.kind = NPU_KIND_acc;
	acc.dtype = tensor.dtype = NPU_s32;
	acc.s1 = 1;
	tensor.addr = uint32_t(spad / 16);
	tensor.s1 = 2;
	npu_insn_set_operand(&insn, NPU_SLOT_a, to_spad ? &acc : &tensor);
	npu_insn_set_operand(&insn, NPU_SLOT_dst, to_spad ? &tensor : &acc);
	return insn;
}

// Write every memory once.
void add_prologue(std::vector<npu_insn> &code)
{
	code.push_back(copy(NPU_OP_ld, 0, INPUT, 0, index_base));
	code.push_back(copy(NPU_OP_ld, index_base, CONSTANTS, 0, index_bytes));
	code.push_back(move_accumulators(false, 1024));
	code.push_back(copy(NPU_OP_st, 0, SCRATCH, 0, scratch_bytes));
	code.push_back(copy(NPU_OP_st, 0, OUTPUT, 0, 8192));
	code.push_back(copy(NPU_OP_st, 512, OUTPUT, 8192, 2048));
	code.push_back(copy(NPU_OP_st, 4096, CORES, NPU_CORE_LUT, 4096));
}

// Store every memory; SCRATCH is read as it is.
void add_epilogue(std::vector<npu_insn> &code)
{
	npu_insn end = {};
	end.op = NPU_OP_end;
	code.push_back(copy(NPU_OP_st, 0, OUTPUT, 0, 8192));
	code.push_back(move_accumulators(true, 0));
	code.push_back(copy(NPU_OP_st, 0, OUTPUT, 8192, 2048));
	code.push_back(end);
}

void set_code(npu_program *p, const std::vector<npu_insn> &code)
{
	npu_core_program &core = p->core[0];
	core.count = code.size();
	core.code = npu_new(p->arena, npu_insn, code.size());
	std::copy(code.begin(), code.end(), core.code);
	p->region[CODE].bytes = code.size() * NPU_INSN_BYTES;
}

npu_tensor_desc bytes_tensor(const char *name, unsigned region, uint64_t bytes)
{
	npu_tensor_desc t = {};
	t.name = name;
	t.dtype = NPU_u8;
	t.rank = 1;
	t.region = uint8_t(region);
	t.dim[0] = uint32_t(bytes);
	t.stride_bytes[0] = 1;
	t.layer = UINT32_MAX;
	t.lasts = 1;
	return t;
}

void set_tables(npu_program *p, npu_random *random)
{
	const npu_chip on = chip();
	p->network = "random";
	p->chip_fingerprint = npu_chip_fingerprint(&on);
	p->region[INPUT] = { NPU_REGION_input, input_bytes, nullptr };
	p->region[CONSTANTS] = { NPU_REGION_constants, constants_bytes,
				 nullptr };
	p->region[OUTPUT] = { NPU_REGION_output, output_bytes, nullptr };
	p->region[SCRATCH] = { NPU_REGION_scratch, scratch_bytes, nullptr };
	p->region[CODE] = { NPU_REGION_code, 0, nullptr };
	p->region[CORES] = { NPU_REGION_cores, 0, nullptr };
	uint8_t *data = npu_new(p->arena, uint8_t, constants_bytes);
	for (uint64_t i = 0; i < constants_bytes; i++)
		data[i] = uint8_t(npu_random_u64(random));
	for (uint64_t i = 0; i < index_bytes; i += 4) { // s32 indices
		data[i] %= index_limit;
		data[i + 1] = data[i + 2] = data[i + 3] = 0;
	}
	p->region[CONSTANTS].data = data;
	p->tensor = npu_new(p->arena, npu_tensor_desc, 3);
	p->tensor[0] = bytes_tensor("in", INPUT, input_bytes);
	p->tensor[1] = bytes_tensor("out", OUTPUT, output_bytes);
	p->tensor[2] = bytes_tensor("scratch", SCRATCH, scratch_bytes);
	p->tensor_count = 3;
}
} // namespace

Program make(uint64_t seed, size_t count)
{
	npu_random mix = { seed }; // states a step apart share their numbers
	npu_random random = { npu_random_u64(&mix) };
	Program made;
	std::vector<npu_insn> code;
	made.program.reset(npu_program_create());
	if (!made.program)
		abort();
	set_tables(made.program.get(), &random);
	add_prologue(code);
	while (code.size() < count + 7) {
		uint64_t dice = npu_random_below(&random, 40);
		npu_insn insn = {};
		if (dice == 0) {
			insn.op = NPU_OP_bar;
			insn.bar.engines = 2 * npu_random_below(&random, 16);
		} else if (dice == 1) {
			insn.op = NPU_OP_mark;
		} else {
			insn = random_insn(&random);
		}
		code.push_back(insn);
	}
	add_epilogue(code);
	made.edges = insert_tokens(code);
	set_code(made.program.get(), code);
	declare_tokens(made.program.get(), &random);
	return made;
}

namespace
{
// The same tables and other code.
ProgramPointer with_code(const Program &from, const std::vector<npu_insn> &code)
{
	const npu_program &old = *from.program;
	ProgramPointer p(npu_program_create());
	if (!p)
		abort();
	p->network = "random";
	p->chip_fingerprint = old.chip_fingerprint;
	std::copy(old.region, old.region + NPU_REGIONS, p->region);
	uint8_t *data = npu_new(p->arena, uint8_t, constants_bytes);
	memcpy(data, old.region[CONSTANTS].data, constants_bytes);
	p->region[CONSTANTS].data = data;
	p->tensor = npu_new(p->arena, npu_tensor_desc, old.tensor_count);
	std::copy(old.tensor, old.tensor + old.tensor_count, p->tensor);
	p->tensor_count = old.tensor_count;
	set_code(p.get(), code);
	return p;
}
} // namespace

ProgramPointer in_order(const Program &from)
{
	const npu_core_program &core = from.program->core[0];
	std::vector<npu_insn> code;
	for (size_t i = 0; i < core.count; i++) {
		npu_insn insn = core.code[i], bar = {};
		insn.any.wait = insn.any.signal = 0;
		code.push_back(insn);
		bar.op = NPU_OP_bar;
		bar.bar.engines = 0x1e;
		if (insn.op != NPU_OP_end)
			code.push_back(bar);
	}
	return with_code(from, code);
}

ProgramPointer without(const Program &from, const Edge &edge)
{
	const npu_core_program &core = from.program->core[0];
	std::vector<npu_insn> code(core.code, core.code + core.count);
	code[edge.from].any.signal &= ~(1ull << edge.token);
	code[edge.to].any.wait &= ~(1ull << edge.token);
	ProgramPointer p = with_code(from, code);
	std::copy(core.token, core.token + NPU_TOKENS, p->core[0].token);
	std::copy(core.port, core.port + NPU_TOKENS, p->core[0].port);
	return p;
}

std::vector<uint8_t> input(uint64_t seed)
{
	npu_random random = { seed ^ 0x1234567 };
	std::vector<uint8_t> all(input_bytes);
	for (uint8_t &b : all)
		b = uint8_t(npu_random_u64(&random));
	return all;
}
} // namespace random_program
