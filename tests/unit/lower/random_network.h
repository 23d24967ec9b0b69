// tests/unit/lower/random_network.h - networks of random operators, whose layouts
// meet in every way.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_RANDOM_NETWORK_H
#define TESTS_RANDOM_NETWORK_H
#include "tests/unit/lower/network.h"
#include <algorithm>
#include <numeric>
#include <random>

using Dims = std::vector<int64_t>;

class RandomNetwork : public Network
{
      public:
	explicit RandomNetwork(unsigned seed) : random(seed)
	{
		values.push_back({ input("x", { 1, 2 + below(5), 4 + below(5),
						4 + below(5) }),
				   {} });
		values[0].dims = dims_of(values[0].value);
	}

	// The last of `count` nodes.
	npu_node *grow(int count)
	{
		npu_node *last = nullptr;

		while (count > 0) {
			npu_node *made = add();

			if (!made)
				continue;
			last = made;
			count--;
		}
		return last;
	}

      private:
	struct Value {
		npu_value *value;
		Dims dims;
	};

	int64_t below(unsigned n)
	{
		return (int64_t)(random() % n);
	}
	static Dims dims_of(const npu_value *value)
	{
		return { value->shape.dim,
			 value->shape.dim + value->shape.rank };
	}
	static int64_t count_of(const Dims &dims)
	{
		return std::accumulate(dims.begin(), dims.end(), (int64_t)1,
				       std::multiplies<>());
	}
	std::string name()
	{
		return "n" + std::to_string(serial++);
	}
	npu_value *weights(const Dims &dims)
	{
		std::normal_distribution<float> normal;
		std::vector<float> data((size_t)count_of(dims));

		for (float &v : data)
			v = 0.5f * normal(random);
		return floats(name(), dims, data);
	}
	npu_node *made(npu_node *node, const Dims &dims)
	{
		values.push_back({ node->outputs[0], dims });
		return node;
	}

	npu_node *add()
	{
		const Value x = values[values.size() - 1 -
				       (size_t)below(std::min<unsigned>(
					       2, (unsigned)values.size()))];

		switch (below(11)) {
		case 0:
			return conv(x);
		case 1:
			return transpose(x);
		case 2:
			return reshape(x);
		case 3:
			return slice(x);
		case 4:
			return unary(x);
		case 5:
			return binary(x);
		case 6:
			return concat(x);
		case 7:
			return softmax(x);
		case 8:
			return matmul(x);
		case 9:
			return gram(x);
		default:
			return pool(x);
		}
	}

	npu_node *conv(const Value &x)
	{
		if (x.dims.size() != 4 || x.dims[2] < 3 || x.dims[3] < 3)
			return nullptr;
		const int64_t m = 1 + below(7);
		npu_node *n = node(NPU_Conv, name(),
				   { x.value, weights({ m, x.dims[1], 3, 3 }),
				     weights({ m }) });
		Dims dims = x.dims;

		n->attr.kernel[0] = n->attr.kernel[1] = 3;
		n->attr.pad_lo[0] = n->attr.pad_hi[1] = 1;
		dims[1] = m;
		dims[2] -= 1;
		dims[3] -= 1;
		return made(n, dims);
	}
	npu_node *transpose(const Value &x)
	{
		npu_node *n = node(NPU_Transpose, name(), { x.value });
		std::vector<int64_t> perm(x.dims.size());
		Dims dims;

		std::iota(perm.begin(), perm.end(), 0);
		std::shuffle(perm.begin(), perm.end(), random);
		n->attr.list_count = (uint8_t)perm.size();
		for (size_t d = 0; d < perm.size(); d++) {
			n->attr.list[d] = perm[d];
			dims.push_back(x.dims[(size_t)perm[d]]);
		}
		return made(n, dims);
	}
	// Any rank from 2 to 4, by the prime factors.
	npu_node *reshape(const Value &x)
	{
		Dims dims((size_t)(2 + below(3)), 1);
		int64_t left = count_of(x.dims);

		for (int64_t p = 2; left > 1; p++)
			for (; left % p == 0; left /= p)
				dims[(size_t)below((unsigned)dims.size())] *= p;
		return made(node(NPU_Reshape, name(),
				 { x.value, ints(name().c_str(), dims) }),
			    dims);
	}
	npu_node *slice(const Value &x)
	{
		const int64_t axis = below((unsigned)x.dims.size());
		const int64_t extent = x.dims[(size_t)axis];

		if (extent < 3)
			return nullptr;
		const bool backwards = below(3) == 0;
		const int64_t step = backwards ? -1 : 1 + below(2);
		const int64_t start = backwards ? extent - 1 : below(2);
		const int64_t end = backwards ? 0 : extent;
		Dims dims = x.dims;

		dims[(size_t)axis] =
			(end - start + step + (backwards ? 1 : -1)) / step;
		return made(node(NPU_Slice, name(),
				 { x.value, ints(name().c_str(), { start }),
				   ints(name().c_str(), { end }),
				   ints(name().c_str(), { axis }),
				   ints(name().c_str(), { step }) }),
			    dims);
	}
	npu_node *unary(const Value &x)
	{
		const npu_op ops[] = { NPU_Relu, NPU_Tanh, NPU_Sigmoid,
				       NPU_LeakyRelu, NPU_HardSwish };
		npu_node *n = node(ops[below(5)], name(), { x.value });

		n->attr.alpha = 0.1f;
		return made(n, x.dims);
	}
	npu_node *binary(const Value &x)
	{
		const npu_op ops[] = { NPU_Add, NPU_Sub, NPU_Mul };
		const npu_op op = ops[below(3)];
		npu_value *other = nullptr;

		for (const Value &v : values) {
			if (v.dims == x.dims && v.value != x.value)
				other = v.value;
		}
		if (!other && below(2))
			other = weights({ x.dims.back() });
		if (!other && below(2)) {
			Dims dims = x.dims;

			dims[(size_t)below((unsigned)dims.size())] = 1;
			other = weights(dims);
		}
		if (!other)
			other = weights({});
		return made(below(2) ? node(op, name(), { x.value, other })
				     : node(op, name(), { other, x.value }),
			    x.dims);
	}
	npu_node *concat(const Value &x)
	{
		npu_value *other = x.value;
		const int64_t axis = below((unsigned)x.dims.size());
		Dims dims = x.dims;

		if (count_of(dims) > 4000)
			return nullptr;
		for (const Value &v : values) {
			if (v.dims == x.dims)
				other = v.value;
		}
		npu_node *n = node(NPU_Concat, name(), { x.value, other });

		n->attr.axis = axis;
		n->attr.has_axis = 1;
		dims[(size_t)axis] *= 2;
		return made(n, dims);
	}
	npu_node *softmax(const Value &x)
	{
		npu_node *n = node(NPU_Softmax, name(), { x.value });

		n->attr.axis = below((unsigned)x.dims.size());
		n->attr.has_axis = 1;
		return made(n, x.dims);
	}
	npu_node *matmul(const Value &x)
	{
		const int64_t m = 1 + below(9);
		Dims dims = x.dims;
		npu_node *n = node(NPU_MatMul, name(),
				   { x.value, weights({ dims.back(), m }) });

		dims.back() = m;
		return made(n, dims);
	}
	// x times itself transposed: two computed operands.
	npu_node *gram(const Value &x)
	{
		const size_t rank = x.dims.size();
		Dims dims = x.dims;

		if (dims[rank - 2] > 40)
			return nullptr;
		npu_node *t = node(NPU_Transpose, name(), { x.value });

		t->attr.list_count = (uint8_t)rank;
		for (size_t d = 0; d < rank; d++)
			t->attr.list[d] = (int64_t)d;
		std::swap(t->attr.list[rank - 1], t->attr.list[rank - 2]);
		npu_node *n =
			node(NPU_MatMul, name(), { x.value, t->outputs[0] });

		dims[rank - 1] = dims[rank - 2];
		return made(n, dims);
	}
	npu_node *pool(const Value &x)
	{
		if (x.dims.size() != 4 || x.dims[2] < 2 || x.dims[3] < 2)
			return nullptr;
		npu_node *n = node(below(2) ? NPU_MaxPool : NPU_AveragePool,
				   name(), { x.value });
		Dims dims = x.dims;

		n->attr.kernel[0] = n->attr.kernel[1] = 2;
		dims[2] -= 1;
		dims[3] -= 1;
		return made(n, dims);
	}

	std::mt19937 random;
	std::vector<Value> values;
	unsigned serial = 0;
};

#endif
