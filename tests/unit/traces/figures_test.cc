// tests/unit/traces/figures_test.cc - figures over time, against hand counts.
#include "sample_result.h"
#include "traces/npu_figures.h"
#include <gtest/gtest.h>
#include <jansson.h>

// 100 cycles: windows of one cycle. 4096 bytes: chunks of 64, a row each.
struct Figures {
	SampleResult sample;
	npu_figures *f = nullptr;
	json_t *root = nullptr;
	std::string text;

	npu_status create(uint64_t scratchpad = 4096)
	{
		npu_figure_chip chip = { scratchpad, 64, 512 };
		return npu_figures_create(sample.r, &chip, &f, nullptr);
	}
	void touch(uint64_t first, uint64_t bytes, uint64_t start, uint64_t end,
		   uint32_t layer, bool write)
	{
		npu_touch t = { first, bytes, start, end, layer, write };
		npu_figures_touch(f, &t);
	}
	void write()
	{
		npu_text out = {};
		npu_write_figures(f, &out);
		text.assign(out.data, out.length);
		npu_text_clear(&out);
		root = json_loads(text.c_str(), 0, nullptr);
		ASSERT_NE(root, nullptr) << text;
	}
	std::vector<long long> list(const char *object, const char *key,
				    const char *inner = nullptr)
	{
		json_t *at = json_object_get(root, object), *value;
		std::vector<long long> out;
		size_t i;
		at = json_object_get(at, key);
		if (inner)
			at = json_object_get(at, inner);
		json_array_foreach(at, i, value)
			out.push_back(json_integer_value(value));
		return out;
	}
	std::vector<std::vector<long long>> rows(const char *key)
	{
		json_t *row, *value;
		std::vector<std::vector<long long>> out;
		size_t i, j;
		json_array_foreach(
			json_object_get(json_object_get(root, "scratchpad"),
					key),
			i, row)
		{
			out.emplace_back();
			json_array_foreach(row, j, value) out.back().push_back(
				json_integer_value(value));
		}
		return out;
	}
	~Figures()
	{
		npu_figures_destroy(f);
		json_decref(root);
	}
};

static void add_event(npu_result *r, uint64_t start, uint64_t end, int engine,
		      uint32_t layer)
{
	r->events[r->event_count] = npu_event{
		start,       end, static_cast<uint32_t>(r->event_count),
		layer << 16, 0,   static_cast<uint8_t>(engine),
		0,           0,   0
	};
	r->event_count++;
}

TEST(Figures, OverlappingDescriptorsOccupyACycleOnce)
{
	Figures t;
	npu_result *r = t.sample.r;
	r->events = npu_new(r->arena, npu_event, 3);
	add_event(r, 10, 30, 3, 0);
	add_event(r, 20, 50, 3, 1);
	add_event(r, 5, 7, 1, 1);
	ASSERT_EQ(t.create(), NPU_OK);
	t.write();
	auto mx = t.list("engines", "mx", "occupied_cycles");
	auto layer = t.list("engines", "mx", "layer");
	ASSERT_EQ(mx.size(), 100u);
	long long sum = 0;
	for (size_t i = 0; i < 100; i++) {
		sum += mx[i];
		EXPECT_EQ(mx[i], i >= 10 && i < 50) << i;
		EXPECT_EQ(layer[i], i < 10 || i >= 50 ? -1 : i < 30 ? 0 : 1);
	}
	EXPECT_EQ(sum, 40);
	EXPECT_EQ(t.list("engines", "ld", "layer")[6], 1);
}

TEST(Figures, WindowHasTheLayerThatOccupiedItLongest)
{
	Figures t;
	npu_result *r = t.sample.r;
	r->total.cycles = 3200; // windows of 11 cycles
	r->events = npu_new(r->arena, npu_event, 2);
	add_event(r, 0, 4, 4, 0);
	add_event(r, 4, 11, 4, 1);
	ASSERT_EQ(t.create(), NPU_OK);
	t.write();
	EXPECT_EQ(t.list("engines", "vx", "occupied_cycles")[0], 11);
	EXPECT_EQ(t.list("engines", "vx", "layer")[0], 1);
	EXPECT_LE(t.list("engines", "vx", "layer").size(), 320u);
}

TEST(Figures, EventBeyondTheRunIsRefused)
{
	Figures t;
	npu_result *r = t.sample.r;
	r->events = npu_new(r->arena, npu_event, 1);
	add_event(r, 10, 101, 1, 0);
	EXPECT_EQ(t.create(), NPU_E_RANGE);
}

// 12.8 bytes a cycle, samples of 10 cycles: 128 bytes a sample at most.
TEST(Figures, BytesBeyondThePeakWaitForTheNextSample)
{
	Figures t;
	npu_result *r = t.sample.r;
	npu_sample samples[] = { { 200, 0 }, { 0, 64 }, { 0, 0 }, { 0, 1000 } };
	r->samples = samples;
	r->sample_count = 4;
	r->sample_cycles = 10;
	ASSERT_EQ(t.create(), NPU_OK);
	t.write();
	// 200 = 128 + 72; 72 + 64 exceeds 128 by 8, which follow
	auto read = t.list("dram", "read_bytes");
	auto write = t.list("dram", "write_bytes");
	EXPECT_EQ(read[0], 128);
	EXPECT_EQ(read[1] + write[1], 128);
	EXPECT_EQ(read[2] + write[2], 8);
	EXPECT_EQ(read[0] + read[1] + read[2] + read[3], 200);
	EXPECT_EQ(write[1] + write[2] + write[3], 1064); // none is lost
}

TEST(Lifetimes, ByteLivesFromItsWriteToItsLastRead)
{
	Figures t;
	ASSERT_EQ(t.create(), NPU_OK);
	t.touch(0, 128, 10, 20, 0, true);  // two chunks
	t.touch(0, 128, 20, 40, 0, false); // read
	t.touch(0, 64, 60, 70, 1, true);   // the first one anew
	t.touch(0, 64, 70, 75, 1, false);
	t.touch(4032, 64, 5, 9, 1, false);   // never written: not live
	t.touch(1 << 20, 64, 5, 9, 1, true); // beyond: ignored
	t.write();
	using Row = std::vector<long long>;
	// rows 0 and 1, cycles 10..39; row 0, cycles 60..74
	EXPECT_EQ(t.rows("blocks"), (std::vector<Row>{ { 0, 2, 10, 30, 0 },
						       { 0, 1, 60, 15, 1 } }));
	EXPECT_EQ(t.rows("layers"),
		  (std::vector<Row>{ { 10, 40, 128 }, { 60, 75, 64 } }));
	auto live = t.list("scratchpad", "live_bytes");
	EXPECT_EQ(live[9], 0);
	EXPECT_EQ(live[10], 128);
	EXPECT_EQ(live[39], 128);
	EXPECT_EQ(live[40], 0);
	EXPECT_EQ(live[74], 64);
}

TEST(Lifetimes, EqualRunsOfNeighbouringRowsAreOneBlock)
{
	Figures t;
	ASSERT_EQ(t.create(), NPU_OK);
	t.touch(64, 640, 10, 20, 1, true);
	t.write();
	EXPECT_EQ(t.rows("blocks"), (std::vector<std::vector<long long>>{
					    { 1, 10, 10, 10, 1 } }));
}

TEST(Lifetimes, FillingABufferInPiecesIsOneLife)
{
	Figures t;
	ASSERT_EQ(t.create(), NPU_OK);
	t.touch(0, 32, 10, 20, 0, true);
	t.touch(32, 32, 20, 30, 0, true);
	t.touch(0, 64, 30, 35, 0, false);
	t.write();
	EXPECT_EQ(t.rows("layers")[0], (std::vector<long long>{ 10, 35, 64 }));
}

TEST(Figures, FileIsBoundedWhateverTheRunDoes)
{
	Figures t;
	t.sample.r->total.cycles = 1000000;
	ASSERT_EQ(t.create(24 << 20), NPU_OK);
	uint64_t x = 1;
	for (uint64_t i = 0; i < 20000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		t.touch((x >> 33) % (24 << 20), 5000, i * 50, i * 50 + 40,
			i & 1, x >> 63);
	}
	t.write();
	EXPECT_LT(t.text.size(), 700000u);
}
