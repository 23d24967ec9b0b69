/* models/onnx/npu_onnx.c - ONNX models and tensors, from a file or from memory.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "base/npu_file.h"
#include "models/onnx/npu_onnx_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum npu_status read_opset(struct npu__onnx *reader,
				  const onnx_ModelProto *model)
{
	for (uint32_t i = 0; i < model->opset_import.count; i++) {
		onnx_OperatorSetIdProto set = { 0 };
		struct npu__span domain;

		NPU_TRY(npu__onnx_message(reader,
					  onnx_OperatorSetIdProto_fields,
					  model->opset_import.items[i], &set));
		domain = npu__onnx_last(&set.domain);
		if (!domain.size || npu__onnx_is(domain, "ai.onnx"))
			reader->opset = set.version;
	}
	if (!reader->opset && model->opset_import.count)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "the model imports operators of other "
				      "domains than ONNX's only");
	if (!reader->opset)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "no opset_import of the ONNX operators: "
				      "is this an ONNX model?");
	if (reader->opset < NPU__OPSET_MIN || reader->opset > NPU__OPSET_MAX)
		return npu__onnx_fail(
			reader, NPU_E_UNSUPPORTED,
			"opset %lld is not supported; %d to %d are. Convert "
			"the model with onnx.version_converter, or export it "
			"anew",
			(long long)reader->opset, NPU__OPSET_MIN,
			NPU__OPSET_MAX);
	return NPU_OK;
}

static enum npu_status read_model(struct npu__onnx *reader)
{
	const struct npu__span all = { reader->base, reader->size };
	onnx_ModelProto model = { 0 };

	if (!reader->size)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "the file is empty");
	NPU_TRY(npu__onnx_message(reader, onnx_ModelProto_fields, all, &model));
	if (!model.graph.count)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "no graph: this is not an ONNX model");
	NPU_TRY(read_opset(reader, &model));
	NPU_TRY(npu__onnx_graph(reader, npu__onnx_last(&model.graph)));
	return npu_graph_tidy(reader->graph, reader->err);
}

/* Begin a read into a new graph; end_read() must follow. */
static enum npu_status begin_read(struct npu__onnx *reader, const char *name)
{
	reader->graph = npu_graph_create(name);
	reader->scratch = npu_arena_create();
	if (!reader->graph || !reader->scratch)
		return npu__onnx_no_memory(reader);
	reader->graph_path =
		npu_arena_strdup(reader->graph->arena, reader->path);
	return reader->graph_path ? NPU_OK : npu__onnx_no_memory(reader);
}

static void end_read(struct npu__onnx *reader, enum npu_status status,
		     struct npu_graph **out)
{
	npu_text_clear(&reader->refusals);
	npu_arena_destroy(reader->scratch);
	if (status)
		npu_graph_destroy(reader->graph);
	else
		*out = reader->graph;
}

enum npu_status npu_onnx_decode(const uint8_t *bytes, size_t size,
				const char *name, struct npu_graph **out,
				struct npu_error *err)
{
	struct npu__onnx reader = {
		.base = bytes,
		.size = size,
		.path = name,
		.folder = -1,
		.err = err,
	};
	enum npu_status status = begin_read(&reader, name);

	if (!status)
		status = read_model(&reader);
	end_read(&reader, status, out);
	return status;
}

/* "/a/b/net.onnx" -> "net" and the folder's descriptor. */
static enum npu_status open_folder(struct npu__onnx *reader, char *path,
				   char **stem)
{
	char *slash = strrchr(path, '/');
	char *dot;

	*stem = slash ? slash + 1 : path;
	if (slash == path)
		reader->folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else if (slash)
		*slash = '\0';
	if (reader->folder < 0)
		reader->folder = open(slash ? path : ".",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader->folder < 0)
		return npu__onnx_fail(reader, NPU_E_IO, "%s", strerror(errno));
	dot = strrchr(*stem, '.');
	if (dot && dot != *stem)
		*dot = '\0';
	return NPU_OK;
}

static enum npu_status map_model(struct npu__onnx *reader)
{
	struct npu__span file;
	enum npu_status status;
	int fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return npu__onnx_fail(reader, NPU_E_IO, "%s", strerror(errno));
	status = npu__onnx_map(reader, fd, NULL, &file);
	close(fd);
	if (status)
		return status;
	reader->base = file.data;
	reader->size = file.size;
	return NPU_OK;
}

enum npu_status npu_onnx_load(const char *path, struct npu_graph **out,
			      struct npu_error *err)
{
	struct npu__onnx reader = {
		.path = path,
		.folder = -1,
		.keeps_file = 1,
		.err = err,
	};
	char *copy = strdup(path), *stem = NULL;
	enum npu_status status;

	if (!copy)
		return npu__onnx_no_memory(&reader);
	status = open_folder(&reader, copy, &stem);
	if (!status)
		status = begin_read(&reader, stem);
	if (!status)
		status = map_model(&reader);
	if (!status)
		status = read_model(&reader);
	end_read(&reader, status, out);
	if (reader.folder >= 0)
		close(reader.folder);
	free(copy);
	return status;
}

static enum npu_status read_array(struct npu__onnx *reader,
				  struct npu_array *out)
{
	const struct npu__span all = { reader->base, reader->size };
	onnx_TensorProto tensor = { 0 };
	struct npu_array array = { 0 };
	const void *data = NULL;
	size_t size;

	NPU_TRY(npu__onnx_message(reader, onnx_TensorProto_fields, all,
				  &tensor));
	NPU_TRY(npu__onnx_tensor(reader, reader->scratch, &tensor,
				 "of the file", &array.dtype, &array.shape,
				 &data));
	size = (size_t)npu_shape_count(&array.shape) *
	       npu_dtype_bytes(array.dtype);
	array.data = malloc(size ? size : 1);
	if (!array.data)
		return npu__onnx_no_memory(reader);
	memcpy(array.data, data, size);
	*out = array;
	return NPU_OK;
}

enum npu_status npu_onnx_tensor_load(const char *path, struct npu_array *out,
				     struct npu_error *err)
{
	struct npu__onnx reader = {
		.path = path,
		.folder = -1,
		.keeps_file = 1,
		.scratch = npu_arena_create(),
		.err = err,
	};
	enum npu_status status;
	char *data;

	if (!reader.scratch)
		return npu__onnx_no_memory(&reader);
	status = npu_file_read(reader.scratch, path, 0, &data, &reader.size,
			       err);
	if (!status) {
		reader.base = (const uint8_t *)data;
		status = read_array(&reader, out);
	}
	npu_arena_destroy(reader.scratch);
	return status;
}
