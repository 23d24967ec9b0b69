// NSGA-II: its parts against brute force and closed forms, the whole on the
// functions of the literature.
#include "sweep/npu_evolution.h"
#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace
{
using Values = std::vector<double>;

npu_ranked ranked(uint64_t point, const Values &values, double violation = 0)
{
	npu_ranked r = {};
	r.score.point = point;
	std::copy(values.begin(), values.end(), r.score.value);
	r.violation = violation;
	return r;
}

std::vector<npu_ranked> rank(std::vector<npu_ranked> r, size_t objectives)
{
	EXPECT_EQ(npu_rank(r.data(), r.size(), objectives, nullptr), NPU_OK);
	return r;
}

// By the definition alone: a is feasible and b is not, or both are not and a
// less, or both are and a is nowhere worse and somewhere better.
bool beats(const npu_ranked &a, const npu_ranked &b, size_t objectives)
{
	if (a.violation > 0 || b.violation > 0)
		return a.violation < b.violation;
	bool somewhere = false;
	for (size_t o = 0; o < objectives; o++) {
		if (a.score.value[o] > b.score.value[o])
			return false;
		somewhere = somewhere || a.score.value[o] < b.score.value[o];
	}
	return somewhere;
}

// A front is what nothing that is left beats; take it away, and again.
std::vector<uint32_t> brute_fronts(const std::vector<npu_ranked> &r,
				   size_t objectives)
{
	std::vector<uint32_t> front(r.size(), UINT32_MAX);
	for (uint32_t f = 0;
	     std::count(front.begin(), front.end(), UINT32_MAX) > 0; f++) {
		std::vector<size_t> now;
		for (size_t i = 0; i < r.size(); i++) {
			bool beaten = front[i] != UINT32_MAX;
			for (size_t k = 0; k < r.size() && !beaten; k++)
				beaten = front[k] == UINT32_MAX &&
					 beats(r[k], r[i], objectives);
			if (!beaten)
				now.push_back(i);
		}
		for (size_t i : now)
			front[i] = f;
	}
	return front;
}
} // namespace

TEST(Rank, FrontsAreThoseOfTheDefinition)
{
	std::mt19937 draw(3);
	for (int round = 0; round < 200; round++) {
		const size_t objectives = 1 + draw() % 4;
		std::vector<npu_ranked> r(1 + draw() % 60);
		// few values, so that many are equal
		for (size_t i = 0; i < r.size(); i++) {
			Values v(objectives);
			for (double &x : v)
				x = double(draw() % 8);
			r[i] = ranked(i, v,
				      draw() % 3 ? 0 : double(draw() % 4));
		}
		const auto fronts = brute_fronts(r, objectives);
		r = rank(r, objectives);
		for (size_t i = 0; i < r.size(); i++)
			ASSERT_EQ(r[i].front, fronts[i]) << round << " " << i;
	}
}

// Four points of a front, one behind: worked by hand from the paper's III.B.
TEST(Rank, CrowdingIsTheShareOfTheFrontBetweenNeighbours)
{
	auto r = rank({ ranked(0, { 0, 10 }), ranked(1, { 1, 6 }),
			ranked(2, { 4, 4 }), ranked(3, { 8, 0 }),
			ranked(4, { 9, 9 }) },
		      2);
	EXPECT_TRUE(std::isinf(r[0].crowding));
	EXPECT_DOUBLE_EQ(r[1].crowding, 4 / 8. + 6 / 10.);
	EXPECT_DOUBLE_EQ(r[2].crowding, 7 / 8. + 6 / 10.);
	EXPECT_TRUE(std::isinf(r[3].crowding));
	EXPECT_EQ(r[4].front, 1u);
	EXPECT_TRUE(std::isinf(r[4].crowding));
	std::qsort(r.data(), r.size(), sizeof r[0], npu_ranked_in_order);
	std::vector<uint64_t> order;
	for (const npu_ranked &one : r)
		order.push_back(one.score.point);
	EXPECT_EQ(order, (std::vector<uint64_t>{ 0, 3, 2, 1, 4 }));
}

// The area of a union of boxes, by inclusion and exclusion.
TEST(Hypervolume, EqualsInclusionAndExclusion)
{
	std::mt19937 draw(5);
	for (int round = 0; round < 100; round++) {
		std::vector<npu_score> s(1 + draw() % 9);
		for (size_t i = 0; i < s.size(); i++)
			s[i] = { i,
				 { double(draw() % 20), double(draw() % 20) } };
		s.resize(npu_pareto_front(s.data(), s.size(), 2));
		const double reference[2] = { 20, 21 };
		double area = 0;
		for (unsigned set = 1; set < 1u << s.size(); set++) {
			double x = 0, y = 0;
			for (size_t i = 0; i < s.size(); i++)
				if (set >> i & 1) {
					x = std::max(x, s[i].value[0]);
					y = std::max(y, s[i].value[1]);
				}
			area += (__builtin_popcount(set) % 2 ? 1 : -1) *
				(reference[0] - x) * (reference[1] - y);
		}
		ASSERT_DOUBLE_EQ(npu_hypervolume(s.data(), s.size(), reference),
				 area);
	}
}

namespace
{
struct Destroy {
	void operator()(npu_evolution *e) const
	{
		npu_evolution_destroy(e);
	}
};

// A search over `axes` axes of `count` positions each.
struct Search {
	npu_sweep sweep = {};
	std::unique_ptr<npu_evolution, Destroy> evolution;
	Search(size_t axes, uint32_t count, uint32_t population,
	       uint32_t generations, uint64_t seed,
	       npu_point_filter *filter = nullptr)
	{
		sweep.path = "test";
		sweep.method = NPU_METHOD_nsga2;
		sweep.axis_count = axes;
		for (size_t a = 0; a < axes; a++)
			sweep.axes[a].count = count;
		sweep.population = population;
		sweep.generations = generations;
		sweep.seed = seed;
		sweep.objective_count = 2;
		npu_evolution *e = nullptr;
		EXPECT_EQ(
			npu_evolution_create(&sweep, filter, this, &e, nullptr),
			NPU_OK);
		evolution.reset(e);
	}
	std::vector<uint32_t> at(uint64_t i) const
	{
		const uint32_t *p = npu_evolution_position(evolution.get(), i);
		return { p, p + sweep.axis_count };
	}
	using Function =
		std::function<npu_ranked(const std::vector<uint32_t> &)>;
	// Every generation evaluated; all points' results.
	std::vector<npu_ranked> run(const Function &f)
	{
		std::vector<npu_ranked> all;
		for (uint32_t g = 0; g < sweep.generations; g++) {
			const npu_ranked *last =
				g ? &all[all.size() - sweep.population]
				  : nullptr;
			EXPECT_EQ(npu_evolution_next(evolution.get(), last,
						     nullptr),
				  NPU_OK);
			for (uint32_t i = 0; i < sweep.population; i++) {
				all.push_back(f(at(all.size())));
				all.back().score.point = all.size() - 1;
			}
		}
		return all;
	}
};

double volume(std::vector<npu_score> s, double x, double y)
{
	const double reference[2] = { x, y };
	s.resize(npu_pareto_front(s.data(), s.size(), 2));
	return npu_hypervolume(s.data(), s.size(), reference);
}

double volume(const std::vector<npu_ranked> &results, double x, double y)
{
	std::vector<npu_score> s;
	for (const npu_ranked &r : results)
		if (r.violation == 0 && r.score.value[0] < x &&
		    r.score.value[1] < y)
			s.push_back(r.score);
	return volume(s, x, y);
}

// source: Zitzler, Deb, Thiele, "Comparison of multiobjective evolutionary
// algorithms", Evolutionary Computation 8(2), 2000: T1, T2, T3. x in 0..1.
npu_ranked zdt(int kind, const Values &x)
{
	double g = 0;
	for (size_t i = 1; i < x.size(); i++)
		g += x[i];
	g = 1 + 9 * g / double(x.size() - 1);
	const double ratio = x[0] / g;
	double h = 1 - std::sqrt(ratio);
	if (kind == 2)
		h = 1 - ratio * ratio;
	if (kind == 3)
		h -= ratio * std::sin(10 * M_PI * x[0]);
	return ranked(0, { x[0], g * h });
}

Values unit(const std::vector<uint32_t> &position, uint32_t count)
{
	Values x;
	for (uint32_t p : position)
		x.push_back(p / double(count - 1));
	return x;
}
} // namespace

// 33.5 million points, 1,600 of them evaluated; the front is where g is 1.
TEST(Evolution, FindsTheFrontsOfTheLiterature)
{
	for (int kind = 1; kind <= 3; kind++) {
		std::vector<npu_score> best;
		for (uint32_t p = 0; p < 32; p++) {
			Values x(5);
			x[0] = p / 31.;
			best.push_back(zdt(kind, x).score);
		}
		const double whole = volume(best, 1.1, 1.1);
		for (uint64_t seed = 1; seed <= 5; seed++) {
			Search s(5, 32, 40, 40, seed);
			const auto all = s.run([&](const auto &p) {
				return zdt(kind, unit(p, 32));
			});
			EXPECT_GE(volume(all, 1.1, 1.1) / whole, 0.98)
				<< "ZDT" << kind << " seed " << seed;
		}
	}
}

// source: Binh and Korn, "MOBES: a multiobjective evolution strategy for
// constrained optimization problems", 1997; a front where constraints hold.
TEST(Evolution, FindsTheFrontWithinConstraints)
{
	const auto f = [](const std::vector<uint32_t> &p) {
		const double x = p[0] * 5 / 63., y = p[1] * 3 / 63.;
		const double c1 = (x - 5) * (x - 5) + y * y - 25;
		const double c2 = 7.7 - (x - 8) * (x - 8) - (y + 3) * (y + 3);
		return ranked(0,
			      { 4 * x * x + 4 * y * y,
				(x - 5) * (x - 5) + (y - 5) * (y - 5) },
			      std::max(c1, 0.) + std::max(c2, 0.));
	};
	std::vector<npu_ranked> grid;
	for (uint32_t x = 0; x < 64; x++)
		for (uint32_t y = 0; y < 64; y++)
			grid.push_back(f({ x, y }));
	for (uint64_t seed = 1; seed <= 5; seed++) {
		Search s(2, 64, 32, 32, seed);
		EXPECT_GE(volume(s.run(f), 140, 50) / volume(grid, 140, 50),
			  0.98)
			<< seed;
	}
}

TEST(Evolution, NoPointComesTwiceWhileThereAreOthers)
{
	Search s(3, 8, 16, 24, 9); // 384 of 512
	s.run([](const auto &p) { return zdt(1, unit(p, 8)); });
	std::set<std::vector<uint32_t>> seen;
	for (uint64_t i = 0; i < 384; i++)
		seen.insert(s.at(i));
	EXPECT_EQ(seen.size(), 384u);
}

TEST(Evolution, ASpaceThatIsUsedUpEndsInRepeats)
{
	Search s(2, 3, 8, 8, 9); // 64 of 9
	s.run([](const auto &p) { return zdt(1, unit(p, 3)); });
	std::set<std::vector<uint32_t>> seen;
	for (uint64_t i = 0; i < 64; i++)
		seen.insert(s.at(i));
	EXPECT_EQ(seen.size(), 9u);
}

TEST(Evolution, WhatTheFilterRefusesIsDrawnAgain)
{
	Search s(2, 32, 16, 8, 2, [](void *, const uint32_t *p) {
		return int(p[0] + p[1] <= 20);
	});
	s.run([](const auto &p) { return zdt(1, unit(p, 32)); });
	for (uint64_t i = 0; i < 128; i++)
		EXPECT_LE(s.at(i)[0] + s.at(i)[1], 20u);
}

TEST(Evolution, PointsFollowFromTheSeedAndTheResultsAlone)
{
	const auto f = [](const auto &p) { return zdt(3, unit(p, 16)); };
	Search a(4, 16, 12, 10, 1), b(4, 16, 12, 10, 1), c(4, 16, 12, 10, 2);
	a.run(f);
	b.run(f);
	c.run(f);
	int equal = 0;
	for (uint64_t i = 0; i < 120; i++) {
		EXPECT_EQ(a.at(i), b.at(i));
		equal += a.at(i) == c.at(i);
	}
	EXPECT_LT(equal, 20);
}

TEST(Evolution, MorePointsThanASweepMayHaveAreRefused)
{
	npu_sweep sweep = {};
	npu_error err = {};
	npu_evolution *e = nullptr;
	sweep.path = "test";
	sweep.population = 4096;
	sweep.generations = 65536;
	sweep.axis_count = 1;
	EXPECT_EQ(npu_evolution_create(&sweep, nullptr, nullptr, &e, &err),
		  NPU_E_LIMIT);
}
