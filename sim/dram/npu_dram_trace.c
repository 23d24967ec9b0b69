/* sim/dram/npu_dram_trace.c - the memory alone, on a list of requests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_internal.h"
#include "sim/dram/npu_dram_preset.h"
#include <stdlib.h>
#include <string.h>

/* Requests handed over ahead: more than the queues of 64 channels hold. */
enum { AHEAD = 16384 };
#define NO_WINDOW ((uint64_t)1 << 20)

/* Of the burst that holds a request's address. */
static uint64_t burst_address(const struct npu_dram_request *request)
{
	return request->address / NPU_DRAM_BURST * NPU_DRAM_BURST;
}

/* The run level is given what a DMA would: consecutive requests in one. */
static size_t run_length(const struct npu_dram *dram,
			 const struct npu_dram_request *requests, size_t count)
{
	size_t n = 1;

	if (dram->level != &npu__dram_run)
		return 1;
	while (n < count && requests[n].is_write == requests[0].is_write &&
	       burst_address(&requests[n]) ==
		       burst_address(&requests[0]) + n * NPU_DRAM_BURST)
		n++;
	return n;
}

static enum npu_status drive(struct npu_dram *dram,
			     const struct npu_dram_request *requests,
			     size_t count, struct npu_error *err)
{
	size_t submitted = 0, completed = 0;
	struct npu_dram_run done;
	uint64_t cycle = 1; /* as the reference: the memory ticks first */

	while (completed < count) {
		while (submitted < count && submitted - completed < AHEAD) {
			size_t n = run_length(dram, &requests[submitted],
					      count - submitted);
			struct npu_dram_run run = {
				.address = burst_address(&requests[submitted]),
				.bytes = n * NPU_DRAM_BURST,
				.is_write = requests[submitted].is_write,
			};

			NPU_TRY(npu_dram_submit(dram, &run, cycle, err));
			submitted += n;
		}
		if (!npu_dram_advance(dram, UINT64_MAX, &done, &cycle))
			return npu_fail(err, NPU_E_INTERNAL,
					"DRAM lost a request");
		completed += done.bytes / NPU_DRAM_BURST;
	}
	return NPU_OK;
}

static void summarise(const struct npu_dram *dram,
		      const struct npu_dram_channel_timing *timing,
		      struct npu_dram_trace_result *out)
{
	const struct npu_chip *chip = &dram->chip;
	struct npu_dram_counters counters = npu_dram_count(dram);
	uint64_t bursts = counters.read_bursts + counters.write_bursts;
	double n = (double)bursts, clocks = (double)counters.clocks;
	double tck_ns = (double)timing->device.tck_ps / 1e3;
	struct npu_dram_energy energy;

	*out = (struct npu_dram_trace_result){ .counters = counters };
	if (!bursts)
		return;
	out->seconds = clocks * tck_ns * 1e-9;
	out->bandwidth_ratio =
		n * (double)timing->data / clocks / (double)chip->dram.channels;
	out->gb_per_s = n * NPU_DRAM_BURST / (clocks * tck_ns);
	out->row_hit_ratio = (double)counters.row_hits / n;
	if (counters.read_bursts)
		out->read_latency_avg_ns =
			(double)counters.read_latency_cycles * tck_ns /
			(double)counters.read_bursts;
	energy = npu_dram_spend_idd(chip, &counters, 0);
	out->energy_pj_per_bit =
		(energy.activate_pj + energy.read_pj + energy.write_pj +
		 energy.refresh_pj + energy.background_pj) /
		(n * NPU_DRAM_BURST * 8);
}

enum npu_status npu_dram_run_trace(const struct npu_chip *chip,
				   const struct npu_dram_request *requests,
				   size_t count, unsigned window,
				   struct npu_dram_trace_result *out,
				   struct npu_error *err)
{
	struct npu_chip alone = *chip;
	struct npu_dram_channel_timing timing;
	struct npu_dram *dram;
	enum npu_status status;

	if (strcmp(chip->dram.preset, "ideal") == 0)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"dram.preset: ideal memory takes no trace; "
				"choose a device");
	NPU_TRY(npu_dram_resolve(chip, &timing, err));
	alone.dma.outstanding = window ? window : NO_WINDOW;
	alone.dram.capacity = UINT64_MAX;
	alone.dram.latency = 0;
	NPU_TRY(npu_dram_create(&alone, &dram, err));
	/* The caller of the memory runs on its clock. */
	dram->to_core = dram->to_tick = (struct npu__ratio){ 1, 1 };
	status = drive(dram, requests, count, err);
	if (status == NPU_OK)
		summarise(dram, &timing, out);
	npu_dram_destroy(dram);
	return status;
}
