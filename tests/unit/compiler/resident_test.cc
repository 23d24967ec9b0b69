// tests/unit/compiler/resident_test.cc - values that stay in the scratchpad can
// be read and are compared.
// SPDX-License-Identifier: Apache-2.0
#include "sim/npu_sim.h"
#include "tests/unit/compiler/lowered_net.h"
#include <cstdlib>
#include <gtest/gtest.h>

namespace
{
/* Inverted residuals: expand, depthwise, project. */
class Resident : public ::testing::Test
{
      protected:
	Net net{ 11 };
	npu_chip chip = {};
	npu_program *program = nullptr;
	npu_array input = {};
	npu_values exact = {};
	npu_error err = {};

	npu_value *block(npu_value *x, int64_t wide)
	{
		int64_t c = x->shape.dim[3];
		npu_value *y = net.conv(x, Conv().outs(wide));

		y = net.conv(y,
			     Conv().k(3, 3).outs(wide).pads(1).grouped(wide));
		return net.conv(y, Conv().outs(c).plus(x));
	}
	void SetUp() override
	{
		npu_value *x = net.input(NPU_u8, { 2, 12, 13, 24 }, 5);
		size_t count = (size_t)npu_shape_count(&x->shape);

		net.output(net.conv(block(block(x, 80), 96), Conv().outs(40)));
		ASSERT_EQ(npu_chip_load("edge", NPU_SOURCE_DIR "/configs/chips",
					nullptr, 0, &chip, &err),
			  NPU_OK)
			<< err.message;
		input.dtype = x->dtype;
		input.shape = x->shape;
		input.data = malloc(count);
		net.fill(x->dtype, input.data, count, 1);
		ASSERT_EQ(npu_exact_run(net.graph, &input, &exact, &err),
			  NPU_OK)
			<< err.message;
		ASSERT_EQ(
			npu_codegen(net.graph, &chip, nullptr, &program, &err),
			NPU_OK)
			<< err.message;
	}
	void TearDown() override
	{
		npu_array_clear(&input);
		npu_values_clear(&exact);
		npu_program_destroy(program);
	}
	bool Stays(const npu_tensor_desc &t) const
	{
		return program->region[t.region].kind == NPU_REGION_cores;
	}
};

struct Watch {
	const npu_graph *graph;
	const npu_program *program;
	const npu_values *exact;
	const char *spoil; /* overwritten when its layer completes */
	std::vector<std::string> wrong;
};

void watch_layer(void *user, npu_sim *sim, uint32_t layer)
{
	Watch *w = (Watch *)user;

	for (size_t i = 0; i < w->program->tensor_count; i++) {
		const npu_tensor_desc *t = &w->program->tensor[i];
		const npu_value *v = npu_graph_find_value(w->graph, t->name);

		if (t->layer != layer)
			continue;
		std::vector<uint8_t> got((size_t)npu_shape_count(&v->shape));
		npu_sim_read(sim, t, got.data());
		if (memcmp(got.data(), w->exact->data[v->id], got.size()) != 0)
			w->wrong.push_back(t->name);
		if (w->spoil && !strcmp(w->spoil, t->name)) {
			for (uint8_t &byte : got)
				byte ^= 0x55;
			npu_sim_write(sim, t, got.data());
		}
	}
}

std::vector<std::string> wrong_of(const npu_graph *graph, const npu_chip *chip,
				  const npu_program *program,
				  const npu_array &input,
				  const npu_values &exact, const char *spoil)
{
	Watch watch = { graph, program, &exact, spoil, {} };
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_error err = {};

	options.functional = 1;
	EXPECT_EQ(npu_sim_create(chip, program, &options, &sim, &err), NPU_OK)
		<< err.message;
	for (size_t t = 0; t < program->tensor_count; t++)
		if (program->tensor[t].layer == UINT32_MAX)
			npu_sim_write(sim, &program->tensor[t], input.data);
	EXPECT_EQ(npu_sim_run(sim, watch_layer, &watch, &result, &err), NPU_OK)
		<< err.message;
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return watch.wrong;
}

TEST_F(Resident, EveryLayersOutputHasATensor)
{
	size_t staying = 0;

	for (size_t i = 0; i < program->tensor_count; i++) {
		const npu_tensor_desc &t = program->tensor[i];

		if (Stays(t)) {
			staying++;
			EXPECT_EQ(t.lasts, 0) << t.name;
			EXPECT_LT(t.layer, program->layer_count) << t.name;
			EXPECT_EQ(t.offset_bytes % 16, 0u) << t.name;
			EXPECT_LT(t.offset_bytes, chip.scratchpad.bytes);
		}
	}
	EXPECT_GE(staying, 4u);
	// the input, and one for each of the seven convolutions
	EXPECT_EQ(program->tensor_count, 8u);
}

TEST_F(Resident, ValuesThatStayAreReadExactly)
{
	EXPECT_TRUE(wrong_of(net.graph, &chip, program, input, exact, nullptr)
			    .empty());
}

TEST_F(Resident, WhatIsWrittenWhereAValueStaysReachesItsReaders)
{
	for (size_t i = 0; i < program->tensor_count; i++) {
		const npu_tensor_desc &t = program->tensor[i];

		if (!Stays(t))
			continue;
		EXPECT_FALSE(wrong_of(net.graph, &chip, program, input, exact,
				      t.name)
				     .empty())
			<< t.name;
	}
}

TEST_F(Resident, AWrongInstructionIsNoticedAtTheValueThatStays)
{
	for (size_t i = 0; i < program->tensor_count; i++) {
		const npu_tensor_desc &t = program->tensor[i];
		npu_core_program &core = program->core[0];
		size_t at = core.count;

		if (!Stays(t))
			continue;
		// the layer's last step, which writes the value
		while (at-- > 0)
			if (core.code[at].op == NPU_OP_ew &&
			    core.code[at].any.tag >> NPU_TAG_LAYER_SHIFT ==
				    t.layer)
				break;
		ASSERT_LT(at, core.count) << t.name;
		const npu_insn_ew kept = core.code[at].ew;
		npu_operand dst =
			npu_insn_operand(&core.code[at], NPU_SLOT_dst);
		dst.zero = (uint8_t)(dst.zero ^ 0x20);
		npu_insn_set_operand(&core.code[at], NPU_SLOT_dst, &dst);
		const std::vector<std::string> wrong = wrong_of(
			net.graph, &chip, program, input, exact, nullptr);
		ASSERT_FALSE(wrong.empty()) << t.name;
		EXPECT_EQ(wrong[0], t.name);
		core.code[at].ew = kept;
	}
}

TEST_F(Resident, TensorsThatStayAreKeptByBothFormsOfAProgram)
{
	npu_text first = {}, second = {}, bytes = {};
	npu_program *parsed = nullptr, *decoded = nullptr;

	npu_program_print(program, &first);
	ASSERT_EQ(npu_program_parse(first.data, "text", &parsed, &err), NPU_OK)
		<< err.message;
	ASSERT_EQ(npu_program_encode(parsed, &bytes, &err), NPU_OK)
		<< err.message;
	ASSERT_EQ(npu_program_decode((const uint8_t *)bytes.data, bytes.length,
				     "bytes", &decoded, &err),
		  NPU_OK)
		<< err.message;
	npu_program_print(decoded, &second);
	EXPECT_STREQ(first.data, second.data);
	npu_text_clear(&first);
	npu_text_clear(&second);
	npu_text_clear(&bytes);
	npu_program_destroy(parsed);
	npu_program_destroy(decoded);
}

TEST_F(Resident, ATensorBeyondTheScratchpadIsRefused)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;

	options.functional = 1;
	for (size_t i = 0; i < program->tensor_count; i++) {
		npu_tensor_desc &t = program->tensor[i];
		const uint64_t offset = t.offset_bytes;

		if (!Stays(t))
			continue;
		t.offset_bytes = chip.scratchpad.bytes;
		EXPECT_EQ(npu_program_check(program, &err), NPU_OK);
		EXPECT_EQ(npu_sim_create(&chip, program, &options, &sim, &err),
			  NPU_E_RANGE);
		EXPECT_NE(strstr(err.message, t.name), nullptr) << err.message;
		t.offset_bytes = (uint64_t)1 << NPU_CORE_SHIFT;
		err = {};
		EXPECT_EQ(npu_program_check(program, &err), NPU_E_RANGE);
		err = {};
		t.offset_bytes = offset;
	}
}
} // namespace
