/* traces/npu_html_internal.h - shared by the files that write the HTML report.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_HTML_INTERNAL_H
#define NPU_HTML_INTERNAL_H
#include "traces/npu_runs_internal.h"

/* Assets, embedded by traces/embed.cmake: text, NUL-terminated. */
extern const char npu__asset_css[], npu__asset_js[], npu__asset_patterns[];

/* ---- npu_html_page.c: in this order; names are the caller's to escape ---- */

/* A section of the page, for its navigation. */
struct npu__entry {
	const char *id, *title;
};
/* Up to <title>; the caller adds its text. */
void npu__html_begin_title(struct npu_text *out);
/* Up to the inside of <header>; `kind`: classes of the body. */
void npu__html_begin_body(struct npu_text *out, const char *kind);
/* After </header>, up to the inside of <main>. */
void npu__html_contents(struct npu_text *out, const struct npu__entry *entries,
			size_t count);
/* The caller closes it with </section>. */
void npu__html_begin_section(struct npu_text *out, const char *id,
			     const char *title, const char *note);
void npu__html_end_body(struct npu_text *out);

/* ---- npu_html_header.c ---- */

/* What runs are called; what to know of them before anything else. */
void npu__html_runs_title(struct npu_text *out, const struct npu_runs *runs);
void npu__html_runs_header(struct npu_text *out, const struct npu_runs *runs);

/* ---- npu_html_text.c: text for where it stands ---- */

enum { NPU__NAME_SHORT = 28, NPU__NAME_LONG = 72 };

/* `text` for HTML and SVG content and quoted attributes. Control characters,
 * those that turn the direction of writing and what is no UTF-8 become U+FFFD.
 * At most `width` characters: the middle of a longer one is left out. */
void npu__html_name(struct npu_text *out, const char *text, size_t width);
/* All of it. */
void npu__html_text(struct npu_text *out, const char *text);
/* A number as it is read: grouped thousands, at least 5 significant digits. */
void npu__html_number(struct npu_text *out, double value);
/* With an SI prefix and a unit: "16.8 ms". */
void npu__html_quantity(struct npu_text *out, double value, const char *unit);

/* ---- npu_unit.c ---- */

/* How a figure is read: "latency" in "s", 1e-9 of which is one. */
struct npu__measure {
	char label[48];
	const char *unit;
	double scale;
	uint8_t is_ratio; /* in percent */
	uint8_t has_prefix;
};
struct npu__measure npu__measure_of(const char *figure);
/* A value with its unit, as HTML. */
void npu__html_measure(struct npu_text *out, const struct npu__measure *measure,
		       double value);
/* One unit for a column: what the values are multiplied by, and its name. */
struct npu__column_unit {
	double scale;
	char unit[16];
};
/* Of values around `middle`, which is in the unit of the figure's name. */
struct npu__column_unit npu__unit_for(const char *figure, double middle);

/* ---- npu_html_table.c ---- */

/* A cell with the number at `path` of run `r`: of the summary, or of its layer
 * k when k >= 0. The exact value and where it stands in summary.json go into
 * attributes, which the browser tests hold against the file. */
struct npu__cell {
	size_t run;
	long layer; /* -1: the total */
};
void npu__html_cell(struct npu_text *out, const struct npu_runs *runs,
		    struct npu__cell at, const char *path);
/* Shown times `scale`, data-s, in the unit that the column's head says. */
void npu__html_scaled_cell(struct npu_text *out, const struct npu_runs *runs,
			   struct npu__cell at, const char *path, double scale);
/* Head of a column of totals, in one unit for all runs. `key->unit` is what it
 * is called. */
struct npu__column_unit npu__html_unit_head(struct npu_text *out,
					    const struct npu_runs *runs,
					    const struct npu__column *key);
/* A number that stands in no file; computed from others. */
void npu__html_computed(struct npu_text *out, double value);
/* <th scope="col"> with unit; `numeric` aligns right. */
void npu__html_head(struct npu_text *out, const char *text, const char *unit,
		    const char *doc, int numeric);
/* <th scope="row"> with the layer's number and name. */
void npu__html_layer_head(struct npu_text *out, const struct npu__run *run,
			  size_t k);
/* A closed <details> with a table in it, that scrolls sideways. */
void npu__html_begin_data(struct npu_text *out, const char *title);
void npu__html_end_data(struct npu_text *out);

/* Of each run; the caller has opened its panel. */
void npu__html_layer_table(struct npu_text *out, const struct npu_runs *runs,
			   size_t run);
void npu__html_series_table(struct npu_text *out, const struct npu_runs *runs,
			    size_t run, const char *title,
			    const struct npu__column *keys, size_t count,
			    const char *total);
/* Totals of all runs, a column each. */
void npu__html_totals(struct npu_text *out, const struct npu_runs *runs);
/* Layers of all runs side by side, matched by name. */
void npu__html_layers_compared(struct npu_text *out,
			       const struct npu_runs *runs);

/* ---- figures: npu_svg_*.c ---- */

struct npu__figure {
	struct npu_text *out;
	const struct npu_runs *runs;
	size_t run;
	double width; /* of the drawing, in its own units */
};
/* <figure> with an accessible <svg> of that size: title and description.
 * Names in `about` are escaped here. */
void npu__svg_begin(const struct npu__figure *f, double height, const char *id,
		    const char *title, const char *about);
void npu__svg_end(const struct npu__figure *f);
/* The largest round step that gives at most `most` ticks up to `top`. */
double npu__svg_step(double top, int most);

/* Stacked bars, a row a layer. One scale for all runs where they are near one
 * another. */
struct npu__stack {
	const char *id, *title, *about;
	const char *whole; /* title of the figure of whole runs */
	const char *unit;  /* in words: "cycles"; or with a scale to it, "J" */
	double scale;      /* 0: numbers are written whole */
	const struct npu__column *series, *labels;
	size_t count;
	const char *total;    /* key of the bar's length */
	unsigned first_class; /* of the fills, .s<n> */
};
void npu__svg_stack(const struct npu__figure *f, const struct npu__stack *s);
/* All runs: a bar each, all of one length, split into shares. */
void npu__svg_whole(const struct npu__figure *f, const struct npu__stack *s);
/* Are the bars of all runs drawn to one scale? */
int npu__stack_has_one_scale(const struct npu_runs *runs,
			     const struct npu__stack *s);
void npu__html_legend(struct npu_text *out, const struct npu_runs *runs,
		      const struct npu__stack *s);

/* Of DRAM, scratchpad, accumulators. */
enum { NPU__ROOFLINE_COUNT = 3 };
void npu__svg_roofline(const struct npu__figure *f, size_t memory);
void npu__svg_engines(const struct npu__figure *f);
void npu__svg_scratchpad(const struct npu__figure *f);
void npu__svg_dram(const struct npu__figure *f);
#endif
