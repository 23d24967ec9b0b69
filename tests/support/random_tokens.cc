// tests/support/random_tokens.cc - waits and signals for random programs.
#include "random_tokens.h"
#include <algorithm>
#include <numeric>

namespace random_program
{
namespace
{
enum { ENGINES = 4, PAIRS = ENGINES * ENGINES, NONE = -1 };

// One address space for all memories: who wrote and read each byte last, as
// plainly as it can be said.
class Conflicts
{
	struct Byte {
		int write = NONE, read[ENGINES] = { NONE, NONE, NONE, NONE };
	};
	const Sizes sizes_;
	const uint32_t columns_;
	const size_t acc_, lut_, regions_, region_bytes_;
	std::vector<Byte> bytes_;
	const std::vector<int> &engine_; // of each instruction

	size_t place(const npu_access &a, int64_t at) const
	{
		if (a.space == NPU_SPACE_acc)
			return acc_ + size_t(at) * columns_;
		if (a.space == NPU_SPACE_lut)
			return lut_ + size_t(at);
		if (a.space == NPU_SPACE_spad)
			return size_t(at);
		if (a.region == CORES)
			return size_t(at) >= NPU_CORE_LUT
				       ? lut_ + size_t(at) - NPU_CORE_LUT
				       : size_t(at);
		return regions_ + size_t(a.region) * region_bytes_ + size_t(at);
	}
	void need(int *latest, int insn, int earlier) const
	{
		if (earlier == NONE ||
		    engine_[size_t(earlier)] == engine_[size_t(insn)])
			return;
		int &l = latest[engine_[size_t(earlier)]];
		l = std::max(l, earlier);
	}
	void touch(int *latest, int insn, const npu_access &a, size_t at,
		   bool note)
	{
		Byte &b = bytes_[at];
		if (note) {
			if (a.is_write)
				b = {};
			(a.is_write ? b.write : b.read[engine_[size_t(insn)]]) =
				insn;
			return;
		}
		need(latest, insn, b.write);
		for (int e = 0; a.is_write && e < ENGINES; e++)
			need(latest, insn, b.read[e]);
	}

	void walk(int *latest, int insn, const npu_access &a, unsigned level,
		  int64_t base, bool note)
	{
		if (level < a.levels) {
			for (uint64_t i = 0; i < a.count[level]; i++)
				walk(latest, insn, a, level + 1,
				     base + int64_t(i * a.step[level]), note);
			return;
		}
		for (int64_t at = base; at < base + int64_t(a.extent); at++)
			for (unsigned c = 0;
			     c < (a.space == NPU_SPACE_acc ? a.col_count : 1);
			     c++)
				touch(latest, insn, a, place(a, at) + c, note);
	}

      public:
	Conflicts(const npu_chip &chip, const std::vector<int> &engine)
	    : sizes_(chip), columns_(uint32_t(chip.array.cols)),
	      acc_(sizes_.spad), lut_(acc_ + sizes_.acc_rows * columns_),
	      regions_(lut_ + NPU_LUT_BYTES),
	      region_bytes_(std::max({ sizes_.input, sizes_.constants,
				       sizes_.output, sizes_.scratch })),
	      bytes_(regions_ + 4 * region_bytes_), engine_(engine)
	{
	}
	// The latest earlier instruction of each engine that this one must
	// come after.
	void visit(int insn, const npu_insn &code, int *latest)
	{
		npu_access a[NPU_ACCESS_MAX];
		size_t n = npu_insn_accesses(&code, columns_, a);
		std::fill(latest, latest + ENGINES, int(NONE));
		for (bool note : { false, true })
			for (int w = 0; w < 2; w++)
				for (size_t i = 0; i < n; i++)
					if (a[i].is_write == w)
						walk(latest, insn, a[i], 0,
						     a[i].first, note);
	}
};

struct Link {
	size_t from, to;
	bool needed;
};

// Of each ordered pair of engines, producer * ENGINES + consumer.
struct Pair {
	std::vector<size_t> signals, waits; // ascending
	std::vector<Link> links;            // ascending in both
	unsigned initial = 0;
	unsigned counter = 0;
	unsigned port = 0;
	bool used() const
	{
		return !signals.empty() || !waits.empty();
	}
};

std::vector<int> engines_of(const std::vector<npu_insn> &code)
{
	std::vector<int> engine;
	for (const npu_insn &insn : code)
		engine.push_back(int(npu_insn_engine(&insn)) - 1);
	return engine;
}

// An instruction waits for the latest of each engine that it must follow,
// unless what it waited for already says so.
void find_needed(const npu_chip &chip, const std::vector<npu_insn> &code,
		 const std::vector<int> &engine, Pair *pairs)
{
	struct Knowledge {
		int of[ENGINES] = { NONE, NONE, NONE, NONE };
	};
	Conflicts conflicts(chip, engine);
	std::vector<Knowledge> after(code.size());
	Knowledge now[ENGINES], barrier;
	auto join = [](Knowledge &into, const Knowledge &from) {
		for (int e = 0; e < ENGINES; e++)
			into.of[e] = std::max(into.of[e], from.of[e]);
	};
	for (size_t i = 0; i < code.size(); i++) {
		if (code[i].op == NPU_OP_bar)
			for (int e = 0; e < ENGINES; e++)
				if (code[i].bar.engines >> (e + 1) & 1)
					join(barrier, now[e]);
		if (engine[i] < 0)
			continue;
		int latest[ENGINES];
		Knowledge &me = now[engine[i]];
		conflicts.visit(int(i), code[i], latest);
		join(me, barrier);
		for (;;) { // the latest first: it may say all the rest
			int best = NONE;
			for (int e = 0; e < ENGINES; e++)
				if (latest[e] > me.of[e])
					best = std::max(best, latest[e]);
			if (best == NONE)
				break;
			size_t from = size_t(best);
			Pair &p = pairs[engine[from] * ENGINES + engine[i]];
			p.links.push_back({ from, i, true });
			join(me, after[from]);
		}
		me.of[engine[i]] = int(i);
		after[i] = me;
	}
}

// Between two needed links of a pair, one that follows neither's lead: the
// k-th wait still takes what the k-th signal gives.
void add_between(npu_random *random, const std::vector<int> &engine,
		 size_t pair, Pair &p)
{
	std::vector<Link> all;
	for (size_t k = 0; k <= p.links.size(); k++) {
		size_t f = k ? p.links[k - 1].from + 1 : 0;
		size_t t = k ? p.links[k - 1].to + 1 : 0;
		bool last = k == p.links.size();
		size_t f_end = last ? engine.size() : p.links[k].from;
		size_t t_end = last ? engine.size() : p.links[k].to;
		f += npu_random_below(random, 4);
		while (f < f_end && engine[f] != int(pair / ENGINES))
			f++;
		t = std::max(t, f + 1) + npu_random_below(random, 4);
		while (t < t_end && engine[t] != int(pair % ENGINES))
			t++;
		if (f < f_end && t < t_end && npu_random_below(random, 2))
			all.push_back({ f, t, false });
		if (!last)
			all.push_back(p.links[k]);
	}
	p.links = all;
}

// A pair that nothing needs: credits, some of them there from the start.
void add_credits(npu_random *random, const std::vector<int> &engine,
		 size_t pair, Pair &p)
{
	// small, so that who gives often finds no room
	const unsigned most =
		std::max(2u, unsigned(npu_random_below(random, 5))) - 1;
	unsigned count = p.initial = unsigned(npu_random_below(random, most));
	for (size_t i = 0; i < engine.size(); i++) {
		if (engine[i] == int(pair % ENGINES) && count &&
		    npu_random_below(random, 4)) {
			p.waits.push_back(i);
			count--;
		}
		if (engine[i] != int(pair / ENGINES))
			continue;
		if (count < most && npu_random_below(random, 4)) {
			p.signals.push_back(i);
			count++;
		}
	}
	for (; count > p.initial; count--) // nothing may be left over
		p.signals.pop_back();
	if (p.waits.empty())
		p.signals.clear();
	if (p.signals.empty() && p.waits.empty())
		p.initial = 0;
}

// Counters and ports under random numbers.
void number(npu_random *random, Pair *pairs, const bool *wanted)
{
	unsigned counters[PAIRS], ports[PAIRS], next = 0;
	for (unsigned *list : { counters, ports }) {
		std::iota(list, list + PAIRS, 0u);
		for (size_t i = PAIRS - 1; i > 0; i--)
			std::swap(list[i],
				  list[npu_random_below(random, i + 1)]);
	}
	for (size_t p = 0; p < PAIRS; p++) {
		if (!wanted[p])
			continue;
		pairs[p].counter = counters[next];
		pairs[p].port = ports[next++];
	}
}

// The bits of one pair; the needed links as edges.
void set_bits(Pair &p, std::vector<npu_insn> &code, std::vector<Edge> &edges)
{
	size_t link = 0;
	for (size_t k = 0; k < p.signals.size(); k++) {
		uint64_t &mask = code[p.signals[k]].any.signal;
		mask |= 1u << p.port;
		if (link < p.links.size() && p.links[link].needed)
			edges.push_back({ p.links[link].from, p.links[link].to,
					  p.port, p.counter });
		link++;
	}
	for (size_t at : p.waits)
		code[at].any.wait |= 1u << p.counter;
}

// The capacity is what the sequential run reaches, and often no more.
void declare(npu_random *random, size_t pair, const Pair &p,
	     npu_core_program *core)
{
	unsigned held = p.initial, most = std::max(1u, held);
	size_t w = 0;
	for (size_t at : p.signals) {
		for (; w < p.waits.size() && p.waits[w] <= at; w++)
			held--;
		most = std::max(most, ++held);
	}
	npu_token &token = core->token[p.counter];
	token.used = 1;
	token.producer = npu_engine_id(pair / ENGINES + 1);
	token.consumer = npu_engine_id(pair % ENGINES + 1);
	token.initial = uint16_t(p.initial);
	const uint64_t slack = npu_random_below(random, 8);
	token.capacity = uint16_t(most + (slack < 3 ? slack : 0));
	core->port[p.port].used = 1;
	core->port[p.port].counter = uint8_t(p.counter);
}
} // namespace

std::vector<Edge> insert_tokens(const npu_chip &chip, npu_random *random,
				Tokens tokens, std::vector<npu_insn> &code,
				npu_core_program *core)
{
	const std::vector<int> engine = engines_of(code);
	Pair pairs[PAIRS];
	bool wanted[PAIRS];
	std::vector<Edge> edges;

	find_needed(chip, code, engine, pairs);
	for (size_t p = 0; p < PAIRS; p++)
		wanted[p] = !pairs[p].links.empty() ||
			    (tokens == Tokens::PLENTY &&
			     npu_random_below(random, 2));
	number(random, pairs, wanted);
	for (size_t p = 0; p < PAIRS; p++) {
		Pair &pair = pairs[p];
		if (!wanted[p])
			continue;
		if (pair.links.empty())
			add_credits(random, engine, p, pair);
		else if (tokens == Tokens::PLENTY)
			add_between(random, engine, p, pair);
		for (const Link &link : pair.links) {
			pair.signals.push_back(link.from);
			pair.waits.push_back(link.to);
		}
		if (!pair.used())
			continue;
		set_bits(pair, code, edges);
		declare(random, p, pair, core);
	}
	return edges;
}
} // namespace random_program
