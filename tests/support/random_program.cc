// tests/support/random_program.cc - random programs between a prologue that
// writes every memory and an epilogue that stores them.
#include "random_program.h"
#include "random_insn.h"
#include "random_tokens.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace random_program
{
Sizes::Sizes(const npu_chip &chip)
    : spad(chip.scratchpad.bytes), acc_rows(npu_chip_acc_rows(&chip)),
      acc(acc_rows * chip.array.cols * 4), input(spad), constants(4096),
      output(spad + acc), scratch(std::min<uint64_t>(spad, 8192))
{
}

uint64_t Sizes::of(uint64_t region) const
{
	const uint64_t all[] = { input, constants, output, scratch };
	return all[region];
}

namespace
{
// In pieces that n0 can say.
void add_copy(std::vector<npu_insn> &code, npu_opcode op, uint64_t spad,
	      uint64_t region, uint64_t offset, uint64_t bytes)
{
	const uint64_t most = 1 << 19;
	for (uint64_t at = 0; at < bytes; at += most) {
		npu_insn insn = {};
		insn.ld.op = op;
		insn.ld.spad = spad + at;
		insn.ld.region = region;
		insn.ld.offset = offset + at;
		insn.ld.n0 = std::min(most, bytes - at);
		insn.ld.n1 = insn.ld.n2 = insn.ld.n3 = 1;
		code.push_back(insn);
	}
}

// `rows` accumulator rows from or to the scratchpad's first bytes.
npu_insn move_accumulators(const npu_chip &chip, bool to_spad, uint64_t row,
			   uint64_t rows)
{
	npu_insn insn = {};
	npu_operand acc = {}, tensor = {};
	insn.ew.op = NPU_OP_ew;
	insn.ew.ints = 2;
	insn.ew.n0 = chip.array.cols;
	insn.ew.n1 = rows;
	insn.ew.n2 = 1;
	acc.kind = NPU_KIND_acc;
	acc.dtype = tensor.dtype = NPU_s32;
	acc.s1 = 1;
	acc.row = uint32_t(row);
	tensor.s1 = uint32_t(chip.array.cols / 4);
	npu_insn_set_operand(&insn, NPU_SLOT_a, to_spad ? &acc : &tensor);
	npu_insn_set_operand(&insn, NPU_SLOT_dst, to_spad ? &tensor : &acc);
	return insn;
}

// All rows, as many at once as the scratchpad takes.
template <class Each> void each_piece(const npu_chip &chip, Each each)
{
	const Sizes sizes(chip);
	const uint64_t row_bytes = chip.array.cols * 4;
	const uint64_t piece = sizes.spad / 2 / row_bytes;
	for (uint64_t row = 0; row < sizes.acc_rows; row += piece)
		each(row, std::min(piece, sizes.acc_rows - row), row_bytes);
}

// Write every memory once.
void add_prologue(const npu_chip &chip, std::vector<npu_insn> &code)
{
	const Sizes sizes(chip);
	const uint64_t indices = sizes.spad - index_bytes;
	add_copy(code, NPU_OP_ld, 0, INPUT, 0, indices);
	add_copy(code, NPU_OP_ld, indices, CONSTANTS, 0, index_bytes);
	each_piece(chip, [&](uint64_t row, uint64_t rows, uint64_t) {
		code.push_back(move_accumulators(chip, false, row, rows));
	});
	add_copy(code, NPU_OP_st, 0, SCRATCH, 0, sizes.scratch);
	add_copy(code, NPU_OP_st, 0, OUTPUT, 0, sizes.spad);
	for (uint64_t at = 0; at < sizes.acc; at += sizes.spad)
		add_copy(code, NPU_OP_st, 0, OUTPUT, sizes.spad + at,
			 std::min(sizes.spad, sizes.acc - at));
	for (uint64_t at = 0; at < NPU_LUT_BYTES; at += sizes.spad)
		add_copy(code, NPU_OP_st, 0, CORES, NPU_CORE_LUT + at,
			 std::min<uint64_t>(sizes.spad, NPU_LUT_BYTES - at));
}

// Store every memory; SCRATCH is read as it is.
void add_epilogue(const npu_chip &chip, std::vector<npu_insn> &code)
{
	const Sizes sizes(chip);
	npu_insn end = {};
	end.op = NPU_OP_end;
	add_copy(code, NPU_OP_st, 0, OUTPUT, 0, sizes.spad);
	each_piece(chip, [&](uint64_t row, uint64_t rows, uint64_t row_bytes) {
		code.push_back(move_accumulators(chip, true, row, rows));
		add_copy(code, NPU_OP_st, 0, OUTPUT,
			 sizes.spad + row * row_bytes, rows * row_bytes);
	});
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

// Numbers that tell much: half of them are moderate whether they are read as
// bf16, fp16 or fp32, so that long sums stay finite; the rest are small
// integers, any bits, and the limits of every format.
void fill_random(npu_random *random, uint8_t *data, uint64_t bytes)
{
	const uint16_t limits[] = { 0x0000, 0x8000, 0x0001, 0x8001,
				    0x7f80, 0xff80, 0x7fc0, 0x7c00,
				    0xfc00, 0x7e00, 0x0080, 0x7f7f,
				    0x7bff, 0x0400, 0x3f80, 0xffff };
	uint64_t kind = 0;
	for (uint64_t i = 0; i < bytes; i += 2) {
		if (i % 64 == 0)
			kind = npu_random_below(random, 10);
		uint64_t bits = npu_random_u64(random);
		uint64_t half = bits & 0xffff;
		if (kind < 6) // high byte 0x3a..0x43, any sign
			half = (bits & 0x80ff) | (0x3a + (bits >> 32) % 10)
							 << 8;
		else if (kind < 8)
			half = i % 4 ? 0 : bits & 0xff;
		else if (kind == 8)
			half = limits[bits % 16];
		data[i] = uint8_t(half);
		if (i + 1 < bytes)
			data[i + 1] = uint8_t(half >> 8);
	}
}

void set_tables(const npu_chip &chip, npu_program *p, npu_random *random)
{
	const Sizes sizes(chip);
	p->network = "random";
	p->chip_fingerprint = npu_chip_fingerprint(&chip);
	p->region[INPUT] = { NPU_REGION_input, sizes.input, nullptr };
	p->region[CONSTANTS] = { NPU_REGION_constants, sizes.constants,
				 nullptr };
	p->region[OUTPUT] = { NPU_REGION_output, sizes.output, nullptr };
	p->region[SCRATCH] = { NPU_REGION_scratch, sizes.scratch, nullptr };
	p->region[CODE] = { NPU_REGION_code, 0, nullptr };
	p->region[CORES] = { NPU_REGION_cores, 0, nullptr };
	uint8_t *data = npu_new(p->arena, uint8_t, sizes.constants);
	fill_random(random, data, sizes.constants);
	for (uint64_t i = 0; i < index_bytes; i += 4) { // s32 indices
		data[i] %= index_limit;
		data[i + 1] = data[i + 2] = data[i + 3] = 0;
	}
	p->region[CONSTANTS].data = data;
	p->tensor = npu_new(p->arena, npu_tensor_desc, 3);
	p->tensor[0] = bytes_tensor("in", INPUT, sizes.input);
	p->tensor[1] = bytes_tensor("out", OUTPUT, sizes.output);
	p->tensor[2] = bytes_tensor("scratch", SCRATCH, sizes.scratch);
	p->tensor_count = 3;
}
} // namespace

std::vector<npu_insn> draw(const npu_chip &chip, uint64_t seed, size_t count)
{
	npu_random mix = { seed }; // states a step apart share their numbers
	npu_random random = { npu_random_u64(&mix) };
	std::vector<npu_insn> code;
	Insns insns(chip, &random);
	// some programs have little at work at a time: a barrier after many
	const uint64_t sides = npu_random_below(&random, 4) ? 40 : 3;
	while (code.size() < count) {
		uint64_t dice = npu_random_below(&random, sides);
		npu_insn insn = {};
		if (dice == 0) {
			insn.op = NPU_OP_bar;
			insn.bar.engines = 2 * npu_random_below(&random, 16);
			if (sides < 40)
				insn.bar.engines = 0x1e;
		} else if (dice == 1 && sides == 40) {
			insn.op = NPU_OP_mark;
		} else {
			insn = insns.next();
		}
		code.push_back(insn);
	}
	return code;
}

Program assemble(const npu_chip &chip, uint64_t seed,
		 const std::vector<npu_insn> &body, Tokens tokens)
{
	npu_random mix = { ~seed };
	npu_random random = { npu_random_u64(&mix) };
	Program made;
	std::vector<npu_insn> code;
	made.program.reset(npu_program_create());
	if (!made.program)
		abort();
	set_tables(chip, made.program.get(), &random);
	add_prologue(chip, code);
	code.insert(code.end(), body.begin(), body.end());
	add_epilogue(chip, code);
	made.edges = insert_tokens(chip, &random, tokens, code,
				   &made.program->core[0]);
	set_code(made.program.get(), code);
	return made;
}

Program make(const npu_chip &chip, uint64_t seed, size_t count, Tokens tokens)
{
	return assemble(chip, seed, draw(chip, seed, count), tokens);
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
	const uint64_t constants = old.region[CONSTANTS].bytes;
	uint8_t *data = npu_new(p->arena, uint8_t, constants);
	memcpy(data, old.region[CONSTANTS].data, constants);
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
	code[edge.from].any.signal &= ~(1ull << edge.port);
	code[edge.to].any.wait &= ~(1ull << edge.counter);
	ProgramPointer p = with_code(from, code);
	std::copy(core.token, core.token + NPU_TOKENS, p->core[0].token);
	std::copy(core.port, core.port + NPU_TOKENS, p->core[0].port);
	return p;
}

std::vector<uint8_t> input(const npu_chip &chip, uint64_t seed)
{
	npu_random random = { seed ^ 0x1234567 };
	std::vector<uint8_t> all(Sizes(chip).input);
	fill_random(&random, all.data(), all.size());
	return all;
}
} // namespace random_program
