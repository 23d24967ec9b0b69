/* tests/unit/sim/sim_random_test.cc - programs that nobody verified: whatever
 * they hold, they end, or they are refused with a reason. Under ASan and UBSan
 * this shows that no instruction leaves its memories.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/npu_random.h"
#include "tests/unit/sim/test_program.h"

namespace
{

/* A field's value: mostly small, at times its largest or anything. */
uint64_t any_value(npu_random *random, const npu_field_desc *field)
{
	const uint64_t mask = (1ull << field->width) - 1;
	const bool count = !strcmp(field->unit, "count");

	switch (npu_random_below(random, 60)) {
	case 0:
		return mask & npu_random_u64(random);
	case 1:
		return mask - (mask & npu_random_below(random, 3));
	default:
		if (!count && npu_random_below(random, 2))
			return 0;
		return mask & (1 + npu_random_below(random, 12));
	}
}

/* Random bits in the fields of a random opcode. Views share their bits with
 * fields, so decoding makes them agree. */
bool any_insn(npu_random *random, npu_insn *out)
{
	static const uint64_t ops[] = { NPU_OP_ld,  NPU_OP_st,  NPU_OP_gemm,
					NPU_OP_ew,  NPU_OP_ew,  NPU_OP_red,
					NPU_OP_bar, NPU_OP_mark };
	const npu_op_desc *desc = npu_op_find(ops[npu_random_below(random, 8)]);
	npu_word word = {};

	word.half[0] = desc->code;
	for (const npu_field_desc *f = desc->fields; f->name; f++) {
		uint64_t value = any_value(random, f);

		if (f->is_view || !strcmp(f->name, "op"))
			continue;
		/* types that exist, regions that are there: so that more than
		 * a few get past the first check */
		if (!strcmp(f->unit, "dtype"))
			value = 1 + npu_random_below(random, 6);
		if (!strcmp(f->unit, "alu"))
			value = npu_random_below(random, 9);
		if (!strcmp(f->name, "ints") || !strcmp(f->name, "init") ||
		    !strcmp(f->name, "sparse") || !strcmp(f->name, "axis"))
			value = npu_random_below(random, 3);
		if (!strcmp(f->name, "n2") || !strcmp(f->name, "n3"))
			value = 1 + npu_random_below(random, 3);
		if (!strcmp(f->name, "region"))
			value = 1 + npu_random_below(random, 4);
		if (!strcmp(f->name, "wait") || !strcmp(f->name, "signal"))
			value = npu_random_below(random, 12) ? 0 : 1;
		word.half[f->lsb / 64] |= value << (f->lsb % 64);
	}
	return npu_insn_decode(word, out, nullptr) == NPU_OK;
}

TEST(SimRandom, UnverifiedProgramsEndOrAreRefused)
{
	npu_random random = { 7 };
	const npu_chip chip = test_chip();
	int done = 0, refused = 0;

	for (int i = 0; i < 3000; i++) {
		TestProgram p(chip);
		npu_sim_options options = {};
		npu_sim *sim = nullptr;
		npu_result *result = nullptr;
		npu_error err = {};
		npu_insn insn;

		p.constants.resize(4096, 3);
		p.token(0, NPU_ENGINE_ld, NPU_ENGINE_vx, 2);
		for (int k = 0; k < 2; k++)
			if (any_insn(&random, &insn))
				p.add(insn, insn.any.wait, insn.any.signal);
		options.functional = i % 4 != 0;
		options.max_cycles = 1000000;
		ASSERT_EQ(
			npu_sim_create(&chip, p.finish(), &options, &sim, &err),
			NPU_OK)
			<< err.message;
		const npu_status status =
			npu_sim_run(sim, nullptr, nullptr, &result, &err);
		if (status == NPU_OK) {
			EXPECT_EQ(npu_result_check(result, &err), NPU_OK)
				<< err.message;
			done++;
		} else {
			EXPECT_TRUE(status == NPU_E_FAULT ||
				    status == NPU_E_RANGE ||
				    status == NPU_E_UNSUPPORTED ||
				    status == NPU_E_LIMIT)
				<< status << err.message;
			EXPECT_NE(err.message[0], '\0');
			refused++;
		}
		npu_result_destroy(result);
		npu_sim_destroy(sim);
	}
	/* both kinds were tried */
	EXPECT_GT(done, 100);
	EXPECT_GT(refused, 100);
}

} // namespace
