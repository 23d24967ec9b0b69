// tests/unit/base/file_test.cc - files are whole or not there; nothing of the
// user's is replaced.
#include "base/npu_file.h"
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

struct Files : testing::Test {
	std::string dir;
	npu_arena *arena = npu_arena_create();
	npu_error err = {};

	Files()
	{
		std::string pattern = testing::TempDir() + "npu-XXXXXX";
		dir = mkdtemp(pattern.data());
	}
	~Files() override
	{
		npu_arena_destroy(arena);
		EXPECT_EQ(system(("rm -rf '" + dir + "'").c_str()), 0);
	}
	std::string path(const char *name) const
	{
		return dir + "/" + name;
	}
	std::string read(const std::string &file)
	{
		char *data;
		size_t size;
		npu_status s = npu_file_read(arena, file.c_str(), 0, &data,
					     &size, &err);
		return s == NPU_OK ? std::string(data, size) : "error";
	}
};

TEST_F(Files, WhatIsWrittenIsReadBack)
{
	ASSERT_EQ(npu_file_write(path("a").c_str(), "x\0y", 3, &err), NPU_OK);
	EXPECT_EQ(read(path("a")), std::string("x\0y", 3));
	EXPECT_NE(access(path("a.part").c_str(), F_OK), 0);
}

TEST_F(Files, WritingThroughALinkLeavesItALink) // as -o /dev/stdout does
{
	std::filesystem::create_symlink(path("a"), path("link"));
	ASSERT_EQ(npu_file_write(path("link").c_str(), "xy", 2, &err), NPU_OK);
	ASSERT_EQ(npu_file_write(path("link").c_str(), "z", 1, &err), NPU_OK);
	EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
	EXPECT_EQ(std::filesystem::file_size(path("a")), 1u);
	EXPECT_FALSE(std::filesystem::exists(path("link.part")));
}

TEST_F(Files, APipeIsWrittenAsItIs)
{
	ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
	const int reader = open(path("pipe").c_str(), O_RDWR);
	char text[3] = "";
	ASSERT_EQ(npu_file_write(path("pipe").c_str(), "xy", 2, &err), NPU_OK);
	EXPECT_EQ(::read(reader, text, 2), 2);
	EXPECT_STREQ(text, "xy");
	close(reader);
	EXPECT_TRUE(std::filesystem::is_fifo(path("pipe")));
}

TEST_F(Files, LargerThanTheLimitIsRefused)
{
	char *data;
	size_t size;
	ASSERT_EQ(npu_file_write(path("a").c_str(), "12345", 5, &err), NPU_OK);
	EXPECT_EQ(
		npu_file_read(arena, path("a").c_str(), 4, &data, &size, &err),
		NPU_E_LIMIT);
}

TEST_F(Files, DirectoryAndNamedPipeAreRefusedAtOnce)
{
	char *data;
	size_t size;
	ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
	for (const std::string &p : { dir, path("pipe"), path("none") }) {
		npu_error e = {};
		EXPECT_EQ(npu_file_read(arena, p.c_str(), 0, &data, &size, &e),
			  NPU_E_IO);
		EXPECT_EQ(e.path, p);
	}
}

TEST_F(Files, RunDirectoryAppearsWholeAndReplacesAnEarlierRun)
{
	for (const char *content : { "first", "second" }) {
		npu_run_directory run;
		ASSERT_EQ(npu_run_directory_begin(path("run").c_str(), &run,
						  &err),
			  NPU_OK)
			<< err.message;
		for (const char *name : { "/manifest.json", "/data" })
			ASSERT_EQ(
				npu_file_write(
					(run.aside + std::string(name)).c_str(),
					content, strlen(content), &err),
				NPU_OK);
		if (!strcmp(content, "first")) {
			EXPECT_NE(access(path("run").c_str(), F_OK), 0);
		}
		ASSERT_EQ(npu_run_directory_commit(&run, &err), NPU_OK);
		EXPECT_EQ(read(path("run/data")), content);
	}
	EXPECT_EQ(system(("test $(ls '" + dir + "' | wc -l) = 1").c_str()), 0);
}

TEST_F(Files, DirectoryThatIsNoRunIsNeverReplaced)
{
	npu_run_directory run;
	ASSERT_EQ(mkdir(path("mine").c_str(), 0755), 0);
	ASSERT_EQ(npu_file_write(path("mine/thesis").c_str(), "x", 1, &err),
		  NPU_OK);
	EXPECT_EQ(npu_run_directory_begin(path("mine").c_str(), &run, &err),
		  NPU_E_IO);
	EXPECT_NE(std::string(err.message).find("not a run directory"),
		  std::string::npos);
	EXPECT_EQ(read(path("mine/thesis")), "x");
}

TEST_F(Files, AbandonedRunLeavesNothing)
{
	npu_run_directory run;
	ASSERT_EQ(npu_run_directory_begin(path("run").c_str(), &run, &err),
		  NPU_OK);
	npu_run_directory_abandon(&run);
	EXPECT_NE(access(run.aside, F_OK), 0);
	EXPECT_NE(access(path("run").c_str(), F_OK), 0);
}
