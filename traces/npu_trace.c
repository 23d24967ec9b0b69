/* traces/npu_trace.c - trace.json for the Perfetto UI: slices, counters, flows.
 * source: "Trace Event Format", Google, 2016; times in microseconds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_json_internal.h"
#include "traces/npu_writers.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 4, ENGINES = 5, COUNTERS = 16, LAYER_SHIFT = 16 };

/* Descriptors of one engine may overlap (the array loads the next weights while
 * it streams): each goes to the first lane that is free, so that slices of a
 * track never overlap. */
struct lanes {
	uint64_t free_at[ENGINES][LANES];
};

struct writer {
	const struct npu_result *result;
	struct npu_text *out;
	char **names;   /* JSON strings of the layers' names, with quotes */
	uint32_t *lane; /* [event_count], track of each event */
	int first;
};

static double microseconds(const struct writer *w, uint64_t cycle)
{
	return (double)cycle * 1e6 / (double)w->result->clock_hz;
}

static void begin_event(struct writer *w)
{
	npu_text_add(w->out, w->first ? "\n" : ",\n");
	w->first = 0;
}

static void name_tracks(struct writer *w)
{
	static const char *const names[ENGINES] = { "control", "LD", "ST", "MX",
						    "VX" };

	begin_event(w);
	npu_text_add(w->out,
		     "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\","
		     "\"args\":{\"name\":\"core 0\"}}");
	for (int e = 1; e < ENGINES; e++)
		for (int lane = 0; lane < LANES; lane++) {
			begin_event(w);
			npu_text_add(w->out,
				     "{\"ph\":\"M\",\"pid\":0,\"tid\":%d,"
				     "\"name\":\"thread_name\",\"args\":{"
				     "\"name\":\"%s%s\"}}",
				     e * LANES + lane, names[e],
				     lane ? " (overlapped)" : "");
		}
}

static const char *layer_name(const struct writer *w, uint32_t tag)
{
	size_t layer = tag >> LAYER_SHIFT;

	return layer < w->result->layer_count ? w->names[layer] : "\"-\"";
}

static void write_slices(struct writer *w, size_t count)
{
	struct lanes lanes = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct npu_event *e = &w->result->events[i];
		uint64_t *free_at = lanes.free_at[e->engine % ENGINES];
		uint32_t lane = 0;

		while (lane < LANES - 1 && free_at[lane] > e->start_cycle)
			lane++;
		free_at[lane] = e->end_cycle;
		w->lane[i] = e->engine % ENGINES * LANES + lane;
		begin_event(w);
		npu_text_add(
			w->out,
			"{\"ph\":\"X\",\"pid\":%u,\"tid\":%u,\"ts\":%.6f,"
			"\"dur\":%.6f,\"name\":%s,\"args\":{\"insn\":%" PRIu32
			",\"tile\":%u,\"cycle\":%" PRIu64 ",\"cycles\":%" PRIu64
			"}}",
			e->core, w->lane[i], microseconds(w, e->start_cycle),
			microseconds(w, e->end_cycle - e->start_cycle),
			layer_name(w, e->tag), e->insn, e->tag & 0xffff,
			e->start_cycle, e->end_cycle - e->start_cycle);
	}
}

static int by_instruction(const void *a, const void *b)
{
	const struct npu_event *const *x = a, *const *y = b;

	return ((*x)->insn > (*y)->insn) - ((*x)->insn < (*y)->insn);
}

static void write_flow(struct writer *w, const struct npu_event *from,
		       const struct npu_event *to, uint64_t id)
{
	const struct npu_event *events = w->result->events;

	begin_event(w);
	npu_text_add(w->out,
		     "{\"ph\":\"s\",\"pid\":%u,\"tid\":%u,\"ts\":%.6f,\"id\":"
		     "%" PRIu64 ",\"cat\":\"token\",\"name\":\"token\"}",
		     from->core, w->lane[from - events],
		     microseconds(w, from->end_cycle ? from->end_cycle - 1 : 0),
		     id);
	begin_event(w);
	npu_text_add(w->out,
		     "{\"ph\":\"f\",\"bp\":\"e\",\"pid\":%u,\"tid\":%u,\"ts\":"
		     "%.6f,\"id\":%" PRIu64
		     ",\"cat\":\"token\",\"name\":\"token\"}",
		     to->core, w->lane[to - events],
		     microseconds(w, to->start_cycle), id);
}

/* A counter has one producer and one consumer, both in order: the k-th wait
 * takes what the k-th signal gave. */
static void write_flows(struct writer *w, size_t count)
{
	const struct npu_event **sorted = calloc(count + 1, sizeof *sorted);
	uint64_t id = 0;

	if (!sorted) {
		w->out->failed = 1;
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &w->result->events[i];
	qsort(sorted, count, sizeof *sorted, by_instruction);
	for (unsigned t = 0; t < COUNTERS; t++) {
		size_t giver = 0;

		for (size_t i = 0; i < count; i++) {
			if (!(sorted[i]->wait >> t & 1))
				continue;
			while (giver < count &&
			       !(sorted[giver]->signal >> t & 1))
				giver++;
			if (giver == count)
				break;
			write_flow(w, sorted[giver++], sorted[i], ++id);
		}
	}
	free(sorted);
}

static void write_counters(struct writer *w)
{
	const struct npu_result *r = w->result;
	double scale = r->sample_cycles ? (double)r->clock_hz /
						  (double)r->sample_cycles / 1e9
					: 0;

	for (size_t i = 0; i < r->sample_count; i++) {
		begin_event(w);
		npu_text_add(w->out,
			     "{\"ph\":\"C\",\"pid\":0,\"ts\":%.6f,\"name\":"
			     "\"DRAM GB/s\",\"args\":{\"read\":%.6g,\"write\":"
			     "%.6g}}",
			     microseconds(w, i * r->sample_cycles),
			     (double)r->samples[i].read_bytes * scale,
			     (double)r->samples[i].write_bytes * scale);
	}
}

static void write_mark(struct writer *w, size_t shown)
{
	const struct npu_event *last = &w->result->events[shown - 1];

	begin_event(w);
	npu_text_add(w->out,
		     "{\"ph\":\"i\",\"s\":\"g\",\"pid\":0,\"ts\":%.6f,\"name\":"
		     "\"TRACE CUT: %zu of %zu descriptors shown\"}",
		     microseconds(w, last->end_cycle), shown,
		     w->result->event_count);
}

static int make_names(struct writer *w)
{
	const struct npu_result *r = w->result;

	w->names = calloc(r->layer_count + 1, sizeof *w->names);
	w->lane = calloc(r->event_count + 1, sizeof *w->lane);
	if (!w->names || !w->lane)
		return 0;
	for (size_t i = 0; i < r->layer_count; i++) {
		json_t *name = npu__json_text(r->layers[i].name);

		w->names[i] = json_dumps(name, JSON_ENCODE_ANY);
		json_decref(name);
		if (!w->names[i])
			return 0;
	}
	return 1;
}

void npu_write_trace(const struct npu_result *result, size_t max_events,
		     struct npu_text *out)
{
	struct writer w = { .result = result, .out = out, .first = 1 };
	size_t count = result->event_count < max_events ? result->event_count
							: max_events;

	if (make_names(&w)) {
		npu_text_add(out, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":"
				  "[");
		name_tracks(&w);
		write_slices(&w, count);
		write_flows(&w, count);
		write_counters(&w);
		if (count && count < result->event_count)
			write_mark(&w, count);
		npu_text_add(out, "\n]}\n");
	} else {
		out->failed = 1;
	}
	for (size_t i = 0; w.names && i < result->layer_count; i++)
		free(w.names[i]);
	free(w.names);
	free(w.lane);
}
