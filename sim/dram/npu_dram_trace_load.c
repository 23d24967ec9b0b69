/* sim/dram/npu_dram_trace_load.c - traces of requests from text files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_file.h"
#include "sim/dram/npu_dram_pattern.h"
#include <string.h>

enum { ADDRESS_DIGITS = 12 }; /* 48 bits */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One line, without its newline. `column` tells where it goes wrong. */
static enum npu_status parse(const char *line, const char *end,
			     struct npu_dram_request *out, uint32_t *column,
			     struct npu_error *err, struct npu_loc at)
{
	const char *p = line, *digits;
	uint64_t address = 0;

	while (p < end && blank(*p))
		p++;
	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (digits = p; p < end && hex_digit(*p) >= 0; p++) {
		if (p - digits >= ADDRESS_DIGITS) {
			at.column = (uint32_t)(digits - line + 1);
			return npu_fail_at(err, NPU_E_RANGE, at,
					   "address: at most %d hexadecimal "
					   "digits",
					   ADDRESS_DIGITS);
		}
		address = address << 4 | (uint64_t)hex_digit(*p);
	}
	*column = (uint32_t)(p - line + 1);
	if (p == digits || p == end || !blank(*p))
		return NPU_E_SYNTAX;
	while (p < end && blank(*p))
		p++;
	*column = (uint32_t)(p - line + 1);
	if (p == end || !strchr("RWrw", *p))
		return NPU_E_SYNTAX;
	*out = (struct npu_dram_request){ address, *p == 'W' || *p == 'w' };
	for (p++; p < end; p++)
		if (!blank(*p)) {
			*column = (uint32_t)(p - line + 1);
			return NPU_E_SYNTAX;
		}
	return NPU_OK;
}

static size_t count_lines(const char *text, size_t size)
{
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

enum npu_status npu_dram_trace_load(struct npu_arena *arena, const char *path,
				    struct npu_dram_request **requests,
				    size_t *count, struct npu_error *err)
{
	struct npu_loc at = { .path = path };
	struct npu_dram_request *out;
	const char *line, *end, *stop;
	size_t size, n = 0;
	char *text;

	NPU_TRY(npu_file_read(arena, path, 0, &text, &size, err));
	out = npu_new(arena, struct npu_dram_request, count_lines(text, size));
	if (!out)
		return npu_fail(err, NPU_E_NOMEM, "no memory for %s", path);
	stop = text + size;
	for (line = text; line < stop; line = end + 1) {
		enum npu_status status;

		end = memchr(line, '\n', (size_t)(stop - line));
		if (!end)
			end = stop;
		at.line++;
		if (*line == '#' || line + strspn(line, " \t\r") >= end)
			continue;
		status = parse(line, end, &out[n], &at.column, err, at);
		if (status == NPU_E_SYNTAX)
			return npu_fail_at(err, status, at,
					   "expected \"<hexadecimal address> "
					   "R\" or \"... W\"");
		NPU_TRY(status);
		n++;
	}
	*requests = out;
	*count = n;
	return NPU_OK;
}
