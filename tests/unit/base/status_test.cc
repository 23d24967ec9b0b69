// tests/unit/base/status_test.cc - the error record keeps the innermost cause.
#include "base/npu_status.h"
#include <gtest/gtest.h>

TEST(Status, FirstFailureWins)
{
	npu_error err = {};
	EXPECT_EQ(npu_fail(&err, NPU_E_RANGE, "value %d", 7), NPU_E_RANGE);
	EXPECT_EQ(npu_fail(&err, NPU_E_IO, "later"), NPU_E_IO);
	EXPECT_EQ(err.status, NPU_E_RANGE);
	EXPECT_STREQ(err.message, "value 7");
}

TEST(Status, LocationIsKept)
{
	npu_error err = {};
	npu_loc at = { "chip.yaml", 12, 14 };
	EXPECT_EQ(npu_fail_at(&err, NPU_E_SYNTAX, at, "bad"), NPU_E_SYNTAX);
	EXPECT_STREQ(err.path, "chip.yaml");
	EXPECT_EQ(err.line, 12u);
	EXPECT_EQ(err.column, 14u);
}

TEST(Status, NullRecordIsAccepted)
{
	EXPECT_EQ(npu_fail(nullptr, NPU_E_NOMEM, "x"), NPU_E_NOMEM);
}

TEST(Status, ExitCodesFollowTheCommandLineContract)
{
	EXPECT_EQ(npu_status_exit_code(NPU_OK), 0);
	EXPECT_EQ(npu_status_exit_code(NPU_E_DIFFERENT), 1);
	EXPECT_EQ(npu_status_exit_code(NPU_E_USAGE), 2);
	EXPECT_EQ(npu_status_exit_code(NPU_E_SYNTAX), 3);
	EXPECT_EQ(npu_status_exit_code(NPU_E_UNSUPPORTED), 4);
	EXPECT_EQ(npu_status_exit_code(NPU_E_LIMIT), 5);
	EXPECT_EQ(npu_status_exit_code(NPU_E_CAPACITY), 6);
	EXPECT_EQ(npu_status_exit_code(NPU_E_FAULT), 7);
	EXPECT_EQ(npu_status_exit_code(NPU_E_IO), 8);
	EXPECT_EQ(npu_status_exit_code(NPU_E_INTERNAL), 70);
}
