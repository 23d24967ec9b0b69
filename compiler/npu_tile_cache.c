/* compiler/npu_tile_cache.c - tilings of layers that are alike.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of a network repeat: their layers have one shape, and one budget. What
 * npu_tile_matrix.c reads of a layer is its key here; chip and bandwidth are
 * those of the compilation, to which the cache belongs. */
#include "compiler/npu_codegen_internal.h"
#include <string.h>

enum { ENTRIES = 64 };

/* Compared as bytes: all of it is set by memset() first. */
struct key {
	struct npu_matrix_shape shape;
	uint64_t acc_budget, spad_budget;
	int64_t in_channels, out_channels, stride[2], groups;
	uint8_t op, trans_b, grouped, has_residual;
	uint8_t in_held, out_held, residual_held;
};

struct npu_tile_cache {
	struct entry {
		struct key key;
		struct npu_work work; /* with its tilings */
	} entry[ENTRIES];
	uint32_t count;
};

static void set_shape(struct npu_matrix_shape *to,
		      const struct npu_matrix_shape *from)
{
	/* the struct's padding must be equal too: flags come last in it */
	const size_t flags = offsetof(struct npu_matrix_shape, flat);

	memcpy(to, from, flags);
	to->flat = from->flat;
	to->im2col = from->im2col;
	to->sampled = from->sampled;
	to->ea = from->ea;
	to->ew = from->ew;
	to->eo = from->eo;
	to->er = from->er;
}

static void set_key(const struct npu_codegen *cg, const struct npu_work *work,
		    struct key *key)
{
	const struct npu_node *node = work->node;
	const struct npu_value *x = node->inputs[0], *y = node->outputs[0];
	const int residual = node->op == NPU_conv ? node->low.residual : -1;

	memset(key, 0, sizeof *key);
	set_shape(&key->shape, &work->shape);
	key->acc_budget = npu__acc_budget(cg, work);
	key->spad_budget = npu__spad_budget(cg, work);
	key->in_channels = x->shape.dim[3];
	key->out_channels = y->shape.dim[3];
	key->stride[0] = cg->layout[x->id].stride[1];
	key->stride[1] = cg->layout[x->id].stride[2];
	key->groups = node->low.groups;
	key->op = (uint8_t)node->op;
	key->trans_b = node->low.trans_b != 0;
	key->grouped = work->grouped;
	key->in_held = npu__is_held(cg, x) != 0;
	key->out_held = npu__is_held(cg, y) != 0;
	if (residual < 0)
		return;
	key->has_residual = 1;
	key->residual_held = npu__is_held(cg, node->inputs[residual]) != 0;
}

int npu__tile_recall(const struct npu_codegen *cg, struct npu_work *work)
{
	struct key key;

	if (!cg->tile_cache)
		return 0;
	set_key(cg, work, &key);
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
	set_key(cg, &plain, &e->key);
	e->work = *work;
}
