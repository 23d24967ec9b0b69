// sweep/npu_sobol.cc - Boost's Sobol sequence for C.
// SPDX-License-Identifier: Apache-2.0
extern "C" {
#include "sweep/npu_sweep_internal.h"
}
#include <boost/random/sobol.hpp>

// Points are asked for at random: skipping ahead is O(log i).
void npu__sobol_point(unsigned axes, uint64_t i, double *out)
{
	boost::random::sobol engine(axes);

	// Boost leaves out the sequence's first point, which is zero.
	for (unsigned axis = 0; axis < axes; axis++)
		out[axis] = 0;
	if (i == 0)
		return;
	engine.seed(i - 1);
	for (unsigned axis = 0; axis < axes; axis++)
		out[axis] = double(engine() - engine.min()) /
			    (double(engine.max() - engine.min()) + 1);
}
