/* tools/npu_main.c - `systole`: find the verb, run it, print its error.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_utf8.h"
#include "tools/npu_command.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef NPU_VERSION
#define NPU_VERSION "unknown"
#endif

#define O(id) NPU_OPTION_##id,
#define NPU_VERB(name, arguments, min, max, list, doc)    \
	static const enum npu_option options_##name[] = { \
		list NPU_OPTION_COUNT                     \
	};
#include "tools/npu_verb.def"
#undef O

static const struct npu_verb verbs[] = {
#define NPU_VERB(name, arguments, min, max, list, doc) \
	{ #name, arguments, doc, min, max, options_##name, npu_verb_##name },
#include "tools/npu_verb.def"
};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

const struct npu_verb *npu_verb_table(size_t *count)
{
	*count = VERB_COUNT;
	return verbs;
}

enum npu_status npu_print_json(const struct json_t *value,
			       struct npu_error *err)
{
	if (json_dumpf(value, stdout,
		       JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
	    putchar('\n') == EOF)
		return npu_fail(err, NPU_E_IO, "writing to stdout");
	return NPU_OK;
}

static void print_option(enum npu_option option)
{
	const struct npu_option_desc *o = &npu_option_table()[option];
	char left[80];

	snprintf(left, sizeof left, "%c%c%s --%s%s%s", o->letter ? '-' : ' ',
		 o->letter ? o->letter : ' ', o->letter ? "," : " ", o->text,
		 o->argument ? " " : "", o->argument ? o->argument : "");
	printf("  %-36s %s\n", left, o->doc);
}

static void print_verb_help(const struct npu_verb *verb)
{
	printf("systole %s%s%s [options]\n\n%c%s.\n\n", verb->name,
	       *verb->arguments ? " " : "", verb->arguments,
	       verb->doc[0] - ('a' <= verb->doc[0] && verb->doc[0] <= 'z') * 32,
	       verb->doc + 1);
	for (size_t i = 0; verb->options[i] != NPU_OPTION_COUNT; i++)
		print_option(verb->options[i]);
	print_option(NPU_OPTION_json);
	print_option(NPU_OPTION_help);
}

static void print_help(void)
{
	puts("systole - run a network on a deep-learning accelerator that you\n"
	     "describe, and see where its cycles, bytes and picojoules go\n\n"
	     "  systole VERB [arguments] [options]\n");
	for (size_t i = 0; i < VERB_COUNT; i++) {
		char left[80];

		snprintf(left, sizeof left, "%s %s", verbs[i].name,
			 verbs[i].arguments);
		printf("  %-28s %s\n", left, verbs[i].doc);
	}
	puts("\nTry:  systole run resnet50 --chip edge -o out\n"
	     "      systole VERB --help\n\n"
	     "MODEL is an ONNX file, a network YAML, a SCALE-Sim topology CSV, "
	     "or a name\nof the zoo. Exit codes: 0 ok, 1 results differ, 2 "
	     "usage, 3 bad input,\n4 unsupported, 5 limit exceeded, 6 does not "
	     "fit the chip, 7 program fault,\n8 I/O, 9 trials of a sweep "
	     "failed, 70 internal.");
}

static const struct npu_verb *find_verb(const char *name, struct npu_error *err)
{
	const char *names[VERB_COUNT], *near;

	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	near = npu_text_nearest(name, names, VERB_COUNT);
	npu_fail(err, NPU_E_USAGE, "unknown verb \"%s\"%s%s%s", name,
		 near ? "; did you mean " : "; see systole --help",
		 near ? near : "", near ? "?" : "");
	return NULL;
}

/* Compiler form, so that editors can jump to it. */
static int report(enum npu_status status, const struct npu_error *err)
{
	struct npu_text text = { 0 };

	if (status != NPU_OK) {
		fflush(stdout);
		npu_text_add_safe(&text, err->path[0] ? err->path : "systole");
		if (err->path[0] && err->line)
			npu_text_add(&text, ":%u:%u", err->line, err->column);
		npu_text_add(&text, ": error: ");
		npu_text_add_safe(&text, err->message[0]
						 ? err->message
						 : npu_status_text(status));
		fprintf(stderr, "%s\n", text.data ? text.data : "error");
		npu_text_clear(&text);
	}
	return npu_status_exit_code(status);
}

static int flushed(struct npu_error *err)
{
	if (fflush(stdout) != 0)
		return report(npu_fail(err, NPU_E_IO, "writing to stdout"),
			      err);
	return 0;
}

int main(int argc, char **argv)
{
	struct npu_error err = { 0 };
	struct npu_arguments args;
	const struct npu_verb *verb;
	enum npu_status status;

	if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "--help")) {
		print_help();
		return argc < 2 ? 2 : flushed(&err);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("systole " NPU_VERSION);
		return flushed(&err);
	}
	verb = find_verb(argv[1], &err);
	if (!verb)
		return report(NPU_E_USAGE, &err);
	status = npu_arguments_parse(verb, argc - 1, argv + 1, &args, &err);
	if (status != NPU_OK)
		return report(status, &err);
	if (npu_given(&args, NPU_OPTION_help))
		print_verb_help(verb);
	else
		status = verb->run(&args, &err);
	npu_arguments_clear(&args);
	if (fflush(stdout) != 0 && status == NPU_OK)
		status = npu_fail(&err, NPU_E_IO, "writing to stdout");
	return report(status, &err);
}
