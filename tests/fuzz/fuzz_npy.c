/* tests/fuzz/fuzz_npy.c - NumPy arrays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npu_error err = { .status = NPU_OK };
	struct npu_array array;

	if (npu_array_decode_npy(data, size, "fuzz.npy", &array, &err)) {
		if (!err.message[0])
			abort();
		return 0;
	}
	npu_array_clear(&array);
	return 0;
}
