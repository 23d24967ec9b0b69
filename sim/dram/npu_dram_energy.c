/* sim/dram/npu_dram_energy.c - counts x currents: the energy of the DRAM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_internal.h"
#include "sim/dram/npu_dram_preset.h"
#include <string.h>

/* source: Micron TN-40-07, "Calculating Memory Power for DDR4 SDRAM": a current
 * above standby for the clocks that a command takes. V x mA x ns is pJ. */
struct npu_dram_energy
npu_dram_spend_idd(const struct npu_chip *chip,
		   const struct npu_dram_counters *counters, double seconds)
{
	struct npu_dram_channel_timing timing;
	struct npu_dram_energy out = { 0 };
	const struct npu_dram_preset *d = &timing.device;
	double unit, ras, rp, clocks, closed;

	if (npu_dram_resolve(chip, &timing, NULL) != NPU_OK)
		return out;
	unit = d->vdd_mv * 1e-3 * d->tck_ps * 1e-3 * timing.devices;
	ras = d->ras;
	rp = d->rp;
	closed = (double)counters->closed_clocks;
	clocks = (double)counters->clocks;
	if (seconds > 0) /* after the last completion rows stay open */
		clocks = seconds * 1e12 / d->tck_ps;
	clocks *= (double)chip->dram.channels;
	out.activate_pj =
		(double)counters->activates * unit *
		(d->idd0 * (ras + rp) - d->idd3n * ras - d->idd2n * rp);
	out.read_pj = (double)counters->read_bursts * unit * timing.data *
		      ((double)d->idd4r - d->idd3n);
	out.write_pj = (double)counters->write_bursts * unit * timing.data *
		       ((double)d->idd4w - d->idd3n);
	out.refresh_pj = (double)counters->refreshes * unit * d->rfc *
			 ((double)d->idd5 - d->idd3n);
	out.background_pj =
		unit * (d->idd3n * (clocks - closed) + d->idd2n * closed);
	out.io_pj = (double)(counters->read_bursts + counters->write_bursts) *
		    NPU_DRAM_BURST * 8 * d->io_fj * 1e-3;
	return out;
}

/* pJ a bit of ideal memory. source: as LPDDR4, timing.md 7. */
#define IDEAL_PJ_PER_BIT 8.0

struct npu_dram_energy npu_dram_spend(const struct npu_chip *chip,
				      const struct npu_dram_counters *counters,
				      double seconds)
{
	struct npu_dram_preset device;
	double flat = IDEAL_PJ_PER_BIT;
	struct npu_dram_energy out = { 0 };

	if (npu_dram_preset_find(chip->dram.preset, &device)) {
		if (device.flat_fj == 0)
			return npu_dram_spend_idd(chip, counters, seconds);
		flat = device.flat_fj * 1e-3;
	}
	out.read_pj = (double)counters->read_bursts * NPU_DRAM_BURST * 8 * flat;
	out.write_pj =
		(double)counters->write_bursts * NPU_DRAM_BURST * 8 * flat;
	return out;
}
