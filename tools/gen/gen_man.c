/* tools/gen/gen_man.c - the manual page, as scdoc takes it, from the tables of
 * verbs, options and statuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_status.h"
#include <stdio.h>

struct option {
	const char *text;
	char letter;
	const char *argument, *doc;
};

static const struct option options[] = {
#define NPU_OPTION(id, text, letter, argument, doc) \
	{ text, letter, argument, doc },
#include "tools/npu_option.def"
};
enum option_id {
#define NPU_OPTION(id, text, letter, argument, doc) OPTION_##id,
#include "tools/npu_option.def"
	OPTION_COUNT
};

#define O(id) OPTION_##id,
#define NPU_VERB(name, arguments, min, max, list, doc) \
	static const enum option_id options_##name[] = { list OPTION_COUNT };
#include "tools/npu_verb.def"
#undef O

static const struct verb {
	const char *name, *arguments, *doc;
	const enum option_id *options;
} verbs[] = {
#define NPU_VERB(name, arguments, min, max, list, doc) \
	{ #name, arguments, doc, options_##name },
#include "tools/npu_verb.def"
};

/* Text in which no character means anything to scdoc. */
static void print(const char *text)
{
	for (; *text; text++) {
		const char c = *text;

		if (c == '\\' || c == '*' || c == '_' || c == '[' || c == '#')
			putchar('\\');
		putchar(c);
	}
}

static void print_option(const struct option *option)
{
	if (option->letter)
		printf("*-%c*, ", option->letter);
	printf("*--%s*", option->text);
	if (option->argument) {
		putchar(' ');
		print(option->argument);
	}
	printf("\n\t");
	print(option->doc);
	printf("\n\n");
}

static void print_verb(const struct verb *verb)
{
	printf("*systole %s* ", verb->name);
	print(verb->arguments);
	printf("\n\t");
	print(verb->doc);
	printf(".");
	for (size_t i = 0; verb->options[i] != OPTION_COUNT; i++)
		printf("%s *--%s*", i ? "," : " Takes",
		       options[verb->options[i]].text);
	printf("%s\n\n", verb->options[0] == OPTION_COUNT ? "" : ".");
}

/* Statuses with the same code share one entry. */
static void print_exit_codes(void)
{
	int before = -1;

#define X(name, code, text)                                                   \
	if (code == before)                                                   \
		printf("; %s", text);                                         \
	else                                                                  \
		printf("%s*%d*\n\t%s", before < 0 ? "" : "\n\n", code, text); \
	before = code;
	NPU_STATUS_LIST(X)
#undef X
	printf("\n\n");
}

int main(void)
{
	puts("systole(1)\n\n# NAME\n\nsystole - run a network on a "
	     "deep-learning accelerator that you describe\n\n"
	     "# SYNOPSIS\n\n*systole* _VERB_ \\[arguments\\] \\[options\\]\n\n"
	     "# DESCRIPTION\n\nCompiles a network to programs of an NPU, runs "
	     "them on an event-driven model of a chip, and says where cycles, "
	     "DRAM bytes and picojoules go. _MODEL_ is an ONNX file, a network "
	     "YAML, a SCALE-Sim topology CSV or a name of the zoo.\n\n"
	     "# VERBS\n\nEvery verb takes *--help* and *--json* too.\n");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		print_verb(&verbs[i]);
	puts("# OPTIONS\n");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		print_option(&options[i]);
	puts("# EXIT STATUS\n");
	print_exit_codes();
	puts("# ENVIRONMENT\n\n*SYSTOLE\\_HOME*\n\twhere configs and models "
	     "lie, in place of the build tree or the install prefix\n\n"
	     "# EXAMPLES\n\n\tsystole run resnet50 --chip edge -o out\n\n"
	     "\tsystole compare model.onnx --input x=image.npy");
	return 0;
}
