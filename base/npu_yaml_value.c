/* base/npu_yaml_value.c - values of nodes, checked, with located errors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include "base/npu_yaml.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 160 };

const struct npu_yaml *npu_yaml_find(const struct npu_yaml *mapping,
				     const char *key)
{
	if (mapping->kind != NPU_YAML_MAPPING)
		return NULL;
	npu_yaml_each(item, mapping) if (!strcmp(item->key, key)) return item;
	return NULL;
}

void npu_yaml_path(const struct npu_yaml *node, char *out, size_t size)
{
	const struct npu_yaml *up[NPU_YAML_DEPTH_MAX + 1];
	size_t depth = 0, used = 0;

	for (; node->parent && depth < NPU_YAML_DEPTH_MAX; node = node->parent)
		up[depth++] = node;
	out[0] = '\0';
	while (depth--) {
		const struct npu_yaml *n = up[depth];
		int more;

		if (n->key)
			more = snprintf(out + used, size - used, "%s%.80s",
					used ? "." : "", n->key);
		else
			more = snprintf(out + used, size - used,
					"[%" PRIu32 "]", n->index);
		if (more < 0 || (size_t)more >= size - used)
			return;
		used += (size_t)more;
	}
}

enum npu_status npu_yaml_fail(const struct npu_yaml *node,
			      enum npu_status status, struct npu_error *err,
			      const char *fmt, ...)
{
	char path[PATH_SIZE], message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	npu_yaml_path(node, path, sizeof path);
	return npu_fail_at(err, status, node->at, "%s%s%s", path,
			   path[0] ? ": " : "", message);
}

static const char *const kind_text[] = {
	[NPU_YAML_SCALAR] = "a value",
	[NPU_YAML_SEQUENCE] = "a sequence",
	[NPU_YAML_MAPPING] = "a mapping",
};

/* What a node is, for "got": its text where it has one. */
static void describe(const struct npu_yaml *node, char *out, size_t size)
{
	if (node->kind != NPU_YAML_SCALAR)
		snprintf(out, size, "%s", kind_text[node->kind]);
	else if (!node->text[0] && !node->quoted)
		snprintf(out, size, "nothing");
	else
		snprintf(out, size, "\"%.60s\"", node->text);
}

static enum npu_status fail_expected(const struct npu_yaml *node,
				     enum npu_status status,
				     struct npu_error *err, const char *what)
{
	char got[80];

	describe(node, got, sizeof got);
	return npu_yaml_fail(node, status, err, "expected %s, got %s", what,
			     got);
}

enum npu_status npu_yaml_expect(const struct npu_yaml *node,
				enum npu_yaml_kind kind, struct npu_error *err)
{
	if (node->kind == kind)
		return NPU_OK;
	return fail_expected(node, NPU_E_SYNTAX, err, kind_text[kind]);
}

/* "a, b, c", cut where it gets longer than `out`. */
static void list_names(const char *const *names, size_t count, char *out,
		       size_t size)
{
	size_t used = 0;

	out[0] = 0;
	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i ? ", " : "", names[i]);
}

/* The nearest name where one is near, else all. */
static enum npu_status fail_key(const struct npu_yaml *item,
				const char *const *keys, size_t count,
				struct npu_error *err)
{
	const char *near = npu_text_nearest(item->key, keys, count);
	char path[PATH_SIZE], list[320];

	npu_yaml_path(item, path, sizeof path);
	if (near)
		return npu_fail_at(err, NPU_E_SYNTAX, item->key_at,
				   "unknown key \"%s\"; did you mean \"%s\"?",
				   path, near);
	list_names(keys, count, list, sizeof list);
	return npu_fail_at(err, NPU_E_SYNTAX, item->key_at,
			   "unknown key \"%s\"; known here: %s", path, list);
}

enum npu_status npu_yaml_check_keys(const struct npu_yaml *mapping,
				    const char *const *keys, size_t count,
				    struct npu_error *err)
{
	NPU_TRY(npu_yaml_expect(mapping, NPU_YAML_MAPPING, err));
	npu_yaml_each(item, mapping)
	{
		size_t i = 0;

		while (i < count && strcmp(keys[i], item->key) != 0)
			i++;
		if (i == count)
			return fail_key(item, keys, count, err);
	}
	return NPU_OK;
}

enum npu_status npu_yaml_require(const struct npu_yaml *mapping,
				 const char *key, const struct npu_yaml **out,
				 struct npu_error *err)
{
	NPU_TRY(npu_yaml_expect(mapping, NPU_YAML_MAPPING, err));
	const struct npu_yaml *node = npu_yaml_find(mapping, key);
	if (!node)
		return npu_yaml_fail(mapping, NPU_E_SYNTAX, err,
				     "missing key \"%s\"", key);
	*out = node;
	return NPU_OK;
}

enum npu_status npu_yaml_quantity(const struct npu_yaml *node,
				  enum npu_unit unit, uint64_t min,
				  uint64_t max, uint64_t *out,
				  struct npu_error *err)
{
	struct npu_error inner = { 0 };
	uint64_t value;

	if (node->kind != NPU_YAML_SCALAR || node->quoted)
		return fail_expected(node, NPU_E_RANGE, err,
				     npu_unit_text(unit));
	if (npu_unit_parse(unit, node->text, &value, &inner) != NPU_OK)
		return npu_yaml_fail(node, inner.status, err, "%s",
				     inner.message);
	if (value < min || value > max) {
		char low[32], high[32];

		npu_unit_print(unit, min, low, sizeof low);
		npu_unit_print(unit, max, high, sizeof high);
		return npu_yaml_fail(node, NPU_E_RANGE, err,
				     "expected %s in %s..%s, got \"%.60s\"",
				     npu_unit_text(unit), low, high,
				     node->text);
	}
	*out = value;
	return NPU_OK;
}

enum npu_status npu_yaml_integer(const struct npu_yaml *node, int64_t min,
				 int64_t max, int64_t *out,
				 struct npu_error *err)
{
	int negative = node->text[0] == '-';
	uint64_t size = 0;
	int64_t value = 0;

	int bad = node->kind != NPU_YAML_SCALAR || node->quoted ||
		  npu_unit_parse(NPU_UNIT_count, node->text + negative, &size,
				 NULL) != NPU_OK ||
		  size > INT64_MAX;
	if (!bad)
		value = negative ? -(int64_t)size : (int64_t)size;
	if (bad || value < min || value > max) {
		char got[80];

		describe(node, got, sizeof got);
		return npu_yaml_fail(node, NPU_E_RANGE, err,
				     "expected an integer in %" PRId64
				     "..%" PRId64 ", got %s",
				     min, max, got);
	}
	*out = value;
	return NPU_OK;
}

/* [-]digits[.digits][e[+-]digits]: no hex, no inf, no nan. */
static int is_decimal(const char *s)
{
	size_t digits = 0;

	s += *s == '-';
	for (; *s >= '0' && *s <= '9'; s++)
		digits++;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++)
			digits++;
	if (!digits)
		return 0;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		if (!*s)
			return 0;
		while (*s >= '0' && *s <= '9')
			s++;
	}
	return !*s;
}

enum npu_status npu_yaml_number(const struct npu_yaml *node, double min,
				double max, double *out, struct npu_error *err)
{
	double value = NAN;

	if (node->kind == NPU_YAML_SCALAR && !node->quoted &&
	    is_decimal(node->text))
		value = strtod(node->text, NULL);
	if (!isfinite(value) || value < min || value > max) {
		char got[80];

		describe(node, got, sizeof got);
		return npu_yaml_fail(node, NPU_E_RANGE, err,
				     "expected a number in %g..%g, got %s", min,
				     max, got);
	}
	*out = value;
	return NPU_OK;
}

enum npu_status npu_yaml_boolean(const struct npu_yaml *node, uint8_t *out,
				 struct npu_error *err)
{
	if (node->kind == NPU_YAML_SCALAR && !node->quoted) {
		if (!strcmp(node->text, "true"))
			return *out = 1, NPU_OK;
		if (!strcmp(node->text, "false"))
			return *out = 0, NPU_OK;
	}
	return fail_expected(node, NPU_E_RANGE, err, "true or false");
}

enum npu_status npu_yaml_text(const struct npu_yaml *node, const char **out,
			      struct npu_error *err)
{
	if (node->kind != NPU_YAML_SCALAR || !node->text[0])
		return fail_expected(node, NPU_E_RANGE, err, "text");
	*out = node->text;
	return NPU_OK;
}

enum npu_status npu_yaml_choice(const struct npu_yaml *node,
				const char *const *names, size_t count,
				size_t *out, struct npu_error *err)
{
	char list[256], got[80];

	if (node->kind == NPU_YAML_SCALAR)
		for (size_t i = 0; i < count; i++)
			if (!strcmp(names[i], node->text))
				return *out = i, NPU_OK;
	list_names(names, count, list, sizeof list);
	describe(node, got, sizeof got);
	const char *near = npu_text_nearest(node->text, names, count);
	return npu_yaml_fail(node, NPU_E_RANGE, err,
			     "expected one of %s, got %s%s%s%s", list, got,
			     near ? "; did you mean \"" : "", near ? near : "",
			     near ? "\"?" : "");
}
