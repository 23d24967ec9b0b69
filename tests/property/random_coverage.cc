// tests/property/random_coverage.cc - a table: opcodes, types and flags of the
// random programs that lockstep runs, crossed with what each waited for.
//
// random_coverage [PROGRAMS [FIRST]]: exit 1 where a cell that a legal program
// reaches was not hit.
#include "tests/support/random_case.h"
#include "tests/support/random_coverage.h"
#include <cstdio>
#include <cstdlib>

using namespace random_program;

namespace
{
struct Sums {
	uint64_t hit = 0, missed = 0, cannot = 0;
};

void print_row(const Row &row, const Cells &cells, Sums *sums)
{
	printf("| %s | %s | %s |", row.op.c_str(), row.type.c_str(),
	       row.flag.c_str());
	for (unsigned w = 0; w < WAITS; w++) {
		const bool required = is_required(row, w);
		if (cells[w])
			printf(" %llu |", (unsigned long long)cells[w]);
		else
			printf(required ? " **0** |" : "  |");
		sums->cannot += unreachable(row, w) != nullptr;
		sums->missed += required && !cells[w];
		sums->hit += required && cells[w];
	}
	putchar('\n');
}

int print_reasons()
{
	std::map<std::string, uint64_t> reasons;
	for (const Row &row : all_rows())
		for (unsigned w = 0; w < WAITS; w++)
			if (const char *why = unreachable(row, w))
				reasons[why]++;
	printf("\nCells that no program reaches:\n\n");
	for (const auto &[why, count] : reasons)
		printf("- %llu: %s\n", (unsigned long long)count, why.c_str());
	return 0;
}

int check(const Coverage &coverage, uint64_t programs)
{
	const std::vector<Row> all = all_rows();
	std::map<Row, Cells> rows = coverage.rows();
	Sums sums;
	int bad = 0;

	printf("| op | type | flag |");
	for (unsigned w = 0; w < WAITS; w++)
		printf(" %s |", wait_name(w));
	printf("\n|---|---|---|");
	for (unsigned w = 0; w < WAITS; w++)
		printf("--:|");
	putchar('\n');
	for (const Row &row : all) {
		bool any = false;
		for (unsigned w = 0; w < WAITS; w++)
			any = any || !unreachable(row, w);
		if (any)
			print_row(row, rows[row], &sums);
		else
			sums.cannot += WAITS;
		for (unsigned w = 0; w < WAITS; w++)
			if (rows[row][w] && unreachable(row, w)) {
				printf("said to be out of reach: %s %s %s, "
				       "%s\n",
				       row.op.c_str(), row.type.c_str(),
				       row.flag.c_str(), wait_name(w));
				bad = 1;
			}
		rows.erase(row);
	}
	for (const auto &[row, cells] : rows) {
		printf("no such row: %s %s %s\n", row.op.c_str(),
		       row.type.c_str(), row.flag.c_str());
		bad = 1;
	}
	print_reasons();
	printf("\n%llu programs: %llu cells hit, %llu that can be hit were "
	       "not, %llu are out of reach.\n",
	       (unsigned long long)programs, (unsigned long long)sums.hit,
	       (unsigned long long)sums.missed,
	       (unsigned long long)sums.cannot);
	return bad || sums.missed;
}
} // namespace

int main(int argc, char **argv)
{
	const uint64_t programs =
		argc > 1 ? strtoull(argv[1], nullptr, 10) : usual_programs;
	const uint64_t first =
		argc > 2 ? strtoull(argv[2], nullptr, 10) : first_seed;
	Coverage coverage;

	for (uint64_t seed = first; seed < first + programs; seed++) {
		const Case c(seed);
		const Program made = c.program();
		std::string why;
		const ResultPointer result =
			run_model(c, made.program.get(), &why);
		if (!result) {
			fprintf(stderr, "%s: %s\n", c.describe().c_str(),
				why.c_str());
			return 2;
		}
		coverage.add(made.program.get(), result.get(),
			     uint32_t(c.chip.array.cols));
	}
	return check(coverage, programs);
}
