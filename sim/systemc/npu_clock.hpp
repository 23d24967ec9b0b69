/* sim/systemc/npu_clock.hpp - core-clock cycles and simulated time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef NPU_CLOCK_HPP
#define NPU_CLOCK_HPP
#include "configs/npu_chip.h"
#include <systemc>

/* Cycle n begins at n periods of simulated time. A period is a whole number of
 * SystemC's time resolution: the nearest to that of the chip's clock. */
class npu_clock
{
      public:
	explicit npu_clock(sc_core::sc_time period) : m_period(period)
	{
	}
	explicit npu_clock(const npu_chip &chip)
	    : m_period(1e12 / static_cast<double>(chip.chip.clock),
		       sc_core::SC_PS)
	{
	}

	const sc_core::sc_time &period() const
	{
		return m_period;
	}
	sc_core::sc_time begin_of(uint64_t cycle) const
	{
		return sc_core::sc_time::from_value(cycle * m_period.value());
	}
	/* The cycle that `time` is within. */
	uint64_t cycle_of(const sc_core::sc_time &time) const
	{
		return time.value() / m_period.value();
	}
	/* The first cycle that begins at `time` or later. */
	uint64_t cycle_from(const sc_core::sc_time &time) const
	{
		return (time.value() + m_period.value() - 1) / m_period.value();
	}

      private:
	sc_core::sc_time m_period;
};

#endif
