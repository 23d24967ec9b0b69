// tests/browser/check.mjs - a few checks that count, and a browser that tells
// what a page said, asked for and broke.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

export const failures = [];
let checks = 0;
export function check(truth, what) {
	checks++;
	if (!truth) {
		failures.push(what);
		console.log("FAIL " + what);
	}
}
export function equal(got, want, what) {
	check(got === want, `${what}: got ${got}, expected ${want}`);
}
export function finish() {
	console.log(`${checks - failures.length} of ${checks} checks passed`);
	process.exit(failures.length || checks < 60 ? 1 : 0);
}

export function load(folder) {
	const require = createRequire(path.join(folder, "package.json"));
	return {
		chromium: require("playwright-core").chromium,
		axe: fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"),
	};
}

// A page on `file` that notes its console messages and its requests.
export async function open(browser, file, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 900 }, bypassCSP: true, ...options });
	const page = await context.newPage();
	page.noise = [];
	page.requests = [];
	page.on("console", (message) => page.noise.push(message.text()));
	page.on("pageerror", (error) => page.noise.push(error.message));
	page.on("dialog", (dialog) => {
		page.noise.push("dialog: " + dialog.message());
		dialog.dismiss();
	});
	page.on("request", (request) => page.requests.push(request.url()));
	await page.goto("file://" + file);
	return page;
}

export function quiet(page, file, what) {
	equal(page.noise.join("; "), "", what + ": console");
	const asked = page.requests.filter((url) => url !== "file://" + file &&
		!url.startsWith("data:"));
	equal(asked.join("; "), "", what + ": requests");
}

// The tables of a Markdown text below the heading that begins so: their cells,
// heads first.
export function markdownTable(text, heading) {
	const lines = text.split("\n");
	const first = lines.findIndex((line) => line.startsWith(heading));
	const from = lines.findIndex((line, i) => i > first && line.startsWith("|"));
	const to = lines.findIndex((line, i) => i > from && !line.startsWith("|"));
	return lines.slice(from, to).filter((line) => !/^\|[-:|]+$/.test(line))
		.map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

export async function accessible(page, axe, what) {
	await page.evaluate(axe);
	const result = await page.evaluate(() => window.axe.run());
	check(result.passes.length > 20, what + ": axe ran");
	for (const v of result.violations)
		check(false, `${what}: axe ${v.id}: ${v.help} (${v.nodes.length}) ` +
			v.nodes[0].html.slice(0, 160));
	equal(result.violations.length, 0, what + ": axe violations");
}
