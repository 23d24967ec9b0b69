// tests/unit/systemc/scenario.cc - programs on the virtual platform, and on the
// plain simulator.
#include "scenario.h"
#include "sim/exec/npu_exec.h"
#include "sim/npu_burst_port.h"

npu_chip with_bursts(npu_chip chip)
{
	chip.dram.model = NPU_dram_model_command;
	return chip;
}

std::vector<uint8_t>
written(const npu_program &program,
	const std::function<void(unsigned, uint8_t *, uint64_t)> &read)
{
	std::vector<uint8_t> all;
	for (const npu_region_kind kind :
	     { NPU_REGION_output, NPU_REGION_scratch })
		for (unsigned r = 0; r < NPU_REGIONS; r++) {
			const npu_region &region = program.region[r];
			if (region.kind != kind || !region.bytes)
				continue;
			all.resize(all.size() + region.bytes);
			read(r, all.data() + all.size() - region.bytes,
			     region.bytes);
		}
	return all;
}

namespace
{
// The input region's index; it is there.
unsigned input_region(const npu_program &program)
{
	unsigned r = 0;
	while (program.region[r].kind != NPU_REGION_input)
		r++;
	return r;
}

void run_jobs(npu_platform &p, const std::vector<Job> &jobs, Outcome &out)
{
	std::vector<npu_host::placed> at;
	uint64_t address = 0;
	for (unsigned i = 0; i < jobs.size(); i++) {
		at.push_back(p.load(i, *jobs[i].program, address));
		p.host().write_bytes(
			at[i].region[input_region(*jobs[i].program)],
			jobs[i].input.data(), jobs[i].input.size());
		address = at[i].end;
	}
	for (unsigned i = 0; i < jobs.size(); i++)
		p.start(i, *jobs[i].program, at[i]);
	for (unsigned i = 0; i < jobs.size(); i++) {
		const uint32_t status = p.finish(i);
		out.numbers.push_back(p.cycles(i));
		out.numbers.push_back(status);
		out.numbers.push_back(sc_core::sc_time_stamp().value());
		const std::vector<uint8_t> bytes =
			written(*jobs[i].program, [&](unsigned r, uint8_t *data,
						      uint64_t n) {
				p.host().read_bytes(at[i].region[r], data, n);
			});
		out.bytes.insert(out.bytes.end(), bytes.begin(), bytes.end());
	}
}

npu_status make_fixed(void *user, npu_memory_port *out, npu_error *err)
{
	return npu_burst_port_fixed(*static_cast<uint64_t *>(user), out, err);
}
} // namespace

Outcome on_platform(const npu_chip &chip, const npu_platform_options &options,
		    const Way &way, const std::vector<Job> &jobs)
{
	return in_child([&](Outcome &out) {
		npu_platform_options o = options;
		o.npus = static_cast<unsigned>(jobs.size());
		o.style = way.style;
		o.use_dmi = way.use_dmi;
		tlm::tlm_global_quantum::instance().set(
			sc_core::sc_time(way.quantum_us, sc_core::SC_US));
		npu_platform platform(
			"platform", chip, o,
			[&](npu_platform &p) { run_jobs(p, jobs, out); });
		sc_core::sc_start();
		out.problems = platform.violations();
		if (platform.transactions() == 0)
			out.problems.push_back("no transaction was seen");
		for (unsigned i = 0; i < o.npus; i++)
			if (platform.c_executor(i) &&
			    !platform.c_executor(i)->message().empty())
				out.problems.push_back(
					platform.c_executor(i)->message());
	});
}

Outcome on_simulator(const npu_chip &chip, uint64_t fixed_latency,
		     const Job &job)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_error err = {};
	Outcome out;
	options.functional = 1;
	if (fixed_latency) {
		options.make_port = make_fixed;
		options.port_user = &fixed_latency;
	}
	if (npu_sim_create(&chip, job.program, &options, &sim, &err) !=
	    NPU_OK) {
		out.problems.push_back(err.message);
		return out;
	}
	npu_memory *memory = npu_sim_memory(sim);
	std::copy(job.input.begin(), job.input.end(),
		  memory->region[input_region(*job.program)]);
	if (npu_sim_run(sim, nullptr, nullptr, &result, &err) != NPU_OK)
		out.problems.push_back(err.message);
	else
		out.numbers.push_back(result->total.cycles);
	out.bytes = written(*job.program, [&](unsigned r, uint8_t *data,
					      uint64_t n) {
		std::copy(memory->region[r], memory->region[r] + n, data);
	});
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return out;
}
