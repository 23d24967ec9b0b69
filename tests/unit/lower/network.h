// tests/unit/lower/network.h - imported networks made by hand.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_LOWER_NETWORK_H
#define TESTS_LOWER_NETWORK_H
#include "tests/unit/lower/lowering.h"
#include "tests/unit/models/graph_builder.h"

struct Network : Builder {
	npu_node *node(npu_op op, const std::string &output,
		       std::initializer_list<npu_value *> inputs)
	{
		npu_node *n =
			npu_graph_add_node(graph.get(), op, output.c_str(),
					   (uint32_t)inputs.size(), 1);
		npu_value *y = npu_graph_add_value(graph.get(), output.c_str());
		uint32_t i = 0;

		for (npu_value *input : inputs)
			n->inputs[i++] = input;
		n->outputs[0] = y;
		y->producer = n;
		for (int d = 0; d < 2; d++)
			n->attr.kernel[d] = n->attr.stride[d] =
				n->attr.dilation[d] = 1;
		n->attr.groups = 1;
		n->attr.alpha = n->attr.beta = 1;
		return n;
	}
	npu_value *floats(const std::string &name,
			  const std::vector<int64_t> &dims,
			  const std::vector<float> &data)
	{
		return constant<float>(name.c_str(), NPU_fp32, dims, data);
	}
	npu_status infer(npu_node *last)
	{
		last->outputs[0]->is_output = 1;
		return npu_graph_infer(graph.get(), nullptr, 0, &err);
	}
	std::string lowered(npu_precision precision, npu_node *last)
	{
		EXPECT_EQ(infer(last), NPU_OK) << err.message;
		Graph out = lower(graph.get(), precision, false);
		return out ? print(out.get()) : "";
	}
	npu_status refused(npu_node *last)
	{
		npu_lower_options options = {};
		npu_graph *out = nullptr;

		options.precision = NPU_PRECISION_int8;
		EXPECT_EQ(infer(last), NPU_OK) << err.message;
		return npu_lower(graph.get(), &options, &out, &err);
	}
};

#endif
