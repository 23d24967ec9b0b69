// tests/unit/exact/lowered.h - lowered graphs of one node, made by hand.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_EXACT_LOWERED_H
#define TESTS_EXACT_LOWERED_H
#include "models/npu_reference.h"
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

// One lowered node with its inputs; tensors are given and read as raw bytes.
class OneNode
{
      public:
	explicit OneNode(npu_op op, uint32_t inputs)
	    : graph(npu_graph_create("one"), npu_graph_destroy)
	{
		node = npu_graph_add_node(graph.get(), op, "node", inputs, 1);
		npu_lowered &low = node->low;

		low.groups = 1;
		for (int d = 0; d < 2; d++)
			low.kernel[d] = low.stride[d] = low.dilation[d] = 1;
		low.bias = low.residual = low.multiplier = -1;
		low.scale_input = -1;
		low.a.input = low.b.input = low.c.input = -2;
	}

	// Input i of the node: an input of the graph, or a constant.
	template <typename T>
	npu_value *input(uint32_t i, npu_dtype dtype,
			 std::vector<int64_t> shape, std::vector<T> data,
			 bool constant = false)
	{
		npu_value *value = make("in" + std::to_string(i), dtype, shape);
		auto bytes = std::make_shared<std::vector<uint8_t>>(
			data.size() * sizeof(T) + 1);

		memcpy(bytes->data(), data.data(), data.size() * sizeof(T));
		kept.push_back(bytes);
		EXPECT_EQ(npu_shape_count(&value->shape), (int64_t)data.size());
		node->inputs[i] = value;
		if (constant) {
			value->constant =
				npu_new(graph->arena, npu_constant, 1);
			value->constant->data = bytes->data();
			return value;
		}
		value->is_input = 1;
		npu_array array = {};
		array.dtype = dtype;
		array.shape = value->shape;
		array.data = bytes->data();
		arrays.push_back(array);
		return value;
	}

	npu_value *output(npu_dtype dtype, std::vector<int64_t> shape)
	{
		npu_value *value = make("out", dtype, shape);

		node->outputs[0] = value;
		value->producer = node;
		value->is_output = 1;
		return value;
	}

	template <typename T> std::vector<T> run()
	{
		npu_values values = {};
		npu_error err = {};
		const npu_value *out = node->outputs[0];

		EXPECT_EQ(npu_graph_check(graph.get(), &err), NPU_OK)
			<< err.message;
		EXPECT_EQ(npu_exact_run(graph.get(), arrays.data(), &values,
					&err),
			  NPU_OK)
			<< err.message;
		if (!values.data)
			return {};
		std::vector<T> result((size_t)npu_shape_count(&out->shape));

		memcpy(result.data(), values.data[out->id],
		       result.size() * sizeof(T));
		npu_values_clear(&values);
		return result;
	}

	std::unique_ptr<npu_graph, void (*)(npu_graph *)> graph;
	npu_node *node;

      private:
	npu_value *make(const std::string &name, npu_dtype dtype,
			const std::vector<int64_t> &shape)
	{
		npu_value *value =
			npu_graph_add_value(graph.get(), name.c_str());

		value->dtype = dtype;
		value->shape.rank = 4;
		for (size_t d = 0; d < 4; d++)
			value->shape.dim[d] = shape[d];
		if (dtype == NPU_u8 || dtype == NPU_s8)
			value->scale = 1.0f;
		return value;
	}

	std::vector<std::shared_ptr<std::vector<uint8_t>>> kept;
	std::vector<npu_array> arrays;
};

inline uint32_t bits_of(float value)
{
	uint32_t u;

	memcpy(&u, &value, sizeof(u));
	return u;
}

#endif
