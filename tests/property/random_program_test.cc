// tests/property/random_program_test.cc - random programs: accepted by the
// verifier, refused without any one of their tokens, and equal in memory at
// every queue depth and latency.
#include "isa/npu_verify.h"
#include "sim/npu_sim.h"
#include "tests/support/random_program.h"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>

using namespace random_program;

namespace
{
// How many: NPU_RANDOM_PROGRAMS, for the long run by hand.
uint64_t programs(uint64_t usual)
{
	const char *text = getenv("NPU_RANDOM_PROGRAMS");
	return text ? strtoull(text, nullptr, 10) : usual;
}

size_t length(uint64_t seed)
{
	return 10 + seed % 40;
}

// What a random machine's memory holds at the end; empty where it fails.
std::vector<uint8_t> run(const npu_program *program, const npu_chip &chip,
			 uint64_t seed, std::string *why)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_error err = {};
	const Sizes sizes(chip);
	std::vector<uint8_t> all(sizes.output + sizes.scratch);
	options.functional = 1;
	options.max_cycles = 100000000;
	if (npu_sim_create(&chip, program, &options, &sim, &err) != NPU_OK) {
		*why = err.message;
		return {};
	}
	npu_sim_write(sim, &program->tensor[0], input(chip, seed).data());
	if (npu_sim_run(sim, nullptr, nullptr, &result, &err) == NPU_OK) {
		npu_sim_read(sim, &program->tensor[1], all.data());
		npu_sim_read(sim, &program->tensor[2],
			     all.data() + sizes.output);
	} else {
		*why = err.message;
		all.clear();
	}
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return all;
}

// All that a program does not depend on, also what RTL is built for.
npu_chip random_machine(const npu_chip &on, npu_random *random)
{
	npu_chip c = on;
	auto in = [random](uint64_t lo, uint64_t hi) {
		return lo + npu_random_below(random, hi - lo + 1);
	};
	draw_limits(random, &c);
	draw_dram(random, &c);
	c.dram.model = in(0, 1);
	c.dma.width = uint64_t(1) << in(2, 6);
	c.vector.latency = in(1, 20);
	c.vector.function_passes = in(1, 4);
	c.array.adder_latency = in(1, 4);
	c.array.overlap = in(0, 1);
	c.array.dataflow = in(0, 2);
	return c;
}

// A chip for a seed: 4 x 4 and 8 x 8, with T lanes and with 2 T.
npu_chip chip_of(uint64_t seed)
{
	const uint64_t t = seed & 1 ? 8 : 4;
	return chip(t, seed & 2 ? t : 2 * t);
}
} // namespace

TEST(RandomProgram, EveryOpcodeTypeKindAndFlagAppears)
{
	std::map<std::string, std::set<uint64_t>> seen;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		const npu_chip on = chip_of(seed);
		Program made = make(on, seed, length(seed));
		const npu_core_program &core = made.program->core[0];
		for (size_t i = 0; i < core.count; i++) {
			const npu_insn &insn = core.code[i];
			seen["op"].insert(insn.op);
			bool v = insn.op == NPU_OP_ew || insn.op == NPU_OP_red;
			for (int s = 0; v && s < 4; s++) {
				npu_operand o =
					npu_insn_operand(&insn, npu_slot(s));
				if (o.dtype == NPU_none) // not used
					continue;
				seen["kind" + std::to_string(s)].insert(o.kind);
				seen["dtype" + std::to_string(s)].insert(
					o.dtype);
			}
			if (v) {
				seen["op0"].insert(insn.ew.op0);
				seen["op1"].insert(insn.ew.op1);
				seen["f"].insert(insn.ew.f);
				seen["ints"].insert(insn.ew.ints);
				seen["scaled"].insert(insn.ew.scaled);
			}
			if (insn.op == NPU_OP_red) {
				seen["axis"].insert(insn.red.axis);
				seen["reduce"].insert(insn.red.reduce);
				seen["add"].insert(insn.red.add);
			}
			if (insn.op == NPU_OP_gemm) {
				const npu_insn_gemm &g = insn.gemm;
				seen["gemm"].insert(g.ta | g.tb << 1);
				seen["init"].insert(g.init);
				seen["sparse"].insert(g.sparse);
				seen["dt_a"].insert(g.dt_a);
				seen["dt_w"].insert(g.dt_w);
			}
			if (insn.op == NPU_OP_ld) {
				seen["ld"].insert(insn.ld.gather |
						  insn.ld.cast << 1);
				seen["fill"].insert(
					uint64_t(insn.ld.u_lo != 0) |
					uint64_t(insn.ld.y_lo != 0) << 1);
				seen["ld region"].insert(insn.ld.region);
			}
			if (insn.op == NPU_OP_st) {
				seen["st"].insert(insn.st.gather);
				seen["st region"].insert(insn.st.region);
			}
		}
	}
	const std::map<std::string, size_t> want = {
		{ "op", 8 },        { "kind0", 3 },  { "kind1", 4 },
		{ "kind2", 4 },     { "kind3", 4 },  { "dtype0", 6 },
		{ "dtype1", 6 },    { "dtype2", 6 }, { "dtype3", 6 },
		{ "op0", 16 },      { "op1", 15 },   { "f", 14 },
		{ "ints", 3 },      { "scaled", 4 }, { "axis", 3 },
		{ "reduce", 4 },    { "add", 2 },    { "gemm", 3 },
		{ "init", 3 },      { "sparse", 3 }, { "dt_a", 5 },
		{ "dt_w", 5 },      { "ld", 4 },     { "fill", 4 },
		{ "ld region", 5 }, { "st", 2 },     { "st region", 3 },
	};
	for (const auto &[what, count] : want)
		EXPECT_EQ(seen[what].size(), count) << what;
}

TEST(RandomProgram, VerifierAcceptsTokensFromConflicts)
{
	for (uint64_t seed = 1; seed <= programs(400); seed++) {
		const npu_chip on = chip_of(seed);
		Program made = make(on, seed, length(seed),
				    seed & 4 ? Tokens::PLENTY : Tokens::NEEDED);
		npu_error err = {};
		ASSERT_EQ(npu_verify(made.program.get(), &on, nullptr, &err),
			  NPU_OK)
			<< "seed " << seed << ": " << err.message;
		ProgramPointer alone = in_order(made);
		ASSERT_EQ(npu_verify(alone.get(), &on, nullptr, &err), NPU_OK)
			<< "seed " << seed << ": " << err.message;
	}
}

// Every token is needed, so every program that lacks one has a race.
TEST(RandomProgram, VerifierRefusesEveryProgramThatLacksOneToken)
{
	size_t refused = 0;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		const npu_chip on = chip_of(seed);
		Program made = make(on, seed, length(seed));
		for (const Edge &edge : made.edges) {
			ProgramPointer bad = without(made, edge);
			npu_violation found = {};
			npu_error err = {};
			ASSERT_EQ(npu_verify(bad.get(), &on, &found, &err),
				  NPU_E_FAULT)
				<< "seed " << seed << ", " << edge.from
				<< " -> " << edge.to;
			EXPECT_TRUE(npu_violation_is_race(found.kind))
				<< err.message;
			refused++;
		}
	}
	EXPECT_GT(refused, 1000u);
}

TEST(RandomProgram, TextAndBytesRoundTrip)
{
	for (uint64_t seed = 1; seed <= 30; seed++) {
		const npu_chip on = chip_of(seed);
		Program made = make(on, seed, length(seed));
		npu_text text = {}, bytes = {}, again = {};
		npu_program *p = nullptr;
		npu_program_print(made.program.get(), &text);
		ASSERT_EQ(npu_program_parse(text.data, "t", &p, nullptr),
			  NPU_OK);
		ASSERT_EQ(
			npu_program_encode(made.program.get(), &bytes, nullptr),
			NPU_OK);
		ASSERT_EQ(npu_program_encode(p, &again, nullptr), NPU_OK);
		ASSERT_EQ(bytes.length, again.length);
		EXPECT_EQ(memcmp(bytes.data, again.data, bytes.length), 0);
		npu_program_destroy(p);
		npu_text_clear(&text);
		npu_text_clear(&bytes);
		npu_text_clear(&again);
	}
}

TEST(RandomProgram, MemoryIsThatOfTheInOrderRunAtAnyDepthAndLatency)
{
	uint64_t n = programs(300), different = 0;
	for (uint64_t seed = 1; seed <= n; seed++) {
		npu_random random = { seed };
		npu_chip on = chip_of(seed);
		Program made = make(on, seed, length(seed),
				    seed & 4 ? Tokens::PLENTY : Tokens::NEEDED);
		ProgramPointer alone = in_order(made);
		std::string why;
		npu_error err = {};
		ASSERT_EQ(npu_verify(made.program.get(), &on, nullptr, &err),
			  NPU_OK)
			<< "seed " << seed << ": " << err.message;
		std::vector<uint8_t> want = run(alone.get(), on, seed, &why);
		ASSERT_FALSE(want.empty()) << "seed " << seed << ": " << why;
		on = random_machine(on, &random);
		std::vector<uint8_t> got =
			run(made.program.get(), on, seed, &why);
		ASSERT_FALSE(got.empty()) << "seed " << seed << ": " << why;
		if (got != want) {
			different++;
			ADD_FAILURE() << "seed " << seed;
		}
		ASSERT_LT(different, 5u);
	}
	RecordProperty("programs", std::to_string(n));
}
