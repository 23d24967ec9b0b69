/* traces/npu_json_text.c - any bytes as a JSON string.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_json_internal.h"
#include <stdlib.h>
#include <string.h>

json_t *npu__json_text(const char *text)
{
	json_t *value = json_string(text ? text : "");
	size_t bytes;
	char *plain;

	if (value || !text)
		return value;
	bytes = strlen(text) + 1;
	plain = malloc(bytes);
	if (!plain)
		return NULL;
	memcpy(plain, text, bytes);
	for (char *c = plain; *c; c++)
		if ((unsigned char)*c > 127)
			*c = '?';
	value = json_string(plain);
	free(plain);
	return value;
}
