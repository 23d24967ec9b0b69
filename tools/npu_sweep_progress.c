/* tools/npu_sweep_progress.c - a bar, lines, or JSON lines.
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "tools/npu_sweep_progress.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum npu_status npu_sweep_progress_style(const struct npu_arguments *args,
					 struct npu_sweep_progress *out,
					 struct npu_error *err)
{
	static const char *const styles[] = { "bar", "lines", "json", "none",
					      NULL };
	size_t style;

	NPU_TRY(npu_option_choice(args, NPU_OPTION_progress, styles,
				  isatty(STDERR_FILENO) ? NPU_STYLE_BAR
							: NPU_STYLE_LINES,
				  &style, err));
	out->style = (enum npu_sweep_style)style;
	return NPU_OK;
}

/* What is shown, the pools before included. */
struct figures {
	uint64_t done, total, failed;
	double rate, left; /* trials a second, seconds */
};

static void print_generation(const struct npu_sweep_progress *s)
{
	if (s->generations)
		fprintf(stderr, "generation %u/%u  ", s->generation,
			s->generations);
}

static void show_bar(const struct npu_sweep_progress *s, struct figures f)
{
	char bar[31];
	const size_t full = (size_t)(30 * f.done / (f.total ? f.total : 1));

	memset(bar, '.', sizeof bar - 1);
	memset(bar, '#', full);
	bar[sizeof bar - 1] = 0;
	fprintf(stderr, "\r[%s] ", bar);
	print_generation(s);
	fprintf(stderr, "%" PRIu64 "/%" PRIu64 "  %.3g/s  %.0f s left ", f.done,
		f.total, f.rate, f.left);
	if (f.done == f.total)
		fputc('\n', stderr);
}

static void show_line(struct npu_sweep_progress *s, struct figures f)
{
	const uint64_t tenths = f.total ? 10 * f.done / f.total : 10;

	if (tenths == s->tenths)
		return;
	s->tenths = tenths;
	print_generation(s);
	fprintf(stderr,
		"%" PRIu64 " of %" PRIu64 " trials, %.3g/s, %.0f s left\n",
		f.done, f.total, f.rate, f.left);
}

static void show_json(const struct npu_sweep_progress *s, struct figures f)
{
	fprintf(stderr,
		"{\"done\":%" PRIu64 ",\"total\":%" PRIu64
		",\"failed\":%" PRIu64
		",\"per_second\":%.6g,\"seconds_left\":%.6g",
		f.done, f.total, f.failed, f.rate, f.left);
	if (s->generations)
		fprintf(stderr, ",\"generation\":%u,\"generations\":%u",
			s->generation, s->generations);
	fputs("}\n", stderr);
}

void npu_sweep_show(void *user, const struct npu_progress *p)
{
	struct npu_sweep_progress *s = user;
	const double seconds = s->before.seconds + p->seconds;
	struct figures f = {
		.done = s->settled + p->done,
		.total = s->total,
		.failed = s->before.failed + p->failed,
	};

	if (seconds > 0)
		f.rate = (double)(s->before.done + p->done) / seconds;
	if (f.rate > 0)
		f.left = (double)(f.total - f.done) / f.rate;
	if (s->style == NPU_STYLE_BAR)
		show_bar(s, f);
	else if (s->style == NPU_STYLE_LINES)
		show_line(s, f);
	else if (s->style == NPU_STYLE_JSON)
		show_json(s, f);
}
