// tests/unit/isa/shadow_test.cc - the run-compressed shadow against one record
// per byte.
#include "isa/npu_shadow_internal.h"
#include "base/npu_random.h"
#include <gtest/gtest.h>

namespace
{
constexpr uint32_t processes = 4;
constexpr uint64_t size = 300; // pages of 64: the last is not full

struct Byte {
	bool written = false;
	uint32_t process = 0, number = 0, read[processes] = {};
};

// The first byte that forbids the access, and why; none: all is noted.
npu__conflict plainly(std::vector<Byte> &bytes, uint64_t first, uint64_t end,
		      bool is_write, bool maybe, const npu__epoch &epoch)
{
	for (uint64_t at = first; at < end; at++) {
		const Byte &b = bytes[at];
		if (!is_write && !b.written)
			return { NPU_VIOLATION_never_written, at, 0, 0 };
		if (b.number > epoch.clock[b.process])
			return { is_write ? NPU_VIOLATION_waw
					  : NPU_VIOLATION_raw,
				 at, b.process, b.number };
		for (uint32_t q = 0; is_write && q < processes; q++)
			if (b.read[q] > epoch.clock[q])
				return { NPU_VIOLATION_war, at, q, b.read[q] };
	}
	for (uint64_t at = first; at < end; at++) {
		Byte &b = bytes[at];
		if (!is_write) {
			b.read[epoch.process] = epoch.number;
			continue;
		}
		bool written = b.written || !maybe;
		b = {};
		b.written = written;
		b.process = epoch.process;
		b.number = epoch.number;
	}
	return {};
}
} // namespace

TEST(IsaShadow, AgreesWithOneRecordPerByte)
{
	npu_random random = { 77 };
	auto in = [&random](uint64_t lo, uint64_t hi) {
		return lo + npu_random_below(&random, hi - lo + 1);
	};
	int faults[16] = {};
	for (int round = 0; round < 300; round++) {
		bool written = round & 1;
		npu__shadow *shadow =
			npu__shadow_create(size, 6, processes, written);
		ASSERT_NE(shadow, nullptr);
		std::vector<Byte> bytes(size);
		uint32_t done[processes] = {};
		for (Byte &b : bytes)
			b.written = written;
		for (int step = 0; step < 120; step++) {
			// a process that knows most of what the others did
			uint32_t clock[processes], p = uint32_t(in(0, 3));
			for (uint32_t q = 0; q < processes; q++) {
				uint64_t less = in(0, 40) ? 0 : in(0, 5);
				clock[q] = done[q] > less
						   ? done[q] - uint32_t(less)
						   : 0;
			}
			clock[p] = ++done[p];
			npu__epoch epoch = { p, done[p], clock };
			uint64_t first = in(0, size - 1);
			uint64_t end =
				in(0, 3) ? in(first + 1, size) : first + 1;
			bool is_write = in(0, 1), maybe = !in(0, 5);
			npu__conflict got = {};
			npu__conflict want = plainly(bytes, first, end,
						     is_write, maybe, epoch);
			npu_status status =
				npu__shadow_access(shadow, first, end, is_write,
						   maybe, &epoch, &got);
			faults[want.kind]++;
			if (want.kind == NPU_VIOLATION_none) {
				ASSERT_EQ(status, NPU_OK);
				continue;
			}
			ASSERT_EQ(status, NPU_E_FAULT);
			ASSERT_EQ(got.kind, want.kind);
			ASSERT_EQ(got.address, want.address);
			if (want.kind != NPU_VIOLATION_never_written) {
				ASSERT_EQ(got.process, want.process);
				ASSERT_EQ(got.number, want.number);
			}
			break; // the part before is noted, as it may be
		}
		npu__shadow_destroy(shadow);
	}
	for (int kind :
	     { NPU_VIOLATION_none, NPU_VIOLATION_raw, NPU_VIOLATION_war,
	       NPU_VIOLATION_waw, NPU_VIOLATION_never_written })
		EXPECT_GT(faults[kind], 5) << kind;
}
