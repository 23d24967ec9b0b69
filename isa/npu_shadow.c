/* isa/npu_shadow.c - who wrote and who read each byte last.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_shadow_internal.h"
#include <stdlib.h>
#include <string.h>

/* A run of equal state, from `start` (in its page) to the next run. */
struct run {
	uint32_t start;
	uint32_t written;         /* 0: never */
	uint32_t process, number; /* of the last write */
	uint32_t read[]; /* [processes]: number of the last read since */
};

/* Ascending runs, the first at 0; NULL stands for one run as at the start. */
struct page {
	unsigned char *runs;
	uint32_t count, room;
	uint32_t found; /* index of the run found last */
};

struct npu__shadow {
	uint64_t size;
	unsigned page_bits;
	uint32_t processes, written;
	size_t stride; /* bytes of a run */
	struct page *pages;
	uint64_t page_count;
};

struct npu__shadow *npu__shadow_create(uint64_t size, unsigned page_bits,
				       uint32_t processes, int written)
{
	struct npu__shadow *shadow = calloc(1, sizeof *shadow);

	if (!shadow)
		return NULL;
	shadow->size = size;
	shadow->page_bits = page_bits;
	shadow->processes = processes;
	shadow->written = (uint32_t)written;
	shadow->stride = sizeof(struct run) + processes * sizeof(uint32_t);
	shadow->page_count = (size >> page_bits) + 1;
	shadow->pages = calloc(shadow->page_count, sizeof *shadow->pages);
	if (!shadow->pages) {
		free(shadow);
		return NULL;
	}
	return shadow;
}

void npu__shadow_destroy(struct npu__shadow *shadow)
{
	if (!shadow)
		return;
	for (uint64_t p = 0; p < shadow->page_count; p++)
		free(shadow->pages[p].runs);
	free(shadow->pages);
	free(shadow);
}

static struct run *run_at(const struct npu__shadow *shadow,
			  const struct page *page, uint32_t i)
{
	return (struct run *)(void *)(page->runs + i * shadow->stride);
}

/* Room for two more runs, which is what cutting both ends of a range takes. */
static enum npu_status reserve(const struct npu__shadow *shadow,
			       struct page *page)
{
	if (page->count + 2 <= page->room)
		return NPU_OK;
	uint32_t room = page->room ? page->room * 2 : 4;
	unsigned char *runs = realloc(page->runs, room * shadow->stride);
	if (!runs)
		return NPU_E_NOMEM;
	if (!page->runs) {
		struct run *first = (struct run *)(void *)runs;

		memset(first, 0, shadow->stride);
		first->written = shadow->written;
		page->count = 1;
	}
	page->runs = runs;
	page->room = room;
	return NPU_OK;
}

/* Does run `i` hold `at`? */
static int holds(const struct npu__shadow *shadow, const struct page *page,
		 uint32_t i, uint32_t at)
{
	return i < page->count && run_at(shadow, page, i)->start <= at &&
	       (i + 1 == page->count ||
		run_at(shadow, page, i + 1)->start > at);
}

/* Index of the run that holds `at`: mostly that found last or one of the two
 * after it, since accesses go up in steps. */
static uint32_t find(const struct npu__shadow *shadow, struct page *page,
		     uint32_t at)
{
	uint32_t low = 0, high = page->count;

	for (uint32_t i = page->found; i < page->found + 3; i++)
		if (holds(shadow, page, i, at))
			return page->found = i;
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (run_at(shadow, page, middle)->start <= at)
			low = middle;
		else
			high = middle;
	}
	return page->found = low;
}

/* Make a run start at `at`, within run `i`; returns its index. */
static uint32_t cut(const struct npu__shadow *shadow, struct page *page,
		    uint32_t i, uint32_t at)
{
	struct run *run = run_at(shadow, page, i);

	if (run->start == at)
		return i;
	memmove(run_at(shadow, page, i + 1), run,
		(page->count - i) * shadow->stride);
	page->count++;
	run_at(shadow, page, i + 1)->start = at;
	return i + 1;
}

/* Drop runs first..end-1. */
static void drop(const struct npu__shadow *shadow, struct page *page,
		 uint32_t first, uint32_t end)
{
	memmove(run_at(shadow, page, first), run_at(shadow, page, end),
		(page->count - end) * shadow->stride);
	page->count -= end - first;
}

/* The same but for where they start? Reads differ most often. */
static inline int are_equal(const struct npu__shadow *shadow,
			    const struct run *a, const struct run *b)
{
	for (uint32_t q = 0; q < shadow->processes; q++)
		if (a->read[q] != b->read[q])
			return 0;
	return a->number == b->number && a->process == b->process &&
	       a->written == b->written;
}

/* Join equal neighbours among runs first..end. */
static void join(const struct npu__shadow *shadow, struct page *page,
		 uint32_t first, uint32_t end)
{
	uint32_t kept = first;

	if (end >= page->count)
		end = page->count - 1;
	for (uint32_t i = first + 1; i <= end; i++) {
		struct run *last = run_at(shadow, page, kept);
		struct run *run = run_at(shadow, page, i);

		if (are_equal(shadow, last, run))
			continue;
		if (++kept != i)
			memcpy(run_at(shadow, page, kept), run, shadow->stride);
	}
	if (kept < end)
		drop(shadow, page, kept + 1, end + 1);
}

static int is_before(const struct npu__epoch *epoch, uint32_t process,
		     uint32_t number)
{
	return number <= epoch->clock[process];
}

/* How one run forbids the access, as it is known to do; all but the address. */
static void tell(const struct npu__shadow *shadow, const struct run *run,
		 int is_write, const struct npu__epoch *epoch,
		 struct npu__conflict *conflict)
{
	uint32_t process = run->process, number = run->number;
	enum npu_violation_kind kind = NPU_VIOLATION_none;

	if (!is_write && !run->written) {
		*conflict = (struct npu__conflict){
			.kind = NPU_VIOLATION_never_written
		};
		return;
	}
	if (!is_before(epoch, process, number))
		kind = is_write ? NPU_VIOLATION_waw : NPU_VIOLATION_raw;
	for (uint32_t q = 0; is_write && !kind && q < shadow->processes; q++)
		if (!is_before(epoch, q, run->read[q])) {
			kind = NPU_VIOLATION_war;
			process = q;
			number = run->read[q];
		}
	*conflict = (struct npu__conflict){ .kind = kind,
					    .process = process,
					    .number = number };
}

/* Does one run forbid the access? */
static inline int forbids(const struct npu__shadow *shadow,
			  const struct run *run, int is_write,
			  const struct npu__epoch *epoch,
			  struct npu__conflict *conflict)
{
	int is_forbidden = !is_before(epoch, run->process, run->number) ||
			   (!is_write && !run->written);

	for (uint32_t q = 0; is_write && q < shadow->processes; q++)
		is_forbidden |= !is_before(epoch, q, run->read[q]);
	if (is_forbidden)
		tell(shadow, run, is_write, epoch, conflict);
	return is_forbidden;
}

/* A scatter: the bytes count as written by it only where they were before. */
static void note_write(const struct npu__shadow *shadow, struct run *run,
		       int maybe, const struct npu__epoch *epoch)
{
	run->written |= !maybe;
	run->process = epoch->process;
	run->number = epoch->number;
	memset(run->read, 0, shadow->processes * sizeof run->read[0]);
}

/* A whole page in one state, as most are: no run is cut or joined. */
static enum npu_status access_whole(const struct npu__shadow *shadow,
				    struct page *page, int is_write, int maybe,
				    const struct npu__epoch *epoch,
				    struct npu__conflict *conflict)
{
	struct run *run = run_at(shadow, page, 0);

	if (forbids(shadow, run, is_write, epoch, conflict))
		return NPU_E_FAULT;
	if (is_write)
		note_write(shadow, run, maybe, epoch);
	else
		run->read[epoch->process] = epoch->number;
	return NPU_OK;
}

/* [first, end) within one page; end may be the page's size. */
static enum npu_status access_page(const struct npu__shadow *shadow,
				   struct page *page, uint32_t first,
				   uint32_t end, int is_write, int maybe,
				   const struct npu__epoch *epoch,
				   struct npu__conflict *conflict)
{
	uint32_t size = (uint32_t)1 << shadow->page_bits, i, last;

	if (reserve(shadow, page) != NPU_OK)
		return NPU_E_NOMEM;
	if (first == 0 && end == size && page->count == 1)
		return access_whole(shadow, page, is_write, maybe, epoch,
				    conflict);
	i = find(shadow, page, first);
	for (last = i; last < page->count; last++) {
		const struct run *run = run_at(shadow, page, last);

		if (run->start >= end)
			break;
		if (forbids(shadow, run, is_write, epoch, conflict)) {
			conflict->address =
				run->start > first ? run->start : first;
			return NPU_E_FAULT;
		}
	}
	last--; /* the last run touched */
	if (!is_write && i == last &&
	    run_at(shadow, page, i)->read[epoch->process] == epoch->number)
		return NPU_OK;
	uint32_t before = page->count;
	i = cut(shadow, page, i, first);
	last += page->count - before;
	if (end < size && (last + 1 == page->count ||
			   run_at(shadow, page, last + 1)->start > end))
		cut(shadow, page, last, end);
	if (is_write && !maybe) {
		drop(shadow, page, i + 1, last + 1);
		last = i;
	}
	for (uint32_t k = i; k <= last; k++) {
		struct run *run = run_at(shadow, page, k);

		if (is_write)
			note_write(shadow, run, maybe, epoch);
		else
			run->read[epoch->process] = epoch->number;
	}
	join(shadow, page, i ? i - 1 : 0, last + 1);
	return NPU_OK;
}

enum npu_status npu__shadow_access(struct npu__shadow *shadow, uint64_t first,
				   uint64_t end, int is_write, int maybe,
				   const struct npu__epoch *epoch,
				   struct npu__conflict *conflict)
{
	uint64_t size = (uint64_t)1 << shadow->page_bits;

	while (first < end) {
		uint64_t p = first >> shadow->page_bits;
		uint64_t base = p << shadow->page_bits;
		uint64_t stop = end < base + size ? end : base + size;
		enum npu_status status = access_page(
			shadow, &shadow->pages[p], (uint32_t)(first - base),
			(uint32_t)(stop - base), is_write, maybe, epoch,
			conflict);

		if (status == NPU_E_FAULT)
			conflict->address += base;
		if (status != NPU_OK)
			return status;
		first = stop;
	}
	return NPU_OK;
}
