// tests/oracle/run.js - run an ONNX model with ONNX Runtime, on .npy files.
// SPDX-License-Identifier: Apache-2.0
//
//   node run.js MODEL OUT_DIR [INPUT=FILE.npy ...]
// writes OUT_DIR/output_<k>.npy. Only float32, C order: what our tests need.
"use strict";
const fs = require("fs");
const path = require("path");
const ort = require("onnxruntime-node");

function readNpy(file) {
	const bytes = fs.readFileSync(file);
	if (bytes.toString("latin1", 1, 6) !== "NUMPY" || bytes[6] !== 1)
		throw new Error(`${file}: not a .npy file of version 1`);
	const end = 10 + bytes.readUInt16LE(8);
	const header = bytes.toString("latin1", 10, end);
	if (!/'descr': '<f4'/.test(header) || !/'fortran_order': False/.test(header))
		throw new Error(`${file}: expected <f4 in C order: ${header}`);
	const dims = /'shape': \(([^)]*)\)/.exec(header)[1]
		.split(",").filter((d) => d.trim()).map(Number);
	const data = new Float32Array((bytes.length - end) / 4);
	for (let i = 0; i < data.length; i++)
		data[i] = bytes.readFloatLE(end + 4 * i);
	return new ort.Tensor("float32", data, dims);
}

function writeNpy(file, tensor) {
	if (tensor.type !== "float32")
		throw new Error(`${file}: output of type ${tensor.type}`);
	const comma = tensor.dims.length === 1 ? "," : "";
	let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
		tensor.dims.join(", ") + comma + "), }";
	const total = Math.ceil((10 + header.length + 1) / 64) * 64;
	header = header.padEnd(total - 11) + "\n";
	const bytes = Buffer.alloc(10 + header.length + 4 * tensor.data.length);
	bytes.write("\x93NUMPY\x01\x00", 0, "latin1");
	bytes.writeUInt16LE(header.length, 8);
	bytes.write(header, 10, "latin1");
	tensor.data.forEach((v, i) => bytes.writeFloatLE(v, 10 + header.length + 4 * i));
	fs.writeFileSync(file, bytes);
}

async function main([model, out, ...inputs]) {
	const session = await ort.InferenceSession.create(model, {
		intraOpNumThreads: 1, interOpNumThreads: 1,
		graphOptimizationLevel: "disabled", // the model as it is written
	});
	const feeds = {};
	for (const input of inputs) {
		const at = input.lastIndexOf("=");
		feeds[input.slice(0, at)] = readNpy(input.slice(at + 1));
	}
	const results = await session.run(feeds);
	fs.mkdirSync(out, { recursive: true });
	session.outputNames.forEach((name, k) =>
		writeNpy(path.join(out, `output_${k}.npy`), results[name]));
}

main(process.argv.slice(2)).catch((error) => {
	console.error(String(error && error.message || error));
	process.exit(1);
});
