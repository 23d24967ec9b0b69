/* sweep/npu_expression.c - expressions, parsed and evaluated by muParser.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep/npu_expression.h"
#include "base/npu_text.h"
#include <math.h>
#include <muParserDLL.h>
#include <stdlib.h>
#include <string.h>

struct npu_expression {
	muParserHandle_t parser;
	struct npu_loc at; /* of the text's first character */
	uint8_t quoted;
	const char *const *names;
	size_t count;
	uint8_t uses[NPU_EXPRESSION_NAMES_MAX];
	double value[NPU_EXPRESSION_NAMES_MAX]; /* what the parser reads */
	/* the first name that is not known */
	char unknown[64];
};

/* muParser meets a name for the first time. */
static muFloat_t *find_variable(const muChar_t *name, void *user)
{
	struct npu_expression *e = user;

	for (size_t i = 0; i < e->count; i++)
		if (!strcmp(e->names[i], name)) {
			e->uses[i] = 1;
			return &e->value[i];
		}
	if (!e->unknown[0])
		strncpy(e->unknown, name, sizeof e->unknown - 1);
	/* its value is never seen: creation fails */
	return &e->value[e->count];
}

/* Without a handler muParser prints. It marks its own error as well. */
static void on_error(muParserHandle_t parser)
{
	(void)parser;
}

static enum npu_status fail_in(const struct npu_expression *e, int position,
			       struct npu_error *err, const char *text)
{
	struct npu_loc at = e->at;

	if (position >= 0)
		at.column += (uint32_t)position + e->quoted;
	return npu_fail_at(err, NPU_E_SYNTAX, at, "%s", text);
}

static enum npu_status fail_unknown(const struct npu_expression *e,
				    struct npu_error *err)
{
	const char *near = npu_text_nearest(e->unknown, e->names, e->count);

	return npu_fail_at(err, NPU_E_SYNTAX, e->at,
			   "unknown name \"%s\"%s%s%s", e->unknown,
			   near ? "; did you mean \"" : "", near ? near : "",
			   near ? "\"?" : "");
}

static enum npu_status parse(struct npu_expression *e, const char *text,
			     struct npu_error *err)
{
	mupSetErrorHandler(e->parser, on_error);
	mupDefineNameChars(e->parser, "0123456789_.abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	mupSetVarFactory(e->parser, find_variable, e);
	mupSetExpr(e->parser, text);
	mupEval(e->parser);
	if (e->unknown[0])
		return fail_unknown(e, err);
	if (mupError(e->parser))
		return fail_in(e, mupGetErrorPos(e->parser), err,
			       mupGetErrorMsg(e->parser));
	return NPU_OK;
}

enum npu_status npu_expression_create(const struct npu_yaml *node,
				      const char *const *names, size_t count,
				      struct npu_expression **out,
				      struct npu_error *err)
{
	struct npu_expression *e;
	enum npu_status status;

	NPU_TRY(npu_yaml_expect(node, NPU_YAML_SCALAR, err));
	if (count >= NPU_EXPRESSION_NAMES_MAX)
		return npu_fail(err, NPU_E_INTERNAL, "%zu names", count);
	e = calloc(1, sizeof *e);
	if (!e)
		return npu_fail(err, NPU_E_NOMEM, "reading an expression");
	e->at = node->at;
	e->quoted = node->quoted;
	e->names = names;
	e->count = count;
	e->parser = mupCreate(muBASETYPE_FLOAT);
	/* any value: a first evaluation is what finds the variables */
	for (size_t i = 0; i <= count; i++)
		e->value[i] = 1;
	status = e->parser
			 ? parse(e, node->text, err)
			 : npu_fail(err, NPU_E_NOMEM, "reading an expression");
	if (status != NPU_OK) {
		npu_expression_destroy(e);
		return status;
	}
	*out = e;
	return NPU_OK;
}

void npu_expression_destroy(struct npu_expression *e)
{
	if (!e)
		return;
	if (e->parser)
		mupRelease(e->parser);
	free(e);
}

int npu_expression_uses(const struct npu_expression *e, size_t index)
{
	return e->uses[index];
}

enum npu_status npu_expression_value(struct npu_expression *e,
				     const double *values, double *out,
				     struct npu_error *err)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->uses[i])
			e->value[i] = values[i];
	*out = mupEval(e->parser);
	if (mupError(e->parser) || !isfinite(*out))
		return npu_fail_at(err, NPU_E_RANGE, e->at,
				   "\"%s\" has no finite value here",
				   mupGetExpr(e->parser));
	return NPU_OK;
}
