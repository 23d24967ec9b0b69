// sim/systemc/platform/npu_platform_main.cc - systole-platform: a program on
// the virtual platform, its report, and whether its outputs are right.
// SPDX-License-Identifier: Apache-2.0
#include "base/npu_file.h"
#include "sim/exec/npu_exec.h"
#include "sim/systemc/platform/npu_platform.hpp"
#include "traces/npu_csv.h"
#include "traces/npu_writers.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace
{
const char usage[] =
	"usage: systole-platform P.npu [--chip NAME] [--set KEY=VALUE]...\n"
	"  --executor c|rtl    what the NPUs are: the C model or the RTL\n"
	"  --style lt|dmi|at   how memory is asked; the times are the same\n"
	"  --quantum NS        global quantum; the times are the same\n"
	"  --latency CYCLES    a memory of one latency instead of the DRAM\n"
	"  --npus 1|2          as many NPUs with the same program at one time\n"
	"  --retirements FILE  a CSV of the cycle in which each instruction\n"
	"                      retires, of the first NPU\n"
	"Prints the report of one NPU's run (C model), as `systole run` does;\n"
	"exit 1 where outputs differ from the plain simulator's.\n";

enum {
	EXIT_DIFFERENT = 1,
	EXIT_USAGE = 2,
	EXIT_INPUT = 3,
	EXIT_FAULT = 7,
	EXIT_FILE = 8
};

struct arguments {
	const char *program = nullptr, *chip = "edge";
	const char *retirements = nullptr;
	std::vector<const char *> sets;
	npu_platform_options options;
	double quantum_ns = 0;
};

struct state {
	npu_program *program = nullptr;
	npu_chip chip;
	std::vector<uint8_t> want; /* bytes of its outputs */
	std::vector<uint64_t> cycles;
	bool is_right = true, has_fault = false;
	npu_text retirements = {};
};

/* One option and its value. Returns false where they are none of ours. */
bool parse_option(const std::string &name, const char *value, arguments &args)
{
	const std::string text = value;
	npu_platform_options &o = args.options;

	if (name == "--chip")
		args.chip = value;
	else if (name == "--set")
		args.sets.push_back(value);
	else if (name == "--executor" && (text == "c" || text == "rtl"))
		o.is_rtl = text == "rtl";
	else if (name == "--style" && (text == "lt" || text == "dmi"))
		o.style = npu_style::lt, o.use_dmi = text == "dmi";
	else if (name == "--style" && text == "at")
		o.style = npu_style::at;
	else if (name == "--quantum")
		args.quantum_ns = std::atof(value);
	else if (name == "--latency")
		o.fixed_latency = std::strtoull(value, nullptr, 0);
	else if (name == "--retirements")
		args.retirements = value;
	else if (name == "--npus" && (text == "1" || text == "2"))
		o.npus = text == "1" ? 1 : 2;
	else
		return false;
	return true;
}

bool parse(int argc, char **argv, arguments &args)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' && !args.program)
			args.program = argv[i];
		else if (i + 1 == argc ||
			 !parse_option(argv[i], argv[i + 1], args))
			return false;
		else
			i++;
	}
	return args.program != nullptr;
}

int complain(int code, const npu_error &err)
{
	if (err.path[0])
		std::fprintf(stderr, "%s:%u:%u: ", err.path, err.line,
			     err.column);
	std::fprintf(stderr, "error: %s\n", err.message);
	return code;
}

/* The same bytes in every run, for whatever the program reads. */
std::vector<uint8_t> input_bytes(uint64_t bytes)
{
	std::vector<uint8_t> data(bytes);

	for (uint64_t i = 0; i < bytes; i++)
		data[i] = static_cast<uint8_t>(
			static_cast<uint32_t>(i * 2654435761u) >> 24 & 0x3f);
	return data;
}

/* What the plain simulator makes of the same inputs. */
npu_status expect(state &s, npu_error *err)
{
	npu_sim_options options = {};
	npu_sim *sim = nullptr;
	npu_result *result = nullptr;
	npu_status status;

	options.functional = 1;
	NPU_TRY(npu_sim_create(&s.chip, s.program, &options, &sim, err));
	npu_memory *memory = npu_sim_memory(sim);
	for (unsigned r = 0; r < NPU_REGIONS; r++)
		if (s.program->region[r].kind == NPU_REGION_input) {
			const auto data =
				input_bytes(s.program->region[r].bytes);
			std::memcpy(memory->region[r], data.data(),
				    data.size());
		}
	status = npu_sim_run(sim, nullptr, nullptr, &result, err);
	for (unsigned r = 0; r < NPU_REGIONS; r++)
		if (s.program->region[r].kind == NPU_REGION_output)
			s.want.insert(s.want.end(), memory->region[r],
				      memory->region[r] +
					      s.program->region[r].bytes);
	npu_result_destroy(result);
	npu_sim_destroy(sim);
	return status;
}

void add_retirement(state &s, uint64_t cycle, npu_engine_id engine,
		    uint32_t insn)
{
	const npu_program &program = *s.program;
	const uint64_t layer =
		program.core[0].code[insn].any.tag >> NPU_TAG_LAYER_SHIFT;
	const char *name = "program";

	if (program.layer_count)
		name = program.layer[std::min<uint64_t>(
					     layer, program.layer_count - 1)]
			       .name;
	npu_text_add(&s.retirements, "%u,%s,", insn, npu_engine_name(engine));
	npu_csv_text(&s.retirements, name);
	npu_text_add(&s.retirements, ",%llu\n",
		     static_cast<unsigned long long>(cycle));
}

/* From the first NPU's core, whichever it is. */
void watch_retirements(npu_platform &p, state &s)
{
	npu_text_add(&s.retirements, "instruction,engine,layer,cycle\n");
	p.npu(0).executor().set_retire_function(
		[&s](uint64_t cycle, npu_engine_id engine, uint32_t insn) {
			add_retirement(s, cycle, engine, insn);
		});
}

/* The host: the same program on every NPU, at one time. */
void drive(npu_platform &p, const arguments &args, state &s)
{
	std::vector<npu_host::placed> at;
	uint64_t address = 0;

	for (unsigned i = 0; i < args.options.npus; i++) {
		at.push_back(p.load(i, *s.program, address));
		address = at[i].end;
		for (unsigned r = 0; r < NPU_REGIONS; r++)
			if (s.program->region[r].kind == NPU_REGION_input) {
				const auto data =
					input_bytes(s.program->region[r].bytes);
				p.host().write_bytes(at[i].region[r],
						     data.data(), data.size());
			}
	}
	for (unsigned i = 0; i < args.options.npus; i++)
		p.start(i, *s.program, at[i]);
	for (unsigned i = 0; i < args.options.npus; i++) {
		std::vector<uint8_t> got;

		s.has_fault |= p.finish(i) >> 2 & 1;
		s.cycles.push_back(p.cycles(i));
		for (unsigned r = 0; r < NPU_REGIONS; r++) {
			const npu_region &region = s.program->region[r];

			if (region.kind != NPU_REGION_output)
				continue;
			got.resize(got.size() + region.bytes);
			p.host().read_bytes(at[i].region[r],
					    got.data() + got.size() -
						    region.bytes,
					    region.bytes);
		}
		s.is_right &= got == s.want;
	}
}

/* A program file does not say what its network was lowered to: its operands
 * do. */
const char *precision_of(const npu_program &program)
{
	for (size_t i = 0; i < program.core[0].count; i++) {
		const npu_insn &insn = program.core[0].code[i];

		if (insn.op != NPU_OP_gemm)
			continue;
		switch (insn.gemm.dt_w) {
		case NPU_bf16:
			return "bf16";
		case NPU_fp16:
			return "fp16";
		case NPU_fp32:
			return "fp32";
		default:
			return "int8";
		}
	}
	return "";
}

void print_report(npu_platform &p, const state &s)
{
	npu_c_executor *c = p.c_executor(0);
	npu_text text = {};

	if (c && c->result()) {
		npu_result result = *c->result();

		result.precision = precision_of(*s.program);
		npu_write_report(&result, 120, 0, &text);
		std::fwrite(text.data, 1, text.length, stdout);
		npu_text_clear(&text);
	}
	for (size_t i = 0; i < s.cycles.size(); i++)
		std::fprintf(stderr, "npu %zu: %llu cycles\n", i,
			     static_cast<unsigned long long>(s.cycles[i]));
}

int simulate(const arguments &args, state &s)
{
	npu_platform platform("platform", s.chip, args.options,
			      [&](npu_platform &p) { drive(p, args, s); });

	if (args.retirements)
		watch_retirements(platform, s);
	sc_core::sc_start();
	print_report(platform, s);
	for (unsigned i = 0; i < args.options.npus; i++)
		if (platform.c_executor(i) &&
		    !platform.c_executor(i)->message().empty())
			std::fprintf(stderr, "npu %u: %s\n", i,
				     platform.c_executor(i)->message().c_str());
	for (const std::string &v : platform.violations())
		std::fprintf(stderr, "protocol: %s\n", v.c_str());
	if (s.has_fault)
		return EXIT_FAULT;
	std::fprintf(stderr, "outputs %s the plain simulator's\n",
		     s.is_right ? "equal" : "differ from");
	return s.is_right && platform.violations().empty() ? 0 : EXIT_DIFFERENT;
}
} // namespace

int sc_main(int argc, char **argv)
{
	arguments args;
	state s;
	npu_error err = {};
	int code;

	sc_core::sc_report_handler::set_actions(
		"/OSCI/SystemC", sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
	if (!parse(argc, argv, args)) {
		std::fputs(usage, stderr);
		return EXIT_USAGE;
	}
	args.sets.push_back("dram.model=command");
	if (npu_chip_load(args.chip, nullptr, args.sets.data(),
			  args.sets.size(), &s.chip, &err) != NPU_OK ||
	    npu_program_load(args.program, &s.program, &err) != NPU_OK)
		return complain(EXIT_INPUT, err);
	if (s.program->core_count != 1) {
		npu_fail(&err, NPU_E_UNSUPPORTED,
			 "the platform's NPUs have one core, the program %u",
			 s.program->core_count);
		code = complain(EXIT_INPUT, err);
	} else if (expect(s, &err) != NPU_OK) {
		code = complain(EXIT_FAULT, err);
	} else {
		tlm::tlm_global_quantum::instance().set(
			sc_core::sc_time(args.quantum_ns, sc_core::SC_NS));
		code = simulate(args, s);
		if (args.retirements &&
		    npu_file_write(args.retirements, s.retirements.data,
				   s.retirements.length, &err) != NPU_OK)
			code = complain(EXIT_FILE, err);
	}
	npu_text_clear(&s.retirements);
	npu_program_destroy(s.program);
	return code;
}
