/* models/onnx/npu_onnx_external.c - mapped files, external data.
 * SPDX-License-Identifier: Apache-2.0
 *
 * External data is only opened beneath the model's folder: one component of its
 * location after the other, following no symbolic link. */
#define _XOPEN_SOURCE 700
#include "models/onnx/npu_onnx_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One mapped file; graph->mapping is the newest of a list. */
struct mapping {
	struct mapping *next;
	const char *name; /* location of external data; "" of the model */
	void *bytes;
	size_t size;
};

static void release(void *list)
{
	for (struct mapping *m = list; m; m = m->next) {
		if (m->size)
			munmap(m->bytes, m->size);
	}
}

enum npu_status npu__onnx_map(struct npu__onnx *reader, int fd,
			      const char *name, struct npu__span *out)
{
	struct npu_graph *graph = reader->graph;
	struct mapping *m = npu_new(graph->arena, struct mapping, 1);
	const char *what = name ? name : "the model";
	struct stat info;

	if (!m)
		return npu__onnx_no_memory(reader);
	m->name = name ? npu_arena_strdup(graph->arena, name) : "";
	if (!m->name)
		return npu__onnx_no_memory(reader);
	if (fstat(fd, &info))
		return npu__onnx_fail(reader, NPU_E_IO, "%s: %s", what,
				      strerror(errno));
	if (!S_ISREG(info.st_mode))
		return npu__onnx_fail(reader, NPU_E_IO,
				      "%s: not a regular file", what);
	m->size = (size_t)info.st_size;
	if (m->size) {
		m->bytes = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (m->bytes == MAP_FAILED)
			return npu__onnx_fail(reader, NPU_E_IO, "%s: %s", what,
					      strerror(errno));
	}
	m->next = graph->mapping;
	graph->mapping = m;
	graph->release = release;
	*out = (struct npu__span){ m->size ? m->bytes : (const void *)"",
				   m->size };
	return NPU_OK;
}

static enum npu_status fail_location(struct npu__onnx *reader, const char *name,
				     const char *location, const char *why)
{
	return npu__onnx_fail(reader, NPU_E_IO,
			      "tensor %s: external data \"%s\": %s", name,
			      location, why);
}

/* Open `location` beneath the model's folder; *fd is the caller's to close. */
static enum npu_status open_beneath(struct npu__onnx *reader, const char *name,
				    const char *location, int *fd)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	const char *at = location;
	int folder = reader->folder;

	for (;;) {
		const size_t n = strcspn(at, "/");
		const int last = !at[n];
		char part[NAME_MAX + 1];
		int next;

		snprintf(part, sizeof part, "%.*s", (int)n, at);
		if (!n || n > NAME_MAX || !strcmp(part, "..")) {
			if (folder != reader->folder)
				close(folder);
			return fail_location(reader, name, location,
					     n > NAME_MAX
						     ? strerror(ENAMETOOLONG)
						     : "must not leave the "
						       "model's folder");
		}
		next = openat(folder, part, last ? flags : flags | O_DIRECTORY);
		const int error = errno;

		if (folder != reader->folder)
			close(folder);
		if (next < 0)
			return fail_location(reader, name, location,
					     error == ELOOP || error == EMLINK
						     ? "is a symbolic link"
						     : strerror(error));
		if (last) {
			*fd = next;
			return NPU_OK;
		}
		folder = next;
		at += n + 1;
	}
}

static enum npu_status map_location(struct npu__onnx *reader, const char *name,
				    const char *location, struct npu__span *out)
{
	enum npu_status status;
	int fd = -1;

	if (!*location || *location == '/')
		return fail_location(reader, name, location,
				     "must be a path below the model's folder");
	for (struct mapping *m = reader->graph->mapping; m; m = m->next) {
		if (!strcmp(m->name, location)) {
			*out = (struct npu__span){ m->bytes, m->size };
			return NPU_OK;
		}
	}
	NPU_TRY(open_beneath(reader, name, location, &fd));
	status = npu__onnx_map(reader, fd, location, out);
	close(fd);
	return status;
}

/* A decimal number of external_data. */
static enum npu_status read_number(struct npu__onnx *reader, const char *name,
				   const char *key, struct npu__span text,
				   uint64_t *out)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.size; i++) {
		const unsigned digit = (unsigned)text.data[i] - '0';

		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return npu__onnx_fail(reader, NPU_E_SYNTAX,
					      "tensor %s: external %s is not "
					      "a number",
					      name, key);
		number = number * 10 + digit;
	}
	*out = number;
	return NPU_OK;
}

struct external {
	const char *location;
	uint64_t offset, length;
	int has_length;
};

static enum npu_status read_entry(struct npu__onnx *reader, const char *name,
				  struct npu__span bytes,
				  struct external *external)
{
	onnx_StringStringEntryProto entry = { 0 };
	struct npu__span key, value;

	NPU_TRY(npu__onnx_message(reader, onnx_StringStringEntryProto_fields,
				  bytes, &entry));
	key = npu__onnx_last(&entry.key);
	value = npu__onnx_last(&entry.value);
	if (npu__onnx_is(key, "location"))
		return npu__onnx_text(reader, value, &external->location);
	if (npu__onnx_is(key, "offset"))
		return read_number(reader, name, "offset", value,
				   &external->offset);
	if (npu__onnx_is(key, "length")) {
		external->has_length = 1;
		return read_number(reader, name, "length", value,
				   &external->length);
	}
	return NPU_OK; /* checksum and what later versions may add */
}

enum npu_status npu__onnx_external(struct npu__onnx *reader,
				   const onnx_TensorProto *tensor,
				   const char *name, size_t size,
				   const void **data)
{
	struct external external = { .location = "" };
	struct npu__span file;

	if (reader->folder < 0)
		return npu__onnx_fail(reader, NPU_E_UNSUPPORTED,
				      "tensor %s has external data, but this "
				      "model is not a file in a folder",
				      name);
	for (uint32_t i = 0; i < tensor->external_data.count; i++)
		NPU_TRY(read_entry(reader, name, tensor->external_data.items[i],
				   &external));
	NPU_TRY(map_location(reader, name, external.location, &file));
	if (external.has_length && external.length != size)
		return npu__onnx_fail(reader, NPU_E_SYNTAX,
				      "tensor %s: its dimensions ask for %zu "
				      "bytes, its external data has %llu",
				      name, size,
				      (unsigned long long)external.length);
	if (external.offset > file.size || size > file.size - external.offset)
		return npu__onnx_fail(
			reader, NPU_E_RANGE,
			"tensor %s: bytes %llu to %llu of \"%s\", "
			"which has %zu",
			name, (unsigned long long)external.offset,
			(unsigned long long)external.offset + size,
			external.location, file.size);
	*data = file.size ? file.data + external.offset : (const void *)"";
	return NPU_OK;
}
