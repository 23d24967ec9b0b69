// tests/unit/base/arena_test.cc - zeroed, aligned, overflow-safe storage.
#include "base/npu_arena.h"
#include <cstdint>
#include <gtest/gtest.h>

TEST(Arena, StorageIsZeroedAndAligned)
{
	npu_arena *arena = npu_arena_create();
	for (size_t align = 1; align <= 64; align *= 2)
		for (size_t n : { 1u, 3u, 100u, 70000u }) {
			auto *p = static_cast<unsigned char *>(
				npu_arena_alloc(arena, n, 1, align));
			ASSERT_NE(p, nullptr);
			EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % align, 0u);
			for (size_t i = 0; i < n; i++) {
				ASSERT_EQ(p[i], 0);
				p[i] = 0xff;
			}
		}
	npu_arena_destroy(arena);
}

TEST(Arena, OverflowingRequestIsRefused)
{
	npu_arena *arena = npu_arena_create();
	EXPECT_EQ(npu_arena_alloc(arena, SIZE_MAX / 2, 16, 8), nullptr);
	EXPECT_NE(npu_arena_alloc(arena, 0, 16, 8), nullptr);
	npu_arena_destroy(arena);
}

TEST(Arena, PrintfFormatsText)
{
	npu_arena *arena = npu_arena_create();
	EXPECT_STREQ(npu_arena_printf(arena, "%s_%d", "layer", 12), "layer_12");
	EXPECT_STREQ(npu_arena_strdup(arena, "copy"), "copy");
	EXPECT_EQ(npu_arena_bytes(arena), 9u + 5u);
	npu_arena_destroy(arena);
}
