/* models/npu_network_argument.c - arguments of a layer, as numbers and lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_network_internal.h"

enum npu_status npu__integer(const struct npu__layer *layer, const char *key,
			     int64_t min, int64_t max, int64_t *out)
{
	const struct npu_yaml *arg;

	NPU_TRY(npu__argument(layer, key, &arg));
	if (!arg)
		return NPU_OK;
	return npu_yaml_integer(arg, min, max, out, layer->net->err);
}

enum npu_status npu__required_integer(const struct npu__layer *layer,
				      const char *key, int64_t min, int64_t max,
				      int64_t *out)
{
	const struct npu_yaml *arg;

	NPU_TRY(npu__argument(layer, key, &arg));
	if (!arg)
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, layer->net->err,
				     "needs '%s'", key);
	return npu_yaml_integer(arg, min, max, out, layer->net->err);
}

enum npu_status npu__number(const struct npu__layer *layer, const char *key,
			    float *out)
{
	const struct npu_yaml *arg;
	double value;

	NPU_TRY(npu__argument(layer, key, &arg));
	if (!arg)
		return NPU_OK;
	NPU_TRY(npu_yaml_number(arg, -1e6, 1e6, &value, layer->net->err));
	*out = (float)value;
	return NPU_OK;
}

enum npu_status npu__flag(const struct npu__layer *layer, const char *key,
			  uint8_t *out)
{
	const struct npu_yaml *arg;

	NPU_TRY(npu__argument(layer, key, &arg));
	return arg ? npu_yaml_boolean(arg, out, layer->net->err) : NPU_OK;
}

/* One integer for both levels, or [y, x]. */
enum npu_status npu__pair(const struct npu__layer *layer, const char *key,
			  int64_t min, int64_t out[2])
{
	const struct npu_yaml *arg, *item;
	int s = 0;

	NPU_TRY(npu__argument(layer, key, &arg));
	if (!arg)
		return NPU_OK;
	if (arg->kind == NPU_YAML_SCALAR) {
		NPU_TRY(npu_yaml_integer(arg, min, NPU__NETWORK_EXTENT, &out[1],
					 layer->net->err));
		out[0] = out[1];
		return NPU_OK;
	}
	NPU_TRY(npu_yaml_expect(arg, NPU_YAML_SEQUENCE, layer->net->err));
	if (arg->count != 2)
		return npu_yaml_fail(arg, NPU_E_SYNTAX, layer->net->err,
				     "expected [y, x], got %u items",
				     arg->count);
	npu_yaml_each(each, arg)
	{
		NPU_TRY(npu__resolve(layer->net, layer->scope, each, &item));
		NPU_TRY(npu_yaml_integer(item, min, NPU__NETWORK_EXTENT,
					 &out[s++], layer->net->err));
	}
	return NPU_OK;
}

/* A list of up to NPU_DIMS integers. */
enum npu_status npu__list(const struct npu__layer *layer, const char *key,
			  int64_t min, int64_t out[NPU_DIMS], uint8_t *count)
{
	const struct npu_yaml *arg, *item;

	NPU_TRY(npu__argument(layer, key, &arg));
	if (!arg)
		return npu_yaml_fail(layer->at, NPU_E_SYNTAX, layer->net->err,
				     "needs '%s'", key);
	NPU_TRY(npu_yaml_expect(arg, NPU_YAML_SEQUENCE, layer->net->err));
	if (arg->count > NPU_DIMS)
		return npu_yaml_fail(arg, NPU_E_LIMIT, layer->net->err,
				     "at most %d dimensions", NPU_DIMS);
	*count = 0;
	npu_yaml_each(each, arg)
	{
		NPU_TRY(npu__resolve(layer->net, layer->scope, each, &item));
		NPU_TRY(npu_yaml_integer(item, min, NPU_ELEMENTS_MAX,
					 &out[(*count)++], layer->net->err));
	}
	return NPU_OK;
}
