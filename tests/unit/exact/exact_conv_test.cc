// tests/unit/exact/exact_conv_test.cc - convolutions of the exact reference
// against independent loops.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/exact/lowered.h"
#include <cmath>
#include <random>

namespace
{
using Floats = std::vector<float>;

std::mt19937 random(7);

int below(unsigned n)
{
	return (int)(random() % n);
}

// An independent loop: NHWC, groups, padding, dilation, in double.
TEST(ExactConv, AgreesWithAnIndependentLoopInDouble)
{
	std::normal_distribution<float> normal;

	for (int round = 0; round < 40; round++) {
		const int groups = 1 << below(3), cg = 1 + below(5);
		const int mg = round % 4 ? 1 + below(70) : 1;
		const int c = groups * cg, m = groups * mg, h = 4 + below(9);
		const int w = 4 + below(9), kh = 1 + below(3);
		const int kw = 1 + below(3), s = 1 + below(2);
		const int d = 1 + below(2), pad = below(3);
		const int oh = (h + 2 * pad - d * (kh - 1) - 1) / s + 1;
		const int ow = (w + 2 * pad - d * (kw - 1) - 1) / s + 1;

		if (oh < 1 || ow < 1)
			continue;
		Floats x((size_t)(h * w * c)), k((size_t)(kh * kw * cg * m));
		for (float &v : x)
			v = normal(random);
		for (float &v : k)
			v = normal(random);
		OneNode one(NPU_conv, 2);
		npu_lowered &low = one.node->low;

		one.input<float>(0, NPU_fp32, { 1, h, w, c }, x);
		one.input<float>(1, NPU_fp32, { kh, kw, cg, m }, k, true);
		one.output(NPU_fp32, { 1, oh, ow, m });
		low.groups = groups;
		low.kernel[0] = kh, low.kernel[1] = kw;
		for (int i = 0; i < 2; i++) {
			low.stride[i] = s, low.dilation[i] = d;
			low.pad_lo[i] = low.pad_hi[i] = pad;
		}
		const Floats got = one.run<float>();

		for (int o = 0; o < oh * ow * m; o++) {
			const int oc = o % m, ox = o / m % ow, oy = o / m / ow;
			double want = 0, size = 0;

			for (int ky = 0; ky < kh; ky++)
				for (int kx = 0; kx < kw; kx++)
					for (int ic = 0; ic < cg; ic++) {
						const int iy =
							oy * s - pad + ky * d;
						const int ix =
							ox * s - pad + kx * d;

						if (iy < 0 || ix < 0 ||
						    iy >= h || ix >= w)
							continue;
						double p =
							(double)x[(
								size_t)((iy * w +
									 ix) * c +
									oc / mg *
										cg +
									ic)] *
							(double)k[(
								size_t)(((ky * kw +
									  kx) * cg +
									 ic) * m +
									oc)];
						want += p;
						size += std::fabs(p);
					}
			ASSERT_NEAR(got[(size_t)o], want, 1e-6 * size + 1e-30)
				<< "round " << round << " output " << o;
		}
	}
}

TEST(ExactConv, IntegersEqualAnIndependentLoop)
{
	for (int round = 0; round < 20; round++) {
		const int groups = round % 2 ? 4 : 1, cg = 1 + below(4);
		const int mg = round % 4 == 1 ? 1 : 1 + below(70);
		const int c = groups * (round % 4 == 1 ? 1 : cg),
			  m = groups * mg;
		const int n = 2, h = 3 + below(12), w = 3 + below(12);
		const int zero = below(256);
		std::vector<uint8_t> x((size_t)(n * h * w * c));
		std::vector<int8_t> k((size_t)(9 * c / groups * m));

		for (uint8_t &v : x)
			v = (uint8_t)random();
		for (int8_t &v : k)
			v = (int8_t)random();
		OneNode one(NPU_conv, 3);
		npu_lowered &low = one.node->low;

		one.input<uint8_t>(0, NPU_u8, { n, h, w, c }, x)->zero = zero;
		one.input<int8_t>(1, NPU_s8, { 3, 3, c / groups, m }, k, true);
		one.input<float>(2, NPU_fp32, { 1, 1, 1, m },
				 Floats((size_t)m, 1.0f), true);
		one.output(NPU_s32, { n, h, w, m });
		low.multiplier = 2;
		low.groups = groups;
		for (int i = 0; i < 2; i++)
			low.kernel[i] = 3, low.pad_lo[i] = low.pad_hi[i] = 1;
		const std::vector<int32_t> got = one.run<int32_t>();

		for (int o = 0; o < n * h * w * m; o++) {
			const int oc = o % m, ox = o / m % w,
				  oy = o / m / w % h;
			const int on = o / m / w / h, g = oc / mg;
			int want = 0;

			for (int t = 0; t < 9 * (c / groups); t++) {
				const int ic = t % (c / groups);
				const int iy = oy - 1 + t / (c / groups) / 3;
				const int ix = ox - 1 + t / (c / groups) % 3;

				if (iy < 0 || ix < 0 || iy >= h || ix >= w)
					continue;
				want += (x[(size_t)(((on * h + iy) * w + ix) *
							    c +
						    g * (c / groups) + ic)] -
					 zero) *
					k[(size_t)(t * m + oc)];
			}
			ASSERT_EQ(got[(size_t)o], want) << round << " " << o;
		}
	}
}

} // namespace
