// tests/unit/base/text_test.cc - growing strings and did-you-mean.
#include "base/npu_text.h"
#include <gtest/gtest.h>
#include <string>

TEST(Text, GrowsAndStaysTerminated)
{
	npu_text text = {};
	std::string want;
	for (int i = 0; i < 1000; i++) {
		npu_text_add(&text, "%d,", i);
		want += std::to_string(i) + ",";
	}
	EXPECT_EQ(text.length, want.size());
	EXPECT_STREQ(text.data, want.c_str());
	npu_text_clear(&text);
	EXPECT_EQ(text.data, nullptr);
}

TEST(TextNearest, OneSlipFindsTheWord)
{
	const char *const keys[] = { "rows", "cols", "dataflow", "bandwidth" };
	EXPECT_STREQ(npu_text_nearest("row", keys, 4), "rows");
	EXPECT_STREQ(npu_text_nearest("datafolw", keys, 4), "dataflow");
	EXPECT_STREQ(npu_text_nearest("bandwith", keys, 4), "bandwidth");
	EXPECT_EQ(npu_text_nearest("zebra", keys, 4), nullptr);
}

TEST(TextNearest, APartFindsTheOneThatHasIt)
{
	const char *const keys[] = {
		"array.rows", "a.bytes", "b.bytes",
		"latency_ns", "narrows", "rows_of_it_all"
	};
	EXPECT_STREQ(npu_text_nearest("rows", keys, 5), "array.rows");
	EXPECT_STREQ(npu_text_nearest("latency", keys, 5), "latency_ns");
	EXPECT_EQ(npu_text_nearest("rows", keys, 6), nullptr); // which?
	EXPECT_EQ(npu_text_nearest("yte", keys, 5), nullptr);
	EXPECT_EQ(npu_text_nearest("", keys, 5), nullptr);
}
