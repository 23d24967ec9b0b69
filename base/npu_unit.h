/* base/npu_unit.h - whole quantities with units, read and written exactly.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_UNIT_H
#define NPU_UNIT_H
#include "base/npu_status.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// clang-format off
/*     name         bare  what a message calls it                           *
 * bare: whether a number without a unit is taken, as the smallest unit     */
#define NPU_UNIT_LIST(X)                                                  \
	X(count,       1, "an integer")                                   \
	X(bytes,       1, "a size (B, KiB, MiB, GiB, TiB)")               \
	X(bits,        1, "a number of bits")                             \
	X(hz,          0, "a frequency (Hz, kHz, MHz, GHz)")              \
	X(cycles,      1, "a number of cycles")                           \
	X(ps,          0, "a time (ps, ns, us, ms, s)")                   \
	X(bytes_per_s, 0, "a rate (B/s, kB/s, MB/s, GB/s, TB/s)")         \
	X(percent,     1, "a percentage")                                 \
	X(kelvin,      1, "a temperature (K)")
// clang-format on

enum npu_unit {
#define X(name, bare, text) NPU_UNIT_##name,
	NPU_UNIT_LIST(X)
#undef X
		NPU_UNIT_COUNT
};

/* "512 KiB" as 524288, "12.8 GB/s" as 12800000000: exact, or refused where the
 * quantity is no whole number of its smallest unit. Zero needs no unit.
 *   errors  E_RANGE, with a hint where the unit is a common slip (KB) */
NPU_NODISCARD enum npu_status npu_unit_parse(enum npu_unit unit,
					     const char *text, uint64_t *out,
					     struct npu_error *err);
/* The same quantity in the largest unit in which it is whole, in the form that
 * npu_unit_parse() reads: "512 KiB". */
void npu_unit_print(enum npu_unit unit, uint64_t value, char *out, size_t size);
/* "bytes", "hz", ... */
const char *npu_unit_name(enum npu_unit unit);
/* "a size (B, KiB, MiB, GiB, TiB)" */
const char *npu_unit_text(enum npu_unit unit);

#ifdef __cplusplus
}
#endif
#endif
