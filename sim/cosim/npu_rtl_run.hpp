/* sim/cosim/npu_rtl_run.hpp - the RTL core with its memory, clock by clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_RTL_RUN_HPP
#define NPU_RTL_RUN_HPP
#include "isa/npu_csr.h"
#include "sim/cosim/npu_c_run.hpp"
#include "sim/cosim/npu_rtl_abi.h"
#include <deque>

namespace npu
{

class rtl_run
{
      public:
	rtl_run(const setting &setting, const npu_rtl_model *model);
	~rtl_run();
	rtl_run(const rtl_run &) = delete;
	rtl_run &operator=(const rtl_run &) = delete;

	/* Reset the core, give it the memories of `from` (a C run that is
	 * prepared), set its registers and start it: cycle 0 is next. */
	enum npu_status prepare(const memory_view &from, struct npu_error *err);
	/* One clock; `events` receives what happened in it, by stream. Returns
	 * false where the RTL cannot go on: stopped() says why. */
	bool step(std::vector<event> &events);

	bool has_ended() const
	{
		return out_.irq != 0;
	}
	/* The cycle that step() simulates next. */
	uint64_t cycle() const
	{
		return cycle_;
	}
	const std::string &stopped() const
	{
		return stopped_;
	}
	const memory_view &view() const
	{
		return view_;
	}
	/* Between runs or after the end: clocks pass. */
	uint32_t csr_read(unsigned address);
	uint64_t csr_read_64(unsigned address);
	void csr_write(unsigned address, uint32_t value);

	bool trace_start(const std::string &path)
	{
		return model_->trace_start(core_, path.c_str()) != 0;
	}
	void trace_stop()
	{
		model_->trace_stop(core_);
	}

      private:
	setting setting_;
	const npu_rtl_model *model_;
	npu_rtl_core *core_ = nullptr;
	struct npu_memory_port port_ = {};
	std::vector<uint8_t> image_;                  /* DRAM */
	std::deque<uint64_t> asked_[NPU_RTL_MASTERS]; /* addresses */
	uint64_t base_[NPU_REGIONS] = {};
	uint64_t code_ = 0; /* address of the program */
	uint64_t cycle_ = 0;
	npu_rtl_inputs in_ = {};
	npu_rtl_outputs out_ = {};
	memory_view view_;
	std::string stopped_;

	enum npu_status load(const memory_view &from, struct npu_error *err);
	enum npu_status encode_program(struct npu_error *err);
	bool take_memories(const memory_view &from);
	void configure();
	void clock();
	bool request(unsigned master, std::vector<event> &events);
	void write_beat();
	bool answer();
	bool stop(const std::string &why);
};

} // namespace npu
#endif
