/* base/npu_integer.h - arithmetic of unsigned integers that C has no name for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_INTEGER_H
#define NPU_INTEGER_H
#include <stdint.h>

static inline uint64_t npu_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t npu_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* a / b, rounded up; b > 0. */
static inline uint64_t npu_div_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

/* The next multiple of `unit` that is not below a. */
static inline uint64_t npu_round_up(uint64_t a, uint64_t unit)
{
	return npu_div_up(a, unit) * unit;
}

/* The greatest common divisor; that of 0 and b is b. */
static inline uint64_t npu_gcd(uint64_t a, uint64_t b)
{
	while (b) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}
#endif
