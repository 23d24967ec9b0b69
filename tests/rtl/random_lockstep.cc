// tests/rtl/random_lockstep.cc - random programs on the C model and on the RTL.
//
// random_lockstep T [PROGRAMS [FIRST]]: those of seeds FIRST.. whose chip is
//   T x T. Exit 1 where memory, a cycle or a count differs; such a program is
//   made as small as it will go. NPU_RANDOM_PROGRAMS overrides PROGRAMS.
// random_lockstep T:LANES [PROGRAMS [FIRST]]: all of those seeds, on a shape of
//   which ./check runs none.
// random_lockstep seed N [T:LANES]: that one, made small and printed.
#include "isa/npu_verify.h"
#include "tests/support/random_lockstep.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace random_program;

namespace
{
enum { WORST = 3 }; // failures after which the rest is not tried

uint64_t number(const char *text)
{
	return strtoull(text, nullptr, 10);
}

bool is_legal(const Case &c)
{
	npu_error err = {};
	if (npu_verify(c.program().program.get(), &c.chip, nullptr, &err) ==
	    NPU_OK)
		return true;
	printf("%s: the verifier refuses it: %s\n", c.describe().c_str(),
	       err.message);
	return false;
}

void print_small(Lockstep &lockstep, const Case &c)
{
	Case small = shrink(lockstep, c);
	npu_text text = {};
	printf("smallest that differs (%zu instructions): %s\n%s\n",
	       small.body.size(), small.describe().c_str(),
	       lockstep.run(small).text.c_str());
	npu_program_print(small.program().program.get(), &text);
	printf("%s\n", text.data ? text.data : "");
	npu_text_clear(&text);
}

int run_one(const Case &c)
{
	Lockstep lockstep(c.chip);
	const Verdict v = lockstep.run(c);
	printf("%s\n%s\n", c.describe().c_str(), v.text.c_str());
	if (v.is_equal)
		return 0;
	print_small(lockstep, c);
	return 1;
}

// Seeds of `is_usual` shapes are those that ./check runs there.
int run_all(const npu_chip &shape, bool is_usual, uint64_t programs,
	    uint64_t first)
{
	const uint64_t t = shape.array.cols, lanes = shape.vector.lanes;
	Lockstep lockstep(shape);
	uint64_t ran = 0, bits = 0, cycles = 0, clocks = 0;

	for (uint64_t seed = first; seed < first + programs; seed++) {
		if (is_usual && Case::columns(seed) != t)
			continue;
		const Case c(seed, shape);
		if (!is_legal(c))
			return 1;
		const Verdict v = lockstep.run(c);
		ran++;
		clocks += v.cycles;
		if (v.is_equal)
			continue;
		(v.bits_equal ? cycles : bits)++;
		printf("DIFFERENT %s\n%s\n", c.describe().c_str(),
		       v.text.c_str());
		if (bits + cycles == 1)
			print_small(lockstep, c);
		fflush(stdout);
		if (bits + cycles == WORST)
			break;
	}
	printf("%llu random programs on %llu x %llu, %llu lanes, %llu cycles: "
	       "memory differs in %llu, cycles alone in %llu\n",
	       (unsigned long long)ran, (unsigned long long)t,
	       (unsigned long long)t, (unsigned long long)lanes,
	       (unsigned long long)clocks, (unsigned long long)bits,
	       (unsigned long long)cycles);
	return bits + cycles != 0 || ran == 0;
}

// "T" or "T:LANES"
npu_chip shape_of(const char *text)
{
	const char *lanes = strchr(text, ':');
	return lanes ? chip(number(text), number(lanes + 1))
		     : Case::shape(number(text));
}
} // namespace

int main(int argc, char **argv)
{
	const char *by_hand = getenv("NPU_RANDOM_PROGRAMS");
	uint64_t programs = argc > 2 ? number(argv[2]) : usual_programs;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "seed") == 0)
		return run_one(argc > 3 ? Case(programs, shape_of(argv[3]))
					: Case(programs));
	if (by_hand)
		programs = number(by_hand);
	return run_all(shape_of(argv[1]), !strchr(argv[1], ':'), programs,
		       argc > 3 ? number(argv[3]) : first_seed);
}
