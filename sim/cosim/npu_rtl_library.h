/* sim/cosim/npu_rtl_library.h - the RTL core of a chip, built once and kept.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_LIBRARY_H
#define NPU_RTL_LIBRARY_H
#include "configs/npu_chip.h"
#include "sim/cosim/npu_rtl_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

struct npu_rtl_library; /* a loaded model; any number of cores of it */

struct npu_rtl_library_options {
	uint8_t with_trace; /* able to write waves; slower, a model of its own
			     */
	/* told before the minutes that a build takes, by us or, where we wait
	 * for it, by another process; may be NULL */
	void (*building)(void *user, int by_another);
	void *user;
};

/* Load the model of `chip`'s shape from the cache ($XDG_CACHE_HOME/systole/rtl,
 * or ~/.cache/...); where it is not there, verilate sim/rtl and compile it.
 * The name in the cache is a hash of all that goes into it, so a model is
 * never stale; of several processes that want one, one builds it. A build
 * takes its compilers with it when SIGINT, SIGTERM or SIGHUP end the process.
 *   out     the caller owns it; it outlives every core made of it
 *   errors  E_UNSUPPORTED (a shape that the RTL has not; Verilator or g++ not
 *           installed), E_IO, E_INTERNAL (the RTL does not compile; the log is
 *           named) */
NPU_NODISCARD enum npu_status
npu_rtl_library_open(const struct npu_chip *chip,
		     const struct npu_rtl_library_options *options,
		     struct npu_rtl_library **out, struct npu_error *err);
void npu_rtl_library_close(struct npu_rtl_library *library);

/* Its functions. */
const struct npu_rtl_model *
npu_rtl_library_model(const struct npu_rtl_library *library);

/* The package to install for what is missing, or NULL where nothing is. */
const char *npu_rtl_missing(void);

#ifdef __cplusplus
}
#endif
#endif
