/* sweep/npu_sweep_list.c - points listed one by one, as one axis.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_sweep_internal.h"
#include <string.h>

/* Keys that any point names, each once. */
static enum npu_status find_keys(const struct npu_yaml *list,
				 size_t keys[NPU_CHIP_KEYS_MAX], size_t *count,
				 struct npu_error *err)
{
	*count = 0;
	npu_yaml_each(point, list)
	{
		NPU_TRY(npu_yaml_expect(point, NPU_YAML_MAPPING, err));
		npu_yaml_each(value, point)
		{
			size_t key, i = 0;

			NPU_TRY(npu__sweep_key(value, value->key, &key, err));
			while (i < *count && keys[i] != key)
				i++;
			if (i == *count)
				keys[(*count)++] = key;
		}
	}
	return NPU_OK;
}

/* Values of one key in every point; the base's where a point has none. */
static enum npu_status read_key(struct npu_sweep *sweep,
				const struct npu_yaml *list, size_t key,
				struct npu_axis_key *out, struct npu_error *err)
{
	size_t names, rows, i = 0;
	const char *const *all = npu_sweep_names(&names);
	const struct npu_chip_key *row = &npu_chip_key_table(&rows)[key];
	uint64_t *number = npu_new(sweep->arena, uint64_t, list->count);
	const char **text = npu_new(sweep->arena, const char *, list->count);

	if (!number || !text)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	npu_yaml_each(point, list)
	{
		struct npu_chip chip = sweep->base;
		const char *field = (const char *)&chip + row->offset;
		const struct npu_yaml *node = npu_yaml_find(point, all[key]);

		if (node)
			NPU_TRY(npu_chip_key_read(row, node, &chip, err));
		if (row->kind == NPU_CHIP_TEXT)
			text[i] = npu_arena_strdup(sweep->arena, field);
		else
			memcpy(&number[i], field, sizeof *number);
		if (row->kind == NPU_CHIP_TEXT && !text[i])
			return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
		i++;
	}
	*out = (struct npu_axis_key){
		.key = key,
		.number = number,
		.text = row->kind == NPU_CHIP_TEXT ? text : NULL,
	};
	return NPU_OK;
}

enum npu_status npu__sweep_read_list(struct npu_sweep *sweep,
				     const struct npu_yaml *list,
				     struct npu_error *err)
{
	size_t keys[NPU_CHIP_KEYS_MAX], count;
	struct npu_axis_key *out;

	NPU_TRY(npu_yaml_expect(list, NPU_YAML_SEQUENCE, err));
	NPU_TRY(find_keys(list, keys, &count, err));
	if (!count || list->count > NPU_AXIS_VALUES_MAX)
		return npu_yaml_fail(list, count ? NPU_E_LIMIT : NPU_E_SYNTAX,
				     err,
				     "expected 1 to %d points that name a key",
				     NPU_AXIS_VALUES_MAX);
	out = npu_new(sweep->arena, struct npu_axis_key, count);
	if (!out)
		return npu_fail(err, NPU_E_NOMEM, "reading a sweep");
	for (size_t i = 0; i < count; i++)
		NPU_TRY(read_key(sweep, list, keys[i], &out[i], err));
	sweep->axes[0] = (struct npu_axis){ out, count, list->count };
	sweep->axis_count = 1;
	return NPU_OK;
}
