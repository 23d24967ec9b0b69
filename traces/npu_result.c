/* traces/npu_result.c - the result record and its invariants.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_result.h"
#include <inttypes.h>
#include <math.h>

const char *const npu_bin_name[NPU_BIN_COUNT] = {
#define NPU_BIN(name, code, doc) [NPU_BIN_##name] = #name,
#include "base/npu_bin.def"
};

static const char *const stall_names[NPU_STALL_COUNT] = {
#define NPU_STALL(name, doc) #name,
#include "traces/npu_stall.def"
};
static const char *const component_names[NPU_COMPONENT_COUNT] = {
#define NPU_COMPONENT(name, doc) #name,
#include "traces/npu_energy.def"
};
static const char *const engines[NPU_RESULT_ENGINES] = { "LD", "ST", "MX",
							 "VX" };

struct npu_result *npu_result_create(void)
{
	struct npu_arena *arena = npu_arena_create();
	struct npu_result *result;

	if (!arena)
		return NULL;
	result = npu_new(arena, struct npu_result, 1);
	if (!result) {
		npu_arena_destroy(arena);
		return NULL;
	}
	result->arena = arena;
	return result;
}

void npu_result_destroy(struct npu_result *result)
{
	if (result)
		npu_arena_destroy(result->arena);
}

uint64_t npu_result_array_macs(const struct npu_result *result)
{
	uint64_t macs = 0;

	for (size_t k = 0; k < result->layer_count; k++)
		if (result->layers[k].stats.compute_cycles)
			macs += result->layers[k].stats.macs;
	return macs;
}

/* Counts that layers share out among themselves. Spans overlap, and DRAM
 * refreshes belong to no layer. */
static const struct {
	const char *name;
	size_t offset;
} shared[] = {
#define SUM(field)                                        \
	{                                                 \
#field, offsetof(struct npu_stats, field) \
	}
	SUM(macs),
	SUM(cycles),
	SUM(compute_cycles),
	SUM(vector_cycles),
	SUM(load_cycles),
	SUM(store_cycles),
	SUM(array_macs),
	SUM(vector_ops),
	SUM(function_ops),
	SUM(dram_read_bytes),
	SUM(dram_write_bytes),
	SUM(spad_read_bytes),
	SUM(spad_write_bytes),
	SUM(acc_read_bytes),
	SUM(acc_write_bytes),
	SUM(dram_activates),
#undef SUM
};

static uint64_t count_of(const struct npu_stats *stats, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)stats + offset);
}

static enum npu_status check_sums(const struct npu_result *r,
				  struct npu_error *err)
{
	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
		uint64_t want = count_of(&r->total, shared[i].offset), sum = 0;

		for (size_t k = 0; k < r->layer_count; k++)
			sum += count_of(&r->layers[k].stats, shared[i].offset);
		if (sum != want)
			return npu_fail(err, NPU_E_INTERNAL,
					"layers' %s sum to %" PRIu64
					", the total is %" PRIu64,
					shared[i].name, sum, want);
	}
	for (int c = 0; c < NPU_COMPONENT_COUNT; c++) {
		double sum = 0, want = r->total.energy_pj[c];

		for (size_t k = 0; k < r->layer_count; k++)
			sum += r->layers[k].stats.energy_pj[c];
		/* the comparison that also refuses what is not a number */
		if (!(want >= 0 && fabs(sum - want) <= 1e-9 * (1 + want)))
			return npu_fail(err, NPU_E_INTERNAL,
					"layers' energy of %s sums to %.17g, "
					"the total is %.17g",
					component_names[c], sum, want);
	}
	return NPU_OK;
}

static enum npu_status check_bins(const struct npu_result *r,
				  struct npu_error *err)
{
	for (size_t k = 0; k < r->layer_count; k++) {
		const struct npu_stats *s = &r->layers[k].stats;
		uint64_t sum = 0;

		for (int b = 0; b < NPU_STALL_COUNT; b++)
			sum += s->stall[b];
		if (sum != s->cycles)
			return npu_fail(err, NPU_E_INTERNAL,
					"layer %s: bins sum to %" PRIu64
					" of %" PRIu64 " cycles",
					r->layers[k].name, sum, s->cycles);
	}
	for (int b = 0; b < NPU_STALL_COUNT; b++) {
		uint64_t sum = 0;

		for (size_t k = 0; k < r->layer_count; k++)
			sum += r->layers[k].stats.stall[b];
		if (sum != r->total.stall[b])
			return npu_fail(err, NPU_E_INTERNAL,
					"layers' stall %s sums to %" PRIu64
					", the total is %" PRIu64,
					stall_names[b], sum, r->total.stall[b]);
	}
	for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
		uint64_t sum = 0;

		for (int b = 0; b < NPU_BIN_COUNT; b++)
			sum += r->bins[e][b];
		if (sum != r->total.cycles)
			return npu_fail(err, NPU_E_INTERNAL,
					"engine %s: bins sum to %" PRIu64
					" of %" PRIu64 " cycles",
					engines[e], sum, r->total.cycles);
	}
	return NPU_OK;
}

static uint64_t largest(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t most = a > b ? a : b;

	return most > c ? most : c;
}

/* A bound is the largest of its three parts; the network's is that of the
 * parts' sums, which is no more than the sum of the layers' bounds. */
static enum npu_status check_bounds(const struct npu_result *r,
				    struct npu_error *err)
{
	uint64_t compute = 0, vector = 0, dram = 0;

	for (size_t k = 0; k < r->layer_count; k++) {
		const struct npu_layer_result *l = &r->layers[k];

		compute += l->compute_bound_cycles;
		vector += l->vector_bound_cycles;
		dram += l->dram_bound_cycles;
		if (l->bound_cycles != largest(l->compute_bound_cycles,
					       l->vector_bound_cycles,
					       l->dram_bound_cycles))
			return npu_fail(err, NPU_E_INTERNAL,
					"layer %s: bound_cycles is not the "
					"largest of its roofs",
					l->name);
	}
	if (r->bound_cycles != largest(compute, vector, dram))
		return npu_fail(err, NPU_E_INTERNAL,
				"bound_cycles is %" PRIu64 ", the largest sum "
				"of a roof %" PRIu64,
				r->bound_cycles,
				largest(compute, vector, dram));
	return NPU_OK;
}

/* A layer has its span; the network its total: neither beats its roof. */
static enum npu_status check_roofs(const struct npu_result *r,
				   struct npu_error *err)
{
	uint64_t compulsory = 0;

	for (size_t k = 0; k < r->layer_count; k++) {
		const struct npu_layer_result *l = &r->layers[k];

		compulsory += l->compulsory_bytes;
		if (l->stats.span_cycles &&
		    l->bound_cycles > l->stats.span_cycles)
			return npu_fail(err, NPU_E_INTERNAL,
					"layer %s took %" PRIu64
					" cycles, below its roof of %" PRIu64,
					l->name, l->stats.span_cycles,
					l->bound_cycles);
	}
	if (r->total.dram_read_bytes + r->total.dram_write_bytes < compulsory)
		return npu_fail(err, NPU_E_INTERNAL,
				"DRAM moved fewer bytes than the compulsory "
				"%" PRIu64,
				compulsory);
	if (r->bound_cycles > r->total.cycles)
		return npu_fail(err, NPU_E_INTERNAL,
				"the network took %" PRIu64
				" cycles, below its roof of %" PRIu64,
				r->total.cycles, r->bound_cycles);
	return NPU_OK;
}

enum npu_status npu_result_check(const struct npu_result *result,
				 struct npu_error *err)
{
	NPU_TRY(check_sums(result, err));
	NPU_TRY(check_bins(result, err));
	NPU_TRY(check_roofs(result, err));
	return check_bounds(result, err);
}
