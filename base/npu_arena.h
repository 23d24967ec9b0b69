/* base/npu_arena.h - region memory: allocate often, free once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_ARENA_H
#define NPU_ARENA_H
#include "base/npu_status.h"
#include <stdalign.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct npu_arena; /* opaque; one owner, one thread */

/* New empty arena, or NULL when out of memory. */
struct npu_arena *npu_arena_create(void);
/* Free the arena and everything ever allocated from it. NULL is a no-op. */
void npu_arena_destroy(struct npu_arena *arena);

/* Zeroed storage for `count` objects of `size` bytes, aligned to `align` (a
 * power of two, at most 64). Lives as long as the arena. NULL when out of
 * memory or when count * size overflows; never NULL for count == 0. */
void *npu_arena_alloc(struct npu_arena *arena, size_t count, size_t size,
		      size_t align);
/* The same for any type, but not zeroed where it is large: for what is written
 * at once. */
void *npu_arena_take(struct npu_arena *arena, size_t count, size_t size);
/* NUL-terminated copy of `text`, or NULL when out of memory. */
char *npu_arena_strdup(struct npu_arena *arena, const char *text);
/* Formatted text, or NULL when out of memory. */
char *npu_arena_printf(struct npu_arena *arena, const char *fmt, ...)
	NPU_PRINTF(2, 3);
/* Bytes handed out so far. */
size_t npu_arena_bytes(const struct npu_arena *arena);

#define npu_new(arena, T, n) \
	((T *)npu_arena_alloc((arena), (n), sizeof(T), alignof(T)))

#ifdef __cplusplus
}
#endif
#endif
