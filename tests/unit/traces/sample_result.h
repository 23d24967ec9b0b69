// tests/unit/traces/sample_result.h - a result made by hand, with hostile names.
#ifndef NPU_SAMPLE_RESULT_H
#define NPU_SAMPLE_RESULT_H
#include "traces/npu_result.h"
#include <string>
#include <vector>

// Two layers: 60 + 40 of 100 cycles at 1 GHz, 256 MACs a cycle at peak.
struct SampleResult {
	npu_result *r;
	std::vector<std::string> names;

	explicit SampleResult(std::vector<std::string> layer_names = { "conv1",
								       "fc" })
	    : r(npu_result_create()), names(std::move(layer_names))
	{
		r->network = "tiny";
		r->chip = "edge";
		r->mode = "timing";
		r->precision = "int8";
		r->clock_hz = 1000000000;
		r->peak_macs_per_cycle = 256;
		r->dram_peak_gb_per_s = 12.8;
		r->layer_count = 2;
		r->layers = npu_new(r->arena, npu_layer_result, 2);
		fill(r->layers[0], names[0].c_str(), 60, 10240, 640);
		fill(r->layers[1], names[1].c_str(), 40, 2560, 320);
		r->layers[0].stats.stall[NPU_STALL_compute] = 45;
		r->layers[0].stats.stall[NPU_STALL_weight_load] = 15;
		r->layers[1].stats.stall[NPU_STALL_compute] = 10;
		r->layers[1].stats.stall[NPU_STALL_dram] = 30;
		for (int k = 0; k < 2; k++) {
			const npu_stats &s = r->layers[k].stats;
			r->total.macs += s.macs;
			r->total.compute_cycles += s.compute_cycles;
			r->total.cycles += s.cycles;
			r->total.dram_read_bytes += s.dram_read_bytes;
			r->total.energy_pj[NPU_COMPONENT_mac] +=
				s.energy_pj[NPU_COMPONENT_mac];
			for (int b = 0; b < NPU_STALL_COUNT; b++)
				r->total.stall[b] += s.stall[b];
		}
		r->bound_cycles = 50;
		for (auto &engine : r->bins)
			engine[NPU_BIN_busy] = 100;
	}
	~SampleResult()
	{
		npu_result_destroy(r);
	}
	SampleResult(const SampleResult &) = delete;

	static void fill(npu_layer_result &l, const char *name, uint64_t cycles,
			 uint64_t macs, uint64_t bytes)
	{
		l.name = name;
		l.op = "conv";
		l.bound = "compute";
		l.bound_cycles = l.compute_bound_cycles = macs / 256;
		l.compulsory_bytes = bytes;
		l.stats.macs = macs;
		l.stats.compute_cycles = macs / 256;
		l.stats.cycles = l.stats.span_cycles = cycles;
		l.stats.dram_read_bytes = bytes;
		l.stats.energy_pj[NPU_COMPONENT_mac] =
			0.163 * static_cast<double>(macs);
	}
};
#endif
