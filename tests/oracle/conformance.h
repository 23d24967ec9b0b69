// tests/oracle/conformance.h - one case of the ONNX backend tests.
// SPDX-License-Identifier: Apache-2.0
//
// Debian's libonnx-testdata: a model with inputs and outputs, computed by
// ONNX's own NumPy code (node) or by PyTorch (pytorch-*).
#ifndef NPU_TEST_CONFORMANCE_H
#define NPU_TEST_CONFORMANCE_H
#include "models/npu_reference.h"
#include <cmath>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace conformance
{
// "node/test_add", ... in the order of their names.
inline std::vector<std::string> models(const std::string &root)
{
	std::set<std::string> found;

	for (const char *group :
	     { "node", "simple", "pytorch-operator", "pytorch-converted" }) {
		DIR *dir = opendir((root + "/" + group).c_str());

		while (dirent *entry = dir ? readdir(dir) : nullptr) {
			if (*entry->d_name != '.')
				found.insert(std::string(group) + "/" +
					     entry->d_name);
		}
		if (dir)
			closedir(dir);
	}
	return { found.begin(), found.end() };
}

struct Arrays : std::vector<npu_array> {
	Arrays() = default;
	Arrays(const Arrays &) = delete;
	~Arrays()
	{
		for (npu_array &a : *this)
			npu_array_clear(&a);
	}
};

// Loads one model with its first data set. Inputs of integers and single
// numbers (shapes, axes, bounds of Clip) become constants, as they are in real
// networks; `constants`: all inputs but the first become so.
struct Case {
	std::string folder;
	npu_graph *graph = nullptr;
	Arrays inputs, outputs; // inputs that stayed inputs
	npu_error err = {};

	Case(const std::string &root, const std::string &name)
	    : folder(root + "/" + name)
	{
	}
	~Case()
	{
		npu_graph_destroy(graph);
	}

	npu_status load(bool constants)
	{
		npu_status status = npu_onnx_load(
			(folder + "/model.onnx").c_str(), &graph, &err);
		unsigned given = 0;

		if (!status)
			status = load_arrays("input", given_arrays);
		if (!status)
			status = load_arrays("output", outputs);
		for (uint32_t i = 0; !status && i < graph->value_count; i++) {
			if (!graph->values[i]->is_input)
				continue;
			if (given == given_arrays.size())
				return npu_fail(&err, NPU_E_IO, "no data");
			give(graph->values[i], given, constants);
			given++;
		}
		if (!status)
			status = npu_graph_infer(graph, nullptr, 0, &err);
		return status;
	}

      private:
	Arrays given_arrays;

	npu_status load_arrays(const char *what, Arrays &out)
	{
		for (int i = 0;; i++) {
			const std::string path = folder + "/test_data_set_0/" +
						 what + "_" +
						 std::to_string(i) + ".pb";
			npu_array array = {};

			if (!std::ifstream(path))
				return NPU_OK;
			npu_status status = npu_onnx_tensor_load(path.c_str(),
								 &array, &err);
			if (status)
				return status;
			out.push_back(array);
		}
	}
	void give(npu_value *value, unsigned index, bool constants)
	{
		npu_array &array = given_arrays[index];
		const bool real = array.dtype == NPU_fp32 ||
				  array.dtype == NPU_fp16 ||
				  array.dtype == NPU_f64;

		if (real && array.shape.rank && !(constants && index)) {
			inputs.push_back(array);
			array.data = nullptr; // now of `inputs`
			value->shape = array.shape;
			return;
		}
		value->constant = npu_new(graph->arena, npu_constant, 1);
		value->constant->data = array.data;
		value->shape = array.shape;
		value->is_input = 0;
	}
};

// ONNX's own tolerance for its backends: onnx.backend.test, rtol and atol.
inline bool close(const npu_array &want, const void *got)
{
	const int64_t count = npu_shape_count(&want.shape);
	const float *w = (const float *)want.data, *g = (const float *)got;

	if (want.dtype != NPU_fp32)
		return !std::memcmp(want.data, got,
				    (size_t)count *
					    npu_dtype_bytes(want.dtype));
	for (int64_t i = 0; i < count; i++) {
		if (std::isnan(w[i]) && std::isnan(g[i]))
			continue;
		if (!(std::fabs(w[i] - g[i]) <=
		      1e-7f + 1e-3f * std::fabs(w[i])))
			return false;
	}
	return true;
}

inline bool same_shape(const npu_shape &a, const npu_shape &b)
{
	return a.rank == b.rank && std::equal(a.dim, a.dim + a.rank, b.dim);
}
} // namespace conformance
#endif
