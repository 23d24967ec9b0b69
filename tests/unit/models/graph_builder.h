// tests/unit/models/graph_builder.h - small imported graphs for tests.
// SPDX-License-Identifier: Apache-2.0
#ifndef GRAPH_BUILDER_H
#define GRAPH_BUILDER_H
#include "models/npu_graph.h"
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

struct Builder {
	std::unique_ptr<npu_graph, void (*)(npu_graph *)> graph{
		npu_graph_create("test"), npu_graph_destroy
	};
	npu_error err = {};

	static npu_shape shape_of(const std::vector<int64_t> &dims)
	{
		npu_shape shape = {};

		for (int64_t dim : dims)
			shape.dim[shape.rank++] = dim;
		return shape;
	}
	npu_value *value(const char *name, npu_dtype dtype,
			 const std::vector<int64_t> &dims)
	{
		npu_value *v = npu_graph_add_value(graph.get(), name);

		v->dtype = dtype;
		v->shape = shape_of(dims);
		return v;
	}
	npu_value *input(const char *name, const std::vector<int64_t> &dims)
	{
		npu_value *v = value(name, NPU_fp32, dims);

		v->is_input = 1;
		return v;
	}
	template <typename T>
	npu_value *constant(const char *name, npu_dtype dtype,
			    const std::vector<int64_t> &dims,
			    const std::vector<T> &data)
	{
		npu_value *v = value(name, dtype, dims);
		T *copy = npu_new(graph->arena, T, data.size());

		std::copy(data.begin(), data.end(), copy);
		v->constant = npu_new(graph->arena, struct npu_constant, 1);
		v->constant->data = copy;
		return v;
	}
	npu_value *ints(const char *name, const std::vector<int64_t> &data)
	{
		return constant<int64_t>(name, NPU_s64,
					 { (int64_t)data.size() }, data);
	}
	// A weight of zeros, for where only its shape matters.
	npu_value *weight(const char *name, const std::vector<int64_t> &dims)
	{
		npu_shape shape = shape_of(dims);

		return constant<float>(
			name, NPU_fp32, dims,
			std::vector<float>((size_t)npu_shape_count(&shape)));
	}
	// name = op(inputs...): node and value share the name.
	npu_node *node(npu_op op, const char *name,
		       std::initializer_list<npu_value *> inputs)
	{
		npu_node *n = npu_graph_add_node(graph.get(), op, name,
						 (uint32_t)inputs.size(), 1);

		std::copy(inputs.begin(), inputs.end(), n->inputs);
		n->outputs[0] = npu_graph_add_value(graph.get(), name);
		n->outputs[0]->producer = n;
		return n;
	}
	npu_status infer(const std::vector<npu_dim_binding> &bindings = {})
	{
		return npu_graph_infer(graph.get(), bindings.data(),
				       bindings.size(), &err);
	}
	// Shape of a value after infer(), "[1,2]"; "" where it is gone.
	std::string shape(const char *name)
	{
		const npu_value *v = npu_graph_find_value(graph.get(), name);
		std::string text = "[";

		if (!v)
			return "";
		for (unsigned d = 0; d < v->shape.rank; d++)
			text += (d ? "," : "") +
				std::to_string(v->shape.dim[d]);
		return text + "]";
	}
};
#endif
