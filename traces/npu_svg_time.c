/* traces/npu_svg_time.c - figures over time: axis, engines, DRAM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_svg_time_internal.h"

enum { STRIP = 16, LANE = 44, GAP = 9, AXIS = 24, TOP = 6, DRAM = 150 };

struct npu__time npu__time_of(const struct npu__figure *f)
{
	const json_t *s = f->runs->run[f->run].summary;
	struct npu__time t = {
		.cycles = npu__real(s, "cycles"),
		.width = f->width - NPU__TIME_LEFT - NPU__TIME_RIGHT,
	};

	t.cycles = t.cycles > 0 ? t.cycles : 1;
	t.seconds = npu__real(s, "latency_ns") * 1e-9;
	return t;
}

double npu__time_x(const struct npu__time *t, double cycle)
{
	const double share = cycle < t->cycles ? cycle / t->cycles : 1;

	return NPU__TIME_LEFT + share * t->width;
}

void npu__time_axis(const struct npu__figure *f, const struct npu__time *t,
		    double top, double bottom)
{
	const double step = npu__svg_step(t->seconds, f->width > 800 ? 10 : 5);

	for (int i = 0; t->seconds > 0 && i * step <= t->seconds; i++) {
		const double x =
			npu__time_x(t, i * step / t->seconds * t->cycles);

		npu_text_add(f->out,
			     "<path class=grid d=\"M%.1f %.1f V%.1f\"/><text "
			     "class=tick x=%.1f y=%.1f text-anchor=middle>",
			     x, top, bottom + 4, x, bottom + 18);
		npu__html_quantity(f->out, i * step, "s");
		npu_text_add(f->out, "</text>\n");
	}
}

double npu__listed(const struct npu__run *run, const char *path, size_t i)
{
	return json_number_value(
		json_array_get(npu__member(run->figures, path), i));
}

size_t npu__list_length(const struct npu__run *run, const char *path)
{
	return json_array_size(npu__member(run->figures, path));
}

void npu__html_listed(const struct npu__figure *f, const char *path, size_t i)
{
	const double value = npu__listed(&f->runs->run[f->run], path, i);

	npu_text_add(f->out,
		     "<td class=n data-k=\"%zu:figures.%s.%zu\" data-v=%.0f>",
		     f->run, path, i, value);
	npu__html_number(f->out, value);
	npu_text_add(f->out, "</td>");
}

void npu__svg_layer_title(const struct npu__figure *f, size_t layer)
{
	npu_text_add(f->out, "<title>layer %zu ", layer);
	npu__html_name(
		f->out,
		npu__string(npu__layer(&f->runs->run[f->run], layer), "name"),
		NPU__NAME_LONG);
}

/* ---- engines ---- */

/* Each layer's share of the run: they follow one another. */
static void add_strip(const struct npu__figure *f, const struct npu__time *t)
{
	const struct npu__run *run = &f->runs->run[f->run];
	double from = 0;

	npu_text_add(f->out, "<text x=%d y=%d text-anchor=end>layer</text>",
		     NPU__TIME_LEFT - 8, TOP + 12);
	for (size_t k = 0; k < run->layer_count; k++) {
		const double to =
			from + npu__real(npu__layer(run, k), "cycles");
		const double x = npu__time_x(t, from);
		const double width = npu__time_x(t, to) - x;

		npu_text_add(f->out,
			     "<rect class=\"mark l%zu\" x=%.2f y=%d width=%.2f "
			     "height=%d data-l=%zu>",
			     k % NPU__LAYER_HUES, x, TOP, width, STRIP, k);
		npu__svg_layer_title(f, k);
		npu_text_add(f->out, ", ");
		npu__html_number(f->out, to - from);
		npu_text_add(f->out, " cycles</title></rect>\n");
		if (width > 20)
			npu_text_add(f->out,
				     "<text class=onstrip x=%.1f y=%d "
				     "text-anchor=middle>%zu</text>",
				     x + width / 2, TOP + 12, k);
		from = to;
	}
}

/* Windows first..last-1, all of one layer, as one area. */
static void add_area(const struct npu__figure *f, const struct npu__time *t,
		     int engine, size_t first, size_t last, double base)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const double window = npu__real(run->figures, "engines.window_cycles");
	char occupied[64], layers[64];
	size_t layer;

	snprintf(occupied, sizeof occupied, "engines.%s.occupied_cycles",
		 npu__engine[engine].name);
	snprintf(layers, sizeof layers, "engines.%s.layer",
		 npu__engine[engine].name);
	layer = (size_t)npu__listed(run, layers, first);
	npu_text_add(f->out,
		     "<path class=\"mark l%zu\" data-l=%zu d=\"M%.1f "
		     "%.1f",
		     layer % NPU__LAYER_HUES, layer,
		     npu__time_x(t, (double)first * window), base);
	for (size_t w = first; w < last; w++) {
		const double share = npu__listed(run, occupied, w) / window;

		npu_text_add(f->out, "V%.1fH%.1f", base - share * LANE,
			     npu__time_x(t, (double)(w + 1) * window));
	}
	npu_text_add(f->out, "V%.1fz\">", base);
	npu__svg_layer_title(f, layer);
	npu_text_add(f->out, " on %s</title></path>\n",
		     npu__engine[engine].doc);
}

static void add_lane(const struct npu__figure *f, const struct npu__time *t,
		     int engine, double base)
{
	static const char *const labels[] = { "LD", "ST", "MX", "VX" };
	const struct npu__run *run = &f->runs->run[f->run];
	char layers[64];
	size_t n;

	snprintf(layers, sizeof layers, "engines.%s.layer",
		 npu__engine[engine].name);
	n = npu__list_length(run, layers);
	npu_text_add(f->out,
		     "<text x=%d y=%.1f text-anchor=end>%s</text><rect "
		     "class=lane x=%d y=%.1f width=%.1f height=%d />\n",
		     NPU__TIME_LEFT - 8, base - LANE / 2 + 4, labels[engine],
		     NPU__TIME_LEFT, base - LANE, t->width, LANE);
	for (size_t w = 0, end; w < n; w = end) {
		const double layer = npu__listed(run, layers, w);

		for (end = w + 1;
		     end < n && npu__listed(run, layers, end) == layer; end++)
			;
		if (layer >= 0)
			add_area(f, t, engine, w, end, base);
	}
}

static void add_engine_table(const struct npu__figure *f)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const size_t n = npu__list_length(run, "engines.ld.layer");
	char path[64];

	npu__html_begin_data(f->out, "engines over time");
	npu__html_head(f->out, "from", "cycle", "first cycle of the window", 1);
	for (int e = 0; e < NPU_RESULT_ENGINES; e++)
		npu__html_head(f->out, npu__engine[e].name, "cycle",
			       npu__engine[e].doc, 1);
	npu_text_add(f->out, "</tr></thead><tbody>\n");
	for (size_t w = 0; w < n; w++) {
		npu_text_add(f->out, "<tr>");
		npu__html_computed(
			f->out, (double)w * npu__real(run->figures,
						      "engines.window_cycles"));
		for (int e = 0; e < NPU_RESULT_ENGINES; e++) {
			snprintf(path, sizeof path,
				 "engines.%s.occupied_cycles",
				 npu__engine[e].name);
			npu__html_listed(f, path, w);
		}
		npu_text_add(f->out, "</tr>\n");
	}
	npu__html_end_data(f->out);
}

void npu__svg_engines(const struct npu__figure *f)
{
	const struct npu__time t = npu__time_of(f);
	const double bottom = TOP + STRIP + 4 * (LANE + GAP);

	npu__svg_begin(f, bottom + AXIS, "engines", "Engines over time",
		       "How much of each window of time each engine has a "
		       "descriptor in work, in the colour of its layer.");
	npu__time_axis(f, &t, TOP + STRIP, bottom);
	add_strip(f, &t);
	for (int e = 0; e < NPU_RESULT_ENGINES; e++)
		add_lane(f, &t, e, TOP + STRIP + (e + 1) * (LANE + GAP));
	npu__svg_end(f);
	add_engine_table(f);
}

/* ---- DRAM ---- */

/* GB/s in the windows: reads from the axis, writes on top of them. */
static void add_dram_area(const struct npu__figure *f,
			  const struct npu__time *t, double scale, int writes)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const double window = npu__real(run->figures, "dram.window_cycles");
	const size_t n = npu__list_length(run, "dram.read_bytes");
	const double base = TOP + DRAM;

	npu_text_add(f->out, "<path class=\"mark %s\" d=\"M%d %.1f",
		     writes ? "d1" : "d0", NPU__TIME_LEFT, base);
	for (size_t w = 0; w < n; w++) {
		double bytes = npu__listed(run, "dram.read_bytes", w);

		if (writes)
			bytes += npu__listed(run, "dram.write_bytes", w);
		npu_text_add(f->out, "V%.1fH%.1f", base - bytes * scale,
			     npu__time_x(t, (double)(w + 1) * window));
	}
	npu_text_add(f->out, "V%.1fz\"><title>DRAM %s</title></path>\n", base,
		     writes ? "writes" : "reads");
}

static void add_dram_axis(const struct npu__figure *f,
			  const struct npu__time *t, double peak, double top)
{
	const double step = npu__svg_step(top, 4), base = TOP + DRAM;

	for (int i = 0; i * step <= top; i++)
		npu_text_add(f->out,
			     "<path class=grid d=\"M%d %.1f h%.1f\"/><text "
			     "class=tick x=%d y=%.1f text-anchor=end>%g</text>",
			     NPU__TIME_LEFT, base - i * step / top * DRAM,
			     t->width, NPU__TIME_LEFT - 6,
			     base - i * step / top * DRAM + 4, i * step);
	npu_text_add(f->out,
		     "<path class=roof d=\"M%d %.1f h%.1f\"/><text "
		     "class=rooftext x=%.1f y=%.1f text-anchor=end>peak %.4g "
		     "GB/s</text>\n",
		     NPU__TIME_LEFT, base - peak / top * DRAM, t->width,
		     NPU__TIME_LEFT + t->width - 4,
		     base - peak / top * DRAM - 5, peak);
}

static void add_dram_table(const struct npu__figure *f)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const size_t n = npu__list_length(run, "dram.read_bytes");

	npu__html_begin_data(f->out, "DRAM bytes over time");
	npu__html_head(f->out, "from", "cycle", "first cycle of the window", 1);
	npu__html_head(f->out, "read", "byte", "bytes read in the window", 1);
	npu__html_head(f->out, "written", "byte", "bytes written in it", 1);
	npu_text_add(f->out, "</tr></thead><tbody>\n");
	for (size_t w = 0; w < n; w++) {
		npu_text_add(f->out, "<tr>");
		npu__html_computed(f->out, (double)w * npu__real(run->figures,
								 "dram.window_"
								 "cycles"));
		npu__html_listed(f, "dram.read_bytes", w);
		npu__html_listed(f, "dram.write_bytes", w);
		npu_text_add(f->out, "</tr>\n");
	}
	npu__html_end_data(f->out);
}

void npu__svg_dram(const struct npu__figure *f)
{
	const struct npu__run *run = &f->runs->run[f->run];
	const struct npu__time t = npu__time_of(f);
	const double peak = npu__real(run->summary, "dram_peak_gb_per_s");
	const double window = npu__real(run->figures, "dram.window_cycles");
	const double gb_per_s = /* of one byte a window */
		npu__real(run->summary, "clock_hz") / window * 1e-9;
	const size_t n = npu__list_length(run, "dram.read_bytes");
	double top = peak;

	if (!(window > 0))
		return;
	for (size_t w = 0; w < n; w++) {
		double bytes = npu__listed(run, "dram.read_bytes", w) +
			       npu__listed(run, "dram.write_bytes", w);

		top = bytes * gb_per_s > top ? bytes * gb_per_s : top;
	}
	top = top > 0 ? top * 1.12 : 1;
	npu__svg_begin(f, TOP + DRAM + AXIS, "dram", "DRAM bandwidth over time",
		       "GB/s read and, on top of it, written, in windows of "
		       "time, under the peak of the channels.");
	npu__time_axis(f, &t, TOP, TOP + DRAM);
	add_dram_axis(f, &t, peak, top);
	add_dram_area(f, &t, gb_per_s / top * DRAM, 1);
	add_dram_area(f, &t, gb_per_s / top * DRAM, 0);
	npu__svg_end(f);
	add_dram_table(f);
}
