/* tools/npu_model_arguments.h - the network a command line names.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_MODEL_ARGUMENTS_H
#define NPU_MODEL_ARGUMENTS_H
#include "compiler/npu_compiler.h"
#include "models/npu_model.h"
#include "tools/npu_command.h"

/* Load the first positional argument as --batch, --dim and --seed say (those
 * the verb takes). The caller owns *out. */
NPU_NODISCARD enum npu_status
npu_model_from_arguments(const struct npu_arguments *args,
			 struct npu_graph **out, struct npu_error *err);

/* --precision, int8 where it is not given.
 *   errors  E_USAGE, with the names */
NPU_NODISCARD enum npu_status
npu_precision_from_arguments(const struct npu_arguments *args,
			     enum npu_precision *out, struct npu_error *err);
#endif
