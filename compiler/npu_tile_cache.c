/* compiler/npu_tile_cache.c - tilings of layers that are alike.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of a network repeat: their layers have one shape, and one budget. What
 * npu_tile_matrix.c reads of a layer is its key here; chip and bandwidth are
 * those of the compilation, to which the cache belongs. */
#include "compiler/npu_codegen_internal.h"
#include <stddef.h>
#include <string.h>

enum { ENTRIES = 64 };

/* Compared as bytes: none of them is padding. */
struct key {
	struct npu_matrix_shape shape;
	uint64_t acc_budget, spad_budget, held_bytes;
	int64_t in_channels, out_channels, stride[2], groups;
	uint8_t op, grouped, has_residual;
	uint8_t in_held, out_held, residual_held;
	uint8_t unused[2]; /* 0 */
};
_Static_assert(sizeof(struct npu_matrix_shape) ==
		       offsetof(struct npu_matrix_shape, flat) + 8,
	       "the shape has padding");
_Static_assert(sizeof(struct key) == offsetof(struct key, op) + 8 &&
		       offsetof(struct key, acc_budget) ==
			       sizeof(struct npu_matrix_shape),
	       "the key has padding");

struct npu_tile_cache {
	struct entry {
		struct key key;
		struct npu_work work; /* with its tilings */
	} entry[ENTRIES];
	uint32_t count;
};

static struct key key_of(const struct npu_codegen *cg,
			 const struct npu_work *work)
{
	const struct npu_node *node = work->node;
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const int residual = node->op == NPU_conv ? node->low.residual : -1;

	return (struct key){
		.shape = work->shape,
		.acc_budget = npu__acc_budget(cg, work),
		.spad_budget = npu__spad_budget(cg, work),
		.held_bytes = cg->held_bytes ? cg->held_bytes[work->layer] : 0,
		.in_channels = x->shape.dim[3],
		.out_channels = y->shape.dim[3],
		.stride = { cg->layout[x->id].stride[1],
			    cg->layout[x->id].stride[2] },
		.groups = node->low.groups,
		.op = (uint8_t)node->op,
		.grouped = work->grouped,
		.has_residual = residual >= 0,
		.in_held = npu__is_held(cg, x) != 0,
		.out_held = npu__is_held(cg, y) != 0,
		.residual_held = residual >= 0 &&
				 npu__is_held(cg, node->inputs[residual]),
	};
}

int npu__tile_recall(const struct npu_codegen *cg, struct npu_work *work)
{
	const struct key key = key_of(cg, work);

	if (!cg->tile_cache)
		return 0;
	for (uint32_t i = 0; i < cg->tile_cache->count && i < ENTRIES; i++) {
		const struct entry *e = &cg->tile_cache->entry[i];

		if (memcmp(&e->key, &key, sizeof key) != 0)
			continue;
		work->tiling = e->work.tiling;
		work->runner_up = e->work.runner_up;
		work->considered = e->work.considered;
		work->shape.im2col = e->work.shape.im2col;
		return 1;
	}
	return 0;
}

void npu__tile_remember(struct npu_codegen *cg, const struct npu_work *work)
{
	struct npu_work plain = *work;
	struct entry *e;

	if (!cg->tile_cache)
		cg->tile_cache = npu_new(cg->arena, struct npu_tile_cache, 1);
	if (!cg->tile_cache)
		return; /* it only saves time */
	e = &cg->tile_cache->entry[cg->tile_cache->count++ % ENTRIES];
	plain.shape.im2col = 0; /* as it is asked for */
	e->key = key_of(cg, &plain);
	e->work = *work;
}
