// tests/oracle/export.h - an imported graph as an ONNX file, weights and all.
// SPDX-License-Identifier: Apache-2.0
//
// For networks that do not come from ONNX: ONNX Runtime can then run them.
#ifndef NPU_TEST_EXPORT_H
#define NPU_TEST_EXPORT_H
#include "models/npu_graph.h"
#include "unit/onnx/onnx_writer.h"
#include <cmath>
#include <fstream>

namespace exporter
{
using namespace onnx_writer;

inline int onnx_type(npu_dtype dtype)
{
	return dtype == NPU_s64 ? INT64 : dtype == NPU_s32 ? INT32 : FLOAT;
}

inline Dims dims_of(const npu_value *value)
{
	return Dims(value->shape.dim, value->shape.dim + value->shape.rank);
}

// kernel_shape and its like, of one or two spatial dimensions.
inline void add_window(std::vector<Message> &out, const npu_node *n)
{
	const npu_attributes &a = n->attr;
	const int first = n->inputs[0]->shape.rank == 3 ? 1 : 0;
	Dims pads;

	out.push_back(attribute("kernel_shape",
				Dims(a.kernel + first, a.kernel + 2)));
	out.push_back(
		attribute("strides", Dims(a.stride + first, a.stride + 2)));
	pads.assign(a.pad_lo + first, a.pad_lo + 2);
	pads.insert(pads.end(), a.pad_hi + first, a.pad_hi + 2);
	out.push_back(attribute("pads", pads));
	if (n->op != NPU_AveragePool)
		out.push_back(attribute(
			"dilations", Dims(a.dilation + first, a.dilation + 2)));
}

// Attributes as ONNX has them at opset 13.
inline std::vector<Message> attributes_of(const npu_node *n)
{
	const npu_attributes &a = n->attr;
	std::vector<Message> out;

	switch (n->op) {
	case NPU_Conv:
		add_window(out, n);
		out.push_back(attribute("group", a.groups));
		break;
	case NPU_AveragePool:
		out.push_back(attribute("count_include_pad",
					(int64_t)a.count_include_pad));
		[[fallthrough]];
	case NPU_MaxPool:
		add_window(out, n);
		out.push_back(attribute("ceil_mode", (int64_t)a.ceil_mode));
		break;
	case NPU_Gemm:
		out.push_back(attribute("alpha", a.alpha));
		out.push_back(attribute("beta", a.beta));
		out.push_back(attribute("transA", (int64_t)a.trans_a));
		out.push_back(attribute("transB", (int64_t)a.trans_b));
		break;
	case NPU_BatchNormalization:
		out.push_back(attribute("epsilon", a.epsilon));
		break;
	case NPU_LeakyRelu:
		out.push_back(attribute("alpha", a.alpha));
		break;
	case NPU_Softmax:
	case NPU_Concat:
	case NPU_Flatten:
		out.push_back(attribute("axis", a.axis));
		break;
	case NPU_Transpose:
		out.push_back(
			attribute("perm", Dims(a.list, a.list + a.list_count)));
		break;
	default:
		break;
	}
	return out;
}

inline Message node_of(const npu_node *n, std::vector<Message> &constants)
{
	Names inputs;

	for (uint32_t i = 0; i < n->input_count; i++)
		inputs.push_back(n->inputs[i] ? n->inputs[i]->name : "");
	if (n->op == NPU_Clip) { // bounds are inputs
		const std::string lo = std::string(n->name) + ".lo";
		const std::string hi = std::string(n->name) + ".hi";

		inputs = { inputs[0], lo, hi };
		constants.push_back(tensor(lo, {}, { n->attr.lo }));
		constants.push_back(tensor(hi, {}, { n->attr.hi }));
	}
	return node(n->op == NPU_Dropout ? "Identity" : npu_op_name(n->op),
		    inputs, { n->outputs[0]->name }, attributes_of(n), n->name);
}

// Write `graph` (inferred) to `path`; false where it cannot be.
inline bool save(npu_graph *graph, const std::string &path)
{
	npu_error err = {};
	Graph g;

	for (uint32_t i = 0; i < graph->value_count; i++) {
		npu_value *v = graph->values[i];
		const void *data = nullptr;

		if (v->is_input)
			g.inputs.push_back(info(v->name, dims_of(v)));
		if (v->is_output)
			g.outputs.push_back(info(v->name, dims_of(v)));
		if (!v->constant)
			continue;
		if (npu_constant_data(graph, v, &data, &err))
			return false;
		g.constants.push_back(
			tensor_head(v->name, onnx_type(v->dtype), dims_of(v))
				.text(9,
				      std::string((const char *)data,
						  (size_t)npu_shape_count(
							  &v->shape) *
							  npu_dtype_bytes(
								  v->dtype))));
		npu_constant_forget(v);
	}
	for (uint32_t i = 0; i < graph->node_count; i++)
		g.nodes.push_back(node_of(graph->nodes[i], g.constants));
	std::ofstream out(path, std::ios::binary);
	out << g.model(13);
	return (bool)out;
}
} // namespace exporter
#endif
