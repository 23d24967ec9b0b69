/* tests/fuzz/fuzz_program.c - any bytes as a program file or its text: what is
 * read round-trips, and the verifier answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "isa/npu_verify.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct npu_chip small_chip(void)
{
	struct npu_chip chip = { 0 };

	chip.chip.cores = 2;
	chip.array.rows = chip.array.cols = 8;
	chip.array.operands = NPU_operands_any;
	chip.scratchpad.bytes = 8192;
	chip.scratchpad.banks = 8;
	chip.accumulators.bytes = 2048;
	chip.accumulators.banks = 4;
	chip.dram.capacity = 1 << 24;
	return chip;
}

/* Both forms must come back the same, and the verifier must end. */
static void check(struct npu_program *program)
{
	const struct npu_chip chip = small_chip();
	struct npu_text bytes = { 0 }, text = { 0 }, again = { 0 };
	struct npu_program *back = NULL;
	struct npu_error err = { 0 };

	if (npu_program_encode(program, &bytes, &err) != NPU_OK)
		abort();
	npu_program_print(program, &text);
	if (npu_program_parse(text.data, "text", &back, &err) != NPU_OK ||
	    npu_program_encode(back, &again, &err) != NPU_OK ||
	    again.length != bytes.length ||
	    memcmp(again.data, bytes.data, bytes.length))
		abort();
	enum npu_status status = npu_verify(program, &chip, NULL, &err);
	if (status != NPU_OK && err.status != status)
		abort();
	npu_program_destroy(back);
	npu_text_clear(&again);
	npu_text_clear(&text);
	npu_text_clear(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct npu_program *program = NULL;
	struct npu_error err = { 0 };
	enum npu_status status;

	if (size > 8 && !memcmp(data, "SYSTOLE\n", 8)) {
		status = npu_program_decode(data, size, "fuzz", &program, &err);
	} else {
		char *text = malloc(size + 1);

		if (!text)
			return 0;
		memcpy(text, data, size);
		text[size] = '\0';
		status = npu_program_parse(text, "fuzz", &program, &err);
		free(text);
	}
	if (status != NPU_OK) {
		if (program || err.status != status || !err.message[0])
			abort();
		return 0;
	}
	check(program);
	npu_program_destroy(program);
	return 0;
}
