/* sim/cosim/npu_rtl_library.cc - the RTL core of a chip, built once and kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_library.h"
#include "sim/cosim/npu_process.hpp"
#include "sim/cosim/npu_rtl_build.hpp"
#include "sim/cosim/npu_rtl_cache.hpp"
#include "sim/cosim/npu_rtl_parameters.h"
#include <dlfcn.h>
#include <filesystem>
#include <memory>
#include <string>

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

/* Built aside, then renamed: nobody ever sees a part of it. A folder whose build
 * failed stays for its log, unless the disk is full or the user has had
 * enough. */
enum npu_status build(const npu::rtl_recipe &recipe, const std::string &file,
		      const npu::build_lock &lock, struct npu_error *err)
{
	const npu::held_signals held;
	std::string aside;
	std::error_code code, ignored;

	NPU_TRY(npu::begin_build(file, lock, aside, err));
	enum npu_status status = npu::rtl_build(recipe, aside, err);
	if (status == NPU_OK)
		status = npu::seal_model(aside + "/model.so", err);
	if (status == NPU_OK)
		fs::rename(aside + "/model.so", file, code);
	if (code)
		status = npu_fail(err, NPU_E_IO, "%s: %s", file.c_str(),
				  code.message().c_str());
	if (status != NPU_E_INTERNAL || npu::held_signals::has_come())
		fs::remove_all(aside, ignored);
	return status;
}

/* Whoever comes second waits, and takes what the first has built. */
enum npu_status build_once(const npu::rtl_recipe &recipe,
			   const npu_rtl_library_options *options,
			   const std::string &file, struct npu_error *err)
{
	npu::build_lock lock;
	bool is_ours;

	NPU_TRY(lock.take(file, is_ours, err));
	if (options->building)
		options->building(options->user, !is_ours);
	if (!is_ours)
		lock.wait();
	if (npu::is_whole(file))
		return NPU_OK;
	return build(recipe, file, lock, err);
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
	NPU_TRY(npu::cache_folder(folder, err));
	file = folder + "/" + recipe.key + ".so";
	if (!npu::is_whole(file))
		NPU_TRY(build_once(recipe, options, file, err));
	library = load(file, reason);
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
