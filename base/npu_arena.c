/* base/npu_arena.c - blocks that double in size; large requests get their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 << 10, LARGEST_BLOCK = 4 << 20, ALIGN_MAX = 64 };

struct block {
	struct block *next;
	size_t size, used;
	unsigned char *data;
};

struct npu_arena {
	struct block *blocks; /* the newest first */
	size_t next_size, bytes;
};

struct npu_arena *npu_arena_create(void)
{
	struct npu_arena *arena = calloc(1, sizeof *arena);

	if (arena)
		arena->next_size = FIRST_BLOCK;
	return arena;
}

void npu_arena_destroy(struct npu_arena *arena)
{
	if (!arena)
		return;
	for (struct block *b = arena->blocks, *next; b; b = next) {
		next = b->next;
		free(b->data);
		free(b);
	}
	free(arena);
}

/* `data` is the block's from now on, or freed. */
static struct block *add_block(struct npu_arena *arena, void *data, size_t size)
{
	struct block *b = malloc(sizeof *b);

	if (!b || !data) {
		free(b);
		free(data);
		return NULL;
	}
	*b = (struct block){ arena->blocks, size, 0, data };
	arena->blocks = b;
	return b;
}

static size_t gap(const struct block *b, size_t align)
{
	return (size_t)(-(uintptr_t)(b->data + b->used)) & (align - 1);
}

void *npu_arena_alloc(struct npu_arena *arena, size_t count, size_t size,
		      size_t align)
{
	struct block *b = arena->blocks;
	size_t bytes;

	if (size && count > SIZE_MAX / 2 / size)
		return NULL;
	bytes = count * size;
	if (!b || bytes + gap(b, align) > b->size - b->used) {
		size_t want = bytes + ALIGN_MAX;

		if (want < arena->next_size)
			want = arena->next_size;
		/* calloc, so that the pages of large tensors are zero for free
		 */
		b = add_block(arena, calloc(1, want), want);
		if (!b)
			return NULL;
		if (arena->next_size < LARGEST_BLOCK)
			arena->next_size *= 2;
	}
	b->used += gap(b, align);
	void *p = b->data + b->used;
	b->used += bytes;
	arena->bytes += bytes;
	return p;
}

void *npu_arena_take(struct npu_arena *arena, size_t count, size_t size)
{
	struct block *newest = arena->blocks, *b;

	if (!size || count > SIZE_MAX / 2 / size || count * size < FIRST_BLOCK)
		return npu_arena_alloc(arena, count, size,
				       alignof(max_align_t));
	b = add_block(arena, malloc(count * size), count * size);
	if (!b)
		return NULL;
	b->used = b->size;
	arena->bytes += b->size;
	if (newest) { /* its rest is still to be used */
		arena->blocks = newest;
		b->next = newest->next;
		newest->next = b;
	}
	return b->data;
}

char *npu_arena_strdup(struct npu_arena *arena, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = npu_arena_alloc(arena, n, 1, 1);

	return copy ? memcpy(copy, text, n) : NULL;
}

char *npu_arena_printf(struct npu_arena *arena, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *text;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	text = npu_arena_alloc(arena, (size_t)n + 1, 1, 1);
	if (!text)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}

size_t npu_arena_bytes(const struct npu_arena *arena)
{
	return arena->bytes;
}
