/* sim/cosim/npu_rtl_library.cc - the RTL core of a chip, built once and kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_library.h"
#include "sim/cosim/npu_rtl_build.hpp"
#include "sim/cosim/npu_rtl_parameters.h"
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

namespace fs = std::filesystem;

struct npu_rtl_library {
	void *handle = nullptr;
	const npu_rtl_model *model = nullptr;

	~npu_rtl_library()
	{
		if (handle)
			dlclose(handle);
	}
};

namespace
{

enum npu_status cache_folder(std::string &out, struct npu_error *err)
{
	const char *cache = std::getenv("XDG_CACHE_HOME");
	const char *home = std::getenv("HOME");
	std::string folder;
	std::error_code code;

	if (cache && *cache == '/')
		folder = cache;
	else if (home && *home)
		folder = std::string(home) + "/.cache";
	else
		return npu_fail(err, NPU_E_IO,
				"no place for built models: set HOME or "
				"XDG_CACHE_HOME");
	folder += "/systole/rtl";
	fs::create_directories(folder, code);
	if (code)
		return npu_fail(err, NPU_E_IO, "%s: %s", folder.c_str(),
				code.message().c_str());
	out = folder;
	return NPU_OK;
}

/* Loaded, or NULL with the reason. */
std::unique_ptr<npu_rtl_library> load(const std::string &file,
				      std::string &reason)
{
	auto library = std::make_unique<npu_rtl_library>();

	library->handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
	if (!library->handle) {
		reason = dlerror();
		return nullptr;
	}
	library->model = static_cast<const npu_rtl_model *>(
		dlsym(library->handle, NPU_RTL_SYMBOL));
	if (!library->model || library->model->abi != NPU_RTL_ABI) {
		reason = file + ": not a model of this version";
		return nullptr;
	}
	return library;
}

/* Built aside, then renamed: whoever comes second renames the same bytes. A
 * folder whose build failed stays, for its log. */
enum npu_status build(const npu::rtl_recipe &recipe, const std::string &file,
		      struct npu_error *err)
{
	std::string aside = file + ".part-XXXXXX";
	std::error_code code;

	if (!mkdtemp(aside.data()))
		return npu_fail(err, NPU_E_IO, "%s: %s", aside.c_str(),
				std::strerror(errno));
	NPU_TRY(npu::rtl_build(recipe, aside, err));
	fs::rename(aside + "/model.so", file, code);
	if (code)
		return npu_fail(err, NPU_E_IO, "%s: %s", file.c_str(),
				code.message().c_str());
	fs::remove_all(aside, code);
	return NPU_OK;
}

enum npu_status open_library(const npu_chip *chip,
			     const npu_rtl_library_options *options,
			     npu_rtl_library **out, struct npu_error *err)
{
	struct npu_text package = {};
	std::unique_ptr<npu_rtl_library> library;
	std::string folder, file, reason;
	npu::rtl_recipe recipe;
	enum npu_status status = npu_rtl_print_parameters(chip, &package, err);

	if (status == NPU_OK)
		status = npu::rtl_recipe_make(
			package.data, options->with_trace != 0, recipe, err);
	npu_text_clear(&package);
	NPU_TRY(status);
	NPU_TRY(cache_folder(folder, err));
	file = folder + "/" + recipe.key + ".so";
	if (access(file.c_str(), R_OK) == 0)
		library = load(file, reason);
	if (!library) { /* not there, or not whole */
		if (options->building)
			options->building(options->user);
		NPU_TRY(build(recipe, file, err));
		library = load(file, reason);
	}
	if (!library)
		return npu_fail(err, NPU_E_INTERNAL, "%s", reason.c_str());
	*out = library.release();
	return NPU_OK;
}

} // namespace

enum npu_status npu_rtl_library_open(const npu_chip *chip,
				     const npu_rtl_library_options *options,
				     npu_rtl_library **out,
				     struct npu_error *err)
try {
	return open_library(chip, options, out, err);
} catch (const std::exception &e) {
	return npu_fail(err, NPU_E_IO, "building the RTL model: %s", e.what());
}

void npu_rtl_library_close(npu_rtl_library *library)
{
	delete library;
}

const npu_rtl_model *npu_rtl_library_model(const npu_rtl_library *library)
{
	return library->model;
}
