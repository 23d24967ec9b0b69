/* sim/cosim/npu_rtl_cache.cc - where built models are kept, and that they are
 * whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_cache.hpp"
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nettle/sha2.h>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace npu
{
namespace
{

using seal = std::array<uint8_t, SHA256_DIGEST_SIZE>;

const char *const PART = ".part-";

/* What cannot be written has one way out. */
enum npu_status no_place(const std::string &path, const std::string &why,
			 struct npu_error *err)
{
	return npu_fail(err, NPU_E_IO,
			"%s: %s: RTL models are kept there; set "
			"XDG_CACHE_HOME to a folder that can be written",
			path.c_str(), why.c_str());
}

std::vector<uint8_t> read_bytes(const std::string &file)
{
	std::ifstream from(file, std::ios::binary);

	return { std::istreambuf_iterator<char>(from), {} };
}

seal seal_of(const uint8_t *data, size_t bytes)
{
	struct sha256_ctx context;
	seal out;

	sha256_init(&context);
	sha256_update(&context, bytes, data);
	sha256_digest(&context, out.size(), out.data());
	return out;
}

} // namespace

enum npu_status cache_folder(std::string &out, struct npu_error *err)
{
	const char *cache = std::getenv("XDG_CACHE_HOME");
	const char *home = std::getenv("HOME");
	std::error_code code;

	if (cache && *cache == '/')
		out = cache;
	else if (home && *home)
		out = std::string(home) + "/.cache";
	else
		return npu_fail(err, NPU_E_IO,
				"no place for RTL models: set HOME or "
				"XDG_CACHE_HOME");
	out += "/systole/rtl";
	fs::create_directories(out, code);
	return code ? no_place(out, code.message(), err) : NPU_OK;
}

enum npu_status seal_model(const std::string &file, struct npu_error *err)
{
	const std::vector<uint8_t> bytes = read_bytes(file);
	const seal end = seal_of(bytes.data(), bytes.size());
	std::ofstream to(file, std::ios::binary | std::ios::app);

	to.write(reinterpret_cast<const char *>(end.data()), end.size());
	to.close();
	return to ? NPU_OK : no_place(file, std::strerror(errno), err);
}

bool is_whole(const std::string &file)
{
	const std::vector<uint8_t> bytes = read_bytes(file);

	if (bytes.size() < SHA256_DIGEST_SIZE)
		return false;
	const size_t end = bytes.size() - SHA256_DIGEST_SIZE;
	const seal want = seal_of(bytes.data(), end);

	return std::memcmp(bytes.data() + end, want.data(), want.size()) == 0;
}

/* ---- one builder at a time ---- */

enum npu_status build_lock::take(const std::string &file, bool &is_ours,
				 struct npu_error *err)
{
	const std::string path = file + ".lock";

	descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (descriptor_ < 0)
		return no_place(path, std::strerror(errno), err);
	is_exclusive_ = flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
	is_ours = is_exclusive_ || errno != EWOULDBLOCK;
	return NPU_OK;
}

void build_lock::wait()
{
	int failed;

	do
		failed = flock(descriptor_, LOCK_EX);
	while (failed && errno == EINTR);
	is_exclusive_ = !failed;
}

build_lock::~build_lock()
{
	if (descriptor_ >= 0)
		close(descriptor_);
}

enum npu_status begin_build(const std::string &file, const build_lock &lock,
			    std::string &folder, struct npu_error *err)
{
	const std::string mine = fs::path(file).filename().string() + PART;
	std::vector<fs::path> old;
	std::error_code code;

	if (lock.is_exclusive())
		for (const auto &entry :
		     fs::directory_iterator(fs::path(file).parent_path(), code))
			if (entry.path().filename().string().rfind(mine, 0) ==
			    0)
				old.push_back(entry.path());
	for (const fs::path &path : old)
		fs::remove_all(path, code);
	folder = file + PART + "XXXXXX";
	if (!mkdtemp(folder.data()))
		return no_place(folder, std::strerror(errno), err);
	return NPU_OK;
}

} // namespace npu
