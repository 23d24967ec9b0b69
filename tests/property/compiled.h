/* tests/property/compiled.h - networks of the zoo as programs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEST_COMPILED_H
#define NPU_TEST_COMPILED_H
#include "compiler/npu_compiler.h"
#include "sim/npu_sim.h"
#include "tests/support/chip_named.h"
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

/* A network of the zoo, lowered with seeded weights and compiled. */
struct Compiled {
	npu_chip chip;
	npu_graph *imported = nullptr, *lowered = nullptr;
	npu_program *program = nullptr;

	Compiled(const char *network, const npu_chip &for_chip,
		 npu_precision precision = NPU_PRECISION_int8)
	    : chip(for_chip)
	{
		npu_model_options model = {};
		npu_lower_options lower = {};
		npu_error err = {};

		lower.precision = precision;
		lower.with_data = 1;
		EXPECT_EQ(npu_model_load(network, &model, &imported, &err),
			  NPU_OK)
			<< err.message;
		EXPECT_EQ(npu_lower(imported, &lower, &lowered, &err), NPU_OK)
			<< err.message;
		EXPECT_EQ(npu_codegen(lowered, &chip, nullptr, &program, &err),
			  NPU_OK)
			<< err.message;
	}
	~Compiled()
	{
		npu_program_destroy(program);
		npu_graph_destroy(lowered);
		npu_graph_destroy(imported);
	}
	Compiled(const Compiled &) = delete;
};

struct OneRun {
	npu_result *result = nullptr;
	std::vector<uint8_t> outputs;

	OneRun() = default;
	OneRun(OneRun &&other) : outputs(std::move(other.outputs))
	{
		std::swap(result, other.result);
	}
	~OneRun()
	{
		npu_result_destroy(result);
	}
};

/* Bytes that look random, the same for every run. */
inline void write_inputs(npu_sim *sim, const npu_program *program)
{
	for (size_t t = 0; t < program->tensor_count; t++) {
		const npu_tensor_desc &d = program->tensor[t];
		size_t bytes = npu_dtype_bytes(d.dtype);
		std::vector<uint8_t> data;

		if (program->region[d.region].kind != NPU_REGION_input)
			continue;
		for (unsigned i = 0; i < d.rank; i++)
			bytes *= d.dim[i];
		data.resize(bytes);
		for (size_t i = 0; i < bytes; i++)
			data[i] = (uint8_t)(i * 2654435761u >> 24 & 0x3f);
		npu_sim_write(sim, &d, data.data());
	}
}

inline void read_outputs(npu_sim *sim, const npu_program *program,
			 std::vector<uint8_t> &out)
{
	for (size_t t = 0; t < program->tensor_count; t++) {
		const npu_tensor_desc &d = program->tensor[t];
		size_t bytes = npu_dtype_bytes(d.dtype);

		if (program->region[d.region].kind != NPU_REGION_output)
			continue;
		for (unsigned i = 0; i < d.rank; i++)
			bytes *= d.dim[i];
		out.resize(out.size() + bytes);
		npu_sim_read(sim, &d, out.data() + out.size() - bytes);
	}
}

/* The program on `chip`, which may differ from the compiler's in what programs
 * do not depend on. */
inline OneRun run(const Compiled &c, const npu_chip &chip,
		  bool functional = true)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_error err = {};
	OneRun run;

	options.functional = functional;
	EXPECT_EQ(npu_sim_create(&chip, c.program, &options, &sim, &err),
		  NPU_OK)
		<< err.message;
	if (functional)
		write_inputs(sim, c.program);
	EXPECT_EQ(npu_sim_run(sim, nullptr, nullptr, &run.result, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(npu_result_check(run.result, &err), NPU_OK) << err.message;
	if (functional)
		read_outputs(sim, c.program, run.outputs);
	npu_sim_destroy(sim);
	return run;
}

/* Every count of two results, layer by layer. */
inline void expect_same_counts(const npu_result *a, const npu_result *b)
{
	ASSERT_EQ(a->layer_count, b->layer_count);
	EXPECT_EQ(std::memcmp(&a->total, &b->total, sizeof a->total), 0);
	EXPECT_EQ(std::memcmp(a->bins, b->bins, sizeof a->bins), 0);
	for (size_t i = 0; i < a->layer_count; i++)
		EXPECT_EQ(std::memcmp(&a->layers[i].stats, &b->layers[i].stats,
				      sizeof a->layers[i].stats),
			  0)
			<< a->layers[i].name;
}
#endif
