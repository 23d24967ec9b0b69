/* tests/unit/compiler/tile_cache_test.cc - programs with the tilings of layers
 * that are alike, against programs whose every layer is tiled for itself.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The linker sends calls of npu__tile_recall() here (--wrap), so that the cache
 * can be cold. */
#include "compiler/npu_compiler.h"
#include "isa/npu_program.h"
#include "models/npu_model.h"
#include "tests/support/chip_named.h"
#include <gtest/gtest.h>
#include <string>

struct npu_codegen;
struct npu_work;
extern "C" int __real_npu__tile_recall(const struct npu_codegen *cg,
				       struct npu_work *work);
extern "C" int __wrap_npu__tile_recall(const struct npu_codegen *cg,
				       struct npu_work *work);

static bool is_cold;
static int recalled;

int __wrap_npu__tile_recall(const struct npu_codegen *cg, struct npu_work *work)
{
	if (is_cold || !__real_npu__tile_recall(cg, work))
		return 0;
	recalled++;
	return 1;
}

namespace
{
/* The bytes of the program; what the compiler says where it refuses. */
std::string compiled(struct npu_graph *lowered, const struct npu_chip &chip,
		     bool cold)
{
	struct npu_program *program = nullptr;
	struct npu_error err = {};
	struct npu_text text = {};
	std::string bytes;

	is_cold = cold;
	if (npu_codegen(lowered, &chip, nullptr, &program, &err) != NPU_OK)
		return err.message;
	EXPECT_EQ(npu_program_encode(program, &text, &err), NPU_OK);
	bytes.assign(text.data, text.length);
	npu_text_clear(&text);
	npu_program_destroy(program);
	return bytes;
}

struct npu_graph *lower(const char *name, enum npu_precision precision)
{
	const struct npu_model_options model = {};
	struct npu_lower_options options = {};
	struct npu_graph *graph = nullptr, *lowered = nullptr;
	struct npu_error err = {};

	options.precision = precision;
	EXPECT_EQ(npu_model_load(name, &model, &graph, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(npu_lower(graph, &options, &lowered, &err), NPU_OK)
		<< err.message;
	npu_graph_destroy(graph);
	return lowered;
}

class TileCache : public testing::TestWithParam<const char *>
{
};
} // namespace

TEST_P(TileCache, ChangesNoByteOfAProgram)
{
	const struct npu_chip chips[] = {
		chip_named("edge"),
		/* little room: layers are planned again and again */
		chip_named("edge", { "scratchpad.bytes=131072", "array.rows=48",
				     "array.cols=48", "vector.lanes=96" }),
		/* room for resident values beside tiles */
		chip_named("edge", { "scratchpad.bytes=1048576",
				     "array.cols=24", "dram.preset=LPDDR4-2400",
				     "chip.clock=1250 MHz" }),
		chip_named("gemmini-16"),
		chip_named("datacenter"),
	};

	recalled = 0;
	for (enum npu_precision precision :
	     { NPU_PRECISION_int8, NPU_PRECISION_bf16 }) {
		struct npu_graph *lowered = lower(GetParam(), precision);

		for (const struct npu_chip &chip : chips)
			EXPECT_EQ(compiled(lowered, chip, false),
				  compiled(lowered, chip, true))
				<< npu_precision_name[precision] << " on "
				<< chip.chip.name;
		npu_graph_destroy(lowered);
	}
	EXPECT_GT(recalled, 50);
}

INSTANTIATE_TEST_SUITE_P(Zoo, TileCache,
			 testing::Values("resnet18", "resnet50", "mobilenet_v1",
					 "mobilenet_v2", "squeezenet1_1"),
			 [](const auto &p) { return std::string(p.param); });
