/* sim/rtl/gen/gen_chip_pkg.c - print the package of a chip's shape, for lint
 * and tests of sim/rtl: gen_chip_pkg CHIP.yaml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/cosim/npu_rtl_parameters.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	struct npu_chip chip;
	struct npu_error err = { 0 };
	struct npu_text text = { 0 };

	if (argc != 2)
		return 2;
	if (npu_chip_load(argv[1], NULL, NULL, 0, &chip, &err) != NPU_OK ||
	    npu_rtl_print_parameters(&chip, &text, &err) != NPU_OK) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	fputs(text.data, stdout);
	npu_text_clear(&text);
	return fflush(stdout) != 0;
}
