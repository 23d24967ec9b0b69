// tests/unit/models/array_test.cc - .npy files and random inputs.
// SPDX-License-Identifier: Apache-2.0
#include "models/npu_model.h"
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

namespace
{
// A file of version 1.0 as numpy.lib.format describes it: header padded with
// blanks to a multiple of 64 and ended by a newline.
std::string npy(const std::string &dictionary, const std::string &data)
{
	std::string header = dictionary;

	while ((10 + header.size() + 1) % 64)
		header += ' ';
	header += '\n';
	std::string file = "\x93NUMPY";
	file += '\x01';
	file += '\0';
	file += (char)(header.size() & 0xff);
	file += (char)(header.size() >> 8);
	return file + header + data;
}

template <typename T> std::string bytes_of(const std::vector<T> &values)
{
	return std::string((const char *)values.data(),
			   values.size() * sizeof(T));
}

npu_status decode(const std::string &file, npu_array *out, npu_error *err)
{
	return npu_array_decode_npy((const uint8_t *)file.data(), file.size(),
				    "a.npy", out, err);
}

std::string file_content(const std::string &path)
{
	std::ifstream in(path, std::ios::binary);
	std::stringstream all;

	all << in.rdbuf();
	return all.str();
}
} // namespace

TEST(ArrayNpy, FloatMatrixIsReadAsNumpyWritesIt)
{
	std::vector<float> want = { 1, 2, 3, 4, 5.5f, -6 };
	npu_array array = {};
	npu_error err = {};

	ASSERT_EQ(decode(npy("{'descr': '<f4', 'fortran_order': False, "
			     "'shape': (2, 3), }",
			     bytes_of(want)),
			 &array, &err),
		  NPU_OK)
		<< err.message;
	EXPECT_EQ(array.dtype, NPU_fp32);
	ASSERT_EQ(array.shape.rank, 2);
	EXPECT_EQ(array.shape.dim[0], 2);
	EXPECT_EQ(array.shape.dim[1], 3);
	EXPECT_EQ(memcmp(array.data, want.data(), 24), 0);
	npu_array_clear(&array);
}

TEST(ArrayNpy, EveryElementTypeIsKnown)
{
	const struct {
		const char *descr;
		npu_dtype dtype;
	} rows[] = {
		{ "<f4", NPU_fp32 }, { "<f2", NPU_fp16 },    { "<f8", NPU_f64 },
		{ "|u1", NPU_u8 },   { "|i1", NPU_s8 },      { "<i4", NPU_s32 },
		{ "<i8", NPU_s64 },  { "|b1", NPU_boolean },
	};

	for (const auto &row : rows) {
		npu_array array = {};
		npu_error err = {};
		std::string data(2 * npu_dtype_bytes(row.dtype), '\x01');

		EXPECT_EQ(decode(npy(std::string("{'descr': '") + row.descr +
					     "', 'fortran_order': False, "
					     "'shape': (2,), }",
				     data),
				 &array, &err),
			  NPU_OK)
			<< row.descr << ": " << err.message;
		EXPECT_EQ(array.dtype, row.dtype);
		npu_array_clear(&array);
	}
}

TEST(ArrayNpy, ScalarAndEmptyArrayAreRead)
{
	npu_array array = {};

	ASSERT_EQ(decode(npy("{'descr': '<f4', 'fortran_order': False, "
			     "'shape': (), }",
			     std::string(4, '\0')),
			 &array, nullptr),
		  NPU_OK);
	EXPECT_EQ(array.shape.rank, 0);
	npu_array_clear(&array);
	ASSERT_EQ(decode(npy("{'descr': '<f4', 'fortran_order': False, "
			     "'shape': (0, 3), }",
			     ""),
			 &array, nullptr),
		  NPU_OK);
	EXPECT_EQ(array.shape.dim[0], 0);
	npu_array_clear(&array);
}

TEST(ArrayNpy, IsWrittenAsNumpyWritesIt)
{
	const std::string path = testing::TempDir() + "npu_array_save.npy";
	const struct {
		npu_shape shape;
		const char *tuple;
	} rows[] = {
		{ { 0, {} }, "()" },
		{ { 1, { 6 } }, "(6,)" },
		{ { 2, { 2, 3 } }, "(2, 3)" },
	};

	for (const auto &row : rows) {
		std::vector<float> data((size_t)npu_shape_count(&row.shape));
		npu_array array = { NPU_fp32, row.shape, data.data() };

		for (size_t i = 0; i < data.size(); i++)
			data[i] = (float)i - 0.5f;
		ASSERT_EQ(npu_array_save(&array, path.c_str(), nullptr),
			  NPU_OK);
		EXPECT_EQ(file_content(path),
			  npy(std::string("{'descr': '<f4', 'fortran_order': "
					  "False, 'shape': ") +
				      row.tuple + ", }",
			      bytes_of(data)));
	}
	remove(path.c_str());
}

TEST(ArrayNpy, Bf16IsWrittenAsFloat)
{
	const std::string path = testing::TempDir() + "npu_array_bf16.npy";
	uint16_t data[2] = { 0x3f80, 0xc040 }; // 1, -3
	npu_array array = { NPU_bf16, { 1, { 2 } }, data };

	ASSERT_EQ(npu_array_save(&array, path.c_str(), nullptr), NPU_OK);
	npu_array back = {};
	ASSERT_EQ(npu_array_load_npy(path.c_str(), &back, nullptr), NPU_OK);
	EXPECT_EQ(back.dtype, NPU_fp32);
	EXPECT_EQ(((float *)back.data)[0], 1.0f);
	EXPECT_EQ(((float *)back.data)[1], -3.0f);
	npu_array_clear(&back);
	remove(path.c_str());
}

TEST(ArrayNpy, BadFilesAreRefusedWithTheirName)
{
	const std::string f4 = "{'descr': '<f4', 'fortran_order': False, ";
	const struct {
		const char *what;
		std::string file;
		npu_status status;
		const char *part;
	} rows[] = {
		{ "empty", "", NPU_E_SYNTAX, "not a NumPy array" },
		{ "a text file", "hello, hello, hello", NPU_E_SYNTAX,
		  "not a NumPy array" },
		{ "cut header", npy(f4 + "'shape': (2,), }", "").substr(0, 40),
		  NPU_E_SYNTAX, "longer than the file" },
		{ "version 9", std::string("\x93NUMPY\x09\0aaaaaaaa", 16),
		  NPU_E_UNSUPPORTED, "version 9" },
		{ "too little data", npy(f4 + "'shape': (2,), }", "1234567"),
		  NPU_E_SYNTAX, "expected 2 elements of 4 bytes" },
		{ "too much data", npy(f4 + "'shape': (1,), }", "12345678"),
		  NPU_E_SYNTAX, "got 8 bytes" },
		{ "huge dimension",
		  npy(f4 + "'shape': (99999999999999999999,), }", ""),
		  NPU_E_LIMIT, "dimension above" },
		{ "product that overflows",
		  npy(f4 + "'shape': (4000000000, 4000000000, 4000000000), }",
		      ""),
		  NPU_E_LIMIT, "elements" },
		{ "nine dimensions",
		  npy(f4 + "'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1), }", "1234"),
		  NPU_E_LIMIT, "more than 8 dimensions" },
		{ "negative dimension", npy(f4 + "'shape': (-1,), }", ""),
		  NPU_E_SYNTAX, "not a number" },
		{ "no shape", npy(f4 + "}", ""), NPU_E_SYNTAX, "missing" },
		{ "shape twice",
		  npy(f4 + "'shape': (1,), 'shape': (1,), }", "1234"),
		  NPU_E_SYNTAX, "once each" },
		{ "unknown key", npy(f4 + "'shape': (1,), 'x': 1, }", "1234"),
		  NPU_E_SYNTAX, "a key other than" },
		{ "big-endian",
		  npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), "
		      "}",
		      "1234"),
		  NPU_E_UNSUPPORTED, "big-endian" },
		{ "complex",
		  npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), "
		      "}",
		      "12345678"),
		  NPU_E_UNSUPPORTED, "'<c8'" },
		{ "structured",
		  npy("{'descr': [('a', '<f4')], 'fortran_order': False, "
		      "'shape': (1,), }",
		      "1234"),
		  NPU_E_UNSUPPORTED, "plain" },
		{ "Fortran order",
		  npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), "
		      "}",
		      "1234"),
		  NPU_E_UNSUPPORTED, "Fortran order" },
		{ "text after", npy(f4 + "'shape': (1,), } x", "1234"),
		  NPU_E_SYNTAX, "after the dictionary" },
	};

	for (const auto &row : rows) {
		npu_array array = {};
		npu_error err = {};

		EXPECT_EQ(decode(row.file, &array, &err), row.status)
			<< row.what;
		EXPECT_STREQ(err.path, "a.npy") << row.what;
		EXPECT_NE(std::string(err.message).find(row.part),
			  std::string::npos)
			<< row.what << ": " << err.message;
		EXPECT_EQ(array.data, nullptr) << row.what;
	}
}

TEST(ArrayNpy, EveryPrefixOfAFileIsRefused)
{
	const std::string file = npy("{'descr': '<f4', 'fortran_order': False, "
				     "'shape': (2,), }",
				     "12345678");

	for (size_t n = 0; n < file.size(); n++) {
		npu_array array = {};
		EXPECT_NE(decode(file.substr(0, n), &array, nullptr), NPU_OK);
	}
}

TEST(ArrayNpy, FileThatIsNotThereIsAnIoError)
{
	npu_array array = {};
	npu_error err = {};

	EXPECT_EQ(npu_array_load_npy("/nonexistent.npy", &array, &err),
		  NPU_E_IO);
	EXPECT_STREQ(err.path, "/nonexistent.npy");
}

TEST(ArrayRandom, IsStandardNormalAndDependsOnNameAndSeed)
{
	npu_value value = {};
	npu_array a = {}, b = {}, c = {}, again = {};
	double sum = 0, squares = 0;

	value.name = "image";
	value.dtype = NPU_fp32;
	value.shape = { 2, { 100, 1000 } };
	ASSERT_EQ(npu_array_random(&value, 1, &a, nullptr), NPU_OK);
	ASSERT_EQ(npu_array_random(&value, 1, &again, nullptr), NPU_OK);
	ASSERT_EQ(npu_array_random(&value, 2, &b, nullptr), NPU_OK);
	value.name = "other";
	ASSERT_EQ(npu_array_random(&value, 1, &c, nullptr), NPU_OK);
	for (int i = 0; i < 100000; i++) {
		float x = ((float *)a.data)[i];
		sum += x;
		squares += x * x;
	}
	EXPECT_NEAR(sum / 1e5, 0, 5 / std::sqrt(1e5));
	EXPECT_NEAR(squares / 1e5, 1, 5 * std::sqrt(2 / 1e5));
	EXPECT_EQ(memcmp(a.data, again.data, 400000), 0);
	EXPECT_NE(memcmp(a.data, b.data, 400000), 0);
	EXPECT_NE(memcmp(a.data, c.data, 400000), 0);
	for (npu_array *array : { &a, &b, &c, &again })
		npu_array_clear(array);
}

TEST(ArrayRandom, IntegersAreRefusedWithTheInputsName)
{
	npu_value value = {};
	npu_array array = {};
	npu_error err = {};

	value.name = "tokens";
	value.dtype = NPU_s64;
	value.shape = { 1, { 4 } };
	EXPECT_EQ(npu_array_random(&value, 0, &array, &err), NPU_E_UNSUPPORTED);
	EXPECT_NE(std::string(err.message).find("tokens"), std::string::npos);
	EXPECT_EQ(array.data, nullptr);
}
