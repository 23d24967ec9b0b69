/* models/npu_difference.c - how far one array is from another.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_reference.h"
#include <math.h>
#include <string.h>

struct npu_difference npu_compare_bits(const void *got, const void *want,
				       enum npu_dtype dtype, uint64_t count)
{
	const size_t width = npu_dtype_bytes(dtype);
	const char *a = got, *b = want;
	struct npu_difference difference = {
		.count = count,
		.sqnr_db = (double)INFINITY,
		.top1_equal = 1,
	};

	if (!memcmp(a, b, (size_t)count * width))
		return difference;
	for (uint64_t i = 0; i < count; i++)
		difference.mismatches +=
			memcmp(a + i * width, b + i * width, width) != 0;
	difference.top1_equal = 0; /* not looked at: bits alone */
	difference.sqnr_db = (double)-INFINITY;
	return difference;
}

static uint64_t largest(const float *row, uint64_t n)
{
	uint64_t at = 0;

	for (uint64_t i = 1; i < n; i++) {
		if (row[i] > row[at])
			at = i;
	}
	return at;
}

struct npu_difference npu_compare_real(const float *got, const float *want,
				       uint64_t count, uint64_t last)
{
	struct npu_difference difference = { .count = count, .top1_equal = 1 };
	double signal = 0, noise = 0;

	for (uint64_t i = 0; i < count; i++) {
		const double w = (double)want[i];
		double e = (double)got[i] - w;

		difference.mismatches +=
			memcmp(&got[i], &want[i], sizeof *got) != 0;
		/* equal infinities and NaN for NaN differ by nothing */
		if (got[i] == want[i] || (isnan(got[i]) && isnan(want[i])))
			e = 0;
		else if (!isfinite(e))
			e = (double)INFINITY;
		if (fabs(e) > difference.max_abs_error)
			difference.max_abs_error = fabs(e);
		if (isfinite(w))
			signal += w * w;
		noise += e * e;
	}
	/* no error: +inf; error where all that is wanted is 0: -inf */
	difference.sqnr_db =
		noise > 0 ? 10 * log10(signal / noise) : (double)INFINITY;
	for (uint64_t row = 0; last && row < count / last; row++) {
		if (largest(got + row * last, last) !=
		    largest(want + row * last, last))
			difference.top1_equal = 0;
	}
	return difference;
}
