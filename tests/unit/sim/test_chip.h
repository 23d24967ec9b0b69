/* tests/unit/sim/test_chip.h - a small chip made in code.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEST_CHIP_H
#define NPU_TEST_CHIP_H
#include "configs/npu_chip.h"
#include <cstring>

/* 16 x 16, 64 KiB in 16 banks, memory of 16 bytes and 100 cycles. */
inline npu_chip test_chip()
{
	npu_chip c;

	std::memset(&c, 0, sizeof c);
	std::strcpy(c.chip.name, "test");
	std::strcpy(c.chip.technology, "16nm");
	c.chip.clock = 1000000000;
	c.chip.temperature = 330;
	c.chip.cores = 1;
	c.array.rows = c.array.cols = 16;
	c.array.dataflow = NPU_dataflow_ws;
	c.array.overlap = NPU_overlap_full;
	c.array.operands = NPU_operands_any;
	c.array.adder_latency = 2;
	c.array.fp32_passes = 4;
	c.scratchpad.bytes = 65536;
	c.scratchpad.banks = 16;
	c.accumulators.bytes = 16384;
	c.accumulators.banks = 4;
	c.vector.lanes = 16;
	c.vector.latency = 8;
	c.vector.function_passes = 2;
	c.dma.width = 16;
	c.dma.outstanding = 64;
	c.dma.startup = 4;
	c.queues.depth = 4;
	c.queues.prefetch = 8;
	std::strcpy(c.dram.preset, "ideal");
	c.dram.channels = 1;
	c.dram.interleave = 64;
	c.dram.width = 64;
	c.dram.capacity = 1ull << 30;
	c.dram.bandwidth = 16000000000ull;
	c.dram.latency = 100000;
	return c;
}
#endif
