/* models/npu_array.c - tensors of the host, and random ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_model.h"
#include "base/npu_random.h"
#include <stdlib.h>

void npu_array_clear(struct npu_array *array)
{
	free(array->data);
	*array = (struct npu_array){ .dtype = NPU_none };
}

enum npu_status npu_array_create(enum npu_dtype dtype,
				 const struct npu_shape *shape,
				 struct npu_array *out, struct npu_error *err)
{
	const int64_t count = npu_shape_count(shape);

	if (count < 0 || count > NPU_ELEMENTS_MAX)
		return npu_fail(err, NPU_E_LIMIT,
				"an array may have %lld elements at most",
				(long long)NPU_ELEMENTS_MAX);
	size_t bytes = (size_t)count * npu_dtype_bytes(dtype);
	void *data = calloc(bytes ? bytes : 1, 1);

	if (!data)
		return npu_fail(err, NPU_E_NOMEM, "array of %zu bytes", bytes);
	*out = (struct npu_array){ dtype, *shape, data };
	return NPU_OK;
}

enum npu_status npu_array_random(const struct npu_value *value, uint64_t seed,
				 struct npu_array *out, struct npu_error *err)
{
	struct npu_random random = { .state = npu_seed_of_name(seed,
							       value->name) };
	struct npu_array array;

	NPU_TRY(npu_array_create(value->dtype, &value->shape, &array, err));
	const size_t count = (size_t)npu_shape_count(&array.shape);

	for (size_t i = 0; i < count; i++) {
		switch (array.dtype) {
		case NPU_fp32:
			((float *)array.data)[i] = npu_random_normal(&random);
			break;
		case NPU_f64:
			((double *)array.data)[i] =
				(double)npu_random_normal(&random);
			break;
		case NPU_fp16:
			((uint16_t *)array.data)[i] =
				npu_fp16_from_fp32(npu_random_normal(&random));
			break;
		case NPU_bf16:
			((uint16_t *)array.data)[i] =
				npu_bf16_from_fp32(npu_random_normal(&random));
			break;
		case NPU_u8:
		case NPU_s8:
			((uint8_t *)array.data)[i] =
				(uint8_t)npu_random_u64(&random);
			break;
		default:
			npu_array_clear(&array);
			return npu_fail(err, NPU_E_UNSUPPORTED,
					"input %s holds %s, of which no random "
					"values are drawn: give it a file",
					value->name,
					npu_dtype_name(value->dtype));
		}
	}
	*out = array;
	return NPU_OK;
}
