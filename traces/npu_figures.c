/* traces/npu_figures.c - figures.json: engines, scratchpad, DRAM over time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_figures.h"
#include "traces/npu_lifetime_internal.h"
#include <inttypes.h>
#include <stdlib.h>

enum { LAYER_SHIFT = 16 };

static const char *const engine_names[NPU_RESULT_ENGINES] = { "ld", "st", "mx",
							      "vx" };
static const char *const peak_names[NPU_PEAK_COUNT] = {
#define NPU_PEAK(name, unit, doc) #name,
#include "traces/npu_peak.def"
};

/* One engine over time. Its descriptors start in order. */
struct lane {
	uint64_t occupied[NPU_FIGURE_WINDOWS]; /* cycles */
	uint32_t layer[NPU_FIGURE_WINDOWS];    /* 1 + the longest; 0: none */
	uint64_t longest[NPU_FIGURE_WINDOWS];
	/* of the layer now being added */
	uint64_t cycles[NPU_FIGURE_WINDOWS];
	uint32_t now[NPU_FIGURE_WINDOWS];
	uint64_t until; /* occupied so far; descriptors may overlap */
};

struct npu_figures {
	uint64_t cycles, window_cycles;
	double peak[NPU_PEAK_COUNT];
	struct lane lane[NPU_RESULT_ENGINES];
	struct npu_sample dram[NPU_FIGURE_WINDOWS];
	size_t dram_count;
	uint64_t dram_window_cycles;
	struct npu__lifetimes lifetimes;
};

static size_t windows_of(const struct npu_figures *f)
{
	return (size_t)((f->cycles + f->window_cycles - 1) / f->window_cycles);
}

/* Cycles first..last-1 of one window belong to `layer`. */
static void occupy(struct lane *lane, size_t w, uint64_t cycles, uint32_t layer)
{
	lane->occupied[w] += cycles;
	if (lane->now[w] != layer + 1)
		lane->cycles[w] = 0;
	lane->now[w] = layer + 1;
	lane->cycles[w] += cycles;
	if (lane->cycles[w] > lane->longest[w]) {
		lane->longest[w] = lane->cycles[w];
		lane->layer[w] = layer + 1;
	}
}

static void add_event(struct npu_figures *f, const struct npu_event *e)
{
	struct lane *lane = &f->lane[e->engine - 1];
	const uint32_t tag = e->tag >> LAYER_SHIFT;
	/* a descriptor of no layer: 1 + this is 0 */
	const uint32_t layer =
		tag < f->lifetimes.layer_count ? tag : UINT32_MAX;
	uint64_t from =
		e->start_cycle > lane->until ? e->start_cycle : lane->until;

	while (from < e->end_cycle) {
		uint64_t w = from / f->window_cycles;
		uint64_t to = (w + 1) * f->window_cycles;

		to = to < e->end_cycle ? to : e->end_cycle;
		occupy(lane, (size_t)w, to - from, layer);
		from = to;
	}
	if (e->end_cycle > lane->until)
		lane->until = e->end_cycle;
}

static int by_start(const void *a, const void *b)
{
	const struct npu_event *x = *(const struct npu_event *const *)a;
	const struct npu_event *y = *(const struct npu_event *const *)b;

	if (x->start_cycle != y->start_cycle)
		return x->start_cycle < y->start_cycle ? -1 : 1;
	return (x->insn > y->insn) - (x->insn < y->insn);
}

/* model: of several cores, core 0 is shown. */
static enum npu_status add_events(struct npu_figures *f,
				  const struct npu_result *r,
				  struct npu_error *err)
{
	const struct npu_event **sorted =
		calloc(r->event_count + 1, sizeof *sorted);
	enum npu_status status = NPU_OK;
	size_t n = 0;

	if (!sorted)
		return npu_fail(err, NPU_E_NOMEM, "no memory for figures");
	for (size_t i = 0; i < r->event_count; i++) {
		const struct npu_event *e = &r->events[i];

		if (e->core != 0 || e->engine < 1 ||
		    e->engine > NPU_RESULT_ENGINES)
			continue;
		if (e->end_cycle > f->cycles) {
			status = npu_fail(err, NPU_E_RANGE,
					  "an event ends at cycle %" PRIu64
					  " of a run of %" PRIu64,
					  e->end_cycle, f->cycles);
			break;
		}
		sorted[n++] = e;
	}
	qsort(sorted, n, sizeof *sorted, by_start);
	for (size_t i = 0; status == NPU_OK && i < n; i++)
		add_event(f, sorted[i]);
	free(sorted);
	return status;
}

/* As much of `waiting` as the channels can move in one sample, reads and writes
 * in their shares. */
static struct npu_sample serve(struct npu_sample *waiting, uint64_t most)
{
	struct npu_sample now = *waiting;
	const uint64_t sum = now.read_bytes + now.write_bytes;

	if (sum > most) {
		now.read_bytes =
			(uint64_t)((double)most * (double)now.read_bytes /
				   (double)sum);
		now.write_bytes = most - now.read_bytes;
		if (now.write_bytes > waiting->write_bytes) {
			now.write_bytes = waiting->write_bytes;
			now.read_bytes = most - now.write_bytes;
		}
	}
	waiting->read_bytes -= now.read_bytes;
	waiting->write_bytes -= now.write_bytes;
	return now;
}

/* A descriptor's bytes are counted when it asks for them, all at once; what
 * exceeds the peak of the channels waits for the next sample.
 * model: bytes move at the peak once asked for; in truth never sooner, and
 * later where rows miss or refresh comes between */
static void add_samples(struct npu_figures *f, const struct npu_result *r)
{
	size_t each = r->sample_count / NPU_FIGURE_WINDOWS + 1;
	const double peak = f->peak[NPU_PEAK_dram_bytes_per_cycle] *
			    (double)r->sample_cycles;
	const uint64_t most = peak > 0 && peak < 9e15 ? (uint64_t)peak : ~0ull;
	struct npu_sample waiting = { 0 }, now;

	f->dram_window_cycles = each * r->sample_cycles;
	f->dram_count = (r->sample_count + each - 1) / each;
	for (size_t i = 0; i < r->sample_count; i++) {
		waiting.read_bytes += r->samples[i].read_bytes;
		waiting.write_bytes += r->samples[i].write_bytes;
		/* nothing is left over when the run is over */
		now = serve(&waiting, i + 1 < r->sample_count ? most : ~0ull);
		f->dram[i / each].read_bytes += now.read_bytes;
		f->dram[i / each].write_bytes += now.write_bytes;
	}
}

static void set_peaks(struct npu_figures *f, const struct npu_result *r,
		      const struct npu_figure_chip *chip)
{
	f->peak[NPU_PEAK_macs_per_cycle] = (double)r->peak_macs_per_cycle;
	if (r->clock_hz)
		f->peak[NPU_PEAK_dram_bytes_per_cycle] =
			r->dram_peak_gb_per_s * 1e9 / (double)r->clock_hz;
	f->peak[NPU_PEAK_scratchpad_bytes_per_cycle] =
		(double)chip->scratchpad_bytes_per_cycle;
	f->peak[NPU_PEAK_accumulator_bytes_per_cycle] =
		(double)chip->accumulator_bytes_per_cycle;
}

static enum npu_status begin_lifetimes(struct npu_figures *f,
				       const struct npu_result *r,
				       uint64_t scratchpad_bytes,
				       struct npu_error *err)
{
	struct npu__lifetimes *l = &f->lifetimes;

	l->bytes = scratchpad_bytes;
	l->chunk_bytes = NPU__CHUNK_MIN;
	while (l->chunk_bytes * NPU__CHUNKS_MAX < l->bytes)
		l->chunk_bytes *= 2;
	l->window_cycles = f->window_cycles;
	l->layer_count = (uint32_t)r->layer_count;
	l->layer = calloc(r->layer_count + 1, sizeof *l->layer);
	if (!l->layer)
		return npu_fail(err, NPU_E_NOMEM, "no memory for figures");
	return NPU_OK;
}

enum npu_status npu_figures_create(const struct npu_result *result,
				   const struct npu_figure_chip *chip,
				   struct npu_figures **out,
				   struct npu_error *err)
{
	struct npu_figures *f = calloc(1, sizeof *f);
	enum npu_status status;

	if (!f)
		return npu_fail(err, NPU_E_NOMEM, "no memory for figures");
	f->cycles = result->total.cycles;
	f->window_cycles = f->cycles / NPU_FIGURE_WINDOWS + 1;
	set_peaks(f, result, chip);
	status = begin_lifetimes(f, result, chip->scratchpad_bytes, err);
	if (status == NPU_OK)
		status = add_events(f, result, err);
	if (status != NPU_OK) {
		npu_figures_destroy(f);
		return status;
	}
	add_samples(f, result);
	*out = f;
	return NPU_OK;
}

void npu_figures_destroy(struct npu_figures *figures)
{
	if (figures)
		free(figures->lifetimes.layer);
	free(figures);
}

void npu_figures_touch(struct npu_figures *figures,
		       const struct npu_touch *touch)
{
	npu__lifetimes_touch(&figures->lifetimes, touch);
}

static void write_lane(const struct npu_figures *f, int engine,
		       struct npu_text *out)
{
	const struct lane *lane = &f->lane[engine];
	size_t n = windows_of(f);

	npu_text_add(out, ",\n    \"%s\": {\n      \"occupied_cycles\": [",
		     engine_names[engine]);
	for (size_t w = 0; w < n; w++)
		npu_text_add(out, "%s%" PRIu64, w ? "," : "",
			     lane->occupied[w]);
	npu_text_add(out, "],\n      \"layer\": [");
	for (size_t w = 0; w < n; w++)
		npu_text_add(out, "%s%" PRId64, w ? "," : "",
			     (int64_t)lane->layer[w] - 1);
	npu_text_add(out, "]\n    }");
}

static void write_dram(const struct npu_figures *f, struct npu_text *out)
{
	npu_text_add(out, "  \"dram\": {\n    \"window_cycles\": %" PRIu64,
		     f->dram_window_cycles);
	npu_text_add(out, ",\n    \"read_bytes\": [");
	for (size_t w = 0; w < f->dram_count; w++)
		npu_text_add(out, "%s%" PRIu64, w ? "," : "",
			     f->dram[w].read_bytes);
	npu_text_add(out, "],\n    \"write_bytes\": [");
	for (size_t w = 0; w < f->dram_count; w++)
		npu_text_add(out, "%s%" PRIu64, w ? "," : "",
			     f->dram[w].write_bytes);
	npu_text_add(out, "]\n  },\n");
}

void npu_write_figures(struct npu_figures *figures, struct npu_text *out)
{
	const struct npu_figures *f = figures;

	npu__lifetimes_end(&figures->lifetimes);
	npu_text_add(out,
		     "{\n  \"schema\": \"systole.figures/1\",\n"
		     "  \"cycles\": %" PRIu64 ",\n  \"peaks\": {",
		     f->cycles);
	for (int p = 0; p < NPU_PEAK_COUNT; p++)
		npu_text_add(out, "%s\n    \"%s\": %.12g", p ? "," : "",
			     peak_names[p], f->peak[p]);
	npu_text_add(out, "\n  },\n");
	npu_text_add(out, "  \"engines\": {\n    \"window_cycles\": %" PRIu64,
		     f->window_cycles);
	for (int e = 0; e < NPU_RESULT_ENGINES; e++)
		write_lane(f, e, out);
	npu_text_add(out, "\n  },\n");
	write_dram(f, out);
	npu__lifetimes_write(&f->lifetimes, windows_of(f), out);
	npu_text_add(out, "}\n");
}
