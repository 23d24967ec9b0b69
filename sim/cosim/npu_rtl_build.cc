/* sim/cosim/npu_rtl_build.cc - from SystemVerilog to a shared object.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_build.hpp"
#include "base/npu_file.h"
#include "sim/cosim/npu_process.hpp"
#include "sim/cosim/npu_rtl_library.h"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nettle/sha2.h>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace npu
{
namespace
{

const std::vector<std::string> VERILATOR_FLAGS = {
	"--cc",        "--top-module", "npu_core",       "--prefix",
	"Vnpu_core",   "-O3",          "--output-split", "0",
	"--x-assign",  "unique", /* what has no reset starts at random */
	"--x-initial", "unique",       "--assert",       "-Wno-fatal",
};
const std::vector<std::string> COMPILER_FLAGS = {
	"-std=c++17",          "-fPIC",           "-pthread", "-w",
	"-fvisibility=hidden", "-fno-gnu-unique", /* two models in a process
						     keep apart */
	"-DVL_USER_STOP",      "-DVM_SC=0",
};

/* Bytes; less is none. */
enum { LEAST_SPACE = 1 << 16 };

/* Of what runs each cycle, of what runs once, of Verilator's run time. */
const std::vector<std::string> OPTIMISE = { "-O2", "-O0", "-O2" };

std::string compiler_name()
{
	const char *name = std::getenv("CXX");

	return name && *name ? name : "g++";
}

/* More flags for Verilator: planted faults (-DNAME), --coverage-line. */
std::vector<std::string> extra_flags()
{
	const char *flags = std::getenv("SYSTOLE_RTL_FLAGS");
	std::istringstream words(flags ? flags : "");

	return { std::istream_iterator<std::string>(words), {} };
}

bool has_coverage(const rtl_recipe &recipe)
{
	return std::any_of(recipe.extra.begin(), recipe.extra.end(),
			   [](const std::string &flag) {
				   return flag.rfind("--coverage", 0) == 0;
			   });
}

std::string data_path(const char *relative)
{
	char path[1024];

	npu_data_path(relative, path, sizeof path);
	return path;
}

std::string read_file(const std::string &path)
{
	std::ifstream file(path, std::ios::binary);

	return { std::istreambuf_iterator<char>(file), {} };
}

/* First line that a program prints when run so; what it warns of (Perl, of a
 * locale) is none of it. */
std::string first_line(const std::vector<std::string> &argv)
{
	const int output = memfd_create("output", MFD_CLOEXEC);
	const int errors = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char text[512] = "";

	if (run_process(argv, output, errors) != 0 ||
	    pread(output, text, sizeof text - 1, 0) < 0)
		text[0] = 0;
	close(output);
	close(errors);
	return std::string(text, std::strcspn(text, "\n"));
}

/* Run it, with what it says appended to `log`. */
int run_logged(const std::vector<std::string> &argv, const std::string &log)
{
	const int descriptor = open(
		log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int code;

	if (descriptor < 0)
		return 127;
	code = run_process(argv, descriptor, descriptor);
	close(descriptor);
	return code;
}

/* The generated packages: installed beside the rest, or in the build tree. */
std::string package_path(const char *name)
{
	const std::string installed =
		data_path("sim/rtl") + std::string("/") + name;

	return access(installed.c_str(), R_OK) == 0
		       ? installed
		       : NPU_RTL_GENERATED + std::string("/") + name;
}

bool is_package(const std::string &path)
{
	const std::string end = "_pkg.sv";

	return path.size() > end.size() &&
	       !path.compare(path.size() - end.size(), end.size(), end);
}

/* Packages of the ISA first, then those of ours, then modules by name. */
enum npu_status find_sources(rtl_recipe &out, struct npu_error *err)
{
	const std::string folder = data_path("sim/rtl");
	std::vector<std::string> found;
	std::error_code code;

	for (const char *name :
	     { "npu_isa_pkg.svh", "npu_function_pkg.svh", "npu_csr_pkg.svh" })
		out.rtl.push_back(package_path(name));
	for (const auto &entry : fs::directory_iterator(folder, code))
		if (entry.path().extension() == ".sv")
			found.push_back(entry.path());
	if (!std::any_of(found.begin(), found.end(), [](const auto &p) {
		    return fs::path(p).filename() == "npu_core.sv";
	    }))
		return npu_fail(err, NPU_E_IO,
				"%s: no npu_core.sv; set SYSTOLE_HOME to the "
				"source or share directory",
				folder.c_str());
	std::sort(found.begin(), found.end());
	std::stable_partition(found.begin(), found.end(), is_package);
	out.rtl.insert(out.rtl.end(), found.begin(), found.end());
	return NPU_OK;
}

class hasher
{
	struct sha256_ctx context;

      public:
	hasher()
	{
		sha256_init(&context);
	}
	void add(const std::string &text)
	{
		/* with the zero that ends it: pieces keep apart */
		sha256_update(&context, text.size() + 1,
			      reinterpret_cast<const uint8_t *>(text.c_str()));
	}
	std::string hex()
	{
		static const char digits[] = "0123456789abcdef";
		uint8_t digest[16];
		std::string out;

		sha256_digest(&context, sizeof digest, digest);
		for (const uint8_t byte : digest) {
			out += digits[byte >> 4];
			out += digits[byte & 15];
		}
		return out;
	}
};

std::string key_of(const rtl_recipe &r, const std::string &verilator_version,
		   const std::string &compiler_version)
{
	hasher hash;

	hash.add(std::to_string(NPU_RTL_ABI));
	hash.add(r.package);
	hash.add(r.with_trace ? "trace" : "");
	hash.add(verilator_version);
	hash.add(compiler_version);
	for (const auto *flags :
	     { &VERILATOR_FLAGS, &COMPILER_FLAGS, &OPTIMISE, &r.extra })
		for (const std::string &flag : *flags)
			hash.add(flag);
	for (const std::string &path : r.rtl) {
		hash.add(fs::path(path).filename());
		hash.add(read_file(path));
	}
	for (const char *name : { "npu_rtl_abi.h", "npu_rtl_harness.cc" })
		hash.add(read_file(r.harness + "/" + name));
	return hash.hex();
}

/* Few programs say so, and their log may have had no place either. */
bool is_full(const std::string &folder, const std::string &said)
{
	std::error_code code;
	const fs::space_info space = fs::space(folder, code);

	return said.find(std::strerror(ENOSPC)) != std::string::npos ||
	       said.find(std::strerror(EDQUOT)) != std::string::npos ||
	       (!code && space.available < LEAST_SPACE);
}

enum npu_status failed(const char *what, const std::string &log,
		       struct npu_error *err)
{
	const std::string said = read_file(log);
	const std::string folder = fs::path(log).parent_path();
	std::istringstream lines(said);
	std::string line, first;

	if (is_full(folder, said))
		return npu_fail(err, NPU_E_IO,
				"%s: no space left: %s failed; set "
				"XDG_CACHE_HOME to a folder that has some",
				folder.c_str(), what);
	while (std::getline(lines, line))
		if (line.find("rror") != std::string::npos) {
			first = line;
			break;
		}
	return npu_fail(err, NPU_E_INTERNAL, "%s failed; see %s: %.300s", what,
			log.c_str(), first.c_str());
}

/* One translation unit that includes others: what runs each cycle with the
 * harness; what runs once, which is long and need not be fast; the run time. */
struct unit {
	const char *name;
	std::string optimise;
	std::vector<std::string> includes;
};

std::vector<unit> units_of(const rtl_recipe &recipe, const std::string &folder)
{
	std::vector<unit> units = {
		{ "fast",
		  OPTIMISE[0],
		  { recipe.harness + "/npu_rtl_harness.cc" } },
		{ "slow", OPTIMISE[1], {} },
		{ "runtime", OPTIMISE[2], {} },
	};
	std::vector<std::string> written;

	for (const auto &entry : fs::directory_iterator(folder))
		if (entry.path().extension() == ".cpp")
			written.push_back(entry.path());
	std::sort(written.begin(), written.end());
	for (const std::string &file : written)
		units[file.find("__Slow.cpp") != std::string::npos ||
		      file.find("__Syms.cpp") != std::string::npos]
			.includes.push_back(file);
	for (const char *name :
	     { "verilated.cpp", "verilated_threads.cpp", "verilated_dpi.cpp" })
		units[2].includes.push_back(name);
	if (has_coverage(recipe))
		units[2].includes.push_back("verilated_cov.cpp");
	if (recipe.with_trace)
		units[2].includes.push_back("verilated_fst_c.cpp");
	return units;
}

enum npu_status compile_unit(const rtl_recipe &recipe,
			     const std::string &folder, const unit &unit,
			     struct npu_error *err)
{
	const std::string include = recipe.verilator_root + "/include";
	const std::string traced = recipe.with_trace ? "1" : "0";
	const std::string covered = has_coverage(recipe) ? "1" : "0";
	const std::string source = folder + "/" + unit.name + ".cc";
	std::vector<std::string> argv = { recipe.compiler };
	std::string text;

	for (const std::string &file : unit.includes)
		text += "#include \"" + file + "\"\n";
	NPU_TRY(npu_file_write(source.c_str(), text.data(), text.size(), err));
	argv.insert(argv.end(), COMPILER_FLAGS.begin(), COMPILER_FLAGS.end());
	for (const std::string &word :
	     { unit.optimise, "-DVM_TRACE=" + traced,
	       "-DVM_TRACE_FST=" + traced, "-DVM_COVERAGE=" + covered,
	       "-I" + folder, "-I" + include, "-I" + include + "/vltstd",
	       "-I" + recipe.harness, std::string("-c"), std::string("-o"),
	       folder + "/" + unit.name + ".o", source })
		argv.push_back(word);
	if (run_logged(argv, folder + "/log") != 0)
		return failed("compiling the RTL model", folder + "/log", err);
	return NPU_OK;
}

enum npu_status compile(const rtl_recipe &recipe, const std::string &folder,
			struct npu_error *err)
{
	std::vector<std::string> argv = {
		recipe.compiler,  "-shared", "-pthread",
		"-Wl,-Bsymbolic", "-o",      folder + "/model.so"
	};

	for (const unit &unit : units_of(recipe, folder)) {
		NPU_TRY(compile_unit(recipe, folder, unit, err));
		argv.push_back(folder + "/" + unit.name + ".o");
	}
	if (recipe.with_trace)
		argv.push_back("-lz");
	if (run_logged(argv, folder + "/log") != 0)
		return failed("linking the RTL model", folder + "/log", err);
	return NPU_OK;
}

} // namespace

enum npu_status rtl_recipe_make(const std::string &package, bool with_trace,
				rtl_recipe &out, struct npu_error *err)
{
	const char *missing = npu_rtl_missing();
	rtl_recipe r;

	if (missing)
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"the RTL needs Verilator and a C++ compiler; "
				"install them: apt-get install %s",
				missing);
	r.package = package;
	r.with_trace = with_trace;
	r.verilator = find_program("verilator");
	r.compiler = find_program(compiler_name());
	r.extra = extra_flags();
	r.verilator_root =
		first_line({ r.verilator, "--getenv", "VERILATOR_ROOT" });
	r.harness = data_path("sim/cosim");
	if (r.verilator_root.empty())
		return npu_fail(err, NPU_E_UNSUPPORTED,
				"%s does not say where its files lie "
				"(verilator --getenv VERILATOR_ROOT)",
				r.verilator.c_str());
	NPU_TRY(find_sources(r, err));
	r.key = key_of(r, first_line({ r.verilator, "--version" }),
		       first_line({ r.compiler, "--version" }));
	out = r;
	return NPU_OK;
}

enum npu_status rtl_build(const rtl_recipe &recipe, const std::string &folder,
			  struct npu_error *err)
{
	const std::string package = folder + "/npu_chip_pkg.sv";
	const std::string log = folder + "/log";
	std::vector<std::string> argv = { recipe.verilator };

	NPU_TRY(npu_file_write(package.c_str(), recipe.package.data(),
			       recipe.package.size(), err));
	argv.insert(argv.end(), VERILATOR_FLAGS.begin(), VERILATOR_FLAGS.end());
	argv.insert(argv.end(), recipe.extra.begin(), recipe.extra.end());
	argv.push_back("--Mdir");
	argv.push_back(folder);
	if (recipe.with_trace)
		argv.push_back("--trace-fst");
	argv.push_back(package);
	argv.insert(argv.end(), recipe.rtl.begin(), recipe.rtl.end());
	if (run_logged(argv, log) != 0)
		return failed("verilator", log, err);
	return compile(recipe, folder, err);
}

} // namespace npu

const char *npu_rtl_missing(void)
{
	if (npu::find_program("verilator").empty())
		return "verilator g++ zlib1g-dev";
	if (npu::find_program(npu::compiler_name()).empty())
		return "g++ zlib1g-dev";
	return nullptr;
}
