/* isa/gen/npu_gen_function.c - fit a quadratic to each segment of a function.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/gen/npu_gen_function.h"
#include <math.h>
#include <string.h>

/* What a table approximates, in the segment's own argument. `i` says on which
 * side of a cut a segment lies. */
static double f_exp2(double x, int i)
{
	(void)i;
	return exp2(x);
}

static double f_log2(double x, int i)
{
	return i < NPU_SEGMENTS / 2 ? log1p(x) / log(2.0)
				    : log1p((x - 1) / 2) / log(2.0);
}

static double f_recip(double x, int i)
{
	(void)i;
	return 1 / (1 + x);
}

static double f_sqrt(double x, int i)
{
	return sqrt(i < NPU_SEGMENTS / 2 ? 1 + x : 2 + 2 * x);
}

static double f_rsqrt(double x, int i)
{
	return 1 / f_sqrt(x, i);
}

static double f_tanh(double x, int i)
{
	(void)i;
	return tanh(x);
}

static double f_sigmoid(double x, int i)
{
	(void)i;
	return 1 / (1 + exp(x));
}

static double f_gelu(double x, int i)
{
	(void)i;
	return x * 0.5 * erfc(x * sqrt(0.5));
}

static double f_erf(double x, int i)
{
	(void)i;
	return erf(x);
}

/* Where the segments lie: 64 equal ones over [0, top); two halves of 32 over
 * [0, 1) each; or octaves from 2^low on. */
enum layout { EQUAL, HALVES, OCTAVES };

static const struct {
	const char *name;
	double (*f)(double x, int i);
	enum layout layout;
	double top;
	int low;
} functions[NPU_TABLE_COUNT] = {
	[NPU_TABLE_exp2] = { "exp2", f_exp2, EQUAL, 1, 0 },
	[NPU_TABLE_log2] = { "log2", f_log2, EQUAL, 1, 0 },
	[NPU_TABLE_recip] = { "recip", f_recip, EQUAL, 1, 0 },
	[NPU_TABLE_sqrt] = { "sqrt", f_sqrt, HALVES, 1, 0 },
	[NPU_TABLE_rsqrt] = { "rsqrt", f_rsqrt, HALVES, 1, 0 },
	[NPU_TABLE_tanh] = { "tanh", f_tanh, OCTAVES, 8, -4 },
	[NPU_TABLE_sigmoid] = { "sigmoid", f_sigmoid, EQUAL, 16, 0 },
	[NPU_TABLE_gelu] = { "gelu", f_gelu, OCTAVES, 8, -4 },
	[NPU_TABLE_erf] = { "erf", f_erf, OCTAVES, 4, -5 },
};

/* First argument and width of segment i. */
static void place(enum npu_function_id id, int i, double *start, double *width)
{
	double top = functions[id].top;
	int halves = functions[id].layout == HALVES, count = NPU_SEGMENTS;
	int octave = i / 8 - 1 + functions[id].low;

	if (functions[id].layout == OCTAVES && i >= 8) {
		*width = ldexp(1, octave - 3);
		*start = ldexp(1, octave) + i % 8 * *width;
		return;
	}
	if (functions[id].layout == OCTAVES)
		*width = ldexp(1, functions[id].low - 3);
	else
		*width = top / (halves ? count / 2 : count);
	*start = (halves ? i % (count / 2) : i) * *width;
}

static uint32_t bits_of(double value)
{
	float f = (float)value;
	uint32_t u;

	memcpy(&u, &f, sizeof u);
	return u;
}

void npu_gen_function(enum npu_function_id id, struct npu_function_table *out)
{
	out->name = functions[id].name;
	for (int i = 0; i < NPU_SEGMENTS; i++) {
		double x, h;

		place(id, i, &x, &h);
		double f0 = functions[id].f(x, i);
		double fm = functions[id].f(x + h / 2, i) - f0;
		double f1 = functions[id].f(x + h, i) - f0;
		double c1 = (4 * fm - f1) / h, c2 = (2 * f1 - 4 * fm) / (h * h);

		/* a steep tail would turn back before its end: level there */
		if ((c1 + 2 * c2 * h) * f1 < 0 && f1 * fm > 0 && i > 32) {
			c1 = 2 * f1 / h;
			c2 = -f1 / (h * h);
		}
		out->segment[i] =
			(struct npu_segment){ bits_of(f0), bits_of(c1),
					      bits_of(c2) };
	}
}
