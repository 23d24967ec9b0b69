/* models/onnx/npu_onnx_field.h - a field of variable length, where it lies.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Included by the code that nanopb generates (onnx.options): the type of every
 * string, bytes, repeated or nested field of onnx.proto. */
#ifndef NPU_ONNX_FIELD_H
#define NPU_ONNX_FIELD_H
#include <pb.h>
#include <stdint.h>

struct npu__onnx;

/* Bytes of the file, borrowed. */
struct npu__span {
	const uint8_t *data;
	size_t size;
};

/* Occurrences of a field, in the order of the file. Of unpacked numbers one a
 * span (copied), of packed ones a run a span. */
struct npu__field {
	struct npu__onnx *reader;
	struct npu__span *items;
	uint32_t count, capacity;
};

/* nanopb's callback for all of them: append to the field. */
bool npu__onnx_field(pb_istream_t *istream, pb_ostream_t *ostream,
		     const pb_field_iter_t *field);

#endif
