/* sim/cosim/npu_rtl_cache.hpp - where built models are kept, and that they are
 * whole.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_CACHE_HPP
#define NPU_RTL_CACHE_HPP
#include "base/npu_status.h"
#include <string>

namespace npu
{

/* $XDG_CACHE_HOME/systole/rtl, else ~/.cache/systole/rtl; made where it is not
 * there.
 *   errors  E_IO, with what to do about it */
enum npu_status cache_folder(std::string &out, struct npu_error *err);

/* A shared object is followed by the hash of its bytes, which no loader minds:
 * one that was cut short or damaged would end the process that loads it. */
enum npu_status seal_model(const std::string &file, struct npu_error *err);
bool is_whole(const std::string &file);

/* The one process that builds `file`. Where the file system has no locks, all
 * are: what they build takes its place in one step anyway. */
class build_lock
{
      public:
	build_lock() = default;
	~build_lock();
	build_lock(const build_lock &) = delete;
	build_lock &operator=(const build_lock &) = delete;

	/* Returns whether nobody else has it. */
	enum npu_status take(const std::string &file, bool &is_ours,
			     struct npu_error *err);
	/* Until whoever has it is done. */
	void wait();
	/* False where the file system has no locks. */
	bool is_exclusive() const
	{
		return is_exclusive_;
	}

      private:
	int descriptor_ = -1;
	bool is_exclusive_ = false;
};

/* A new folder beside `file` to build it in. Those that builders who were
 * killed have left, and those of builds that failed, go first; `lock` is
 * ours.
 *   errors  E_IO */
enum npu_status begin_build(const std::string &file, const build_lock &lock,
			    std::string &folder, struct npu_error *err);

} // namespace npu
#endif
