/* models/npu_network_scope.c - names and arguments while a network is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "models/npu_network_internal.h"
#include "base/npu_text.h"
#include <string.h>

enum npu_status npu__fail_memory(struct npu__network *net)
{
	return npu_fail(net->err, NPU_E_NOMEM, "reading %s", net->path);
}

enum npu_status npu__fail_unknown(struct npu__network *net,
				  const struct npu_yaml *at, const char *what,
				  const char *name,
				  const char *const *candidates, size_t count)
{
	const char *near = npu_text_nearest(name, candidates, count);

	if (near)
		return npu_yaml_fail(at, NPU_E_SYNTAX, net->err,
				     "unknown %s '%s'; did you mean '%s'?",
				     what, name, near);
	return npu_yaml_fail(at, NPU_E_SYNTAX, net->err, "unknown %s '%s'",
			     what, name);
}

/* Names of a block's parameters, to `out`. */
static size_t parameter_names(const struct npu_yaml *block,
			      const char *out[NPU__NETWORK_KEYS])
{
	const struct npu_yaml *list =
		block ? npu_yaml_find(block, "parameters") : NULL;
	size_t n = 0;

	for (const struct npu_yaml *p = list ? list->child : NULL;
	     p && n < NPU__NETWORK_KEYS; p = p->next)
		out[n++] = p->text;
	return n;
}

enum npu_status npu__resolve(struct npu__network *net,
			     const struct npu__scope *scope,
			     const struct npu_yaml *node,
			     const struct npu_yaml **out)
{
	const char *names[NPU__NETWORK_KEYS];

	*out = node;
	if (node->kind != NPU_YAML_SCALAR || node->quoted ||
	    node->text[0] != '$')
		return NPU_OK;
	const size_t count = parameter_names(scope->block, names);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], node->text + 1) == 0) {
			*out = scope->argument[i];
			return NPU_OK;
		}
	}
	return npu__fail_unknown(net, node, "parameter", node->text + 1, names,
				 count);
}

enum npu_status npu__argument(const struct npu__layer *layer, const char *key,
			      const struct npu_yaml **out)
{
	*out = layer->args ? npu_yaml_find(layer->args, key) : NULL;
	if (!*out)
		return NPU_OK;
	return npu__resolve(layer->net, layer->scope, *out, out);
}

enum npu_status npu__take_name(struct npu__network *net,
			       const struct npu_yaml *node, const char **out)
{
	NPU_TRY(npu_yaml_text(node, out, net->err));
	if (strlen(*out) > NPU__NETWORK_NAME)
		return npu_yaml_fail(node, NPU_E_LIMIT, net->err,
				     "a name of more than %d bytes",
				     NPU__NETWORK_NAME);
	return NPU_OK;
}

enum npu_status npu__named_value(struct npu__network *net,
				 const struct npu__scope *scope,
				 const struct npu_yaml *name,
				 struct npu_value **out)
{
	const char *known[32];
	size_t count = 0;

	NPU_TRY(npu__resolve(net, scope, name, &name));
	NPU_TRY(npu_yaml_expect(name, NPU_YAML_SCALAR, net->err));
	for (const struct npu__named *n = scope->named; n; n = n->next) {
		if (strcmp(n->name, name->text) == 0) {
			*out = n->value;
			return NPU_OK;
		}
		if (count < 32)
			known[count++] = n->name;
	}
	return npu__fail_unknown(net, name, "value", name->text, known, count);
}

enum npu_status npu__name_value(struct npu__network *net,
				struct npu__scope *scope,
				const struct npu_yaml *at, const char *name,
				struct npu_value *value)
{
	struct npu__named *entry;

	for (const struct npu__named *n = scope->named; n; n = n->next) {
		if (strcmp(n->name, name) == 0)
			return npu_yaml_fail(at, NPU_E_SYNTAX, net->err,
					     "'%s' already names a value here",
					     name);
	}
	entry = npu_new(net->arena, struct npu__named, 1);
	if (!entry)
		return npu__fail_memory(net);
	*entry = (struct npu__named){ name, value, scope->named };
	scope->named = entry;
	return NPU_OK;
}

enum npu_status npu__count(struct npu__network *net, struct npu__scope *scope,
			   const char *name, uint32_t *out)
{
	struct npu__counter *c = scope->counters;

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	if (!c) {
		c = npu_new(net->arena, struct npu__counter, 1);
		if (!c)
			return npu__fail_memory(net);
		*c = (struct npu__counter){ name, 0, scope->counters };
		scope->counters = c;
	}
	*out = c->count++;
	return NPU_OK;
}
