/* base/npu_unit.c - suffix tables and exact decimal arithmetic.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_integer.h"
#include "base/npu_unit.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *text;
	int bare;
} units[] = {
#define X(name, bare, text) [NPU_UNIT_##name] = { #name, text, bare },
	NPU_UNIT_LIST(X)
#undef X
};

// clang-format off
/* Of each unit, the largest first; a scale of 0 is refused with the hint. */
static const struct suffix {
	enum npu_unit unit;
	const char *text;
	uint64_t scale;
	const char *hint;
} suffixes[] = {
	{ NPU_UNIT_bytes, "TiB", (uint64_t)1 << 40, NULL },
	{ NPU_UNIT_bytes, "GiB", (uint64_t)1 << 30, NULL },
	{ NPU_UNIT_bytes, "MiB", (uint64_t)1 << 20, NULL },
	{ NPU_UNIT_bytes, "KiB", (uint64_t)1 << 10, NULL },
	{ NPU_UNIT_bytes, "B",   1, NULL },
	{ NPU_UNIT_bytes, "KB",  0, "KB is ambiguous: write KiB (1024 bytes)" },
	{ NPU_UNIT_bytes, "kB",  0, "kB is ambiguous: write KiB (1024 bytes)" },
	{ NPU_UNIT_bytes, "K",   0, "write KiB (1024 bytes)" },
	{ NPU_UNIT_bytes, "MB",  0, "MB is ambiguous: write MiB (1024 KiB)" },
	{ NPU_UNIT_bytes, "M",   0, "write MiB (1024 KiB)" },
	{ NPU_UNIT_bytes, "GB",  0, "GB is ambiguous: write GiB (1024 MiB)" },
	{ NPU_UNIT_bytes, "G",   0, "write GiB (1024 MiB)" },
	{ NPU_UNIT_bytes, "TB",  0, "TB is ambiguous: write TiB (1024 GiB)" },
	{ NPU_UNIT_bits, "bits", 1, NULL },
	{ NPU_UNIT_bits, "bit",  1, NULL },
	{ NPU_UNIT_hz, "GHz", 1000000000, NULL },
	{ NPU_UNIT_hz, "MHz", 1000000, NULL },
	{ NPU_UNIT_hz, "kHz", 1000, NULL },
	{ NPU_UNIT_hz, "Hz",  1, NULL },
	{ NPU_UNIT_cycles, "cycles", 1, NULL },
	{ NPU_UNIT_cycles, "cycle",  1, NULL },
	{ NPU_UNIT_ps, "s",  1000000000000, NULL },
	{ NPU_UNIT_ps, "ms", 1000000000, NULL },
	{ NPU_UNIT_ps, "us", 1000000, NULL },
	{ NPU_UNIT_ps, "ns", 1000, NULL },
	{ NPU_UNIT_ps, "ps", 1, NULL },
	{ NPU_UNIT_bytes_per_s, "TB/s", 1000000000000, NULL },
	{ NPU_UNIT_bytes_per_s, "GB/s", 1000000000, NULL },
	{ NPU_UNIT_bytes_per_s, "MB/s", 1000000, NULL },
	{ NPU_UNIT_bytes_per_s, "kB/s", 1000, NULL },
	{ NPU_UNIT_bytes_per_s, "B/s",  1, NULL },
	{ NPU_UNIT_bytes_per_s, "GiB/s", 0, "rates are decimal: write GB/s" },
	{ NPU_UNIT_bytes_per_s, "MiB/s", 0, "rates are decimal: write MB/s" },
	{ NPU_UNIT_bytes_per_s, "KiB/s", 0, "rates are decimal: write kB/s" },
	{ NPU_UNIT_bytes_per_s, "GBps", 0, "write GB/s" },
	{ NPU_UNIT_bytes_per_s, "Gb/s", 0, "bytes, not bits: write GB/s" },
	{ NPU_UNIT_percent, "%", 1, NULL },
	{ NPU_UNIT_kelvin, "K", 1, NULL },
	{ NPU_UNIT_kelvin, "C", 0, "write kelvin: 85 C is 358 K" },
};
// clang-format on
enum { SUFFIX_COUNT = sizeof suffixes / sizeof suffixes[0] };

/* An unsigned decimal, number = mantissa / 10^fraction. */
struct decimal {
	uint64_t mantissa;
	unsigned fraction, digits;
	int overflow;
	const char *rest;
};

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct decimal read_decimal(const char *text)
{
	struct decimal d = { .rest = text };
	int point = 0;

	for (; is_digit(*d.rest) || (*d.rest == '.' && !point); d.rest++) {
		if (*d.rest == '.') {
			point = 1;
			continue;
		}
		unsigned digit = (unsigned)(*d.rest - '0');

		d.overflow |= d.mantissa > (UINT64_MAX - digit) / 10;
		d.mantissa = d.mantissa * 10 + digit;
		d.fraction += (unsigned)point;
		d.digits++;
	}
	return d;
}

static enum npu_status refuse(enum npu_unit unit, const char *text,
			      const char *hint, struct npu_error *err)
{
	if (!*text)
		return npu_fail(err, NPU_E_RANGE, "expected %s, got nothing",
				units[unit].text);
	return npu_fail(err, NPU_E_RANGE, "expected %s, got \"%.60s\"%s%s",
			units[unit].text, text, hint ? "; hint: " : "",
			hint ? hint : "");
}

/* mantissa / 10^fraction * scale, where it is whole and fits. */
static enum npu_status scale_up(enum npu_unit unit, const struct decimal *d,
				uint64_t scale, const char *text, uint64_t *out,
				struct npu_error *err)
{
	uint64_t power = 1;

	if (d->overflow || d->fraction > 18)
		return refuse(unit, text, "too many digits", err);
	for (unsigned i = 0; i < d->fraction; i++)
		power *= 10;
	uint64_t common = npu_gcd(scale, power);
	scale /= common;
	power /= common;
	if (d->mantissa % power != 0)
		return refuse(unit, text, "not a whole number", err);
	if (d->mantissa / power > UINT64_MAX / scale)
		return refuse(unit, text, "too large", err);
	*out = d->mantissa / power * scale;
	return NPU_OK;
}

enum npu_status npu_unit_parse(enum npu_unit unit, const char *text,
			       uint64_t *out, struct npu_error *err)
{
	struct decimal d = read_decimal(text);

	if (!d.digits)
		return refuse(unit, text, NULL, err);
	/* YAML 1.1 readers take 010 as 8: two readings, so none */
	if (text[0] == '0' && is_digit(text[1]))
		return refuse(unit, text, "no leading zeros", err);
	while (*d.rest == ' ')
		d.rest++;
	if (!*d.rest) {
		if (units[unit].bare || d.mantissa == 0)
			return scale_up(unit, &d, 1, text, out, err);
		return refuse(unit, text, "give the unit", err);
	}
	for (size_t i = 0; i < SUFFIX_COUNT; i++) {
		if (suffixes[i].unit != unit ||
		    strcmp(suffixes[i].text, d.rest) != 0)
			continue;
		if (!suffixes[i].scale)
			return refuse(unit, text, suffixes[i].hint, err);
		return scale_up(unit, &d, suffixes[i].scale, text, out, err);
	}
	return refuse(unit, text, NULL, err);
}

void npu_unit_print(enum npu_unit unit, uint64_t value, char *out, size_t size)
{
	for (size_t i = 0; i < SUFFIX_COUNT; i++) {
		const struct suffix *s = &suffixes[i];

		if (s->unit != unit || !s->scale || !value ||
		    value % s->scale != 0)
			continue;
		if (value == 1 && i + 1 < SUFFIX_COUNT && s[1].unit == unit &&
		    s[1].scale == s->scale)
			s++; /* 1 cycle, not 1 cycles */
		snprintf(out, size, "%" PRIu64 " %s", value / s->scale,
			 s->text);
		return;
	}
	snprintf(out, size, "%" PRIu64, value);
}

const char *npu_unit_name(enum npu_unit unit)
{
	return units[unit].name;
}

const char *npu_unit_text(enum npu_unit unit)
{
	return units[unit].text;
}
