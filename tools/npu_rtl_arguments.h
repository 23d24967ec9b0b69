/* tools/npu_rtl_arguments.h - the options of `systole rtl`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_ARGUMENTS_H
#define NPU_RTL_ARGUMENTS_H
#include "models/npu_model.h"
#include "sim/cosim/npu_lockstep.h"
#include "tools/npu_command.h"

enum { NPU_RTL_INPUTS_MAX = 64 };

/* Everything a comparison is told. */
struct npu_rtl_arguments {
	struct npu_chip chip;
	struct npu_program *program;
	struct npu_lockstep_options options;
	char wave_path[512];
	struct {
		const struct npu_tensor_desc *tensor;
		struct npu_array array; /* as the tensor has it */
	} inputs[NPU_RTL_INPUTS_MAX];
	size_t input_count;
};

/* Read the options, the program (verified, unless --unverified) and the inputs.
 * Clear it whatever was returned. `options.user` points to *out. */
NPU_NODISCARD enum npu_status
npu_rtl_arguments_read(const struct npu_arguments *args,
		       struct npu_rtl_arguments *out, struct npu_error *err);
void npu_rtl_arguments_clear(struct npu_rtl_arguments *arguments);

#endif
