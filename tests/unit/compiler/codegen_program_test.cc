/* tests/unit/compiler/codegen_program_test.cc - promises of every program that
 * code generation makes, checked without running it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_interval.h"
#include "tests/support/chip_named.h"
#include "tests/unit/compiler/lowered_net.h"
#include <algorithm>
#include <gtest/gtest.h>

namespace
{
/* Convolutions, pools and a product of vectors, as LeNet-5 has them. */
void build(Net &net)
{
	npu_value *x = net.input(NPU_u8, { 1, 28, 28, 1 }, 4);

	x = net.conv(x, Conv().k(5, 5).outs(6).pads(2));
	x = net.pool(x, NPU_REDUCE_max, 2, 2, 0, false);
	x = net.conv(x, Conv().k(5, 5).outs(16));
	x = net.pool(x, NPU_REDUCE_max, 2, 2, 0, false);
	x = net.conv(x, Conv().k(5, 5).outs(120));
	x = net.conv(x, Conv().outs(84));
	net.output(net.conv(x, Conv().outs(10)));
}

struct Compiled {
	explicit Compiled(const char *chip_name)
	    : net(3), chip(chip_named(chip_name))
	{
		struct npu_error err = {};

		build(net);
		EXPECT_EQ(
			npu_codegen(net.graph, &chip, nullptr, &program, &err),
			NPU_OK)
			<< err.message;
	}
	~Compiled()
	{
		npu_program_destroy(program);
	}
	Net net;
	struct npu_chip chip;
	struct npu_program *program = nullptr;
};

const char *const every_chip[] = { "edge",        "mcu",        "gemmini-16",
				   "nvdla-large", "nvdla-512",  "nvdla-small",
				   "tpu-v1",      "datacenter", "scalesim" };

TEST(CodegenProgram, TokensLetTheSequentialRunComplete)
{
	for (const char *name : every_chip) {
		Compiled c(name);
		const npu_core_program &core = c.program->core[0];
		int count[NPU_TOKENS] = {};

		for (size_t i = 0; i < core.count; i++)
			for (int t = 0; t < NPU_TOKENS; t++) {
				const npu_insn_any &any = core.code[i].any;

				if (any.wait >> t & 1) {
					ASSERT_GE(--count[t], 0) << name << i;
				}
				if (any.signal >> t & 1) {
					ASSERT_TRUE(core.token[t].used);
					ASSERT_LE(++count[t],
						  core.token[t].capacity);
				}
			}
		for (int t = 0; t < NPU_TOKENS; t++)
			EXPECT_EQ(count[t], 0) << name << " token " << t;
	}
}

TEST(CodegenProgram, EveryOutputByteIsStoredOnce)
{
	for (const char *name : every_chip) {
		Compiled c(name);
		const npu_core_program &core = c.program->core[0];

		for (size_t t = 0; t < c.program->tensor_count; t++) {
			const npu_tensor_desc &d = c.program->tensor[t];
			uint64_t bytes =
				(uint64_t)d.dim[1] * d.dim[2] * d.dim[3];
			std::vector<int> hits(bytes);

			// what stays in the scratchpad is never stored
			if (d.layer == UINT32_MAX ||
			    c.program->region[d.region].kind ==
				    NPU_REGION_cores)
				continue;
			for (size_t i = 0; i < core.count; i++) {
				const npu_insn_st &st = core.code[i].st;

				if (st.op != NPU_OP_st ||
				    st.region != d.region ||
				    st.tag >> 16 != d.layer)
					continue;
				for (uint64_t a = 0; a < st.n3; a++)
					for (uint64_t b = 0; b < st.n2; b++)
						for (uint64_t e = 0; e < st.n1;
						     e++)
							for (uint64_t f = 0;
							     f < st.n0; f++)
								hits.at(st.offset -
									d.offset_bytes +
									f +
									(uint64_t)((int64_t)a *
											   st.s3 +
										   (int64_t)b *
											   st.s2 +
										   (int64_t)e *
											   st.s1))++;
			}
			EXPECT_TRUE(std::all_of(hits.begin(), hits.end(),
						[](int n) { return n == 1; }))
				<< name << " " << d.name;
		}
	}
}

TEST(CodegenProgram, MacsOfLayersAreThoseOfTheGraph)
{
	Compiled c("edge");
	uint64_t macs = 0;

	for (size_t i = 0; i < c.program->layer_count; i++)
		macs += c.program->layer[i].macs;
	/* 28*28*6*25 + 10*10*16*150 + 120*400 + 84*120 + 10*84 */
	EXPECT_EQ(macs, 117600u + 240000u + 48000u + 10080u + 840u);
}

TEST(CodegenProgram, TwoCompilationsGiveTheSameText)
{
	Compiled a("edge"), b("edge");
	struct npu_text ta = {}, tb = {};

	npu_program_print(a.program, &ta);
	npu_program_print(b.program, &tb);
	EXPECT_STREQ(ta.data, tb.data);
	npu_text_clear(&ta);
	npu_text_clear(&tb);
}

TEST(CodegenProgram, FloatIsRefusedByAnIntegerArray)
{
	Net net(1);
	struct npu_chip chip = chip_named("mcu");
	struct npu_program *program = nullptr;
	struct npu_error err = {};
	npu_value *x = net.input(NPU_bf16, { 1, 4, 4, 8 });

	net.output(net.conv(x, Conv().outs(8).type(NPU_bf16)));
	EXPECT_EQ(npu_codegen(net.graph, &chip, nullptr, &program, &err),
		  NPU_E_UNSUPPORTED);
	EXPECT_NE(std::string(err.message).find("n0"), std::string::npos);
	EXPECT_EQ(program, nullptr);
}

/* A sum over 60,000 channels of fp32, which cannot be cut. */
enum npu_status compile_sum(uint64_t scratchpad, struct npu_error *err)
{
	Net net(1);
	struct npu_chip chip = chip_named("mcu");
	struct npu_program *program = nullptr;
	npu_value *x = net.input(NPU_fp32, { 1, 1, 1, 60000 });
	enum npu_status status;

	chip.scratchpad.bytes = scratchpad;
	net.output(net.reduce(x, NPU_REDUCE_sum, 3, 1));
	status = npu_codegen(net.graph, &chip, nullptr, &program, err);
	npu_program_destroy(program);
	return status;
}

TEST(CodegenProgram, WhatCannotFitNamesTheLayerAndASizeThatDoes)
{
	struct npu_error err = {};
	unsigned long long bytes = 0;

	ASSERT_EQ(compile_sum(131072, &err), NPU_E_CAPACITY);
	ASSERT_EQ(sscanf(err.message,
			 "layer 'n0' needs a scratchpad of at least %llu bytes",
			 &bytes),
		  1)
		<< err.message;
	EXPECT_GE(bytes, 240000u); /* the channels alone */
	EXPECT_LE(bytes, 2 * 240000u);
	err = {};
	EXPECT_EQ(compile_sum(bytes, &err), NPU_OK) << err.message;
}

TEST(CodegenProgram, PointwiseConvolutionIsSevenInstructions)
{
	Net net(1);
	struct npu_chip chip = chip_named("edge");
	struct npu_program *program = nullptr;
	struct npu_error err = {};
	std::vector<std::string> ops;
	const union npu_insn *gemm = nullptr;
	npu_value *x = net.input(NPU_u8, { 1, 2, 2, 16 }, 9);

	net.output(net.conv(x, Conv().outs(16)));
	ASSERT_EQ(npu_codegen(net.graph, &chip, nullptr, &program, &err),
		  NPU_OK)
		<< err.message;
	for (size_t i = 0; i < program->core[0].count; i++) {
		const union npu_insn *insn = &program->core[0].code[i];

		ops.push_back(npu_op_find(insn->op)->name);
		if (insn->op == NPU_OP_gemm)
			gemm = insn;
	}
	/* multipliers, pixels, bias and weights; product; rounding; output */
	EXPECT_EQ(ops, (std::vector<std::string>{ "ld", "ld", "ld", "gemm",
						  "ew", "st", "end" }));
	ASSERT_NE(gemm, nullptr);
	EXPECT_EQ(gemm->gemm.my * gemm->gemm.mx, 4u); /* pixels */
	EXPECT_EQ(gemm->gemm.nc, 16u);
	EXPECT_EQ(gemm->gemm.n, 16u);
	EXPECT_EQ(gemm->gemm.init, 2u); /* from the bias, before the weights */
	EXPECT_EQ(gemm->gemm.a_zero, 9u);
	EXPECT_EQ(gemm->gemm.w_addr, gemm->gemm.bias + 4); /* 16 x 4 bytes */
	EXPECT_EQ(gemm->gemm.w_pitch, 1u);
	npu_program_destroy(program);
}

TEST(CodegenProgram, EveryPassCanBeDumped)
{
	for (const char *pass :
	     { "layers", "memory", "tile", "resident", "jobs", "interleave",
	       "schedule", "tokens", "emit" }) {
		Net net(3);
		struct npu_chip chip = chip_named("edge");
		struct npu_text text = {}, explain = {};
		struct npu_codegen_options options = { pass, &text, &explain };
		struct npu_program *program = nullptr;
		struct npu_error err = {};

		build(net);
		net.output(net.conv(net.graph->values[0], Conv().outs(4)));
		ASSERT_EQ(
			npu_codegen(net.graph, &chip, &options, &program, &err),
			NPU_OK)
			<< err.message;
		EXPECT_NE(explain.data, nullptr);
		EXPECT_NE(
			strstr(explain.data ? explain.data : "", "layer 0 n0"),
			nullptr);
		if (strcmp(pass, "resident") != 0) {
			EXPECT_GT(text.length, 0u) << pass;
		}
		npu_text_clear(&text);
		npu_text_clear(&explain);
		npu_program_destroy(program);
	}
}

TEST(CodegenInterval, AReadNeedsTheLastWriterOfEveryPart)
{
	struct npu_uses uses = {};
	uint32_t need[NPU_ENGINE_COUNT] = {};

	EXPECT_TRUE(npu__uses_touch(&uses, 0, 100, 1, NPU_ENGINE_ld, 1, need));
	EXPECT_TRUE(npu__uses_touch(&uses, 50, 70, 1, NPU_ENGINE_vx, 1, need));
	memset(need, 0, sizeof need);
	EXPECT_TRUE(npu__uses_touch(&uses, 0, 50, 0, NPU_ENGINE_mx, 1, need));
	EXPECT_EQ(need[NPU_ENGINE_ld], 1u);
	EXPECT_EQ(need[NPU_ENGINE_vx], 0u);
	EXPECT_TRUE(npu__uses_touch(&uses, 69, 71, 0, NPU_ENGINE_mx, 2, need));
	EXPECT_EQ(need[NPU_ENGINE_vx], 1u);
	npu__uses_clear(&uses);
}

TEST(CodegenInterval, AWriteNeedsReadersAndForgetsThem)
{
	struct npu_uses uses = {};
	uint32_t need[NPU_ENGINE_COUNT] = {};

	EXPECT_TRUE(npu__uses_touch(&uses, 10, 20, 0, NPU_ENGINE_mx, 4, need));
	EXPECT_TRUE(npu__uses_touch(&uses, 0, 30, 1, NPU_ENGINE_ld, 1, need));
	EXPECT_EQ(need[NPU_ENGINE_mx], 4u);
	memset(need, 0, sizeof need);
	EXPECT_TRUE(npu__uses_touch(&uses, 0, 30, 1, NPU_ENGINE_ld, 2, need));
	EXPECT_EQ(need[NPU_ENGINE_mx], 0u);
	EXPECT_EQ(need[NPU_ENGINE_ld], 1u);
	npu__uses_clear(&uses);
}
} // namespace
