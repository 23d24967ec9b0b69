// sweep_test.mjs SYSTOLE CHROMIUM MODULES: the HTML report of a sweep as a
// reader has it, against what `sweep export` says.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { accessible, check, equal, failures, finish, load, markdownTable, open, quiet } from "./check.mjs";

const [systole, executablePath, modules] = process.argv.slice(2).map((p) => path.resolve(p));
const { chromium, axe } = load(modules);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "systole-sweep-report-"));
const run = (...args) => execFileSync(systole, args, { cwd: folder, maxBuffer: 1 << 28 });

// Three objectives and two models; a constraint of the chip, one of results,
// a scratchpad that nothing fits; then two axes alone, one at a time, and more
// points than can be listed.
const CLOCKS = "  chip.clock: {range: [400 MHz, 1 GHz], step: 300 MHz}\n";
const sweeps = {
	three: `models: [mlp, lenet5]\nmethod: grid\nparameters:
  array.rows: [4, 8, 16]
  array.cols: {expr: array.rows}
  scratchpad.bytes: [1 KiB, 16 KiB, 64 KiB]
  dram.preset: [LPDDR4-3200, DDR4-2400]
${CLOCKS}constraints: [area_mm2 <= 4.3, latency_ns <= 60000]
objectives: [{minimize: latency_ns}, {minimize: energy_pj}, {maximize: utilization_ratio}]\n`,
	heat: `models: [mlp]\nmethod: grid\nparameters:\n  array.rows: [4, 8, 16]\n${CLOCKS}` +
		"objectives: [{minimize: latency_ns}, {minimize: energy_pj}]\n",
	tornado: `models: [mlp]\nmethod: sensitivity\nparameters:\n  array.rows: [4, 8, 32]\n` +
		`${CLOCKS}  dram.preset: [DDR4-2400]\nobjectives: [{minimize: latency_ns}]\n`,
	large: "models: [mlp]\nmethod: grid\nparameters:\n" +
		"  chip.clock: {range: [400 MHz, 1199 MHz], step: 1 MHz}\n" +
		"  chip.temperature: {range: [300 K, 370 K], step: 10 K}\n" +
		"objectives: [{minimize: latency_ns}, {minimize: energy_pj}]\n",
};
// generations, and points left out by their estimates
sweeps.generations = "models: [mlp]\nmethod: nsga2\npopulation: 8\ngenerations: 3\nseed: 1\n" +
	`parameters:\n  array.rows: [4, 8, 16]\n  array.cols: [4, 8, 16]\n${CLOCKS}` +
	"objectives: [{minimize: latency_ns}, {minimize: area_mm2}]\n";
sweeps.screened = sweeps.heat + "screen: {keep: 4}\n";
const rows = {};
function make() {
	for (const [name, text] of Object.entries(sweeps)) {
		fs.writeFileSync(path.join(folder, `${name}.yaml`),
			`sweep: "${name} <b>"\nstore: ${name}.sqlite\n${text}`);
		run("sweep", "run", `${name}.yaml`, "--progress", "none");
		run("report", `${name}.yaml`, "-o", `${name}.html`);
		rows[name] = String(run("sweep", "export", `${name}.yaml`, "--format", "json"))
			.trim().split("\n").map((line) => JSON.parse(line));
	}
}

const near = (a, b) => Math.abs(a - b) <= 1e-11 * Math.abs(b);
const ofPoint = (name, point) => rows[name].filter((row) => row.point === point);

// What stands in the export for "12:latency_ns", "p6:latency_ns", "count:ok".
function exported(name, place) {
	const [where, key] = place.split(":");
	if (where === "count") return rows[name].filter((row) => row.state === key).length;
	if (where[0] !== "p") return rows[name][Number(where)][key];
	const list = ofPoint(name, Number(where.slice(1))).map((row) => Math.log(row[key]));
	return Math.exp(list.reduce((a, b) => a + b) / list.length);
}

async function numbers(page, name, least) {
	const cells = await page.$$eval("[data-k]", (all) => all.map((cell) => [cell.dataset.k,
		cell.dataset.v, cell.textContent,
		cell.closest("table").tHead.rows[0].cells[cell.cellIndex].dataset.s ?? 1]));
	let wrong = 0;
	for (const [place, exact, shown, scale] of cells) {
		const want = exported(name, place), digits = shown.replaceAll(",", "");
		const step = digits.includes("e") ? Math.abs(want * scale) * 1e-3 :
			10 ** -(digits.split(".")[1] ?? "").length;
		wrong += !near(Number(exact), want) || Math.abs(Number(digits) - want * scale) > 0.51 * step;
	}
	equal(wrong, 0, name + ": numbers unlike the export");
	check(cells.length >= least, `${name}: ${cells.length} numbers`);
	const texts = await page.$$eval("[data-t]", (all) => all.map((cell) =>
		[cell.dataset.t, cell.textContent]));
	equal(texts.filter(([place, text]) => {
		const [point, key] = place.split(":");
		return ofPoint(name, Number(point))[0].parameters[key] !== text;
	}).length, 0, name + ": parameters unlike the export");
	check(texts.length > 0, name + ": parameters");
}

// The front by its definition, from the export alone.
function frontOf(points, goals) {
	return points.filter((a, i) => !points.some((b, k) => {
		const better = goals.map(([key, sign]) => sign * (a[key] - b[key]));
		return better.every((d) => d >= 0) && (better.some((d) => d > 0) || k < i);
	})).map((row) => row.point).sort((a, b) => a - b);
}
async function front(page, name) {
	const goals = [["latency_ns", 1], ["energy_pj", 1], ["utilization_ratio", -1]];
	for (const [m, model] of ["mlp", "lenet5"].entries()) {
		const want = frontOf(rows[name].filter((row) => row.model === model &&
			row.state === "ok"), goals);
		const panel = page.locator("#front .run").nth(m + 1);
		const table = page.locator("#front .runs + .runs .run").nth(m + 1);
		const listed = await table.locator("tbody tr").evaluateAll((all) =>
			all.map((row) => Number(row.dataset.p)));
		equal(String(listed.sort((a, b) => a - b)), String(want), `front of ${model}`);
		equal(await panel.locator("[data-pair='0'] .mark:not(.dim)").count(), want.length,
			`front of ${model}, drawn`);
	}
}

// Hatched cells, framed cells, one for each point.
async function heat(page) {
	equal(await page.locator("#space figure").count(), 2, "heat maps");
	equal(await page.locator("#space figure >> nth=0 >> .mark").count(), 9, "cells");
	await page.context().close();
}

// One at a time: factors are results over that of the base.
async function tornado(page) {
	const base = rows.tornado[0];
	await page.locator("#sensitivity summary").click();
	const list = await page.locator("#sensitivity .data tbody tr").evaluateAll((all) =>
		all.map((row) => [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent)));
	let seen = 0;
	for (const [key, text, factor] of list) {
		const row = rows.tornado.find((r, i) => i > 0 && r.parameters[key] === text &&
			Object.keys(r.parameters).every((k) => k === key ||
				r.parameters[k] === base.parameters[k]));
		const want = row ? row.latency_ns / base.latency_ns : 1;
		check(near(Number(factor), want), `${key} ${text}: ${factor}, expected ${want}`);
		seen += Boolean(row);
	}
	check(seen >= 6, `${seen} factors`);
	await page.context().close();
}

// Points that were not simulated are counted, and nowhere else.
async function screened(page) {
	equal(rows.screened.filter((row) => row.state === "screened").length, 5, "screened");
	equal(await page.locator("#all-points tbody tr").count(), 4, "points that were kept");
	check((await page.locator("#outcomes").textContent()).includes("screened"), "outcomes");
	equal(await page.locator("#space figure >> nth=0 >> .mark").count(), 4, "cells kept");
	await page.context().close();
}

// Nothing of it is in the store yet: said first, and nothing breaks.
async function empty(browser) {
	fs.writeFileSync(path.join(folder, "empty.yaml"), "sweep: empty\nstore: heat.sqlite\n" +
		sweeps.heat.replace("mlp", "lenet5"));
	run("report", "empty.yaml", "-o", "empty.html");
	const file = path.join(folder, "empty.html"), page = await open(browser, file);
	check((await page.textContent("header")).includes("9 trials are not simulated yet"),
		"trials to come are said");
	await accessible(page, axe, "empty");
	quiet(page, file, "empty");
	await page.context().close();
}

// A name of configs/sweeps, as `sweep run` takes it.
function byName() {
	run("sweep", "run", "quick", "--progress", "none");
	run("report", "quick", "-o", "by-name.html");
	check(fs.readFileSync(path.join(folder, "by-name.html"), "utf8")
		.includes("<h1>Sweep <bdi>quick</bdi></h1>"), "a sweep by its name");
}

// The front as Markdown: the export's numbers, each column in one unit.
function markdown(name) {
	const [head, ...table] = markdownTable(
		String(run("report", `${name}.yaml`, "--format", "markdown")), "## Front");
	const keys = { "latency, \u00b5s": "latency_ns", "energy, \u00b5J": "energy_pj",
		"area, mm\u00b2": "area_mm2", "utilization, %": "utilization_ratio" };
	const scale = { latency_ns: 1e-3, energy_pj: 1e-6, area_mm2: 1, utilization_ratio: 100 };
	let wrong = 0;
	for (const cells of table)
		for (const [i, key] of head.map((text) => keys[text]).entries())
			if (key)
				wrong += !(Math.abs(Number(cells[i]) / scale[key] /
					rows[name][Number(cells[0])][key] - 1) < 6e-5);
	equal(wrong, 0, name + ": Markdown unlike the export");
	check(head.filter((text) => keys[text]).length === 4 && table.length > 0, String(head));
}

async function large(page, file) {
	let least = Infinity;
	const front = [...rows.large].sort((a, b) => a.latency_ns - b.latency_ns ||
		a.energy_pj - b.energy_pj || a.point - b.point)
		.filter((row) => row.energy_pj < least && ((least = row.energy_pj), true));
	check(front.length > 0, "a front");
	equal(await page.locator("#front tbody tr").count(), front.length, "the whole front listed");
	equal(await page.locator("#front .mark:not(.dim)").count(), front.length, "and drawn");
	check(fs.statSync(file).size < 6e6, "a large sweep's report is small");
	const marks = await page.locator("#front .cut").first().textContent();
	check(/Drawn: \d+ of 6400 points/.test(marks), marks);
	const listed = await page.locator("#all-points tbody tr").count();
	check(listed > 1000 && (await page.locator("#points .cut").textContent())
		.includes(`${listed} of 6400`), "points left out are counted");
	await page.context().close();
}

async function uses(page) {
	const table = page.locator("#all-points"), name = "three";
	const shown = () => page.$$eval("#all-points tbody tr:not([hidden])", (all) =>
		all.map((row) => Number(row.dataset.p)));
	const head = table.locator("thead th", { hasText: "energy" }).nth(1); // of mlp
	await head.locator("button").focus();
	await page.keyboard.press("Enter");
	await page.keyboard.press("Enter");
	const order = rows[name].filter((r) => r.model === "mlp" && r.energy_pj)
		.sort((a, b) => a.energy_pj - b.energy_pj).map((r) => r.point);
	equal(String((await shown()).slice(-order.length)), String(order), "sorted by keyboard");
	await page.fill("#points .filter input", "ddr4-2400 64 kib");
	equal((await shown()).length, new Set(rows[name].filter((r) => r.state !== "constrained" &&
		r.parameters["dram.preset"] === "DDR4-2400" &&
		r.parameters["scratchpad.bytes"] === "64 KiB").map((r) => r.point)).size, "filtered");
	await page.fill("#points .filter input", "");
	await page.selectOption(".choose select", "1");
	equal(await page.locator("#front [data-pair]:visible").count(), 3, "one pair a group");
	const figure = page.locator("#front figure:visible").first();
	await figure.locator(".plot").focus();
	await page.keyboard.press("End");
	check(/^point \d+: .*array\.rows \d+/.test(await figure.locator(".readout").textContent()),
		"a point read out");
	check(await page.locator("#all-points tr.on").count() === 1, "its row is lit");
}

make();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
	for (const name of Object.keys(sweeps)) {
		const file = path.join(folder, `${name}.html`);
		for (const colorScheme of ["light", "dark"]) {
			const page = await open(browser, file, { colorScheme });
			if (!["large", "generations"].includes(name)) await accessible(page, axe, `${name} ${colorScheme}`);
			if (colorScheme === "light") await numbers(page, name, 30);
			quiet(page, file, `${name} ${colorScheme}`);
			await page.context().close();
		}
	}
	const at = (name, options) => open(browser, path.join(folder, `${name}.html`), options);
	const page = await at("three");
	await front(page, "three");
	await uses(page);
	await page.emulateMedia({ media: "print" });
	check(!(await page.locator(".choose").isVisible()), "no controls on paper");
	await accessible(page, axe, "three print");
	await page.context().close();
	await heat(await at("heat"));
	await tornado(await at("tornado"));
	await screened(await at("screened"));
	byName();
	await empty(browser);
	markdown("heat");
	await large(await at("large"), path.join(folder, "large.html"));
	const plain = await at("three", { javaScriptEnabled: false });
	check(await plain.locator("#front svg[role=img]").count() === 9, "all pairs without JavaScript");
	equal(await plain.locator("button:visible, select:visible").count(), 0, "nothing to press");
	const narrow = await at("three", { viewport: { width: 360, height: 700 } });
	check(await narrow.evaluate(() => document.documentElement.scrollWidth) <= 360, "fits a phone");
} finally {
	await browser.close();
	fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failures.length ? "" : "the report of a sweep reads well in Chromium");
finish();
