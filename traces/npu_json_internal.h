/* traces/npu_json_internal.h - shared by the writers of JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_JSON_INTERNAL_H
#define NPU_JSON_INTERNAL_H
#include <jansson.h>

/* A JSON string of any bytes: names come from networks, files and command
 * lines, and in one that is no UTF-8 every byte above 127 becomes '?'. NULL
 * reads as "". NULL when out of memory. */
json_t *npu__json_text(const char *text);
#endif
