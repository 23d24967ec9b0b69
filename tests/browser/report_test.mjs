// report_test.mjs SYSTOLE CHROMIUM MODULES: the HTML report as a reader has it.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { accessible, check, equal, failures, finish, load, markdownTable, open, quiet } from "./check.mjs";

const [systole, executablePath, modules] = process.argv.slice(2).map((p) => path.resolve(p));
const { chromium, axe } = load(modules);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "systole-report-"));
const run = (...args) => execFileSync(systole, args, { cwd: folder });

// ---- what is looked at: one run, two runs, a hostile one
const hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
const directory = hostile.replaceAll("/", "");
function make() {
	run("run", "mlp", "--chip", "edge", "--mode", "timing", "-o", "one");
	run("run", "lenet5", "--chip", "edge", "-o", "two");
	run("run", "mlp", "--chip", "nvdla-large", "--mode", "timing", "-o", "three");
	run("report", "one", "three", "-o", "both.html");
	fs.cpSync(path.join(folder, "one"), path.join(folder, directory), { recursive: true });
	const file = path.join(folder, directory, "summary.json");
	const summary = JSON.parse(fs.readFileSync(file));
	summary.network = summary.chip = hostile;
	for (const layer of summary.layers) layer.name = layer.op = layer.bound = hostile;
	fs.writeFileSync(file, JSON.stringify(summary));
	run("report", directory, "one", "-o", "hostile.html");
	run("report", "one", "-o", "again.html");
}
const json = (dir, name) => JSON.parse(fs.readFileSync(path.join(folder, dir, name)));

// ---- checks of one page
// Every cell that names a place in a file has the number that stands there, and
// shows its rounding.
async function numbers(page, dirs, what) {
	const files = dirs.map((dir) => ({ ...json(dir, "summary.json"),
		figures: json(dir, "figures.json") }));
	const cells = await page.$$eval("[data-k]", (all) => all.map((cell) =>
		[cell.dataset.k, cell.dataset.v, cell.textContent, Number(cell.dataset.s ?? 1)]));
	let wrong = 0;
	for (const [place, exact, shown, scale] of cells) {
		const [index, keys] = [place.split(":")[0], place.slice(place.indexOf(":") + 1)];
		const want = keys.split(".").reduce((at, key) => at?.[key], files[index]);
		const digits = shown.replaceAll(",", "");
		const step = digits.includes("e") ? Math.abs(want * scale) * 1e-3 :
			10 ** -(digits.split(".")[1] ?? "").length;
		wrong += Number(exact) !== want || // NaN where the cell shows none
			!(Math.abs(Number(digits) - want * scale) <= 0.501 * step);
	}
	equal(wrong, 0, what + ": table numbers unlike their file");
	check(cells.length > 400 * dirs.length, what + ": numbers in tables: " + cells.length);
	// and every number in a table cell is one of these, or computed
	equal(await page.$$eval("td.n", (all) => all.filter((cell) =>
		cell.dataset.v === undefined && cell.textContent.trim()).length), 0,
	what + ": numbers of no source");
}

// A mark stands where the summary's bytes and the axes' own ticks put it, and
// no mark is above its roof.
async function roofline(page, dir) {
	const summary = json(dir, "summary.json"), figures = json(dir, "figures.json");
	const chip = fs.readFileSync(path.join(folder, dir, "chip.resolved.yaml"), "utf8");
	const key = (section, name) => Number(new RegExp(`^${section}:\\n(?:  .*\\n)*?  ${name}: (\\d+)`,
		"m").exec(chip)[1]);
	equal(figures.peaks.accumulator_bytes_per_cycle, 2 * 4 * key("array", "cols") *
		key("accumulators", "banks") * key("chip", "cores"), "peak of the accumulators");
	for (const [id, bytes] of [["roofd", "dram"], ["roofs", "spad"], ["roofa", "acc"]]) {
		const svg = page.locator(`#roofline svg[aria-labelledby^="${id}-"]`).first();
		const [marks, ticks] = await svg.evaluate((plot) => [
			[...plot.querySelectorAll(".mark")].map((mark) => {
				const box = mark.getBBox();
				return [Number(mark.dataset.l), mark.textContent, box.x + box.width / 2];
			}),
			[...plot.querySelectorAll(".tick[text-anchor=middle][y]")].map((tick) =>
				[Number(tick.textContent), Number(tick.getAttribute("x"))])
				.filter(([value]) => value > 0)]);
		const [[v0, x0], [v1, x1]] = [ticks[0], ticks.at(-1)];
		const peak = figures.peaks[{ dram: "dram", spad: "scratchpad", acc: "accumulator" }[bytes] +
			"_bytes_per_cycle"];
		let wrong = 0;
		for (const [k, title, x] of marks) {
			const l = summary.layers[k];
			const moved = l[bytes + "_read_bytes"] + l[bytes + "_write_bytes"];
			const at = x0 + (x1 - x0) * Math.log(l.macs / moved / v0) / Math.log(v1 / v0);
			const rate = l.macs / l.span_cycles * summary.clock_hz * 1e-9;
			const said = /: (\S+) MAC\/B, (\S+) GMAC\/s/.exec(title);
			wrong += Math.abs(x - at) > 0.2 || moved / l.span_cycles > peak ||
				Math.abs(said[1] / (l.macs / moved) - 1) > 6e-4 ||
				Math.abs(said[2] / rate - 1) > 6e-4;
		}
		equal(wrong, 0, id + ": marks unlike the summary");
		equal(marks.length, summary.layers.filter((l) => l.macs &&
			l[bytes + "_read_bytes"] + l[bytes + "_write_bytes"]).length, id + ": marks");
	}
}

// The bar of the whole run is cut into the summary's shares.
async function wholeBar(page, dir) {
	const summary = json(dir, "summary.json");
	const parts = await page.locator("#stalls > figure .mark").evaluateAll((all) =>
		all.map((mark) => [mark.textContent.split(":")[0], Number(mark.getAttribute("width"))]));
	const whole = parts.reduce((sum, part) => sum + part[1], 0);
	const keys = { "weight load": "weight_load", "fill/drain": "fill_drain" };
	let wrong = 0;
	for (const [label, width] of parts)
		wrong += Math.abs(width / whole - summary.stalls[keys[label] ?? label] / summary.cycles) >
			1e-4;
	equal(wrong, 0, "shares of the whole run");
	check(parts.length > 4, `${parts.length} parts`);
}

// Layers as Markdown have the summary's numbers.
function markdown(dir) {
	const summary = json(dir, "summary.json");
	const [head, ...rows] = markdownTable(String(run("report", dir, "--format", "markdown")),
		"## Layers");
	const scale = { "pJ": 1, "nJ": 1e-3, "\u00b5J": 1e-6, "mJ": 1e-9 };
	let wrong = 0;
	for (const [k, row] of rows.entries())
		for (const [i, cell] of row.entries()) {
			const [key, unit] = head[i].split(", ");
			const layer = summary.layers[k];
			const want = key === "energy" ? layer.energy_pj.total * scale[unit] : layer[key];
			if (i > 2)
				wrong += !(Math.abs(Number(cell) - want) <= 6e-5 * want);
		}
	equal(wrong, 0, "Markdown unlike the summary");
	equal(rows.length, summary.layers.length, "layers in Markdown");
}

async function sorts(page, summary) {
	const names = () => page.$$eval("#layers-0 tbody tr:not([hidden])",
		(rows) => rows.map((row) => Number(row.dataset.l)));
	const order = (key, sign) => summary.layers.map((layer, i) => [layer[key], i])
		.sort((a, b) => sign * (a[0] - b[0]) || a[1] - b[1]).map((pair) => pair[1]);
	const head = page.locator("#layers-0 thead th", { hasText: "cycles" }).first();
	await head.locator("button").click();
	equal(String(await names()), String(order("cycles", -1)), "largest first");
	equal(await head.getAttribute("aria-sort"), "descending", "aria-sort");
	await head.locator("button").focus();
	await page.keyboard.press("Enter");
	equal(String(await names()), String(order("cycles", 1)), "by keyboard, smallest first");
	await page.locator("#layers-0 thead button").first().click();
	equal(String(await names()), String(summary.layers.map((_, i) => i)), "in order again");
}

async function filters(page, summary) {
	const shown = () => page.$$eval("#layers-0 tbody tr:not([hidden])", (rows) => rows.length);
	const some = summary.layers.filter((l) => (l.name + " " + l.op).includes("softmax")).length;
	await page.fill(".filter input", "SoftMax");
	equal(await shown(), some, "rows with softmax");
	check(some > 0 && some < summary.layers.length, "softmax is some of the layers");
	equal(await page.textContent(".filter output"),
		`${some} of ${summary.layers.length} layers`, "count");
	await page.fill(".filter input", "");
	await page.selectOption(".filter select", "compute");
	equal(await shown(), summary.layers.filter((l) => l.bound === "compute").length,
		"rows bound by compute");
	await page.selectOption(".filter select", "");
	equal(await shown(), summary.layers.length, "all rows");
}

// Arrow keys step through the marks of a figure and read them out.
async function steps(page) {
	const figure = page.locator("#stalls .run figure").first();
	await figure.locator(".plot").focus();
	await page.keyboard.press("ArrowRight");
	const first = await figure.locator("title").nth(1).textContent();
	equal(await figure.locator(".readout").textContent(), first, "first mark read out");
	await page.keyboard.press("End");
	check(await figure.locator(".readout").textContent() !== first, "last mark read out");
	check(await page.locator("tr.on").count() === 1, "its layer is lit in the table");
	const whole = page.locator("#stalls > figure");
	await whole.locator(".plot").focus();
	await page.keyboard.press("ArrowRight");
	check((await whole.locator(".readout").textContent()).startsWith("compute: "),
		"the whole run read out");
}

async function themes(page) {
	const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await paper();
	await page.click("#theme");
	await page.click("#theme");
	check(await paper() !== light, "dark by its button");
	await page.click("#theme");
	equal(await paper(), light, "system again");
}

// On paper: light, everything visible, nothing to press.
async function prints(browser, file) {
	const page = await open(browser, file, { colorScheme: "dark" });
	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	const seen = (selector) => page.locator(selector).first().isVisible();
	equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
		"rgb(255, 255, 255)", "white paper");
	check(!(await seen("nav")) && !(await seen(".filter")) && !(await seen("#theme")),
		"no controls on paper");
	check(await page.evaluate(() => [...document.querySelectorAll(".scroll")].every((box) =>
		getComputedStyle(box).overflowY === "visible")), "nothing scrolls on paper");
	const pdf = await page.pdf({ format: "A4" });
	check(pdf.length > 20000 && pdf.subarray(0, 5).toString() === "%PDF-", "a PDF is made");
	await page.context().close();
}

// Narrow: the page itself never scrolls sideways.
async function narrow(browser, file) {
	const page = await open(browser, file, { viewport: { width: 360, height: 700 } });
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	check(width <= 360, `page is ${width} wide on a screen of 360`);
	await page.context().close();
}

async function withoutScript(browser, file, summary) {
	const page = await open(browser, file, { javaScriptEnabled: false });
	equal(await page.locator("#layers-0 tbody tr").count(), summary.layers.length,
		"rows without JavaScript");
	check(await page.locator("#stalls .run svg[role=img]").isVisible(), "figures without JavaScript");
	equal(await page.locator("button:visible").count(), 0, "nothing to press without JavaScript");
	await page.locator("#stalls summary").click();
	check(await page.locator("#stalls .data table").isVisible(), "data tables open without it");
	await page.context().close();
}

async function isSafe(browser, file) {
	const page = await open(browser, file, { bypassCSP: false });
	equal(await page.locator("img").count(), 0, "images made of names");
	equal(await page.locator("script").count(), 1, "scripts");
	check((await page.textContent("body")).includes("<img src=x onerror"), "name shown as text");
	await page.hover("#stalls .mark >> nth=0");
	quiet(page, file, "hostile");
	// what a name could not do, the policy forbids as well
	await page.evaluate(() => {
		const script = document.createElement("script");
		script.textContent = "window.broken = 1";
		document.body.append(script);
	});
	check(!(await page.evaluate(() => window.broken)), "a script of others does not run");
	await page.context().close();
}

// ---- all of it
async function whole(browser, name, dirs) {
	const file = path.join(folder, name);
	for (const colorScheme of ["light", "dark"]) {
		const page = await open(browser, file, { colorScheme });
		if (colorScheme === "light" && dirs.length === 1) // its data tables too
			await page.$$eval("details", (all) => all.forEach((d) => { d.open = true; }));
		await accessible(page, axe, `${name} ${colorScheme}`);
		if (colorScheme === "light") await numbers(page, dirs, name);
		quiet(page, file, `${name} ${colorScheme}`);
		await page.context().close();
	}
}

make();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
	const file = path.join(folder, "one/report.html");
	check(fs.readFileSync(file).equals(fs.readFileSync(path.join(folder, "again.html"))),
		"systole report makes the report of systole run");
	await whole(browser, "one/report.html", ["one"]);
	await whole(browser, "two/report.html", ["two"]);
	await whole(browser, "both.html", ["one", "three"]);
	const summary = json("one", "summary.json");
	const page = await open(browser, file);
	await roofline(page, "one");
	await wholeBar(page, "one");
	markdown("one");
	await sorts(page, summary);
	await filters(page, summary);
	await steps(page);
	await themes(page);
	quiet(page, file, "after use");
	await prints(browser, file);
	await narrow(browser, file);
	await narrow(browser, path.join(folder, "both.html"));
	await withoutScript(browser, file, summary);
	await isSafe(browser, path.join(folder, "hostile.html"));
} finally {
	await browser.close();
	fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failures.length ? "" : "the report reads well in Chromium");
finish();
