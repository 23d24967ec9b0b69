// tests/unit/onnx/file_test.cc - mapped weights, external data.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include "unit/onnx/onnx_writer.h"
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace onnx_writer;

namespace
{
class OnnxFile : public testing::Test
{
      protected:
	std::string folder;
	npu_graph *graph = nullptr;
	npu_error err = {};

	void SetUp() override
	{
		char name[] = "/tmp/npu_onnx_XXXXXX";

		ASSERT_NE(mkdtemp(name), nullptr);
		folder = name;
		ASSERT_EQ(mkdir((folder + "/in").c_str(), 0700), 0);
		ASSERT_EQ(mkdir((folder + "/in/sub").c_str(), 0700), 0);
	}
	void TearDown() override
	{
		npu_graph_destroy(graph);
		EXPECT_EQ(std::system(("rm -r " + folder).c_str()), 0);
	}
	void write(const std::string &name, const std::string &bytes)
	{
		std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
	}
	// x + w, w [2] as `constant` says
	npu_status load(const Message &constant)
	{
		Graph g;

		g.nodes = { node("Add", { "x", "w" }, { "y" }) };
		g.inputs = { info("x", { 2 }) };
		g.outputs = { info("y", { 2 }) };
		g.constants = { constant };
		write("in/net.onnx", g.model());
		return npu_onnx_load((folder + "/in/net.onnx").c_str(), &graph,
				     &err);
	}
	static Message entry(const std::string &key, const std::string &value)
	{
		return Message().text(1, key).text(2, value);
	}
	static Message external(const std::string &location,
				const std::string &offset = "",
				const std::string &length = "")
	{
		Message t = tensor_head("w", FLOAT, { 2 });

		t.add(13, entry("location", location));
		if (!offset.empty())
			t.add(13, entry("offset", offset));
		if (!length.empty())
			t.add(13, entry("length", length));
		return t.number(14, 1);
	}
	std::vector<float> weights()
	{
		const void *data = nullptr;
		std::vector<float> out(2);

		EXPECT_EQ(npu_constant_data(graph,
					    npu_graph_find_value(graph, "w"),
					    &data, &err),
			  NPU_OK);
		std::memcpy(out.data(), data, 8);
		return out;
	}
	void expect_refused(const Message &constant, npu_status status,
			    const char *says)
	{
		EXPECT_EQ(load(constant), status) << err.message;
		EXPECT_NE(std::string(err.message).find(says),
			  std::string::npos)
			<< err.message;
		EXPECT_STREQ(err.path, (folder + "/in/net.onnx").c_str());
		EXPECT_EQ(graph, nullptr);
	}
};
const std::string eight = bytes_of<float>({ 1.0f, 2.0f });
} // namespace

TEST_F(OnnxFile, WeightsStayInTheMappedFile)
{
	Graph g;
	const std::vector<float> big(1 << 20, 0.5f);

	g.nodes = { node("Add", { "x", "w" }, { "y" }) };
	g.inputs = { info("x", { 1 << 20 }) };
	g.outputs = { info("y", { 1 << 20 }) };
	g.constants = { tensor("w", { 1 << 20 }, big) };
	write("in/net.onnx", g.model());
	ASSERT_EQ(
		npu_onnx_load((folder + "/in/net.onnx").c_str(), &graph, &err),
		NPU_OK)
		<< err.message;
	EXPECT_LT(npu_arena_bytes(graph->arena), 64u << 10);
	EXPECT_STREQ(graph->name, "net");
	EXPECT_EQ(weights(), (std::vector<float>{ 0.5f, 0.5f }));
}

TEST_F(OnnxFile, ExternalDataIsReadWithOffsetAndLength)
{
	write("in/sub/w.bin", "1234" + eight + "5");
	ASSERT_EQ(load(external("sub/w.bin", "4", "8")), NPU_OK) << err.message;
	EXPECT_EQ(weights(), (std::vector<float>{ 1, 2 }));
}

TEST_F(OnnxFile, ExternalDataOutsideTheFolderIsRefused)
{
	write("w.bin", eight);
	expect_refused(external("../w.bin"), NPU_E_IO, "must not leave");
}

TEST_F(OnnxFile, ExternalDataThatComesBackIsRefusedToo)
{
	write("in/w.bin", eight);
	expect_refused(external("sub/../w.bin"), NPU_E_IO, "must not leave");
}

TEST_F(OnnxFile, ExternalDataOfAnAbsolutePathIsRefused)
{
	write("in/w.bin", eight);
	expect_refused(external(folder + "/in/w.bin"), NPU_E_IO,
		       "below the model's folder");
}

TEST_F(OnnxFile, ExternalDataThroughASymbolicLinkIsRefused)
{
	write("w.bin", eight);
	ASSERT_EQ(symlink("../w.bin", (folder + "/in/link").c_str()), 0);
	expect_refused(external("link"), NPU_E_IO, "symbolic link");
}

TEST_F(OnnxFile, ExternalDataThroughALinkedFolderIsRefused)
{
	write("w.bin", eight);
	ASSERT_EQ(symlink("..", (folder + "/in/up").c_str()), 0);
	expect_refused(external("up/w.bin"), NPU_E_IO, "external data");
}

TEST_F(OnnxFile, ExternalDataThatIsAPipeIsRefusedAtOnce)
{
	ASSERT_EQ(mkfifo((folder + "/in/pipe").c_str(), 0600), 0);
	expect_refused(external("pipe"), NPU_E_IO, "not a regular file");
}

TEST_F(OnnxFile, ExternalDataThatIsMissingIsNamed)
{
	expect_refused(external("none.bin"), NPU_E_IO, "\"none.bin\"");
}

TEST_F(OnnxFile, ExternalDataWithoutLocationIsRefused)
{
	expect_refused(external(""), NPU_E_IO, "below the model's folder");
}

TEST_F(OnnxFile, ExternalDataBeyondTheEndIsRefused)
{
	write("in/w.bin", eight);
	expect_refused(external("w.bin", "1"), NPU_E_RANGE, "which has 8");
}

TEST_F(OnnxFile, ExternalOffsetThatOverflowsIsRefused)
{
	write("in/w.bin", eight);
	expect_refused(external("w.bin", "18446744073709551615"), NPU_E_RANGE,
		       "which has 8");
}

TEST_F(OnnxFile, ExternalLengthThatDisagreesIsRefused)
{
	write("in/w.bin", eight);
	expect_refused(external("w.bin", "0", "4"), NPU_E_SYNTAX,
		       "its external data has 4");
}

TEST_F(OnnxFile, ExternalOffsetThatIsNoNumberIsRefused)
{
	write("in/w.bin", eight);
	expect_refused(external("w.bin", "-1"), NPU_E_SYNTAX,
		       "offset is not a number");
}

TEST_F(OnnxFile, FoldersPipesAndMissingFilesAreNoModels)
{
	EXPECT_EQ(npu_onnx_load((folder + "/in").c_str(), &graph, &err),
		  NPU_E_IO);
	err = {};
	EXPECT_EQ(npu_onnx_load((folder + "/none.onnx").c_str(), &graph, &err),
		  NPU_E_IO);
	err = {};
	ASSERT_EQ(mkfifo((folder + "/p.onnx").c_str(), 0600), 0);
	EXPECT_EQ(npu_onnx_load((folder + "/p.onnx").c_str(), &graph, &err),
		  NPU_E_IO);
}

TEST_F(OnnxFile, TensorsAreReadAsArrays)
{
	npu_array array = {};

	write("t.pb", tensor("t", { 1, 2 }, { 3.0f, 4.0f }).bytes);
	ASSERT_EQ(npu_array_load((folder + "/t.pb").c_str(), &array, &err),
		  NPU_OK)
		<< err.message;
	EXPECT_EQ(array.shape.rank, 2);
	EXPECT_EQ(((const float *)array.data)[1], 4.0f);
	npu_array_clear(&array);
	write("bad.pb", "\xff\xff");
	EXPECT_EQ(npu_array_load((folder + "/bad.pb").c_str(), &array, &err),
		  NPU_E_SYNTAX);
}
