// tests/unit/models/memory_test.cc - every allocation of the readers fails
// once: a clean E_NOMEM, nothing leaked (under ASan), nothing half made.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

// The linker sends our libraries' allocations here (--wrap).
static long allowed = -1; // allocations left before one fails; -1: all

extern "C" {
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool fails()
{
	return allowed >= 0 && allowed-- == 0;
}
void *__wrap_malloc(size_t size)
{
	return fails() ? nullptr : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? nullptr : __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? nullptr : __real_realloc(old, size);
}
}

namespace
{
// Run `work` with the n-th allocation failing, for every n there is.
template <typename Work> void fail_each(Work work)
{
	long n = 0;

	for (;; n++) {
		npu_error err = {};

		ASSERT_LT(n, 100000) << "no end of allocations";
		allowed = n;
		const npu_status status = work(&err);
		const bool failed = allowed < 0;
		allowed = -1;
		if (!failed) {
			EXPECT_EQ(status, NPU_OK) << err.message;
			break;
		}
		ASSERT_EQ(status, NPU_E_NOMEM)
			<< "allocation " << n << ": " << err.message;
		EXPECT_NE(err.message[0], '\0') << "allocation " << n;
	}
	EXPECT_GT(n, 0) << "nothing was allocated";
}

npu_status load(const char *name, npu_error *err)
{
	npu_model_options options = {};
	npu_graph *graph = nullptr;

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	const npu_status status = npu_model_load(name, &options, &graph, err);

	EXPECT_EQ(graph == nullptr, status != NPU_OK);
	npu_graph_destroy(graph);
	return status;
}
} // namespace

TEST(ModelMemory, NetworkWithBlocksFailsCleanly)
{
	fail_each([](npu_error *err) { return load("resnet18", err); });
}

TEST(ModelMemory, SmallNetworkFailsCleanly)
{
	fail_each([](npu_error *err) { return load("lenet5", err); });
}

TEST(ModelMemory, TopologyFailsCleanly)
{
	const std::string text = "Layer, M, N, K,\na, 4, 4, 4,\nb, 8, 8, 8,\n";

	fail_each([&](npu_error *err) {
		npu_graph *graph = nullptr;
		npu_status status = npu_topology_decode(
			text.data(), text.size(), "t.csv", &graph, err);

		if (!status)
			status = npu_graph_infer(graph, nullptr, 0, err);
		npu_graph_destroy(graph);
		return status;
	});
}

TEST(ModelMemory, SeededWeightsFailCleanly)
{
	npu_model_options options = {};
	npu_graph *graph = nullptr;

	options.zoo = NPU_SOURCE_DIR "/models/zoo";
	ASSERT_EQ(npu_model_load("mlp", &options, &graph, nullptr), NPU_OK);
	npu_value *w = npu_graph_find_value(graph, "fc1.weight");
	fail_each([&](npu_error *err) {
		const void *data;
		return npu_constant_data(graph, w, &data, err);
	});
	npu_graph_destroy(graph);
}

TEST(ModelMemory, ArraysFailCleanly)
{
	const std::string path = testing::TempDir() + "npu_memory.npy";
	npu_value value = {};

	value.name = "x";
	value.dtype = NPU_fp32;
	value.shape = { 1, { 1000 } };
	fail_each([&](npu_error *err) {
		npu_array array = {};
		npu_status status = npu_array_random(&value, 1, &array, err);

		if (!status)
			status = npu_array_save(&array, path.c_str(), err);
		npu_array_clear(&array);
		return status;
	});
	fail_each([&](npu_error *err) {
		npu_array array = {};
		const npu_status status =
			npu_array_load_npy(path.c_str(), &array, err);

		npu_array_clear(&array);
		return status;
	});
	remove(path.c_str());
}
