/* tests/unit/compiler/lowered_net.h - lowered graphs with random constants.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LOWERED_NET_H
#define LOWERED_NET_H
#include "base/npu_random.h"
#include "compiler/npu_compiler.h"
#include "isa/npu_isa.h"
#include "models/npu_reference.h"
#include <array>
#include <cstring>
#include <string>
#include <vector>

using Dims = std::array<int64_t, 4>; // N, H, W, C

/* A convolution's attributes, with the defaults of a 1 x 1. */
struct Conv {
	int64_t kh = 1, kw = 1, out = 1;
	int64_t sy = 1, sx = 1, dy = 1, dx = 1;
	int64_t pad = 0, groups = 1;
	bool bias = true;
	npu_value *residual = nullptr;
	npu_dtype to = NPU_u8;
	int32_t zero = 3;

	Conv &outs(int64_t n)
	{
		out = n;
		return *this;
	}
	Conv &k(int64_t h, int64_t w)
	{
		kh = h;
		kw = w;
		return *this;
	}
	Conv &stride(int64_t s)
	{
		sy = sx = s;
		return *this;
	}
	Conv &dilate(int64_t d)
	{
		dy = dx = d;
		return *this;
	}
	Conv &pads(int64_t p)
	{
		pad = p;
		return *this;
	}
	Conv &grouped(int64_t g)
	{
		groups = g;
		return *this;
	}
	Conv &plus(npu_value *r)
	{
		residual = r;
		return *this;
	}
	Conv &type(npu_dtype t)
	{
		to = t;
		return *this;
	}
};

class Net
{
      public:
	explicit Net(uint64_t seed) : graph(npu_graph_create("test"))
	{
		random.state = seed;
	}
	~Net()
	{
		npu_graph_destroy(graph);
	}
	Net(const Net &) = delete;
	Net &operator=(const Net &) = delete;

	npu_value *value(npu_dtype dtype, Dims dims, int32_t zero = 0)
	{
		std::string name = "v" + std::to_string(graph->value_count);
		npu_value *v = npu_graph_add_value(graph, name.c_str());

		v->dtype = dtype;
		v->shape.rank = 4;
		for (size_t d = 0; d < 4; d++)
			v->shape.dim[d] = dims[d];
		if (npu_dtype_bytes(dtype) == 1) {
			v->scale = 0.5f;
			v->zero = zero;
		}
		return v;
	}
	npu_value *input(npu_dtype dtype, Dims dims, int32_t zero = 0)
	{
		npu_value *v = value(dtype, dims, zero);

		v->is_input = 1;
		return v;
	}
	/* Random numbers that keep sums small: 8-bit whole range, s32 within
	 * +-1000, floats about +-1 times `scale`. */
	void fill(npu_dtype dtype, void *data, size_t count, float scale)
	{
		for (size_t i = 0; i < count; i++) {
			float f = npu_random_normal(&random) * scale;
			int32_t n =
				(int32_t)npu_random_below(&random, 2001) - 1000;
			uint16_t h;

			switch (dtype) {
			case NPU_u8:
			case NPU_s8:
				((uint8_t *)data)[i] =
					(uint8_t)npu_random_u64(&random);
				break;
			case NPU_s32:
				memcpy((int32_t *)data + i, &n, 4);
				break;
			case NPU_bf16:
				h = npu_bf16_from_fp32(f);
				memcpy((uint16_t *)data + i, &h, 2);
				break;
			case NPU_fp16:
				h = npu_fp16_from_fp32(f);
				memcpy((uint16_t *)data + i, &h, 2);
				break;
			default:
				memcpy((float *)data + i, &f, 4);
			}
		}
	}
	npu_value *constant(npu_dtype dtype, Dims dims, float scale = 1)
	{
		npu_value *v = value(dtype, dims);
		size_t count = (size_t)npu_shape_count(&v->shape);
		void *data = npu_arena_alloc(graph->arena, count,
					     npu_dtype_bytes(dtype), 8);

		fill(dtype, data, count, scale);
		v->constant = npu_new(graph->arena, struct npu_constant, 1);
		v->constant->fill = NPU_FILL_data;
		v->constant->data = data;
		return v;
	}
	npu_node *node(npu_op op, std::vector<npu_value *> in, npu_value *out)
	{
		std::string name = "n" + std::to_string(graph->node_count);
		npu_node *n = npu_graph_add_node(graph, op, name.c_str(),
						 (uint32_t)in.size(), 1);

		for (size_t i = 0; i < in.size(); i++)
			n->inputs[i] = in[i];
		n->outputs[0] = out;
		out->producer = n;
		n->low.kernel[0] = n->low.kernel[1] = 1;
		n->low.stride[0] = n->low.stride[1] = 1;
		n->low.dilation[0] = n->low.dilation[1] = 1;
		n->low.groups = 1;
		n->low.bias = n->low.residual = n->low.multiplier = -1;
		n->low.scale_input = -1;
		n->low.a.input = n->low.b.input = n->low.c.input = -2;
		return n;
	}
	static int64_t out_size(int64_t in, int64_t k, int64_t s, int64_t d,
				int64_t pad)
	{
		return (in + 2 * pad - (k - 1) * d - 1) / s + 1;
	}
	npu_value *conv(npu_value *x, const Conv &c)
	{
		const int64_t *d = x->shape.dim;
		bool is_int = npu_dtype_bytes(x->dtype) == 1;
		int64_t per = d[3] / c.groups;
		float scale = 1.0f / (float)(c.kh * c.kw * per);
		npu_value *y = value(
			c.to,
			{ d[0], out_size(d[1], c.kh, c.sy, c.dy, c.pad),
			  out_size(d[2], c.kw, c.sx, c.dx, c.pad), c.out },
			c.zero);
		std::vector<npu_value *> in = {
			x, constant(is_int ? NPU_s8 : x->dtype,
				    { c.kh, c.kw, per, c.out })
		};
		npu_node *n;
		int bias = -1, residual = -1, multiplier = -1;

		if (c.bias) {
			bias = (int)in.size();
			in.push_back(constant(is_int ? NPU_s32 : NPU_fp32,
					      { 1, 1, 1, c.out }));
		}
		if (c.residual) {
			residual = (int)in.size();
			in.push_back(c.residual);
		}
		if (is_int) {
			multiplier = (int)in.size();
			in.push_back(constant(NPU_fp32, { 1, 1, 1, c.out },
					      scale * 0.02f));
		}
		n = node(NPU_conv, in, y);
		n->low.bias = (int8_t)bias;
		n->low.residual = (int8_t)residual;
		n->low.multiplier = (int8_t)multiplier;
		n->low.kernel[0] = c.kh;
		n->low.kernel[1] = c.kw;
		n->low.stride[0] = c.sy;
		n->low.stride[1] = c.sx;
		n->low.dilation[0] = c.dy;
		n->low.dilation[1] = c.dx;
		n->low.pad_lo[0] = n->low.pad_lo[1] = c.pad;
		n->low.pad_hi[0] = n->low.pad_hi[1] = c.pad;
		n->low.groups = c.groups;
		if (c.residual) {
			n->low.post.has_scale = 1;
			n->low.post.scale = 0.75f;
		}
		return y;
	}
	npu_value *pool(npu_value *x, npu_reduce reduce, int64_t k, int64_t s,
			int64_t pad, bool counts)
	{
		const int64_t *d = x->shape.dim;
		Dims dims = { d[0], out_size(d[1], k, s, 1, pad),
			      out_size(d[2], k, s, 1, pad), d[3] };
		npu_value *y = value(x->dtype, dims, x->zero);
		std::vector<npu_value *> in = { x };
		npu_node *n;

		if (counts)
			in.push_back(constant(
				NPU_fp32, { 1, dims[1], dims[2], 1 }, 0.2f));
		n = node(NPU_pool, in, y);
		n->low.reduce = (uint8_t)reduce;
		n->low.kernel[0] = n->low.kernel[1] = k;
		n->low.stride[0] = n->low.stride[1] = s;
		n->low.pad_lo[0] = n->low.pad_lo[1] = pad;
		n->low.pad_hi[0] = n->low.pad_hi[1] = pad;
		return y;
	}
	npu_value *reduce(npu_value *x, npu_reduce how, int axis, float scale)
	{
		const int64_t *d = x->shape.dim;
		Dims dims = { d[0], d[1], d[2], 1 };
		npu_value *y;
		npu_node *n;

		if (axis == 12)
			dims = { d[0], 1, 1, d[3] };
		y = value(x->dtype, dims, 7);
		n = node(NPU_reduce, { x }, y);
		n->low.reduce = (uint8_t)how;
		n->low.axis = (uint8_t)axis;
		n->low.post.has_scale = 1;
		n->low.post.scale = scale;
		return y;
	}
	/* f((a op0 b) op1 c), of fp32; b, c may be NULL. */
	npu_value *ew(npu_dtype to, Dims dims, npu_alu op0, npu_alu op1,
		      npu_value *a, npu_value *b, npu_value *c)
	{
		npu_value *y = value(to, dims, 5);
		std::vector<npu_value *> in = { a };
		npu_node *n;

		if (b)
			in.push_back(b);
		if (c)
			in.push_back(c);
		n = node(NPU_ew, in, y);
		n->low.op0 = (uint8_t)op0;
		n->low.op1 = (uint8_t)op1;
		n->low.a.input = 0;
		if (b)
			n->low.b.input = 1;
		if (c)
			n->low.c.input = (int8_t)(b ? 2 : 1);
		n->low.post.has_scale = 1;
		n->low.post.scale = 0.5f;
		return y;
	}
	npu_value *lut(npu_value *x)
	{
		npu_value *y = value(x->dtype, dims_of(x), 9);

		node(NPU_lut, { x, constant(x->dtype, { 1, 1, 1, 256 }) }, y);
		return y;
	}
	npu_value *concat(std::vector<npu_value *> in, int axis)
	{
		Dims dims = dims_of(in[0]);
		npu_value *y;

		for (size_t i = 1; i < in.size(); i++)
			dims[(size_t)axis] += in[i]->shape.dim[axis];
		y = value(in[0]->dtype, dims, in[0]->zero);
		node(NPU_concat, in, y)->low.axis = (uint8_t)axis;
		return y;
	}
	npu_value *move(npu_value *x, Dims dims, int64_t start, Dims step,
			Dims walk)
	{
		npu_value *y = value(x->dtype, dims, x->zero);
		npu_node *n = node(NPU_move, { x }, y);

		n->low.start = start;
		for (int d = 0; d < 4; d++) {
			n->low.step[d] = step[(size_t)d];
			n->low.extent[d] = walk[(size_t)d];
		}
		return y;
	}
	npu_value *matmul(npu_value *a, npu_value *b, bool trans_b,
			  npu_dtype to)
	{
		const int64_t *d = a->shape.dim;
		npu_value *y = value(
			to, { d[0], 1, d[2], b->shape.dim[trans_b ? 2 : 3] },
			4);
		npu_node *n = node(NPU_matmul, { a, b }, y);

		n->low.trans_b = trans_b;
		n->low.post.has_scale = 1;
		n->low.post.scale = 0.001f;
		return y;
	}
	static Dims dims_of(const npu_value *v)
	{
		return { v->shape.dim[0], v->shape.dim[1], v->shape.dim[2],
			 v->shape.dim[3] };
	}
	void output(npu_value *v)
	{
		v->is_output = 1;
	}

	struct npu_graph *graph;
	struct npu_random random;
};

#endif
