// tests/unit/traces/result_test.cc - each invariant is found when it breaks.
#include "sample_result.h"
#include <gtest/gtest.h>

static std::string problem(const npu_result *r)
{
	npu_error err = {};
	return npu_result_check(r, &err) == NPU_OK ? "" : err.message;
}

TEST(ResultCheck, ConsistentResultPasses)
{
	SampleResult s;
	EXPECT_EQ(problem(s.r), "");
}

TEST(ResultCheck, LayersThatDoNotSumAreNamed)
{
	SampleResult s;
	s.r->total.macs++;
	EXPECT_NE(problem(s.r).find("macs"), std::string::npos);
}

TEST(ResultCheck, StallBinsThatDoNotSumAreNamed)
{
	SampleResult s;
	s.r->layers[1].stats.stall[NPU_STALL_token]++;
	EXPECT_NE(problem(s.r).find("layer fc"), std::string::npos);
}

TEST(ResultCheck, EngineBinsThatDoNotSumAreNamed)
{
	SampleResult s;
	s.r->bins[2][NPU_BIN_bank]++;
	EXPECT_NE(problem(s.r).find("engine MX"), std::string::npos);
}

TEST(ResultCheck, LayerBelowItsRoofIsRefused)
{
	SampleResult s;
	s.r->layers[0].bound_cycles = 61;
	EXPECT_NE(problem(s.r).find("below its roof"), std::string::npos);
}

TEST(ResultCheck, NetworkBelowItsRoofIsRefused)
{
	SampleResult s;
	s.r->bound_cycles = 101;
	EXPECT_NE(problem(s.r).find("the network took"), std::string::npos);
}

TEST(ResultCheck, FewerDramBytesThanCompulsoryAreRefused)
{
	SampleResult s;
	s.r->layers[0].compulsory_bytes = 641;
	EXPECT_NE(problem(s.r).find("compulsory"), std::string::npos);
}

TEST(ResultCheck, EnergyThatDoesNotSumIsRefused)
{
	SampleResult s;
	s.r->total.energy_pj[NPU_COMPONENT_mac] *= 1.001;
	EXPECT_NE(problem(s.r).find("energy"), std::string::npos);
}

TEST(ResultCheck, StallsThatDoNotSumToTheTotalAreNamed)
{
	SampleResult s;
	s.r->total.stall[NPU_STALL_hazard]++;
	EXPECT_NE(problem(s.r).find("stall hazard sums to 0, the total is 1"),
		  std::string::npos);
}

TEST(ResultCheck, EnergyIsNamedByComponentAndMustBeANumber)
{
	SampleResult s;
	s.r->total.energy_pj[NPU_COMPONENT_clock] = 5;
	EXPECT_NE(problem(s.r).find("energy of clock"), std::string::npos);
	s.r->total.energy_pj[NPU_COMPONENT_clock] = 0.0 / 0.0;
	EXPECT_NE(problem(s.r).find("energy of clock"), std::string::npos);
	s.r->total.energy_pj[NPU_COMPONENT_clock] = 0;
	EXPECT_EQ(problem(s.r), "");
	s.r->total.energy_pj[NPU_COMPONENT_clock] = -1;
	s.r->layers[0].stats.energy_pj[NPU_COMPONENT_clock] = -1;
	EXPECT_NE(problem(s.r).find("energy of clock"), std::string::npos);
}

TEST(ResultCheck, BoundThatIsNotTheLargestRoofIsNamed)
{
	SampleResult s;
	s.r->layers[1].bound_cycles++;
	EXPECT_NE(problem(s.r).find("layer fc: bound_cycles"),
		  std::string::npos);
	SampleResult t;
	t.r->bound_cycles--;
	EXPECT_NE(problem(t.r).find("bound_cycles is 49, the largest sum of a "
				    "roof 50"),
		  std::string::npos);
}
