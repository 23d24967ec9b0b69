/* base/npu_status.c - status texts and the first-failure-wins error record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_status.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *text;
	int exit_code;
} statuses[] = {
#define X(name, exit_code, text) [NPU_##name] = { text, exit_code },
	NPU_STATUS_LIST(X)
#undef X
};

const char *npu_status_text(enum npu_status status)
{
	return statuses[status].text;
}

int npu_status_exit_code(enum npu_status status)
{
	return statuses[status].exit_code;
}

static enum npu_status record(struct npu_error *err, enum npu_status status,
			      struct npu_loc at, const char *fmt, va_list ap)
{
	if (!err || err->status != NPU_OK)
		return status;
	err->status = status;
	err->line = at.line;
	err->column = at.column;
	snprintf(err->path, sizeof err->path, "%s", at.path ? at.path : "");
	vsnprintf(err->message, sizeof err->message, fmt, ap);
	return status;
}

enum npu_status npu_fail(struct npu_error *err, enum npu_status status,
			 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, status, (struct npu_loc){ 0 }, fmt, ap);
	va_end(ap);
	return status;
}

enum npu_status npu_fail_at(struct npu_error *err, enum npu_status status,
			    struct npu_loc at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, status, at, fmt, ap);
	va_end(ap);
	return status;
}

void npu_error_locate(struct npu_error *err, struct npu_loc at)
{
	if (!err || err->status == NPU_OK || err->path[0])
		return;
	err->line = at.line;
	err->column = at.column;
	snprintf(err->path, sizeof err->path, "%s", at.path);
}
