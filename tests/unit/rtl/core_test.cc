/* tests/unit/rtl/core_test.cc - small programs on the RTL core and the C model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/npu_burst_port.h"
#include "tests/unit/rtl/core_rtl.h"

namespace
{

void note(void *user, uint64_t cycle, uint32_t, npu_engine_id engine,
	  uint32_t insn)
{
	static_cast<std::vector<Retired> *>(user)->push_back(
		{ cycle, engine, insn });
}

npu_status make_port(void *user, npu_memory_port *out, npu_error *err)
{
	return npu_burst_port_fixed(*static_cast<uint64_t *>(user), out, err);
}

std::vector<uint8_t> input()
{
	std::vector<uint8_t> in(8192);

	for (size_t i = 0; i < in.size(); i++)
		in[i] = (uint8_t)(i * 37 + i / 251 + 11);
	return in;
}

/* Both sides of one program; equal in all that can be seen. */
struct Pair {
	npu_chip chip;
	uint64_t latency = 23;
	std::vector<Retired> by_c;
	Result result;
	std::unique_ptr<CoreRtl> rtl;

	explicit Pair(const npu_chip &c) : chip(c)
	{
	}
	void run_c(Sim &sim, const npu_program *program)
	{
		npu_sim_options options = {};
		npu_sim *made = nullptr;
		npu_error err = {};

		options.functional = 1;
		options.retire = note;
		options.retire_user = &by_c;
		options.make_port = make_port;
		options.port_user = &latency;
		ASSERT_EQ(npu_sim_create(&chip, program, &options, &made, &err),
			  NPU_OK)
			<< err.message;
		sim.reset(made);
		write_bytes(made, input());
		result = ::run(made);
		ASSERT_TRUE(result);
	}
	void run_rtl(const npu_program *program)
	{
		uint64_t base[NPU_REGIONS];
		const auto in = input();

		npu_program_layout(program, base);
		rtl = std::make_unique<CoreRtl>(chip, latency);
		rtl->load(program);
		memcpy(&rtl->memory[base[INPUT]], in.data(), in.size());
		ASSERT_TRUE(rtl->run());
		EXPECT_EQ(rtl->read(NPU_CSR_status) &
				  1u << NPU_CSR_LSB_status_fault,
			  0u);
	}
	void compare(npu_sim *sim, const npu_program *program)
	{
		const npu_memory *memory = npu_sim_memory(sim);
		uint64_t base[NPU_REGIONS];

		npu_program_layout(program, base);
		EXPECT_EQ(retired_by_rtl(), by_c);
		EXPECT_EQ(rtl->read64(NPU_CSR_cycles), result->total.cycles);
		for (int e = 0; e < 4; e++)
			for (int b = 0; b < NPU_BIN_COUNT; b++)
				EXPECT_EQ(rtl->read64(NPU_CSR_bins + 64 * e +
						      8 * b),
					  result->bins[e][b])
					<< "engine " << e << " bin " << b;
		EXPECT_EQ(memcmp(rtl->spad(), memory->core[0].spad,
				 chip.scratchpad.bytes),
			  0);
		EXPECT_EQ(memcmp(rtl->acc(), memory->core[0].acc,
				 chip.accumulators.bytes),
			  0);
		EXPECT_EQ(
			memcmp(rtl->lut(), memory->core[0].lut, NPU_LUT_BYTES),
			0);
		EXPECT_EQ(memcmp(&rtl->memory[base[OUTPUT]],
				 memory->region[OUTPUT],
				 memory->region_bytes[OUTPUT]),
			  0);
	}
	void run(TestProgram &p)
	{
		const npu_program *program = p.finish();
		Sim sim;

		run_c(sim, program);
		if (testing::Test::HasFatalFailure())
			return;
		run_rtl(program);
		if (!testing::Test::HasFatalFailure())
			compare(sim.get(), program);
	}
};

npu_insn control(npu_opcode op, uint64_t engines = 0)
{
	npu_insn i = {};

	i.op = op;
	i.bar.engines = op == NPU_OP_bar ? engines : 0;
	return i;
}

/* Accumulator rows of 16 columns, 4 to a row, to s8 rows of 16 bytes. */
npu_insn unload4(uint64_t rows, uint64_t from, uint64_t to)
{
	npu_insn i = unload(rows, from, to);
	npu_operand a = npu_insn_operand(&i, NPU_SLOT_a);

	a.s0 = (uint32_t)rows;
	npu_insn_set_operand(&i, NPU_SLOT_a, &a);
	return i;
}

TEST(RtlCore, EndIsTakenACycleAfterItArrives)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	pair.run(p);
	EXPECT_EQ(pair.result->total.cycles, pair.latency + 1);
}

TEST(RtlCore, MarksAndBarriersOfIdleEngines)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	for (int i = 0; i < 20; i++)
		p.add(control(i % 2 ? NPU_OP_bar : NPU_OP_mark, 30));
	pair.run(p);
}

TEST(RtlCore, LoadsAndStores)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.token(3, NPU_ENGINE_ld, NPU_ENGINE_st, 2);
	p.add(ld(0, 0, 1000), 0, 8);
	p.add(ld(9000, 1000, 333), 0, 8);
	p.add(st(0, 5, 1000), 8);
	p.add(st(9000, 2000, 333), 8);
	pair.run(p);
}

TEST(RtlCore, VectorsBetweenLoadAndStore)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_vx, 4);
	p.token(1, NPU_ENGINE_vx, NPU_ENGINE_st, 4);
	for (uint64_t i = 0; i < 3; i++) {
		p.add(ld(i * 512, i * 512, 512), 0, 1);
		p.add(move(512, i * 512, 8192 + i * 512), 1, 2);
		p.add(st(8192 + i * 512, i * 512, 512), 2);
	}
	pair.run(p);
	EXPECT_GT(pair.result->bins[3][NPU_BIN_bank] +
			  pair.result->bins[1][NPU_BIN_bank],
		  0u);
}

void add_layers(TestProgram &p, int layers)
{
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_mx);
	p.token(1, NPU_ENGINE_mx, NPU_ENGINE_vx);
	p.token(2, NPU_ENGINE_vx, NPU_ENGINE_st);
	for (int i = 0; i < layers; i++) {
		const uint64_t at = (uint64_t)i * 512;

		p.add(ld(at, at, 20 * 16));
		p.add(ld(8192 + at, 4096 + at, 16 * 16), 0, 1);
		p.add(gemm(20, 16, 16, at, 8192 + at, (uint64_t)i * 80), 1, 2);
		p.add(unload4(20, (uint64_t)i * 80, 16384 + at), 2, 4);
		p.add(st(16384 + at, at, 20 * 16), 4);
	}
}

TEST(RtlCore, LayersOfAllEngines)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	add_layers(p, 3);
	pair.run(p);
}

TEST(RtlCore, LayersInQueuesOfOne)
{
	npu_chip chip = rtl_chip();

	chip.queues.depth = 1;
	chip.queues.prefetch = 2;
	chip.dma.outstanding = 3;
	chip.dma.startup = 0;
	Pair pair(chip);
	TestProgram p(pair.chip);

	pair.latency = 61;
	add_layers(p, 3);
	pair.run(p);
}

TEST(RtlCore, BarriersHoldWhatComesAfter)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.add(ld(0, 0, 777));
	p.add(control(NPU_OP_bar, 1u << NPU_ENGINE_ld));
	p.add(move(256, 0, 8192));
	p.add(gemm(8, 16, 16, 0, 256, 0));
	p.add(control(NPU_OP_bar, 1u << NPU_ENGINE_vx | 1u << NPU_ENGINE_mx));
	p.add(st(8192, 0, 256));
	p.add(control(NPU_OP_mark));
	pair.run(p);
}

TEST(RtlCore, SignalsWaitForRoomAndRetireOneACycle)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.token(0, NPU_ENGINE_vx, NPU_ENGINE_st, 1);
	p.token(1, NPU_ENGINE_ld, NPU_ENGINE_st, 1);
	p.add(ld(0, 0, 2048), 0, 2);
	p.add(move(16, 8192, 8448), 0, 1);
	p.add(move(16, 8192, 8704), 0, 1);
	p.add(st(16384, 0, 64), 1 | 2, 0);
	p.add(st(24576, 64, 64), 1, 0);
	for (uint64_t i = 0; i < 5; i++)
		p.add(move(16, 8192, 9216 + 256 * i));
	pair.run(p);
	EXPECT_GT(pair.result->bins[3][NPU_BIN_token], 100u);
}

TEST(RtlCore, TokensThatAreThereFromTheStart)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.token(9, NPU_ENGINE_vx, NPU_ENGINE_ld, 3, 2);
	p.token(15, NPU_ENGINE_ld, NPU_ENGINE_vx, 3, 0);
	for (uint64_t i = 0; i < 5; i++) {
		p.add(ld(i % 2 * 512, i * 512, 512), 1 << 9, 1 << 15);
		p.add(move(512, i % 2 * 512, 8192 + i * 512), 1 << 15, 1 << 9);
	}
	pair.run(p);
	EXPECT_EQ(pair.rtl->read(NPU_CSR_token + 4 * 9) & 0xffff, 2u);
}

TEST(RtlCore, LookUpTablesComeThroughTheWindow)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);
	npu_insn look = move(64, 8192, 16384);

	look.ew.f = NPU_FUNC_lut;
	look.ew.p0 = 512;
	p.token(0, NPU_ENGINE_ld, NPU_ENGINE_st);
	p.token(1, NPU_ENGINE_st, NPU_ENGINE_vx);
	p.token(2, NPU_ENGINE_vx, NPU_ENGINE_st);
	p.add(ld(0, 0, 256));
	p.add(ld(8192, 300, 64), 0, 1);
	p.add(st(0, NPU_CORE_LUT + 512, 256, CORES), 1, 2);
	p.add(look, 2, 4);
	p.add(st(16384, 0, 64), 4, 0);
	pair.run(p);
}

/* ---- the host's side ---- */

TEST(RtlCore, RegistersReadAsWrittenAndTellWhatThisIs)
{
	CoreRtl rtl(rtl_chip(), 5);

	EXPECT_EQ(rtl.read(NPU_CSR_id), (uint32_t)NPU_CSR_VALUE_id_systole);
	EXPECT_EQ(rtl.read(NPU_CSR_version), 1u);
	EXPECT_EQ(rtl.read(NPU_CSR_status), 0u);
	for (int i = 0; i < 8; i++) {
		rtl.write(NPU_CSR_region + 8 * i, 0x12345678u * (uint32_t)i);
		rtl.write(NPU_CSR_region + 8 * i + 4, 0x90u + (uint32_t)i);
	}
	rtl.write(NPU_CSR_count, 0x01020304);
	rtl.write(NPU_CSR_code, 0x1000);
	rtl.write(NPU_CSR_code + 4, 0x7f);
	rtl.write(NPU_CSR_port + 4 * 7, 0x80000003);
	rtl.write(0xf00, 0xffffffff);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(rtl.read64(NPU_CSR_region + 8 * i),
			  (0x90ull + (unsigned)i) << 32 |
				  0x12345678u * (uint32_t)i);
	EXPECT_EQ(rtl.read(NPU_CSR_count), 0x01020304u);
	EXPECT_EQ(rtl.read64(NPU_CSR_code), 0x7f00001000u);
	EXPECT_EQ(rtl.read(NPU_CSR_port + 4 * 7), 0x80000003u);
	EXPECT_EQ(rtl.read(0xf00), 0u);
}

TEST(RtlCore, InterruptStaysUntilItIsCleared)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	p.add(move(64, 0, 8192));
	pair.run(p);
	CoreRtl &rtl = *pair.rtl;
	EXPECT_TRUE(rtl.top.irq);
	EXPECT_EQ(rtl.read(NPU_CSR_status),
		  1u << NPU_CSR_LSB_status_done | 1u << NPU_CSR_LSB_status_irq);
	rtl.write(NPU_CSR_irq_clear, 0);
	EXPECT_FALSE(rtl.top.irq);
	EXPECT_EQ(rtl.read(NPU_CSR_status), 1u << NPU_CSR_LSB_status_done);
}

TEST(RtlCore, RunsAgainAfterAResetInAnyCycle)
{
	Pair pair(rtl_chip());
	TestProgram p(pair.chip);

	add_layers(p, 2);
	pair.run(p);
	CoreRtl &rtl = *pair.rtl;
	for (int stop = 1; stop < 400; stop += 13) {
		rtl.write(NPU_CSR_control, 1u << NPU_CSR_LSB_control_start);
		for (int i = 0; i < stop; i++)
			rtl.step();
		rtl.write(NPU_CSR_control, 1u << NPU_CSR_LSB_control_reset);
		ASSERT_EQ(rtl.read(NPU_CSR_status), 0u);
		retired_by_rtl().clear();
		ASSERT_TRUE(rtl.run()) << stop;
		ASSERT_EQ(retired_by_rtl(), pair.by_c) << stop;
	}
}

TEST(RtlCore, UndefinedOpcodeIsAFaultAtItsPlace)
{
	const npu_chip chip = rtl_chip();
	TestProgram p(chip);

	p.add(control(NPU_OP_mark));
	p.add(control(NPU_OP_mark));
	const npu_program *program = p.finish();
	CoreRtl rtl(chip, 7);
	uint64_t base[NPU_REGIONS];

	npu_program_layout(program, base);
	rtl.load(program);
	rtl.memory[base[CODE] + 64] = 0xee;
	ASSERT_TRUE(rtl.run());
	EXPECT_EQ(rtl.read(NPU_CSR_status) & 7, 1u << NPU_CSR_LSB_status_fault);
	EXPECT_EQ(rtl.read(NPU_CSR_fault_index), 1u);
	EXPECT_EQ(rtl.read(NPU_CSR_fault_code),
		  (uint32_t)NPU_CSR_VALUE_fault_code_opcode);
	/* mended, it runs */
	rtl.memory[base[CODE] + 64] = NPU_OP_mark;
	rtl.write(NPU_CSR_irq_clear, 0);
	ASSERT_TRUE(rtl.run());
	EXPECT_EQ(rtl.read(NPU_CSR_status) & 7, 1u << NPU_CSR_LSB_status_done);
}

TEST(RtlCore, GatherIndexBeyondItsLimitIsAFaultAtItsPlace)
{
	const npu_chip chip = rtl_chip();
	TestProgram p(chip);
	npu_insn rows = ld(4096, 0, 64);

	rows.ld.n1 = 4;
	rows.ld.d1 = 64;
	rows.ld.s1 = 64;
	rows.ld.gather = 1;
	rows.ld.limit = 8;
	rows.ld.index = 0;
	p.add(ld(0, 0, 16));
	p.add(rows);
	const npu_program *program = p.finish();
	CoreRtl rtl(chip, 7);
	uint64_t base[NPU_REGIONS];
	const uint32_t index[4] = { 3, 7, 8, 0 };

	npu_program_layout(program, base);
	rtl.load(program);
	memcpy(&rtl.memory[base[INPUT]], index, sizeof index);
	ASSERT_TRUE(rtl.run());
	EXPECT_EQ(rtl.read(NPU_CSR_fault_index), 1u);
	EXPECT_EQ(rtl.read(NPU_CSR_fault_code),
		  (uint32_t)NPU_CSR_VALUE_fault_code_index);
	memset(&rtl.memory[base[INPUT]], 0, sizeof index);
	ASSERT_TRUE(rtl.run());
	EXPECT_EQ(rtl.read(NPU_CSR_status) & 7, 1u << NPU_CSR_LSB_status_done);
}

} // namespace
