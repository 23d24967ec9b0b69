// The store: what is kept, who may write, what a damaged or full one says.
#include "sweep/npu_store.h"
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace
{
class Store : public ::testing::Test
{
      protected:
	std::string path = testing::TempDir() + "store-" +
			   std::to_string(getpid()) + ".sqlite";
	npu_error err = {};
	npu_store *store = nullptr;
	npu_text text = {};
	void TearDown() override
	{
		npu_store_close(store);
		npu_text_clear(&text);
		for (const char *end : { "", "-wal", "-shm", ".lock" })
			std::remove((path + end).c_str());
	}
	void open()
	{
		ASSERT_EQ(npu_store_open(path.c_str(), NPU_STORE_WRITE, &store,
					 &err),
			  NPU_OK)
			<< err.message;
	}
	npu_status put(const char *key, npu_status status, const char *line)
	{
		const npu_outcome outcome = { status, line };
		npu_status s = npu_store_begin(store, &err);
		s = s == NPU_OK ? npu_store_put(store, key, &outcome, &err) : s;
		return s == NPU_OK ? npu_store_commit(store, &err) : s;
	}
	// "status text", or "none"
	std::string find(npu_store *in, const char *key)
	{
		npu_outcome outcome = {};
		EXPECT_EQ(npu_store_find(in, &key, 1, &outcome, &text, &err),
			  NPU_OK)
			<< err.message;
		return outcome.text ? std::to_string(outcome.status) + " " +
					      outcome.text
				    : "none";
	}
};
} // namespace

TEST_F(Store, KeepsOutcomesOverItsClosing)
{
	open();
	EXPECT_EQ(find(store, "a"), "none");
	ASSERT_EQ(put("a", NPU_OK, "{}"), NPU_OK) << err.message;
	ASSERT_EQ(put("b", NPU_E_CAPACITY, "too small"), NPU_OK);
	npu_store_close(store);
	store = nullptr;
	open();
	EXPECT_EQ(find(store, "a"), "0 {}");
	EXPECT_EQ(find(store, "b"),
		  std::to_string(NPU_E_CAPACITY) + " too small");
}

TEST_F(Store, FindsManyAtOnceInTheOrderOfKeys)
{
	open();
	ASSERT_EQ(put("b", NPU_OK, "of b"), NPU_OK) << err.message;
	ASSERT_EQ(put("d", NPU_E_CAPACITY, ""), NPU_OK);
	const char *const keys[] = { "d", "a", "b", "b", "c" };
	npu_outcome found[5] = {};
	ASSERT_EQ(npu_store_find(store, keys, 5, found, &text, &err), NPU_OK);
	EXPECT_STREQ(found[0].text, "");
	EXPECT_EQ(found[0].status, NPU_E_CAPACITY);
	EXPECT_EQ(found[1].text, nullptr);
	EXPECT_STREQ(found[2].text, "of b");
	EXPECT_STREQ(found[3].text, "of b");
	EXPECT_EQ(found[4].text, nullptr);
}

TEST_F(Store, AFinalOutcomeStaysACrashIsTriedAgain)
{
	open();
	ASSERT_EQ(put("a", NPU_OK, "first"), NPU_OK);
	ASSERT_EQ(put("a", NPU_OK, "second"), NPU_OK);
	EXPECT_EQ(find(store, "a"), "0 first");
	ASSERT_EQ(put("b", NPU_E_INTERNAL, "signal 11"), NPU_OK);
	ASSERT_EQ(put("b", NPU_OK, "now"), NPU_OK);
	EXPECT_EQ(find(store, "b"), "0 now");
}

TEST_F(Store, ATransactionThatIsNotCommittedLeavesNothing)
{
	open();
	const npu_outcome outcome = { NPU_OK, "{}" };
	ASSERT_EQ(npu_store_begin(store, &err), NPU_OK);
	ASSERT_EQ(npu_store_put(store, "a", &outcome, &err), NPU_OK);
	npu_store_close(store);
	store = nullptr;
	open();
	EXPECT_EQ(find(store, "a"), "none");
}

TEST_F(Store, OneWriterAndReadersBesideIt)
{
	open();
	ASSERT_EQ(put("a", NPU_OK, "{}"), NPU_OK);
	npu_store *other = nullptr;
	EXPECT_EQ(npu_store_open(path.c_str(), NPU_STORE_WRITE, &other, &err),
		  NPU_E_IO);
	EXPECT_NE(
		std::string(err.message)
			.find("in use by process " + std::to_string(getpid())),
		std::string::npos)
		<< err.message;
	err = {};
	ASSERT_EQ(npu_store_open(path.c_str(), NPU_STORE_READ, &other, &err),
		  NPU_OK)
		<< err.message;
	EXPECT_EQ(find(other, "a"), "0 {}");
	ASSERT_EQ(put("b", NPU_OK, "later"), NPU_OK);
	EXPECT_EQ(find(other, "b"), "0 later");
	npu_store_close(other);
}

// The lock goes with the process, however it ends.
TEST_F(Store, AKilledWriterLeavesTheStoreToTheNext)
{
	pid_t child = fork();
	if (child == 0) {
		npu_store *s = nullptr;
		const npu_outcome outcome = { NPU_OK, "kept" };
		if (npu_store_open(path.c_str(), NPU_STORE_WRITE, &s,
				   nullptr) == NPU_OK &&
		    npu_store_begin(s, nullptr) == NPU_OK &&
		    npu_store_put(s, "a", &outcome, nullptr) == NPU_OK &&
		    npu_store_commit(s, nullptr) == NPU_OK &&
		    npu_store_begin(s, nullptr) == NPU_OK &&
		    npu_store_put(s, "b", &outcome, nullptr) == NPU_OK)
			raise(SIGKILL);
		_exit(1);
	}
	int status = 0;
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_TRUE(WIFSIGNALED(status));
	open();
	EXPECT_EQ(find(store, "a"), "0 kept");
	EXPECT_EQ(find(store, "b"), "none");
}

TEST_F(Store, MergingTwiceAddsNothing)
{
	const std::string first = path;
	open();
	ASSERT_EQ(put("a", NPU_OK, "one"), NPU_OK);
	ASSERT_EQ(put("b", NPU_OK, "two"), NPU_OK);
	npu_store_close(store);
	store = nullptr;
	path += ".second";
	open();
	ASSERT_EQ(put("b", NPU_OK, "two"), NPU_OK);
	uint64_t added = 99;
	ASSERT_EQ(npu_store_merge(store, first.c_str(), &added, &err), NPU_OK)
		<< err.message;
	EXPECT_EQ(added, 1u);
	ASSERT_EQ(npu_store_merge(store, first.c_str(), &added, &err), NPU_OK);
	EXPECT_EQ(added, 0u);
	EXPECT_EQ(find(store, "a"), "0 one");
	for (const char *end : { "", "-wal", "-shm", ".lock" })
		std::remove((first + end).c_str());
}

TEST_F(Store, WhatIsNoStoreIsRefused)
{
	std::ofstream(path) << "not a database, but long enough to be read as "
			       "the header of one, which has 100 bytes: "
			       "................................";
	EXPECT_EQ(npu_store_open(path.c_str(), NPU_STORE_WRITE, &store, &err),
		  NPU_E_IO);
	err = {};
	EXPECT_EQ(npu_store_open("/nowhere/at/all", NPU_STORE_WRITE, &store,
				 &err),
		  NPU_E_IO);
	err = {};
	std::remove(path.c_str());
	EXPECT_EQ(npu_store_open(path.c_str(), NPU_STORE_READ, &store, &err),
		  NPU_E_IO);
	EXPECT_NE(std::string(err.message).find("run the sweep first"),
		  std::string::npos)
		<< err.message;
	EXPECT_EQ(access(path.c_str(), F_OK), -1); // nothing was made
}
