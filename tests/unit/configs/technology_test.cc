// tests/unit/configs/technology_test.cc - process nodes against their anchors.
#include "configs/npu_chip.h"
#include "configs/npu_technology.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace
{
const char *const folder = NPU_SOURCE_DIR "/configs/technologies";

npu_technology load(const char *name)
{
	npu_technology t = {};
	npu_error err = {};
	EXPECT_EQ(npu_technology_load(name, folder, &t, &err), NPU_OK)
		<< err.path << ":" << err.line << ": " << err.message;
	return t;
}
} // namespace

TEST(Technology, AnchorsAreThoseOfTheTimingPage)
{
	const struct {
		const char *name;
		double int8, bf16, fp32, sram8k, sram32k, sram1m;
	} rows[] = {
		{ "45nm", .30, 1.58, 4.60, 10, 20, 100 },
		{ "28nm", .227, 1.23, 3.56, 9.3, 16.1, 60.6 },
		{ "22nm", .196, 1.08, 3.13, 9.0, 14.4, 46.9 },
		{ "16nm", .163, .91, 2.64, 8.5, 12.4, 33.5 },
		{ "7nm", .10, .59, 1.69, 7.5, 8.5, 14 },
	};
	for (const auto &want : rows) {
		SCOPED_TRACE(want.name);
		npu_technology t = load(want.name);
		EXPECT_STREQ(t.name, want.name);
		EXPECT_EQ(t.mac_int8_pj, want.int8);
		EXPECT_EQ(t.mac_bf16_pj, want.bf16);
		EXPECT_EQ(t.mac_fp32_pj, want.fp32);
		EXPECT_NEAR(npu_technology_sram_read_pj(&t, 8192, 8),
			    want.sram8k, 1e-9);
		EXPECT_NEAR(npu_technology_sram_read_pj(&t, 32768, 8),
			    want.sram32k, 1e-9);
		EXPECT_NEAR(npu_technology_sram_read_pj(&t, 1048576, 8),
			    want.sram1m, 1e-9);
	}
}

// E = E45 (E7/E45)^(ln(45/n)/ln(45/7)) between the ends, by the rounded ends.
TEST(Technology, NodesBetweenFollowTheStatedLaw)
{
	npu_technology a = load("45nm"), z = load("7nm");
	for (auto [name, nm] : { std::pair{ "28nm", 28.0 },
				 { "22nm", 22.0 },
				 { "16nm", 16.0 } }) {
		npu_technology t = load(name);
		double x = std::log(45 / nm) / std::log(45.0 / 7);
		for (auto cell : { &npu_technology::mac_int8_pj,
				   &npu_technology::mac_bf16_pj,
				   &npu_technology::mac_fp16_pj,
				   &npu_technology::mac_fp32_pj,
				   &npu_technology::vector_alu_pj }) {
			double want =
				a.*cell * std::pow(z.*cell / (a.*cell), x);
			EXPECT_NEAR(t.*cell, want, .006 * want) << name;
		}
	}
}

TEST(Technology, SmallerNodesNeverCostMoreEnergyOrArea)
{
	const char *const names[] = { "45nm", "28nm", "22nm", "16nm", "7nm" };
	size_t count;
	const npu_technology_cell *cells = npu_technology_cell_table(&count);
	for (size_t i = 0; i < count; i++) {
		if (strstr(cells[i].name, "leakage"))
			continue; // CACTI's low-power SRAM leaks more at 22 nm
		double last = INFINITY;
		for (const char *name : names) {
			npu_technology t = load(name);
			double v;
			memcpy(&v, (char *)&t + cells[i].offset, sizeof v);
			EXPECT_LE(v, last) << cells[i].name << " at " << name;
			last = v;
		}
	}
}

TEST(Technology, AreaFitsTheFloorplanOfTpuV1)
{
	// Jouppi, ISCA 2017, figure 2: 331 mm2, 24 % matrix unit, 29 % buffer
	npu_technology t = load("28nm");
	EXPECT_NEAR(65536 * t.pe_int8_area_um2 * 1e-6, .24 * 331, .8);
	EXPECT_NEAR(24 * t.sram_area_mm2_per_mib, .29 * 331, .8);
}

TEST(TechnologySram, WidthAndWriteFollowTheirCells)
{
	npu_technology t = load("45nm");
	EXPECT_NEAR(npu_technology_sram_read_pj(&t, 32768, 64),
		    20 * std::pow(8, .75), 1e-9);
	EXPECT_NEAR(npu_technology_sram_write_pj(&t, 32768, 8), 22, 1e-9);
	// half way in the logarithm between 8 KiB and 32 KiB
	EXPECT_NEAR(npu_technology_sram_read_pj(&t, 16384, 8),
		    std::sqrt(10.0 * 20), 1e-9);
	EXPECT_LT(npu_technology_sram_read_pj(&t, 1024, 8), 10);
	EXPECT_GT(npu_technology_sram_read_pj(&t, 4194304, 8), 100);
}

// CACTI 7 is independent of our anchors. At 45 nm, one bank of 8 KiB..16 MiB,
// the ratio ours / CACTI is 0.70..2.4 with a geometric mean of 1.2: closest
// for 8-byte words and large banks, highest for small banks of wide words
// (a 32 KiB bank of 64 bytes: 95 pJ against 40).
TEST(TechnologySram, AgreesWithCactiAt45nmWithinTheStatedBounds)
{
	npu_technology t = load("45nm");
	std::ifstream in(NPU_SOURCE_DIR "/tests/data/cacti.csv");
	std::string line, field;
	double low = INFINITY, high = 0, sum = 0, narrow_high = 0;
	int n = 0, within2 = 0;

	ASSERT_TRUE(std::getline(in, line));
	while (std::getline(in, line)) {
		std::stringstream s(line);
		std::vector<std::string> f;
		while (std::getline(s, field, ','))
			f.push_back(field);
		double bytes = std::stod(f[3]), width = std::stod(f[4]);
		if (f[0] != "45" || f[1] != "itrs-lstp" || f[2] != "350" ||
		    f[5] != "1" || bytes < 8192 || bytes > 16777216)
			continue;
		double ratio = npu_technology_sram_read_pj(&t, bytes, width) /
			       std::stod(f[6]);
		low = std::min(low, ratio);
		high = std::max(high, ratio);
		if (width == 8)
			narrow_high = std::max(narrow_high, ratio);
		sum += std::log(ratio);
		within2 += ratio < 2 && ratio > .5;
		n++;
	}
	double mean = std::exp(sum / n);
	RecordProperty("ratio_low", std::to_string(low));
	RecordProperty("ratio_high", std::to_string(high));
	RecordProperty("ratio_mean", std::to_string(mean));
	printf("ours / CACTI 7, 45 nm, %d banks: %.2f..%.2f, mean %.2f, "
	       "%d within a factor of 2\n",
	       n, low, high, mean, within2);
	EXPECT_GE(n, 50);
	EXPECT_GT(low, .69);
	EXPECT_LT(high, 2.4);
	EXPECT_LT(narrow_high, 1.65);
	EXPECT_GT(mean, 1.0);
	EXPECT_LT(mean, 1.3);
	EXPECT_GE(within2, n * 9 / 10);
}

TEST(TechnologyLeakage, DoublesWithItsKelvinsAndFollowsTheProcess)
{
	npu_technology t = load("22nm");
	double mib = 1048576;
	double at350 =
		npu_technology_sram_leakage_mw(&t, NPU_process_hp, 350, mib);
	EXPECT_NEAR(at350, t.sram_leakage_hp_mw_per_mib, 1e-9);
	EXPECT_NEAR(npu_technology_sram_leakage_mw(
			    &t, NPU_process_hp, 350 + t.leakage_doubling_kelvin,
			    2 * mib),
		    4 * at350, 1e-6);
	// CACTI 7, 22 nm lstp, 32 KiB: 0.0053584 mW at 300 K
	EXPECT_NEAR(npu_technology_sram_leakage_mw(&t, NPU_process_lstp, 300,
						   32768),
		    .0053584, .15 * .0053584);
	for (const char *name : { "45nm", "28nm", "22nm", "16nm", "7nm" }) {
		npu_technology u = load(name);
		double hp = npu_technology_logic_leakage_mw(&u, NPU_process_hp,
							    330, 1);
		double lop = npu_technology_logic_leakage_mw(
			&u, NPU_process_lop, 330, 1);
		double lstp = npu_technology_logic_leakage_mw(
			&u, NPU_process_lstp, 330, 1);
		EXPECT_GT(hp, lop) << name;
		EXPECT_GT(lop, lstp) << name;
	}
}

TEST(TechnologyBad, FileIsRefusedAtTheExactPlace)
{
	const struct {
		const char *what, *text;
		npu_status status;
		uint32_t line, column;
		const char *says;
	} bads[] = {
		{ "no source",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: "
		  "{value: 1, unit: pJ}\n",
		  NPU_E_SYNTAX, 4, 16, "missing key \"source\"" },
		{ "empty source",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: "
		  "{value: 1, unit: pJ, source: ''}\n",
		  NPU_E_RANGE, 4, 45, "expected text" },
		{ "wrong unit",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: "
		  "{value: 1, unit: fJ, source: a}\n",
		  NPU_E_RANGE, 4, 33, "expected unit pJ, got \"fJ\"" },
		{ "bare number",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: 1\n",
		  NPU_E_SYNTAX, 4, 16, "expected a mapping" },
		{ "unknown cell",
		  "name: x\nbase: 28nm\ncells:\n  mac_int4_pj: 1\n",
		  NPU_E_SYNTAX, 4, 3, "did you mean \"mac_int8_pj\"?" },
		{ "negative",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: "
		  "{value: -1, unit: pJ, source: a}\n",
		  NPU_E_RANGE, 4, 24, "in 0..1000, got \"-1\"" },
		{ "not finite",
		  "name: x\nbase: 28nm\ncells:\n  mac_int8_pj: "
		  "{value: .inf, unit: pJ, source: a}\n",
		  NPU_E_RANGE, 4, 24, "expected a number" },
		{ "missing cell",
		  "name: x\ncells:\n  mac_int8_pj: "
		  "{value: 1, unit: pJ, source: a}\n",
		  NPU_E_SYNTAX, 3, 3, "missing cell \"mac_bf16_pj\"" },
		{ "no cells", "name: x\nbase: 28nm\n", NPU_E_SYNTAX, 1, 1,
		  "missing key \"cells\"" },
		{ "unknown base", "name: x\nbase: 29nm\ncells: {}\n",
		  NPU_E_RANGE, 2, 7, "did you mean \"22nm\"?" },
	};
	std::string path = testing::TempDir() + "tech" +
			   std::to_string(getpid()) + ".yaml";
	for (const auto &bad : bads) {
		SCOPED_TRACE(bad.what);
		std::ofstream(path, std::ios::trunc) << bad.text;
		npu_technology t;
		npu_error err = {};
		EXPECT_EQ(npu_technology_load(path.c_str(), folder, &t, &err),
			  bad.status);
		EXPECT_EQ(err.line, bad.line) << err.message;
		EXPECT_EQ(err.column, bad.column) << err.message;
		EXPECT_NE(strstr(err.message, bad.says), nullptr)
			<< err.message;
	}
	std::ofstream(path, std::ios::trunc)
		<< "name: mine\nbase: 28nm\ncells:\n  mac_int8_pj: {value: "
		   "0.5, "
		   "unit: pJ, source: measured}\n";
	npu_technology t = load(path.c_str()), base = load("28nm");
	EXPECT_EQ(t.mac_int8_pj, .5);
	EXPECT_EQ(t.mac_bf16_pj, base.mac_bf16_pj);
	EXPECT_STREQ(t.name, "mine");
	unlink(path.c_str());
	npu_error err = {};
	EXPECT_EQ(npu_technology_load("14nm", folder, &t, &err), NPU_E_RANGE);
}

// Every chip's technology exists.
TEST(Technology, EveryShippedChipHasOne)
{
	npu_arena *arena = npu_arena_create();
	const char *const *names;
	size_t count = 0;
	ASSERT_EQ(npu_chip_list(arena, NPU_SOURCE_DIR "/configs/chips", &names,
				&count, nullptr),
		  NPU_OK);
	for (size_t i = 0; i < count; i++) {
		npu_chip chip;
		ASSERT_EQ(npu_chip_load(names[i],
					NPU_SOURCE_DIR "/configs/chips",
					nullptr, 0, &chip, nullptr),
			  NPU_OK);
		load(chip.chip.technology);
	}
	npu_arena_destroy(arena);
}
