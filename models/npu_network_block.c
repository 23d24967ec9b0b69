/* models/npu_network_block.c - sequences of layers, and blocks of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_network_internal.h"
#include <string.h>

/* What a use of a block takes besides its parameters. */
static const char *const use_keys[] = { "name", "from", "as", "repeat" };
enum { USE_KEYS = sizeof(use_keys) / sizeof(use_keys[0]) };

/* ---- definitions ---- */

static enum npu_status check_parameters(struct npu__network *net,
					const struct npu_yaml *list)
{
	NPU_TRY(npu_yaml_expect(list, NPU_YAML_SEQUENCE, net->err));
	if (list->count > NPU__NETWORK_KEYS - USE_KEYS)
		return npu_yaml_fail(list, NPU_E_LIMIT, net->err,
				     "at most %d parameters",
				     NPU__NETWORK_KEYS - USE_KEYS);
	npu_yaml_each(item, list)
	{
		NPU_TRY(npu_yaml_expect(item, NPU_YAML_SCALAR, net->err));
		for (int k = 0; k < USE_KEYS; k++) {
			if (strcmp(item->text, use_keys[k]) == 0)
				return npu_yaml_fail(item, NPU_E_SYNTAX,
						     net->err,
						     "'%s' is an argument of "
						     "every block already",
						     item->text);
		}
		npu_yaml_each(other, list)
		{
			if (other != item && !strcmp(other->text, item->text))
				return npu_yaml_fail(
					item, NPU_E_SYNTAX, net->err,
					"parameter '%s' twice", item->text);
		}
	}
	return NPU_OK;
}

enum npu_status npu__check_blocks(struct npu__network *net)
{
	static const char *const keys[] = { "parameters", "layers" };
	const struct npu_yaml *part;

	if (!net->blocks)
		return NPU_OK;
	NPU_TRY(npu_yaml_expect(net->blocks, NPU_YAML_MAPPING, net->err));
	npu_yaml_each(block, net->blocks)
	{
		NPU_TRY(npu_yaml_expect(block, NPU_YAML_MAPPING, net->err));
		NPU_TRY(npu_yaml_check_keys(block, keys, 2, net->err));
		if (npu__find_layer(block->key) >= 0)
			return npu_yaml_fail(block, NPU_E_SYNTAX, net->err,
					     "'%s' is the name of a layer",
					     block->key);
		if (strlen(block->key) > NPU__NETWORK_NAME)
			return npu_yaml_fail(block, NPU_E_LIMIT, net->err,
					     "a name of more than %d bytes",
					     NPU__NETWORK_NAME);
		NPU_TRY(npu_yaml_require(block, "layers", &part, net->err));
		NPU_TRY(npu_yaml_expect(part, NPU_YAML_SEQUENCE, net->err));
		part = npu_yaml_find(block, "parameters");
		if (part)
			NPU_TRY(check_parameters(net, part));
	}
	return NPU_OK;
}

/* ---- uses ---- */

/* Give the parameters of scope->block their arguments, which are those of the
 * layer, resolved where it stands. */
static enum npu_status bind_arguments(const struct npu__layer *layer,
				      struct npu__scope *scope)
{
	struct npu_error *err = layer->net->err;
	const struct npu_yaml *list = npu_yaml_find(scope->block, "parameters");
	const char *keys[NPU__NETWORK_KEYS];
	size_t count = USE_KEYS, n = 0;

	memcpy(keys, use_keys, sizeof(use_keys));
	for (const struct npu_yaml *p = list ? list->child : NULL; p;
	     p = p->next)
		keys[count++] = p->text;
	if (layer->args) {
		NPU_TRY(npu_yaml_expect(layer->args, NPU_YAML_MAPPING, err));
		NPU_TRY(npu_yaml_check_keys(layer->args, keys, count, err));
	}
	for (size_t k = USE_KEYS; k < count; k++) {
		NPU_TRY(npu__argument(layer, keys[k], &scope->argument[n]));
		if (!scope->argument[n])
			return npu_yaml_fail(layer->at, NPU_E_SYNTAX, err,
					     "block %s needs '%s'",
					     scope->block->key, keys[k]);
		n++;
	}
	return NPU_OK;
}

/* One copy of the block; *value is what it reads, then what it makes. */
static enum npu_status build_copy(const struct npu__layer *layer,
				  const struct npu_yaml *block,
				  const char *name, struct npu_value **value)
{
	struct npu__network *net = layer->net;
	struct npu__scope scope = { .outer = layer->scope, .block = block };
	uint32_t ordinal;

	if (++net->uses > NPU__NETWORK_NODES)
		return npu_yaml_fail(layer->at, NPU_E_LIMIT, net->err,
				     "more than %d blocks", NPU__NETWORK_NODES);
	NPU_TRY(npu__count(net, layer->scope, name, &ordinal));
	scope.prefix = npu_arena_printf(net->arena, "%s%s.%u.",
					layer->scope->prefix, name, ordinal);
	if (!scope.prefix)
		return npu__fail_memory(net);
	NPU_TRY(bind_arguments(layer, &scope));
	NPU_TRY(npu__name_value(net, &scope, layer->at, "input", *value));
	scope.current = *value;
	NPU_TRY(npu__build_layers(net, &scope, npu_yaml_find(block, "layers")));
	*value = scope.current;
	return NPU_OK;
}

static enum npu_status use_block(const struct npu__layer *layer,
				 const struct npu_yaml *block)
{
	struct npu__network *net = layer->net;
	struct npu_value *value = layer->scope->current;
	const struct npu_yaml *arg;
	const char *name = block->key;
	int64_t repeat = 1;

	if (net->depth == NPU__NETWORK_DEPTH)
		return npu_yaml_fail(layer->at, NPU_E_LIMIT, net->err,
				     "blocks within blocks more than %d deep: "
				     "does %s use itself?",
				     NPU__NETWORK_DEPTH, block->key);
	if (layer->args)
		NPU_TRY(npu_yaml_expect(layer->args, NPU_YAML_MAPPING,
					net->err));
	NPU_TRY(npu__argument(layer, "from", &arg));
	if (arg)
		NPU_TRY(npu__named_value(net, layer->scope, arg, &value));
	NPU_TRY(npu__argument(layer, "name", &arg));
	if (arg)
		NPU_TRY(npu__take_name(net, arg, &name));
	NPU_TRY(npu__argument(layer, "repeat", &arg));
	if (arg)
		NPU_TRY(npu_yaml_integer(arg, 0, 1 << 16, &repeat, net->err));
	net->depth++;
	for (int64_t i = 0; i < repeat; i++)
		NPU_TRY(build_copy(layer, block, name, &value));
	net->depth--;
	layer->scope->current = value;
	return NPU_OK;
}

/* ---- layers ---- */

static enum npu_status fail_no_such_layer(const struct npu__layer *layer,
					  const char *kind)
{
	const char *names[256];
	size_t count = npu__layer_names(names, 128);

	for (const struct npu_yaml *b =
		     layer->net->blocks ? layer->net->blocks->child : NULL;
	     b && count < 256; b = b->next)
		names[count++] = b->key;
	return npu__fail_unknown(layer->net, layer->at, "layer", kind, names,
				 count);
}

/* Full name of the layer: its own, or its kind and how many came before. */
static enum npu_status name_layer(struct npu__layer *layer, const char *kind)
{
	struct npu__network *net = layer->net;
	const struct npu_yaml *arg = NULL;
	uint32_t ordinal;

	if (layer->args && layer->args->kind == NPU_YAML_MAPPING)
		NPU_TRY(npu__argument(layer, "name", &arg));
	if (arg) {
		NPU_TRY(npu__take_name(net, arg, &kind));
		layer->name = npu_arena_printf(net->arena, "%s%s",
					       layer->scope->prefix, kind);
	} else {
		NPU_TRY(npu__count(net, layer->scope, kind, &ordinal));
		layer->name = npu_arena_printf(net->arena, "%s%s%u",
					       layer->scope->prefix, kind,
					       ordinal + 1);
	}
	return layer->name ? NPU_OK : npu__fail_memory(net);
}

/* "relu", or a mapping of one key: {conv: {...}}. */
static enum npu_status build_one(struct npu__network *net,
				 struct npu__scope *scope,
				 const struct npu_yaml *item)
{
	struct npu__layer layer = { .net = net, .scope = scope, .at = item };
	const struct npu_yaml *block = NULL, *as = NULL;
	const char *kind = item->text;
	int row;

	if (item->kind == NPU_YAML_MAPPING && item->count == 1) {
		kind = item->child->key;
		layer.args = item->child;
		/* "relu:" with nothing after it */
		if (layer.args->kind == NPU_YAML_SCALAR && !*layer.args->text &&
		    !layer.args->quoted)
			layer.args = NULL;
	} else if (item->kind != NPU_YAML_SCALAR) {
		return npu_yaml_fail(item, NPU_E_SYNTAX, net->err,
				     "expected a layer: its name, or one key "
				     "with its arguments, {conv: {out: 8}}");
	}
	if (net->blocks)
		block = npu_yaml_find(net->blocks, kind);
	row = npu__find_layer(kind);
	if (!block && row < 0)
		return fail_no_such_layer(&layer, kind);
	if (layer.args && layer.args->kind == NPU_YAML_MAPPING)
		NPU_TRY(npu__argument(&layer, "as", &as));
	if (block) {
		NPU_TRY(use_block(&layer, block));
	} else {
		NPU_TRY(name_layer(&layer, kind));
		NPU_TRY(npu__build_layer(&layer, row));
	}
	if (!as)
		return NPU_OK;
	NPU_TRY(npu__take_name(net, as, &kind));
	return npu__name_value(net, scope, as, kind, scope->current);
}

enum npu_status npu__build_layers(struct npu__network *net,
				  struct npu__scope *scope,
				  const struct npu_yaml *layers)
{
	npu_yaml_each(item, layers) NPU_TRY(build_one(net, scope, item));
	return NPU_OK;
}
