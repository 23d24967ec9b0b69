/* base/npu_text.c - growable string and edit distance.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int reserve(struct npu_text *text, size_t more)
{
	size_t need = text->length + more + 1;

	if (text->failed)
		return 0;
	if (need <= text->capacity)
		return 1;
	size_t capacity = text->capacity ? text->capacity : 256;
	while (capacity < need)
		capacity *= 2;
	char *data = realloc(text->data, capacity);
	if (!data) {
		text->failed = 1;
		return 0;
	}
	text->data = data;
	text->capacity = capacity;
	return 1;
}

void npu_text_add(struct npu_text *text, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(text, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(text->data + text->length, (size_t)n + 1, fmt, ap);
	va_end(ap);
	text->length += (size_t)n;
}

void npu_text_add_bytes(struct npu_text *text, const char *bytes, size_t n)
{
	if (!reserve(text, n))
		return;
	memcpy(text->data + text->length, bytes, n);
	text->length += n;
	text->data[text->length] = '\0';
}

void npu_text_clear(struct npu_text *text)
{
	free(text->data);
	*text = (struct npu_text){ 0 };
}

enum { WORD_MAX = 63 };

/* Levenshtein distance; words longer than WORD_MAX are never near. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(b);

	if (strlen(a) > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[n];
}

/* Whether `word` is the beginning or the end of `name`, cut at '.' or '_'. */
static int is_part(const char *word, const char *name)
{
	const size_t n = strlen(word), all = strlen(name);

	if (n < 3 || n + 2 > all)
		return 0;
	return (!strncmp(name, word, n) && strchr("._", name[n])) ||
	       (!strcmp(name + all - n, word) &&
		strchr("._", name[all - n - 1]));
}

/* The one candidate of which the word is a part. */
static const char *whole_of(const char *word, const char *const *candidates,
			    size_t count)
{
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!is_part(word, candidates[i]))
			continue;
		if (found)
			return NULL;
		found = candidates[i];
	}
	return found;
}

const char *npu_text_nearest(const char *word, const char *const *candidates,
			     size_t count)
{
	size_t limit = strlen(word) / 3 > 2 ? strlen(word) / 3 : 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(word, candidates[i]);

		if (d <= limit && d < strlen(word)) {
			limit = d ? d - 1 : 0;
			nearest = candidates[i];
			if (!d)
				break;
		}
	}
	return nearest ? nearest : whole_of(word, candidates, count);
}
