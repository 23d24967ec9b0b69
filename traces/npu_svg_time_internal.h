/* traces/npu_svg_time_internal.h - figures over time share their x axis.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_SVG_TIME_INTERNAL_H
#define NPU_SVG_TIME_INTERNAL_H
#include "traces/npu_html_internal.h"

enum { NPU__TIME_LEFT = 62, NPU__TIME_RIGHT = 12, NPU__LAYER_HUES = 6 };

/* The whole run, from left to right. */
struct npu__time {
	double cycles, seconds, width; /* of the plot */
};
struct npu__time npu__time_of(const struct npu__figure *f);
double npu__time_x(const struct npu__time *t, double cycle);
/* Ticks in seconds below `bottom`, grid lines up to `top`. */
void npu__time_axis(const struct npu__figure *f, const struct npu__time *t,
		    double top, double bottom);
/* Whole number i of the list at `path` of figures.json. */
double npu__listed(const struct npu__run *run, const char *path, size_t i);
size_t npu__list_length(const struct npu__run *run, const char *path);
/* A cell with it. */
void npu__html_listed(const struct npu__figure *f, const char *path, size_t i);
/* "<title>12 conv1 ... " up to what the caller adds and closes. */
void npu__svg_layer_title(const struct npu__figure *f, size_t layer);
#endif
