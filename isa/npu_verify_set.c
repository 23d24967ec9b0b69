/* isa/npu_verify_set.c - bounds and common points of strided sets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify_internal.h"

int64_t npu__access_first(const struct npu_access *access)
{
	return access->first;
}

/* Distance from a point of level `level` to one past its last byte. */
static uint64_t reach(const struct npu_access *access, uint32_t level)
{
	uint64_t bytes = access->extent;

	for (uint32_t l = level; l < access->levels; l++)
		bytes += (access->count[l] - 1) * access->step[l];
	return bytes;
}

int64_t npu__access_end(const struct npu_access *access)
{
	return access->first + (int64_t)reach(access, 0);
}

/* Does the part of `a` from `level` on, at `base`, meet [first, end)? */
static int meets_run(const struct npu_access *a, uint32_t level, int64_t base,
		     int64_t first, int64_t end)
{
	if (end <= base || first >= base + (int64_t)reach(a, level))
		return 0;
	if (level == a->levels)
		return 1;
	/* only the points whose inner part can reach [first, end) */
	int64_t step = (int64_t)a->step[level];
	int64_t inner = (int64_t)reach(a, level + 1);
	int64_t last = (int64_t)a->count[level] - 1;
	int64_t i = first - base - inner;

	i = i < 0 ? 0 : i / step;
	for (; i <= last && base + i * step < end; i++)
		if (meets_run(a, level + 1, base + i * step, first, end))
			return 1;
	return 0;
}

/* Does the part of `b` from `level` on, at `base`, meet `a`? */
static int meets(const struct npu_access *a, const struct npu_access *b,
		 uint32_t level, int64_t base)
{
	int64_t end = base + (int64_t)reach(b, level);

	if (!meets_run(a, 0, a->first, base, end))
		return 0;
	if (level == b->levels)
		return 1;
	for (uint64_t i = 0; i < b->count[level]; i++)
		if (meets(a, b, level + 1,
			  base + (int64_t)(i * b->step[level])))
			return 1;
	return 0;
}

int npu__accesses_meet(const struct npu_access *a, const struct npu_access *b)
{
	if (a->space != b->space ||
	    (a->space == NPU_SPACE_mem && a->region != b->region))
		return 0;
	return meets(a, b, 0, b->first);
}
