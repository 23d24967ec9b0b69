// hostile_test.mjs CHROMIUM MODULES PAGES: pages of models whose names attack the
// reader (made by tests/e2e/hostile.py), opened and used.
import fs from "node:fs";
import path from "node:path";
import { check, equal, failures, finish, load, open, quiet } from "./check.mjs";

const [executablePath, modules, pages] = process.argv.slice(2).map((p) => path.resolve(p));
const { chromium } = load(modules);

// What a name could have made, had it been taken for markup, and whether the
// page does what it does for others.
async function look(browser, file, what) {
	const page = await open(browser, file, { bypassCSP: false });
	equal(await page.locator("script").count(), 1, what + ": scripts");
	equal(await page.locator("img, iframe, object, embed, form, base, main style, main link")
		.count(), 0, what + ": elements of a name's");
	const handlers = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) =>
		[...e.attributes].some((a) => a.name.startsWith("on") ||
			(["href", "src"].includes(a.name) && !/^(#|data:,$)/.test(a.value)))).length);
	equal(handlers, 0, what + ": handlers and addresses");
	await page.locator("main .mark").first().hover({ force: true });
	await page.locator("main .run .plot").first().focus();
	await page.keyboard.press("End");
	check(await page.locator("main .run .readout").first().textContent() !== "", what + ": a mark is read out");
	await page.locator("table.sortable thead button:visible").first().click();
	await page.locator(".filter input:visible").first().fill("<img src=x onerror=alert(1)>");
	await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	check(width <= 1280, `${what}: ${width} wide`);
	quiet(page, file, what);
	await page.context().close();
}

const runs = fs.readdirSync(pages).filter((name) => name.endsWith(".run"));
check(runs.length > 10, `${runs.length} runs`);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
	for (const name of runs)
		await look(browser, path.join(pages, name, "report.html"), name);
	await look(browser, path.join(pages, "all.html"), "all runs compared");
	await look(browser, path.join(pages, "s.html"), "sweep");
	const page = await open(browser, path.join(pages, "long.run/report.html"));
	check(await page.locator("#layers-0 tbody th[title]").first().getAttribute("title") ===
		"n".repeat(10000), "the whole name is in a tip");
	check((await page.locator("#layers-0 tbody th").first().textContent()).length < 90,
		"its short form");
} finally {
	await browser.close();
}
console.log(failures.length ? "" : "hostile names do nothing in Chromium");
finish();
