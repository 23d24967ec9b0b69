/* tests/unit/base/clock_test.cc - the host's clock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_clock.h"
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

TEST(Clock, CountsSecondsAndNeverGoesBack)
{
	const double before = npu_host_seconds();

	std::this_thread::sleep_for(std::chrono::milliseconds(20));
	const double passed = npu_host_seconds() - before;
	EXPECT_GE(passed, 0.019);
	EXPECT_LT(passed, 20);
}
