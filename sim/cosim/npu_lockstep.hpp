/* sim/cosim/npu_lockstep.hpp - the RTL held against what the C model did.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_LOCKSTEP_HPP
#define NPU_LOCKSTEP_HPP
#include "sim/cosim/npu_rtl_library.h"
#include "sim/cosim/npu_rtl_run.hpp"
#include <deque>

namespace npu
{

/* The first place where the two differ, before it is put into words. */
struct difference {
	bool is_found = false;
	std::string what, c, rtl;
	uint64_t cycle = 0;
	int64_t insn = -1;
	std::vector<std::string> equal; /* events before it */
};

/* One program's comparison: C first, then the RTL against its events. */
class lockstep
{
      public:
	explicit lockstep(const setting &setting);

	/* E_DIFFERENT where they differ; the report is whole then too. */
	enum npu_status run(npu_lockstep_report &report, struct npu_error *err);

      private:
	setting setting_;
	c_run c_;
	std::unique_ptr<rtl_run> rtl_;
	size_t position_[STREAMS] = {};
	std::deque<event> equal_; /* the last equal ones */
	std::vector<npu_lockstep_retirement> retirements_;
	difference first_;
	bool bits_differ_ = false, cycles_differ_ = false;
	uint64_t last_event_ = 0, longest_gap_ = 0;
	/* layers */
	std::vector<uint64_t> left_, share_;
	size_t oldest_ = 0;
	uint64_t oldest_since_ = 0;
	npu_lockstep_report *report_ = nullptr;

	void measure_gap();
	void count_layers();
	size_t layer_of(uint32_t insn) const;
	void retire_of_layer(const event &e);
	enum npu_status run_rtl(struct npu_error *err);
	bool compare(const event &e, struct npu_error *err);
	void compare_cycle(const event &rtl, const event &c);
	void check_late();
	bool check_left();
	void compare_end();
	void compare_memories();
	void compare_bins();
	void find(const std::string &what, uint64_t cycle, int64_t insn,
		  const std::string &c, const std::string &rtl);
	void explain_bytes(const event &e, struct npu_error *err);
	int64_t last_writer(int space, uint64_t at) const;
	std::string describe(const event &e) const;
	enum npu_status keep_waves(struct npu_error *err);
	enum npu_status fill_report(struct npu_error *err);
	enum npu_status fill_layers(struct npu_error *err);
	enum npu_status fill_retirements(struct npu_error *err);
	void fill_first();
};

/* The first bytes of `pieces` in which two memories differ, in words; false
 * where they are equal. */
bool find_bytes(const std::vector<piece> &pieces, const memory_view &c,
		const memory_view &rtl, const npu_program &program,
		std::string *place, std::string *c_value,
		std::string *rtl_value, piece *where);

} // namespace npu
#endif
