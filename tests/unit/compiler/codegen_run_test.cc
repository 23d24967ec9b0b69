/* tests/unit/compiler/codegen_run_test.cc - compiled layers against the exact
 * reference, bit for bit, on several chips.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify.h"
#include "sim/npu_sim.h"
#include "tests/support/chip_named.h"
#include "tests/unit/compiler/lowered_net.h"
#include <gtest/gtest.h>

namespace
{
/* A chip so small that every layer is cut many times. */
struct npu_chip tiny()
{
	return chip_named("edge",
			  { "array.rows=8", "array.cols=8",
			    "scratchpad.bytes=16384", "scratchpad.banks=8",
			    "accumulators.bytes=4096", "accumulators.banks=4",
			    "vector.lanes=8" });
}

/* Random data for each input, in the order of values. */
std::vector<npu_array> random_inputs(Net &net)
{
	std::vector<npu_array> inputs;

	for (uint32_t v = 0; v < net.graph->value_count; v++) {
		npu_value *value = net.graph->values[v];
		npu_array a = {};
		size_t count = (size_t)npu_shape_count(&value->shape);

		if (!value->is_input)
			continue;
		a.dtype = value->dtype;
		a.shape = value->shape;
		a.data = malloc(count * npu_dtype_bytes(value->dtype));
		net.fill(value->dtype, a.data, count, 1);
		inputs.push_back(a);
	}
	return inputs;
}

/* What the layer hook compares with. */
struct Expected {
	Net *net;
	const npu_program *program;
	const npu_values *values;
	int compared;
};

void compare_layer(void *user, struct npu_sim *sim, uint32_t layer)
{
	Expected *e = (Expected *)user;

	for (size_t t = 0; t < e->program->tensor_count; t++) {
		const npu_tensor_desc *d = &e->program->tensor[t];
		const npu_value *v;

		if (d->layer != layer)
			continue;
		v = npu_graph_find_value(e->net->graph, d->name);
		std::vector<uint8_t> got((size_t)npu_shape_count(&v->shape) *
					 npu_dtype_bytes(v->dtype));
		npu_sim_read(sim, d, got.data());
		EXPECT_EQ(
			memcmp(got.data(), e->values->data[v->id], got.size()),
			0)
			<< d->name << " made by " << v->producer->name;
		e->compared++;
	}
}

void run(Net &net, const struct npu_chip &chip, const npu_program *program,
	 const std::vector<npu_array> &inputs, const npu_values &values)
{
	struct npu_error err = {};
	struct npu_sim_options options = {};
	struct npu_sim *sim = nullptr;
	struct npu_result *result = nullptr;
	Expected expected = { &net, program, &values, 0 };
	size_t next = 0;

	options.functional = 1;
	ASSERT_EQ(npu_verify(program, &chip, nullptr, &err), NPU_OK)
		<< err.message;
	ASSERT_EQ(npu_sim_create(&chip, program, &options, &sim, &err), NPU_OK)
		<< err.message;
	for (size_t t = 0; t < program->tensor_count; t++)
		if (program->tensor[t].layer == UINT32_MAX)
			npu_sim_write(sim, &program->tensor[t],
				      inputs[next++].data);
	EXPECT_EQ(npu_sim_run(sim, compare_layer, &expected, &result, &err),
		  NPU_OK)
		<< err.message;
	EXPECT_EQ((size_t)expected.compared + inputs.size(),
		  program->tensor_count);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
}

void check(Net &net, const struct npu_chip &chip)
{
	struct npu_error err = {};
	struct npu_program *program = nullptr;
	struct npu_values values = {};
	std::vector<npu_array> inputs = random_inputs(net);

	ASSERT_EQ(npu_graph_check(net.graph, &err), NPU_OK) << err.message;
	ASSERT_EQ(npu_exact_run(net.graph, inputs.data(), &values, &err),
		  NPU_OK)
		<< err.message;
	ASSERT_EQ(npu_codegen(net.graph, &chip, nullptr, &program, &err),
		  NPU_OK)
		<< err.message;
	run(net, chip, program, inputs, values);
	for (auto &a : inputs)
		npu_array_clear(&a);
	npu_values_clear(&values);
	npu_program_destroy(program);
}

void check_everywhere(void (*build)(Net &))
{
	const struct npu_chip chips[] = {
		chip_named("edge"),
		tiny(),
		chip_named("scalesim"),
		chip_named("datacenter"),
		chip_named("edge", { "array.rows=16", "array.cols=32" }),
		/* columns that are no whole lines */
		chip_named("edge", { "array.cols=24", "vector.lanes=48" }),
	};

	for (const struct npu_chip &chip : chips) {
		Net net(7);

		build(net);
		check(net, chip);
	}
}

TEST(CodegenRun, PointwiseConvolutionIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 9, 7, 32 }, 5);

		net.output(net.conv(x, Conv().outs(48)));
	});
}

TEST(CodegenRun, PaddedConvolutionWithResidualIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 2, 10, 11, 16 }, 5);
		npu_value *r = net.input(NPU_s8, { 2, 10, 11, 24 }, -3);

		net.output(
			net.conv(x, Conv().k(3, 3).outs(24).pads(1).plus(r)));
	});
}

TEST(CodegenRun, StridedConvolutionOfOddChannelsIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_s8, { 1, 15, 13, 3 }, -7);
		npu_value *y =
			net.conv(x, Conv().k(5, 5).outs(21).stride(2).pads(2));

		net.output(net.conv(y, Conv().outs(10).stride(2)));
	});
}

TEST(CodegenRun, DilatedConvolutionIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 12, 12, 20 }, 1);

		net.output(
			net.conv(x, Conv().k(3, 3).outs(17).dilate(2).pads(2)));
	});
}

TEST(CodegenRun, GroupedConvolutionsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 6, 6, 32 }, 1);
		npu_value *y =
			net.conv(x, Conv().k(3, 3).outs(32).pads(1).grouped(8));

		y = net.conv(y, Conv().k(3, 3).outs(64).pads(1).grouped(2));
		net.output(net.conv(y, Conv().k(1, 3).outs(128).grouped(64)));
	});
}

TEST(CodegenRun, GroupsThatDoNotFillLinesAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 5, 6, 15 }, 1);

		net.output(net.conv(
			x, Conv().k(3, 3).outs(10).pads(1).grouped(5)));
	});
}

TEST(CodegenRun, DepthwiseConvolutionIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 9, 9, 40 }, 9);
		npu_value *y = net.conv(
			x, Conv().k(3, 3).outs(40).pads(1).grouped(40));

		net.output(net.conv(
			y, Conv().k(3, 3)
				   .outs(40)
				   .stride(2)
				   .pads(1)
				   .grouped(40)
				   .plus(net.input(NPU_u8, { 1, 5, 5, 40 }))));
	});
}

/* Expand, depthwise, project with a residual: the layers that run side by side
 * and whose values stay in the scratchpad. */
npu_value *block(Net &net, npu_value *x, int64_t wide, int64_t stride,
		 bool adds)
{
	int64_t c = x->shape.dim[3];
	npu_value *y = net.conv(x, Conv().outs(wide));

	y = net.conv(
		y,
		Conv().k(3, 3).outs(wide).stride(stride).pads(1).grouped(wide));
	return net.conv(y, Conv().outs(c).plus(adds ? x : nullptr));
}

TEST(CodegenRun, InvertedResidualsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 2, 12, 13, 24 }, 5);

		x = block(net, x, 80, 2, false);
		x = block(net, x, 96, 1, true);
		x = block(net, x, 48, 1, true);
		x = net.conv(x, Conv().outs(40));
		net.output(net.reduce(x, NPU_REDUCE_sum, 12, 0.02f));
	});
}

/* Convolutions whose values are worth keeping in the scratchpad. */
void borders_and_strides(Net &net)
{
	npu_value *x = net.input(NPU_bf16, { 1, 11, 9, 16 });

	x = net.conv(x, Conv().k(3, 3).outs(32).pads(1).type(NPU_bf16));
	x = net.conv(x,
		     Conv().k(5, 5).outs(16).pads(2).stride(2).type(NPU_bf16));
	x = net.conv(x,
		     Conv().k(3, 3).outs(20).pads(2).dilate(2).type(NPU_bf16));
	net.output(net.conv(x, Conv().outs(16).stride(2).type(NPU_bf16)));
}

TEST(CodegenRun, ValuesThatStayHaveBordersAndStrides)
{
	check_everywhere(borders_and_strides);
}

TEST(CodegenRun, ValuesStayOnArraysOfAnyWidth)
{
	for (const char *cols : { "array.cols=16", "array.cols=24" }) {
		struct npu_codegen_options options = {};
		struct npu_program *program = nullptr;
		struct npu_text text = {};
		Net net(7);

		borders_and_strides(net);
		options.dump = "resident";
		options.dump_text = &text;
		const struct npu_chip chip = chip_named("edge", { cols });
		ASSERT_EQ(npu_codegen(net.graph, &chip, &options, &program,
				      nullptr),
			  NPU_OK);
		EXPECT_NE(strstr(text.data, "stays"), nullptr) << cols;
		npu_text_clear(&text);
		npu_program_destroy(program);
	}
}

TEST(CodegenRun, FloatConvolutionsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_bf16, { 1, 8, 8, 12 });
		npu_value *y = net.conv(
			x, Conv().k(3, 3).outs(24).pads(1).type(NPU_bf16));

		y = net.conv(y,
			     Conv().k(3, 3).outs(24).pads(1).grouped(24).type(
				     NPU_bf16));
		net.output(net.conv(y, Conv().outs(10).type(NPU_fp32)));
	});
}

TEST(CodegenRun, LongProductsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 3, 1, 1, 1500 }, 2);
		npu_value *y = net.conv(x, Conv().outs(90));

		net.output(net.conv(y, Conv().outs(10)));
	});
}

TEST(CodegenRun, DeepConvolutionsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 4, 4, 160 }, 2);

		net.output(net.conv(x, Conv().k(3, 3).outs(64).pads(1)));
	});
}

TEST(CodegenRun, MatrixProductsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *a = net.input(NPU_u8, { 2, 1, 20, 48 }, 3);
		npu_value *b = net.input(NPU_s8, { 2, 1, 48, 35 }, -2);
		npu_value *c = net.input(NPU_s8, { 2, 1, 24, 35 }, 1);

		net.output(net.matmul(net.matmul(a, b, false, NPU_u8), c, true,
				      NPU_u8));
	});
}

TEST(CodegenRun, PoolsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 9, 9, 24 }, 3);
		npu_value *f = net.input(NPU_bf16, { 1, 9, 9, 24 });

		net.output(net.pool(x, NPU_REDUCE_max, 3, 2, 1, false));
		net.output(net.pool(x, NPU_REDUCE_sum, 3, 1, 1, true));
		net.output(net.pool(x, NPU_REDUCE_max, 2, 2, 0, false));
		net.output(net.pool(f, NPU_REDUCE_max, 3, 2, 1, false));
		net.output(net.pool(f, NPU_REDUCE_sum, 2, 2, 0, true));
	});
}

TEST(CodegenRun, ReductionsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 2, 7, 7, 40 }, 3);
		npu_value *f = net.input(NPU_fp32, { 1, 3, 5, 50 });

		net.output(net.reduce(x, NPU_REDUCE_sum, 12, 0.02f));
		net.output(net.reduce(x, NPU_REDUCE_max, 3, 1));
		net.output(net.reduce(f, NPU_REDUCE_sum, 3, 1));
		net.output(net.reduce(f, NPU_REDUCE_max, 12, 1));
	});
}

TEST(CodegenRun, ElementwiseWithBroadcastIsExact)
{
	check_everywhere([](Net &net) {
		Dims all = { 2, 5, 6, 24 };
		npu_value *x = net.input(NPU_u8, all, 3);
		npu_value *y = net.input(NPU_s8, all, -4);
		npu_value *column = net.input(NPU_fp32, { 2, 5, 6, 1 });
		npu_value *row = net.constant(NPU_fp32, { 1, 1, 1, 24 });
		npu_value *image = net.input(NPU_u8, { 2, 1, 1, 24 }, 8);
		npu_value *one = net.constant(NPU_fp32, { 1, 1, 1, 1 });

		net.output(net.ew(NPU_u8, all, NPU_ALU_add, NPU_ALU_mul, x, y,
				  row));
		net.output(net.ew(NPU_bf16, all, NPU_ALU_mul, NPU_ALU_add, x,
				  column, one));
		net.output(net.ew(NPU_fp32, all, NPU_ALU_sub, NPU_ALU_pass, x,
				  image, nullptr));
	});
}

TEST(CodegenRun, ElementwiseOfOneChannelIsExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_fp32, { 2, 5, 6, 1 });
		npu_value *y = net.input(NPU_fp32, { 2, 5, 1, 1 });
		npu_value *v = net.input(NPU_fp32, { 1, 9, 1, 1 });
		npu_value *one = net.constant(NPU_fp32, { 1, 1, 1, 1 });

		net.output(net.ew(NPU_fp32, { 2, 5, 6, 1 }, NPU_ALU_mul,
				  NPU_ALU_add, x, y, one));
		net.output(net.ew(NPU_fp32, { 1, 9, 1, 1 }, NPU_ALU_add,
				  NPU_ALU_pass, v, one, nullptr));
	});
}

TEST(CodegenRun, LookupTablesAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 5, 6, 24 }, 3);
		npu_value *s = net.input(NPU_s8, { 1, 3, 3, 10 }, 3);

		for (int i = 0; i < 18; i++)
			x = net.lut(x);
		net.output(x);
		net.output(net.lut(s));
	});
}

TEST(CodegenRun, ConcatsAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 6, 6, 16 }, 3);
		npu_value *a = net.conv(x, Conv().outs(20));
		npu_value *b = net.conv(x, Conv().k(3, 3).outs(12).pads(1));
		npu_value *c = net.concat({ a, b, x, a }, 3);
		npu_value *d = net.concat({ a, a }, 1);

		c = net.concat({ c, net.conv(c, Conv().outs(9)) }, 3);
		net.output(net.conv(c, Conv().outs(7)));
		net.output(net.conv(d, Conv().outs(7)));
	});
}

TEST(CodegenRun, MovesAreExact)
{
	check_everywhere([](Net &net) {
		npu_value *x = net.input(NPU_u8, { 1, 6, 5, 16 }, 3);
		npu_value *y = net.conv(x, Conv().outs(12));

		/* NHWC to NCHW, a slice, reshapes */
		net.output(net.move(y, { 1, 12, 6, 5 }, 0, { 360, 1, 60, 12 },
				    { 1, 12, 6, 5 }));
		net.output(net.move(y, { 1, 3, 5, 4 }, 64, { 360, 60, 12, 1 },
				    { 1, 3, 5, 4 }));
		net.output(net.move(y, { 1, 1, 1, 360 }, 0, { 360, 1, 60, 12 },
				    { 1, 12, 6, 5 }));
		net.output(net.move(y, { 1, 1, 20, 18 }, 0, { 0, 0, 0, 1 },
				    { 1, 1, 1, 360 }));
	});
}
} // namespace
