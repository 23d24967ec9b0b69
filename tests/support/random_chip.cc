// tests/support/random_chip.cc - the chips that random programs run on.
#include "random_chip.h"
#include "sim/dram/npu_dram_preset.h"
#include <cstdlib>
#include <cstring>

namespace random_program
{
npu_chip chip(uint64_t t, uint64_t lanes)
{
	npu_chip c = {};
	strcpy(c.chip.name, "random");
	strcpy(c.chip.technology, "16nm");
	c.chip.clock = 1000000000;
	c.chip.temperature = 330;
	c.chip.cores = 1;
	c.array.rows = c.array.cols = t;
	c.array.dataflow = NPU_dataflow_ws;
	c.array.overlap = NPU_overlap_full;
	c.array.operands = NPU_operands_any;
	c.array.adder_latency = 2;
	c.array.fp32_passes = t == 8 ? 4 : 2;
	c.scratchpad.bytes = 1024 * t;
	c.scratchpad.banks = t;
	c.accumulators.bytes = 64 * t * 4;
	c.accumulators.banks = 4;
	c.vector.lanes = lanes;
	c.vector.latency = 8;
	c.vector.function_passes = 2;
	c.dma.width = 16;
	c.dma.outstanding = 32; // the most that machines of it have
	c.dma.startup = 4;
	c.queues.depth = 4;
	c.queues.prefetch = 8;
	strcpy(c.dram.preset, "ideal");
	c.dram.channels = 1;
	c.dram.interleave = 64;
	c.dram.width = 64;
	c.dram.capacity = 1 << 24;
	c.dram.bandwidth = 16000000000;
	c.dram.latency = 100000;
	return c;
}

namespace
{
uint64_t in(npu_random *random, uint64_t lo, uint64_t hi)
{
	return lo + npu_random_below(random, hi - lo + 1);
}
} // namespace

void draw_limits(npu_random *random, npu_chip *chip)
{
	chip->queues.depth = in(random, 1, 16);
	chip->queues.prefetch = in(random, 1, 16);
	chip->dma.outstanding = in(random, 1, 32);
	chip->dma.startup = in(random, 0, 30);
}

// Half ideal, half a device command by command. Neither so slow that a run is
// mostly waiting.
void draw_dram(npu_random *random, npu_chip *chip)
{
	const uint64_t latencies[] = { 0, 1000, 20000, 60000, 200000 };

	chip->dram.model = NPU_dram_model_command;
	if (npu_random_below(random, 2)) {
		strcpy(chip->dram.preset, "ideal");
		chip->dram.latency = latencies[in(random, 0, 4)];
		chip->dram.bandwidth = in(random, 1, 64) * 1000000000;
		return;
	}
	const uint64_t presets = npu_dram_preset_count();
	const char *name =
		npu_dram_preset_name(unsigned(in(random, 0, presets - 1)));
	npu_error err = {};
	if (npu_dram_usual(name, chip, &err) != NPU_OK)
		abort(); // the name is of the table
	chip->dram.map = in(random, 0, 1);
	chip->dram.channels = uint64_t(1) << in(random, 0, 2);
	chip->dram.interleave = uint64_t(64) << in(random, 0, 3);
	chip->dram.capacity = 1 << 24;
	chip->dram.latency = latencies[in(random, 0, 3)];
}
} // namespace random_program
