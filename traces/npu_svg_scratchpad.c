/* traces/npu_svg_scratchpad.c - which addresses of the scratchpad are live.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_figures.h"
#include "traces/npu_svg_time_internal.h"

enum { TOP = 8, MAP = 208, GAP = 14, FILL = 56, AXIS = 24 };

struct map {
	struct npu__time t;
	double window, bytes, row; /* height of a row of addresses */
};

static double block_of(const json_t *block, size_t i)
{
	return json_number_value(json_array_get(block, i));
}

/* All blocks of one layer, as one path.
 *   time    O(blocks), which are some thousand at most */
static void add_layer(const struct npu__figure *f, const struct map *m,
		      const json_t *blocks, size_t layer)
{
	const json_t *block;
	size_t i, n = 0;

	json_array_foreach(blocks, i, block)
	{
		const double w = block_of(block, 2);
		double x, end;

		if ((size_t)block_of(block, 4) != layer)
			continue;
		x = npu__time_x(&m->t, w * m->window);
		end = npu__time_x(&m->t, (w + block_of(block, 3)) * m->window);
		if (n++ == 0)
			npu_text_add(f->out,
				     "<path class=\"mark l%zu\" data-l=%zu "
				     "d=\"",
				     layer % NPU__LAYER_HUES, layer);
		npu_text_add(f->out, "M%.1f %.1fH%.1fV%.1fH%.1fz", x,
			     TOP + block_of(block, 0) * m->row, end,
			     TOP + (block_of(block, 0) + block_of(block, 1)) *
					     m->row,
			     x);
	}
	if (!n)
		return;
	npu_text_add(f->out, "\">");
	npu__svg_layer_title(f, layer);
	npu_text_add(f->out, "</title></path>\n");
}

static void add_byte_tick(const struct npu__figure *f, double y, double bytes)
{
	npu_text_add(f->out, "<text class=tick x=%d y=%.1f text-anchor=end>",
		     NPU__TIME_LEFT - 6, y + 4);
	if (bytes >= 1048576)
		npu_text_add(f->out, "%.4g MiB</text>", bytes / 1048576);
	else
		npu_text_add(f->out, "%.4g KiB</text>", bytes / 1024);
}

static void add_axes(const struct npu__figure *f, const struct map *m)
{
	const double fill = TOP + MAP + GAP;

	for (int i = 0; i <= 4; i++) {
		npu_text_add(f->out, "<path class=grid d=\"M%d %.1f h%.1f\"/>",
			     NPU__TIME_LEFT, TOP + i * MAP / 4.0, m->t.width);
		add_byte_tick(f, TOP + i * MAP / 4.0, i * m->bytes / 4);
	}
	npu_text_add(f->out,
		     "<rect class=lane x=%d y=%.1f width=%.1f height=%d />\n",
		     NPU__TIME_LEFT, fill, m->t.width, FILL);
	npu_text_add(f->out, "<text x=%d y=%.1f text-anchor=end>live</text>",
		     NPU__TIME_LEFT - 8, fill + FILL / 2 + 4);
}

/* Live bytes, of all there are. */
static void add_fill(const struct npu__figure *f, const struct map *m)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const size_t n = npu__list_length(run, "scratchpad.live_bytes");
	const double base = TOP + MAP + GAP + FILL;

	npu_text_add(f->out, "<path class=\"mark fill\" d=\"M%d %.1f",
		     NPU__TIME_LEFT, base);
	for (size_t w = 0; w < n; w++)
		npu_text_add(
			f->out, "V%.1fH%.1f",
			base - npu__listed(run, "scratchpad.live_bytes", w) /
					m->bytes * FILL,
			npu__time_x(&m->t, (double)(w + 1) * m->window));
	npu_text_add(f->out,
		     "V%.1fz\"><title>live bytes of the scratchpad"
		     "</title></path>\n",
		     base);
}

static void add_table(const struct npu__figure *f)
{
	static const struct npu__column columns[] = {
		{ "live from", "cycle", "first write" },
		{ "live to", "cycle", "last read" },
		{ "bytes", "byte", "live bytes in between, on average" },
	};
	const struct npu__run *run = &f->runs->run[f->run];
	char path[64];

	npu__html_begin_data(f->out, "scratchpad lifetimes per layer");
	npu__html_head(f->out, "layer", "", "that wrote or loaded the bytes",
		       0);
	for (size_t i = 0; i < 3; i++)
		npu__html_head(f->out, columns[i].name, columns[i].unit,
			       columns[i].doc, 1);
	npu_text_add(f->out, "</tr></thead><tbody>\n");
	for (size_t k = 0; k < run->layer_count; k++) {
		const json_t *life = json_array_get(
			npu__member(run->figures, "scratchpad.layers"), k);

		npu_text_add(f->out, "<tr>");
		npu__html_layer_head(f->out, run, k);
		for (size_t i = 0; i < 3; i++) {
			snprintf(path, sizeof path, "scratchpad.layers.%zu", k);
			npu_text_add(
				f->out,
				"<td class=n data-k=\"%zu:figures.%s.%zu\" "
				"data-v=%.0f>",
				f->run, path, i, block_of(life, i));
			npu__html_number(f->out, block_of(life, i));
			npu_text_add(f->out, "</td>");
		}
		npu_text_add(f->out, "</tr>\n");
	}
	npu__html_end_data(f->out);
}

void npu__svg_scratchpad(const struct npu__figure *f)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const json_t *blocks = npu__member(run->figures, "scratchpad.blocks");
	const double bottom = TOP + MAP + GAP + FILL;
	const struct map m = {
		.t = npu__time_of(f),
		.window = npu__real(run->figures, "scratchpad.window_cycles"),
		.bytes = npu__real(run->figures, "scratchpad.bytes"),
		.row = (double)MAP / NPU_FIGURE_ROWS,
	};

	npu__svg_begin(f, bottom + AXIS, "spad", "Scratchpad lifetimes",
		       "Addresses of the scratchpad against time, in the "
		       "colour of the layer whose data is live there, from "
		       "its write to its last read; below, the live bytes.");
	npu__time_axis(f, &m.t, TOP, bottom);
	add_axes(f, &m);
	for (size_t k = 0; k < run->layer_count; k++)
		add_layer(f, &m, blocks, k);
	add_fill(f, &m);
	npu__svg_end(f);
	add_table(f);
}
