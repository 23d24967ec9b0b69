/* isa/npu_csr.h - the registers of a core, as a host sees them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CSR_H
#define NPU_CSR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Byte addresses in the page. */
enum npu_csr {
#define NPU_CSR(name, address, words, access, doc) NPU_CSR_##name = (address),
#include "isa/npu_csr.def"
};

/* 32-bit words of a register. */
enum npu_csr_words {
#define NPU_CSR(name, address, words, access, doc) \
	NPU_CSR_WORDS_##name = (words),
#include "isa/npu_csr.def"
};

/* Lowest bit of a field, and its width. */
enum npu_csr_lsb {
#define NPU_CSR_FIELD(csr, name, lsb, width, doc) \
	NPU_CSR_LSB_##csr##_##name = (lsb),
#include "isa/npu_csr.def"
};
enum npu_csr_width {
#define NPU_CSR_FIELD(csr, name, lsb, width, doc) \
	NPU_CSR_WIDTH_##csr##_##name = (width),
#include "isa/npu_csr.def"
};

enum npu_csr_value {
#define NPU_CSR_VALUE(csr, name, value, doc) \
	NPU_CSR_VALUE_##csr##_##name = (value),
#include "isa/npu_csr.def"
};

#ifdef __cplusplus
}
#endif
#endif
