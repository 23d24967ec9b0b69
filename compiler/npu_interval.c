/* compiler/npu_interval.c - who last wrote and read each part of a memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compiler/npu_interval.h"
#include <stdlib.h>
#include <string.h>

void npu__uses_clear(struct npu_uses *uses)
{
	for (uint64_t p = 0; p < uses->page_count; p++)
		free(uses->page[p].segment);
	free(uses->page);
	*uses = (struct npu_uses){ 0 };
}

static int reserve(struct npu_segments *uses, uint32_t extra)
{
	struct npu_segment_use *more;
	uint32_t capacity = uses->capacity ? uses->capacity : 16;

	while (capacity < uses->count + extra)
		capacity *= 2;
	if (capacity == uses->capacity)
		return 1;
	more = realloc(uses->segment, capacity * sizeof *more);
	if (!more)
		return 0;
	uses->segment = more;
	uses->capacity = capacity;
	return 1;
}

/* Index of the segment that holds `at`; the first starts at 0. */
static uint32_t find(const struct npu_segments *uses, uint64_t at)
{
	uint32_t lo = 0, hi = uses->count;

	while (hi - lo > 1) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (uses->segment[middle].first <= at)
			lo = middle;
		else
			hi = middle;
	}
	return lo;
}

/* Let a segment start at `at`; returns its index. */
static uint32_t split(struct npu_segments *uses, uint64_t at)
{
	uint32_t i = find(uses, at);
	struct npu_segment_use *s = &uses->segment[i];

	if (s->first == at)
		return i;
	memmove(s + 1, s, (uses->count - i) * sizeof *s);
	uses->count++;
	s[1].first = at;
	return i + 1;
}

static void raise(uint32_t *need, uint32_t number)
{
	if (*need < number)
		*need = number;
}

/* The same in one page, of which lo..hi is a part. */
static int touch(struct npu_segments *uses, uint64_t lo, uint64_t hi,
		 int is_write, enum npu_engine_id engine, uint32_t number,
		 uint32_t need[NPU_ENGINE_COUNT])
{
	struct npu_segment_use *s;
	uint32_t from, to;

	if (!reserve(uses, 3))
		return 0;
	if (!uses->count) {
		memset(&uses->segment[0], 0, sizeof uses->segment[0]);
		uses->count = 1;
	}
	from = split(uses, lo);
	to = split(uses, hi);
	for (uint32_t i = from; i < to; i++) {
		s = &uses->segment[i];
		raise(&need[s->writer], s->written);
		if (!is_write) {
			s->read[engine] = number;
			continue;
		}
		for (int e = 0; e < NPU_ENGINE_COUNT; e++)
			raise(&need[e], s->read[e]);
	}
	if (!is_write)
		return 1;
	s = &uses->segment[from];
	memset(s->read, 0, sizeof s->read);
	s->written = number;
	s->writer = (uint8_t)engine;
	if (to > from + 1)
		memmove(s + 1, &uses->segment[to],
			(uses->count - to) * sizeof *s);
	uses->count -= to - from - 1;
	return 1;
}

/* Let there be a page of `at`. */
static int add_pages(struct npu_uses *uses, uint64_t at)
{
	uint64_t count = uses->page_count ? uses->page_count : 16;
	struct npu_segments *more;

	while (count <= at >> NPU_USES_PAGE)
		count *= 2;
	if (count == uses->page_count)
		return 1;
	more = realloc(uses->page, (size_t)count * sizeof *more);
	if (!more)
		return 0;
	memset(more + uses->page_count, 0,
	       (size_t)(count - uses->page_count) * sizeof *more);
	uses->page = more;
	uses->page_count = count;
	return 1;
}

int npu__uses_touch(struct npu_uses *uses, uint64_t lo, uint64_t hi,
		    int is_write, enum npu_engine_id engine, uint32_t number,
		    uint32_t need[NPU_ENGINE_COUNT])
{
	if (hi > lo && !add_pages(uses, hi - 1))
		return 0;
	while (lo < hi) {
		const uint64_t p = lo >> NPU_USES_PAGE;
		const uint64_t end = (p + 1) << NPU_USES_PAGE;
		const uint64_t stop = hi < end ? hi : end;

		if (!touch(&uses->page[p], lo, stop, is_write, engine, number,
			   need))
			return 0;
		lo = stop;
	}
	return 1;
}
