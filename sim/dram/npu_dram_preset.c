/* sim/dram/npu_dram_preset.c - devices by name, and what a chip makes of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim/dram/npu_dram_preset.h"
#include "sim/dram/npu_dram_internal.h"
#include <string.h>

static const struct {
	const char *name, *source;
} presets[] = {
#define NPU_DRAM_PRESET(name, source) { name, source },
#include "sim/dram/npu_dram_preset.def"
};
enum { PRESETS = sizeof presets / sizeof presets[0] };

#define NPU_DRAM_VALUE(field, unit, doc, ...) \
	static const uint32_t field##_of[PRESETS] = { __VA_ARGS__ };
#include "sim/dram/npu_dram_preset.def"

unsigned npu_dram_preset_count(void)
{
	return PRESETS;
}

const char *npu_dram_preset_name(unsigned index)
{
	return presets[index].name;
}

int npu_dram_preset_find(const char *name, struct npu_dram_preset *out)
{
	for (unsigned i = 0; i < PRESETS; i++) {
		if (strcmp(presets[i].name, name) != 0)
			continue;
		out->name = presets[i].name;
		out->source = presets[i].source;
#define NPU_DRAM_VALUE(field, unit, doc, ...) out->field = field##_of[i];
#include "sim/dram/npu_dram_preset.def"
		return 1;
	}
	return 0;
}

static enum npu_status unknown(const char *name, struct npu_error *err)
{
	const char *names[PRESETS + 1] = { "ideal" };
	const char *nearest;

	for (unsigned i = 0; i < PRESETS; i++)
		names[i + 1] = presets[i].name;
	nearest = npu_text_nearest(name, names, PRESETS + 1);
	return npu_fail(err, NPU_E_RANGE,
			"dram.preset: \"%s\" is not known%s%s%s", name,
			nearest ? "; did you mean \"" : "",
			nearest ? nearest : "", nearest ? "\"?" : "");
}

enum npu_status npu_dram_usual(const char *preset, struct npu_chip *chip,
			       struct npu_error *err)
{
	struct npu_dram_preset device;

	if (!npu_dram_preset_find(preset, &device))
		return unknown(preset, err);
	memset(&chip->dram, 0, sizeof chip->dram);
	strncpy(chip->dram.preset, device.name, sizeof chip->dram.preset - 1);
	chip->dram.model = NPU_dram_model_command;
	chip->dram.map = NPU_dram_map_bg;
	chip->dram.channels = device.usual_channels;
	chip->dram.interleave = NPU_DRAM_BURST;
	chip->dram.width = device.usual_bits;
	return NPU_OK;
}

enum npu_status npu_dram_resolve(const struct npu_chip *chip,
				 struct npu_dram_channel_timing *out,
				 struct npu_error *err)
{
	struct npu_dram_channel_timing timing = { 0 };
	struct npu_dram_preset *device = &timing.device;
	uint64_t width = chip->dram.width;
	uint32_t bytes, native, times;

	if (!npu_dram_preset_find(chip->dram.preset, device))
		return unknown(chip->dram.preset, err);
	if (width == 0 || width % device->device_bits)
		return npu_fail(err, NPU_E_RANGE,
				"dram.width: %llu bits are no number of %s "
				"devices of %u",
				(unsigned long long)width, device->name,
				device->device_bits);
	timing.devices = (uint32_t)(width / device->device_bits);
	bytes = timing.devices * device->device_bits / 8 * device->burst;
	if (NPU_DRAM_BURST % bytes)
		return npu_fail(err, NPU_E_RANGE,
				"dram.width: a burst of %s at %llu bits has %u "
				"bytes, which do not divide 64",
				device->name, (unsigned long long)width, bytes);
	if (chip->dram.interleave < NPU_DRAM_BURST ||
	    chip->dram.interleave % NPU_DRAM_BURST ||
	    chip->dram.channels == 0 || chip->dram.channels > 64)
		return npu_fail(err, NPU_E_RANGE,
				"dram.interleave: expected a multiple of 64 "
				"bytes, and 1..64 channels");
	times = NPU_DRAM_BURST / bytes;
	native = device->burst / device->beats;
	timing.data = times * native;
	timing.ccd_s = times * (uint32_t)npu_max(native, device->ccd_s);
	timing.ccd_l = times * (uint32_t)npu_max(native, device->ccd_l);
	timing.row_bursts =
		device->page_bytes * timing.devices / NPU_DRAM_BURST;
	timing.banks = device->groups * device->banks;
	timing.interleave = (uint32_t)(chip->dram.interleave / NPU_DRAM_BURST);
	*out = timing;
	return NPU_OK;
}
