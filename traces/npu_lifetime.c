/* traces/npu_lifetime.c - which bytes of a scratchpad are live, when.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_lifetime_internal.h"
#include <inttypes.h>

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* One lifetime of chunk i is over: into windows, cells and its layer. */
static void end_life(struct npu__lifetimes *l, size_t i)
{
	struct npu__chunk *c = &l->chunk[i];
	const uint64_t first = i * l->chunk_bytes;
	const uint64_t bytes = least(l->chunk_bytes, l->bytes - first);
	const size_t row = (size_t)(first * NPU_FIGURE_ROWS / l->bytes);
	struct npu__life *life = &l->layer[c->layer];

	c->is_open = 0;
	if (c->last <= c->since)
		return;
	for (uint64_t w = c->since / l->window_cycles;
	     w < NPU_FIGURE_WINDOWS && w * l->window_cycles < c->last; w++) {
		const uint64_t from = w * l->window_cycles;
		const uint64_t to = least(from + l->window_cycles, c->last);

		l->live[w] +=
			(to - (from > c->since ? from : c->since)) * bytes;
		l->cell[row][w] = c->layer + 1;
	}
	if (life->first_cycle >= life->last_cycle ||
	    c->since < life->first_cycle)
		life->first_cycle = c->since;
	if (c->last > life->last_cycle)
		life->last_cycle = c->last;
	life->byte_cycles += (double)bytes * (double)(c->last - c->since);
}

/* A write after a read begins a new life; one before it, by the same layer,
 * goes on filling. */
static void touch_chunk(struct npu__lifetimes *l, size_t i,
			const struct npu_touch *t)
{
	struct npu__chunk *c = &l->chunk[i];

	if (t->is_write && c->is_open && (c->was_read || c->layer != t->layer))
		end_life(l, i);
	if (t->is_write && !c->is_open)
		*c = (struct npu__chunk){
			.since = t->start_cycle,
			.layer = t->layer,
			.is_open = 1,
		};
	if (!c->is_open)
		return; /* a read of what the run never wrote */
	if (t->end_cycle > c->last)
		c->last = t->end_cycle;
	c->was_read = c->was_read || !t->is_write;
}

void npu__lifetimes_touch(struct npu__lifetimes *l,
			  const struct npu_touch *touch)
{
	if (touch->bytes == 0 || touch->first_byte >= l->bytes ||
	    touch->layer >= l->layer_count)
		return;
	const uint64_t end = least(l->bytes - touch->first_byte, touch->bytes) +
			     touch->first_byte;

	for (uint64_t i = touch->first_byte / l->chunk_bytes;
	     i * l->chunk_bytes < end; i++)
		touch_chunk(l, (size_t)i, touch);
}

void npu__lifetimes_end(struct npu__lifetimes *l)
{
	for (size_t i = 0; i * l->chunk_bytes < l->bytes; i++)
		if (l->chunk[i].is_open)
			end_life(l, i);
}

static size_t run_end(const uint32_t *cell, size_t w, size_t windows)
{
	const uint32_t layer = cell[w];

	while (w < windows && cell[w] == layer)
		w++;
	return w;
}

/* Is w..end-1 a whole run of `row`, of this layer? */
static int is_run(const struct npu__lifetimes *l, size_t row, size_t w,
		  size_t end, size_t windows, uint32_t layer)
{
	const uint32_t *cell = l->cell[row];

	return cell[w] == layer && (w == 0 || cell[w - 1] != layer) &&
	       run_end(cell, w, windows) == end;
}

/* Rectangles of cells of one layer: runs along time, and equal runs of rows
 * that follow one another. [row, rows, window, windows, layer] */
static void write_blocks(const struct npu__lifetimes *l, size_t windows,
			 struct npu_text *out)
{
	const char *comma = "";

	for (size_t row = 0; row < NPU_FIGURE_ROWS; row++) {
		const uint32_t *cell = l->cell[row];

		for (size_t w = 0, end; w < windows; w = end) {
			size_t rows = 1;

			end = run_end(cell, w, windows);
			if (!cell[w] || (row && is_run(l, row - 1, w, end,
						       windows, cell[w])))
				continue;
			while (row + rows < NPU_FIGURE_ROWS &&
			       is_run(l, row + rows, w, end, windows, cell[w]))
				rows++;
			npu_text_add(out, "%s[%zu,%zu,%zu,%zu,%" PRIu32 "]",
				     comma, row, rows, w, end - w, cell[w] - 1);
			comma = ",\n      ";
		}
	}
}

void npu__lifetimes_write(const struct npu__lifetimes *l, size_t windows,
			  struct npu_text *out)
{
	npu_text_add(out,
		     "  \"scratchpad\": {\n    \"bytes\": %" PRIu64
		     ",\n    \"rows\": %d,\n    \"window_cycles\": %" PRIu64
		     ",\n    \"live_bytes\": [",
		     l->bytes, NPU_FIGURE_ROWS, l->window_cycles);
	for (size_t w = 0; w < windows; w++)
		npu_text_add(out, "%s%" PRIu64, w ? "," : "",
			     l->live[w] / l->window_cycles);
	npu_text_add(out, "],\n    \"blocks\": [");
	write_blocks(l, windows, out);
	npu_text_add(out, "],\n    \"layers\": [");
	for (uint32_t k = 0; k < l->layer_count; k++) {
		const struct npu__life *life = &l->layer[k];
		const uint64_t cycles = life->last_cycle - life->first_cycle;

		npu_text_add(
			out, "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]",
			k ? "," : "", life->first_cycle, life->last_cycle,
			cycles ? (uint64_t)(life->byte_cycles / (double)cycles)
			       : 0);
	}
	npu_text_add(out, "]\n  }\n");
}
