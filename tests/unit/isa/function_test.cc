// tests/unit/isa/function_test.cc - the special functions, written once more
// from the text of npu_function.h, against libm over all bf16 inputs.
#include "base/npu_dtype.h"
#include "base/npu_random.h"
#include "isa/npu_function.h"
#include <cmath>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>

namespace
{
uint32_t bits(float x)
{
	uint32_t u;
	memcpy(&u, &x, 4);
	return u;
}
float value(uint32_t u)
{
	float x;
	memcpy(&x, &u, 4);
	return x;
}
const float nan32 = value(0x7fc00000);
const float inf32 = value(0x7f800000);

float ftz(float x)
{
	if (x != x)
		return nan32;
	return x != 0 && std::fabs(x) < 0x1p-126f ? 0.0f : x;
}

float Q(npu_function_id t, uint32_t i, float d)
{
	EXPECT_LT(i, 64u);
	const npu_segment &s = npu_function_tables[t].segment[i];
	float p = ftz(std::fma(value(s.c2), d, value(s.c1)));
	return ftz(std::fma(p, d, value(s.c0)));
}

struct Parts {
	bool sign;
	int e;
	uint32_t f;
	float a;
};
Parts parts(float v)
{
	uint32_t u = bits(v);
	return { bool(u >> 31), int(u >> 23 & 255) - 127, u & 0x7fffff,
		 std::fabs(v) };
}

float exp2_(float v)
{
	v = ftz(v);
	if (v != v)
		return nan32;
	if (v >= 128)
		return inf32;
	if (v < -126)
		return 0;
	int32_t F = int32_t(std::floor(v * 8388608.0f));
	int32_t n = F >> 23;
	uint32_t g = uint32_t(F - n * 8388608);
	float y = Q(NPU_TABLE_exp2, g >> 17, float(g & 0x1ffff) * 0x1p-23f);
	return std::ldexp(y, n);
}

float log2_(float v)
{
	v = ftz(v);
	if (v == 0)
		return -inf32;
	if (v != v || v < 0)
		return nan32;
	if (v == inf32)
		return v;
	Parts p = parts(v);
	uint32_t i = p.f >> 17;
	float y = Q(NPU_TABLE_log2, i, float(p.f & 0x1ffff) * 0x1p-23f);
	return ftz(float(i >= 32 ? p.e + 1 : p.e) + y);
}

float recip_(float v)
{
	v = ftz(v);
	if (v != v)
		return nan32;
	Parts p = parts(v);
	float r;
	if (v == 0)
		r = inf32;
	else if (p.a == inf32)
		r = 0;
	else {
		float y = Q(NPU_TABLE_recip, p.f >> 17,
			    float(p.f & 0x1ffff) * 0x1p-23f);
		double exact = std::ldexp(double(y), -p.e);
		if (exact < 0x1p-126)
			return 0;
		r = float(exact);
	}
	return p.sign ? -r : r;
}

float root(float v, bool inverse)
{
	v = ftz(v);
	Parts p = parts(v);
	if (v == 0)
		return inverse ? p.sign ? -inf32 : inf32 : v;
	if (v != v || v < 0)
		return nan32;
	if (v == inf32)
		return inverse ? 0 : v;
	int odd = p.e & 1, h = (p.e - odd) / 2;
	uint32_t i = uint32_t(odd) * 32 + (p.f >> 18);
	float d = float(p.f & 0x3ffff) * 0x1p-23f;
	return inverse ? std::ldexp(Q(NPU_TABLE_rsqrt, i, d), -h)
		       : std::ldexp(Q(NPU_TABLE_sqrt, i, d), h);
}
float sqrt_(float v)
{
	return root(v, false);
}
float rsqrt_(float v)
{
	return root(v, true);
}

float octaves(npu_function_id t, int L, float a)
{
	if (a < std::ldexp(1.0f, L)) {
		float i = std::floor(std::ldexp(a, 3 - L));
		return Q(t, uint32_t(i), a - std::ldexp(i, L - 3));
	}
	Parts p = parts(a);
	return Q(t, uint32_t(8 * (p.e - L + 1)) + (p.f >> 20),
		 a - value(bits(a) & 0xfff00000));
}

float odd(npu_function_id t, int L, float top, float v)
{
	v = ftz(v);
	if (v != v)
		return nan32;
	Parts p = parts(v);
	float r = p.a >= top ? 1 : octaves(t, L, p.a);
	r = r > 1 ? 1 : r;
	return p.sign ? -r : r;
}
float tanh_(float v)
{
	return odd(NPU_TABLE_tanh, -4, 8, v);
}
float erf_(float v)
{
	return odd(NPU_TABLE_erf, -5, 4, v);
}

float sigmoid_(float v)
{
	v = ftz(v);
	if (v != v)
		return nan32;
	float a = std::fabs(v), n;
	if (a < 16) {
		float i = std::floor(a * 4);
		n = Q(NPU_TABLE_sigmoid, uint32_t(i), a - i * 0.25f);
	} else {
		n = exp2_(ftz(-a * 0x1.715476p+0f));
	}
	return v < 0 ? n : ftz(1 - n);
}

float gelu_(float v)
{
	v = ftz(v);
	if (v != v)
		return nan32;
	Parts p = parts(v);
	if (p.a < 0x1p-64f)
		return ftz(v * 0.5f);
	float g = p.a >= 8 ? 0 : octaves(NPU_TABLE_gelu, -4, p.a);
	g = g < 0 ? 0 : g;
	return p.sign ? -g : ftz(p.a - g);
}

// Finite bf16 values (and infinities) in ascending order; -0 and 0 both.
std::vector<float> ascending()
{
	std::vector<float> all;
	for (uint32_t h = 0xff80; h >= 0x8000; h--)
		all.push_back(value(h << 16));
	for (uint32_t h = 0; h <= 0x7f80; h++)
		all.push_back(value(h << 16));
	return all;
}

// bf16 values as integers whose difference is the distance in ulp; +0 = -0.
int rank(uint16_t h)
{
	return h & 0x8000 ? -int(h & 0x7fff) : int(h);
}

double true_gelu(double x)
{
	if (std::isinf(x))
		return x > 0 ? x : 0;
	return x * 0.5 * std::erfc(-x * std::sqrt(0.5));
}

struct Errors {
	int worst_ulp = 0;
	double worst_absolute = 0;
	float at = 0;
	int differing = 0;
};

// Every bf16 input through `f`; subnormal inputs read as zero.
Errors against_libm(float (*f)(float), std::function<double(double)> libm)
{
	Errors e;
	for (float v : ascending()) {
		double exact = libm(double(ftz(v)));
		float want = ftz(float(exact)), got = f(v);
		if (want != want || std::isinf(want)) {
			EXPECT_EQ(bits(got), bits(want != want ? nan32 : want))
				<< v;
			continue;
		}
		int ulp = std::abs(rank(npu_bf16_from_fp32(got)) -
				   rank(npu_bf16_from_fp32(want)));
		e.differing += ulp != 0;
		// a flushed result: subnormal against 2^-126
		if (ulp > e.worst_ulp) {
			e.worst_ulp = ulp;
			e.at = v;
		}
		e.worst_absolute = std::max(e.worst_absolute,
					    std::fabs(double(got) - exact));
	}
	return e;
}

// `direction` +1 rising, -1 falling, over the bf16 values in [lo, hi].
void expect_monotone(float (*f)(float), float lo, float hi, int direction)
{
	bool first = true;
	float last = 0, at = 0;
	for (float v : ascending()) {
		if (v < lo || v > hi || (v != 0 && std::fabs(v) < 0x1p-126f))
			continue;
		float y = f(v);
		if (!first) {
			EXPECT_GE(float(direction) * y, float(direction) * last)
				<< "between " << at << " and " << v;
		}
		first = false;
		last = y;
		at = v;
	}
}
} // namespace

#define EXPECT_WITHIN_ONE_ULP(f, libm)                             \
	do {                                                       \
		Errors e_ = against_libm(f, libm);                 \
		EXPECT_LE(e_.worst_ulp, 1) << "at " << e_.at;      \
		RecordProperty("differing_results", e_.differing); \
	} while (0)

TEST(Function, Exp2IsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(exp2_, [](double x) { return std::exp2(x); });
	expect_monotone(exp2_, -inf32, inf32, 1);
}

TEST(Function, Log2IsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(log2_, [](double x) {
		return x == 0 ? -INFINITY : std::log2(x);
	});
	expect_monotone(log2_, 0, inf32, 1);
}

TEST(Function, RecipIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(recip_, [](double x) { return 1 / x; });
	expect_monotone(recip_, 0x1p-126f, inf32, -1);
	expect_monotone(recip_, -inf32, -0x1p-126f, -1);
}

TEST(Function, SqrtIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(sqrt_, [](double x) { return std::sqrt(x); });
	expect_monotone(sqrt_, 0, inf32, 1);
}

TEST(Function, RsqrtIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(rsqrt_,
			      [](double x) { return 1 / std::sqrt(x); });
	expect_monotone(rsqrt_, 0x1p-126f, inf32, -1);
}

TEST(Function, TanhIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(tanh_, [](double x) { return std::tanh(x); });
	expect_monotone(tanh_, -inf32, inf32, 1);
}

TEST(Function, SigmoidIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(sigmoid_,
			      [](double x) { return 1 / (1 + std::exp(-x)); });
	expect_monotone(sigmoid_, -inf32, inf32, 1);
}

TEST(Function, ErfIsWithinOneUlpAndMonotone)
{
	EXPECT_WITHIN_ONE_ULP(erf_, [](double x) { return std::erf(x); });
	expect_monotone(erf_, -inf32, inf32, 1);
}

TEST(Function, GeluIsWithinOneUlpOr2ToTheMinus10AndMonotoneOnBothSides)
{
	for (float v : ascending()) {
		double exact = true_gelu(double(ftz(v)));
		float got = gelu_(v);
		int ulp = std::abs(rank(npu_bf16_from_fp32(got)) -
				   rank(npu_bf16_from_fp32(float(exact))));
		if (std::isinf(exact)) {
			EXPECT_EQ(double(got), exact);
		} else if (ulp > 1) {
			EXPECT_LE(std::fabs(double(got) - exact), 0x1p-10) << v;
		}
	}
	// the minimum is at -0.75179
	expect_monotone(gelu_, -0.75f, inf32, 1);
	expect_monotone(gelu_, -inf32, -0.7539f, -1);
}

// The bounds that npu_function.h states for fp32, on 100,000 seeded inputs each
// of magnitudes 2^-20 to 2^7.
TEST(Function, Fp32ErrorsAreThoseStated)
{
	struct {
		const char *name;
		float (*f)(float);
		double (*libm)(double);
		bool positive, absolute;
		double bound;
	} cases[] = {
		{ "exp2", exp2_, std::exp2, false, false, 2e-7 },
		{ "log2", log2_, std::log2, true, false, 5e-5 },
		{ "recip", recip_, [](double x) { return 1 / x; }, false, false,
		  3e-7 },
		{ "sqrt", sqrt_, std::sqrt, true, false, 3e-7 },
		{ "rsqrt", rsqrt_, [](double x) { return 1 / std::sqrt(x); },
		  true, false, 1e-6 },
		{ "tanh", tanh_, std::tanh, false, false, 1e-4 },
		{ "sigmoid", sigmoid_,
		  [](double x) { return 1 / (1 + std::exp(-x)); }, false, false,
		  3e-4 },
		{ "gelu", gelu_, true_gelu, false, true, 3e-5 },
		{ "erf", erf_, std::erf, false, false, 1e-4 },
	};
	for (auto &c : cases) {
		npu_random random = { 42 };
		double worst = 0;
		float at = 0;
		for (int i = 0; i < 100000; i++) {
			float v = std::ldexp(
				1 + float(npu_random_below(&random, 1 << 23)) *
						0x1p-23f,
				int(npu_random_below(&random, 27)) - 20);
			if (!c.positive && npu_random_below(&random, 2))
				v = -v;
			double exact = c.libm(double(v));
			double error = std::fabs(double(c.f(v)) - exact);
			if (!c.absolute)
				error /= std::fabs(exact);
			if (std::fabs(exact) >= 0x1p-126 && error > worst) {
				worst = error;
				at = v;
			}
		}
		EXPECT_LE(worst, c.bound) << c.name << " at " << at;
	}
}

TEST(Function, SpecialValuesAreThoseOfTheText)
{
	struct {
		float (*f)(float);
		uint32_t of[5]; // +0, -0, +inf, -inf, -1 as bits; 1: any
	} cases[] = {
		{ exp2_,
		  { 0x3f800000, 0x3f800000, 0x7f800000, 0, 0x3f000000 } },
		{ log2_,
		  { 0xff800000, 0xff800000, 0x7f800000, 0x7fc00000,
		    0x7fc00000 } },
		{ recip_,
		  { 0x7f800000, 0xff800000, 0, 0x80000000, 0xbf800000 } },
		{ sqrt_,
		  { 0, 0x80000000, 0x7f800000, 0x7fc00000, 0x7fc00000 } },
		{ rsqrt_,
		  { 0x7f800000, 0xff800000, 0, 0x7fc00000, 0x7fc00000 } },
		{ tanh_, { 0, 0x80000000, 0x3f800000, 0xbf800000, 1 } },
		{ sigmoid_, { 0x3f000000, 0x3f000000, 0x3f800000, 0, 1 } },
		{ gelu_, { 0, 0x80000000, 0x7f800000, 0x80000000, 1 } },
		{ erf_, { 0, 0x80000000, 0x3f800000, 0xbf800000, 1 } },
	};
	const float inputs[] = { 0.0f, -0.0f, inf32, -inf32, -1.0f };
	for (auto &c : cases) {
		for (int k = 0; k < 5; k++)
			if (c.of[k] != 1) {
				EXPECT_EQ(bits(c.f(inputs[k])), c.of[k])
					<< (&c - cases) << ' ' << k;
			}
		EXPECT_EQ(bits(c.f(value(0xffc12345))), 0x7fc00000u);
		// subnormals read as +0, negative ones too
		EXPECT_EQ(bits(c.f(value(0x80012345))), c.of[0]);
		EXPECT_EQ(bits(c.f(value(0x00012345))), c.of[0]);
	}
}

TEST(Function, PowersOfTwoAreExact)
{
	for (int e = -126; e <= 127; e++) {
		float v = std::ldexp(1.0f, e);
		EXPECT_EQ(log2_(v), float(e));
		EXPECT_EQ(exp2_(float(e)), v);
		EXPECT_EQ(recip_(v), e == 127 ? 0 : std::ldexp(1.0f, -e));
		if (e % 2 == 0) {
			EXPECT_EQ(sqrt_(v), std::ldexp(1.0f, e / 2));
			EXPECT_EQ(rsqrt_(v), std::ldexp(1.0f, -e / 2));
		}
	}
}

// The tables come from the host's libm when building; results must not depend
// on the host, so their bits are pinned (FNV-1a over all coefficients).
TEST(Function, TablesHaveTheSameBitsOnEveryHost)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (const npu_function_table &t : npu_function_tables)
		for (const npu_segment &s : t.segment)
			for (uint32_t c : { s.c0, s.c1, s.c2 })
				for (int k = 0; k < 4; k++)
					hash = (hash ^ (c >> 8 * k & 255)) *
					       0x100000001b3u;
	EXPECT_EQ(hash, 6038958582768577705u);
}
