// tests/unit/dram/dram_trace_load_test.cc - traces from files, and patterns.
// SPDX-License-Identifier: Apache-2.0
#include "sim/dram/npu_dram_pattern.h"
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace
{

struct Loaded {
	npu_arena *arena = npu_arena_create();
	npu_dram_request *requests = nullptr;
	size_t count = 0;
	npu_error err = {};
	npu_status status = NPU_OK;

	explicit Loaded(const std::string &text)
	{
		std::string path = testing::TempDir() + "trace" +
				   testing::UnitTest::GetInstance()
					   ->current_test_info()
					   ->name();
		std::ofstream(path, std::ios::binary) << text;
		status = npu_dram_trace_load(arena, path.c_str(), &requests,
					     &count, &err);
		std::remove(path.c_str());
	}
	~Loaded()
	{
		npu_arena_destroy(arena);
	}
	Loaded(const Loaded &) = delete;
	Loaded &operator=(const Loaded &) = delete;
};

TEST(DramTraceLoad, LinesBecomeRequests)
{
	Loaded trace("# a comment\n0 R\n\n1fc0 W\n0x40 r\r\n  80\tw");

	ASSERT_EQ(trace.status, NPU_OK) << trace.err.message;
	ASSERT_EQ(trace.count, 4u);
	EXPECT_EQ(trace.requests[1].address, 0x1fc0u);
	EXPECT_EQ(trace.requests[1].is_write, 1);
	EXPECT_EQ(trace.requests[2].address, 0x40u);
	EXPECT_EQ(trace.requests[2].is_write, 0);
	EXPECT_EQ(trace.requests[3].address, 0x80u);
	EXPECT_EQ(trace.requests[3].is_write, 1);
}

TEST(DramTraceLoad, BadLineIsNamed)
{
	const struct {
		const char *text;
		npu_status status;
		uint32_t line, column;
	} cases[] = {
		{ "0 R\n40 X\n", NPU_E_SYNTAX, 2, 4 },
		{ "hello\n", NPU_E_SYNTAX, 1, 1 },
		{ "0 R\n\n40", NPU_E_SYNTAX, 3, 3 },
		{ "40 R W\n", NPU_E_SYNTAX, 1, 6 },
		{ "40R\n", NPU_E_SYNTAX, 1, 3 },
		{ "0\n", NPU_E_SYNTAX, 1, 2 },
		{ "1234567890abc R\n", NPU_E_RANGE, 1, 1 },
	};

	for (const auto &c : cases) {
		Loaded trace(c.text);
		EXPECT_EQ(trace.status, c.status) << c.text;
		EXPECT_EQ(trace.err.line, c.line) << c.text;
		EXPECT_EQ(trace.err.column, c.column) << c.text;
	}
}

TEST(DramPattern, UnknownNameIsNone)
{
	npu_dram_request request;

	for (const char *name :
	     { "", "seq", "stride_r", "stride0_r", "dma21_0k", "tile2d_512x256",
	       "rand_r ", "stride64_rx" })
		EXPECT_FALSE(npu_dram_pattern(name, &request, 1)) << name;
}

// From gen_traces.py's definition, by hand.
TEST(DramPattern, AddressesAreThoseOfTheReference)
{
	std::vector<npu_dram_request> r(1000);

	ASSERT_TRUE(npu_dram_pattern("rand_r", r.data(), r.size()));
	// x1 = 6364136223846793005 + 1442695040888963407
	EXPECT_EQ(r[0].address,
		  ((6364136223846793005u + 1442695040888963407u) >> 33) %
			  (1u << 24) * 64);
	ASSERT_TRUE(npu_dram_pattern("stream21", r.data(), r.size()));
	EXPECT_EQ(r[4].address, 0x4004000u + 64); // b[1]
	EXPECT_EQ(r[5].address, 0x8008000u + 64); // c[1]
	EXPECT_EQ(r[4].is_write, 0);
	EXPECT_EQ(r[5].is_write, 1);
	ASSERT_TRUE(npu_dram_pattern("tile2d_256x3584", r.data(), r.size()));
	EXPECT_EQ(r[5].address, 3584u + 64);
	EXPECT_EQ(r[56 * 4].address, 256u); // the next tile
}

} // namespace
