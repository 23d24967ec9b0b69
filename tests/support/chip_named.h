/* tests/support/chip_named.h - a chip of configs/chips, changed by --set.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_TEST_CHIP_NAMED_H
#define NPU_TEST_CHIP_NAMED_H
#include "configs/npu_chip.h"
#include <gtest/gtest.h>
#include <vector>

inline npu_chip chip_named(const char *name,
			   std::vector<const char *> sets = {})
{
	npu_chip chip;
	npu_error err = {};

	EXPECT_EQ(npu_chip_load(name, NPU_SOURCE_DIR "/configs/chips",
				sets.data(), sets.size(), &chip, &err),
		  NPU_OK)
		<< err.message;
	return chip;
}
#endif
