/* sim/cosim/npu_c_run.hpp - the C model's run, event by event.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_C_RUN_HPP
#define NPU_C_RUN_HPP
#include "sim/cosim/npu_lockstep.h"
#include "sim/cosim/npu_write_set.hpp"
#include "sim/npu_memory_port.h"
#include <functional>
#include <memory>

namespace npu
{

/* Events come in streams, each in its own order: retirements of an engine,
 * requests of a master. */
enum stream {
	RETIRE,                           /* + enum npu_engine_id */
	BEAT = RETIRE + NPU_ENGINE_COUNT, /* + fetch, LD, ST */
	STREAMS = BEAT + NPU_MASTERS_A_CORE
};

struct event {
	uint64_t cycle = 0;
	int stream = 0;
	uint32_t insn = 0;                /* of beats, C knows it alone */
	uint64_t address = 0, strobe = 0; /* beats */
	/* Of what the beat, or the instruction that retires, writes. The
	 * latter's `is_hashed` is 0 where one behind it may have written over
	 * that already. */
	uint64_t hash = 0;
	bool is_hashed = false;
};

/* What a run is made of; borrowed. */
struct setting {
	const npu_chip *chip;
	const npu_program *program;
	const npu_lockstep_options *options;
};

/* The bytes that a beat writes, and which they are. */
uint64_t hash_beat(uint64_t strobe, const uint8_t *data);

/* The memory port that the options ask for. */
enum npu_status make_port(const setting &setting, struct npu_memory_port *out,
			  struct npu_error *err);

class c_run
{
      public:
	explicit c_run(const setting &setting);
	~c_run();
	c_run(const c_run &) = delete;
	c_run &operator=(const c_run &) = delete;

	/* Create the simulator and write the inputs. */
	enum npu_status prepare(struct npu_error *err);
	/* To the end. Every event goes to `streams`; `watch`, where set, is
	 * called at each retirement, while memory is as it left it. */
	enum npu_status run(struct npu_error *err);

	std::vector<event> streams[STREAMS];
	std::function<void(const event &)> watch;
	npu_result *result = nullptr;

	/* Its memories, as they are now. */
	const memory_view &view() const
	{
		return view_;
	}
	double seconds() const
	{
		return seconds_;
	}

      private:
	setting setting_;
	npu_sim *sim_ = nullptr;
	memory_view view_;
	std::vector<bool> superseded_;
	double seconds_ = 0;

	void find_superseded();
	void retire(uint64_t cycle, npu_engine_id engine, uint32_t insn);

	static void on_retire(void *user, uint64_t cycle, uint32_t core,
			      npu_engine_id engine, uint32_t insn);
	static void on_beat(void *user, uint64_t cycle, uint32_t core,
			    npu_engine_id engine, uint32_t insn,
			    uint64_t address, uint64_t strobe,
			    const uint8_t *data);
	static enum npu_status on_make_port(void *user,
					    struct npu_memory_port *out,
					    struct npu_error *err);
};

} // namespace npu
#endif
