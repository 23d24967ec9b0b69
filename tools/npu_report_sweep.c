/* tools/npu_report_sweep.c - the report of a sweep.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/npu_report.h"
#include "tools/npu_sweep_collect.h"

static enum npu_status write_table(const struct npu_arguments *args,
				   struct npu_sweep_command *c,
				   enum npu_report_format format,
				   struct npu_error *err)
{
	struct npu_collection *collection;
	struct npu_text text = { 0 };
	struct npu_store *store;
	enum npu_status status;

	NPU_TRY(npu_sweep_open_store(c, &store, err));
	status = npu_collection_create(c, store, &collection, err);
	npu_store_close(store);
	NPU_TRY(status);
	if (format == NPU_REPORT_HTML)
		npu_write_sweep_html(npu_collection_table(collection), &text);
	else
		npu_write_sweep_markdown(npu_collection_table(collection),
					 &text);
	npu_collection_destroy(collection);
	status = npu_report_write(args, &text, err);
	npu_text_clear(&text);
	return status;
}

enum npu_status npu_report_sweep(const struct npu_arguments *args,
				 enum npu_report_format format,
				 struct npu_error *err)
{
	struct npu_sweep_command c = { .args = args };
	enum npu_status status =
		npu_sweep_command_open(args, args->positional[0], &c, err);

	if (status == NPU_OK && format >= NPU_REPORT_CSV)
		status = npu_sweep_export(&c, err);
	else if (status == NPU_OK)
		status = write_table(args, &c, format, err);
	npu_sweep_command_close(&c);
	return status;
}
