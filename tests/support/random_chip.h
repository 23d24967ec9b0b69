// tests/support/random_chip.h - the chips that random programs run on: small
// shapes, each with many machines (what a shape leaves open at run time).
#ifndef NPU_TESTS_RANDOM_CHIP_H
#define NPU_TESTS_RANDOM_CHIP_H
#include "base/npu_random.h"
#include "configs/npu_chip.h"

namespace random_program
{
// `t` x `t` and `lanes` lanes; small memories, so that operands meet.
npu_chip chip(uint64_t t = 8, uint64_t lanes = 8);

// What is not a parameter of the hardware: queues, DMA limits and the DRAM.
void draw_limits(npu_random *random, npu_chip *chip);
void draw_dram(npu_random *random, npu_chip *chip);
} // namespace random_program
#endif
