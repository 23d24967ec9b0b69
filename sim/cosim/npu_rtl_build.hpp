/* sim/cosim/npu_rtl_build.hpp - from SystemVerilog to a shared object.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_BUILD_HPP
#define NPU_RTL_BUILD_HPP
#include "base/npu_status.h"
#include <string>
#include <vector>

namespace npu
{

/* All that a model is made of. */
struct rtl_recipe {
	std::string package; /* the text of npu_chip_pkg */
	bool with_trace = false;
	std::string verilator, compiler; /* paths of the programs */
	std::vector<std::string> extra;  /* flags of $SYSTOLE_RTL_FLAGS */
	std::string verilator_root;      /* where its run time lies */
	std::vector<std::string> rtl;    /* paths, packages first */
	std::string harness;             /* the folder of the harness */
	std::string key;                 /* hash of all of it, in hex */
};

/* Find the sources and the programs, and hash them.
 *   errors  E_UNSUPPORTED (a program is not installed), E_IO */
enum npu_status rtl_recipe_make(const std::string &package, bool with_trace,
				rtl_recipe &out, struct npu_error *err);

/* Build in `folder`, which is there and empty; the shared object is
 * `folder`/model.so, what the programs said `folder`/log.
 *   errors  E_INTERNAL (they failed), E_IO */
enum npu_status rtl_build(const rtl_recipe &recipe, const std::string &folder,
			  struct npu_error *err);

} // namespace npu
#endif
