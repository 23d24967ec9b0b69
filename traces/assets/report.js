// traces/assets/report.js - what the report can do beyond being read: themes,
// sorting, filtering, stepping through the marks of a figure. Without it all
// is there to read. Text goes in as text alone, never as markup.
"use strict";
(() => {
	const all = (selector, root = document) => [...root.querySelectorAll(selector)];

	// ---- theme: system, light, dark
	const theme = document.getElementById("theme");
	const themes = ["system", "light", "dark"];
	let chosen = 0;
	theme.hidden = false;
	theme.addEventListener("click", () => {
		chosen = (chosen + 1) % themes.length;
		theme.textContent = "Theme: " + themes[chosen];
		if (chosen) document.documentElement.dataset.theme = themes[chosen];
		else delete document.documentElement.dataset.theme;
	});

	// ---- sorting: a button in each head; equal rows keep their order
	const key = (cell) => {
		if (!cell) return "";
		if (cell.dataset.v === undefined) return cell.textContent;
		return cell.dataset.v === "" ? -1 : Number(cell.dataset.v);
	};
	const compare = (a, b) =>
		typeof a === "number" && typeof b === "number"
			? a - b
			: String(a).localeCompare(String(b), "en", { numeric: true });
	const sort = (table, head) => {
		const column = head.cellIndex;
		const now = head.getAttribute("aria-sort");
		const numeric = head.classList.contains("n");
		const down = now ? now === "ascending" : numeric;
		all("th[aria-sort]", table).forEach((th) => th.removeAttribute("aria-sort"));
		head.setAttribute("aria-sort", down ? "descending" : "ascending");
		const body = table.tBodies[0];
		const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
		rows.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
		body.append(...rows.map((row) => row[1]));
	};
	for (const table of all("table.sortable"))
		for (const head of table.tHead.rows[0].cells) {
			const button = document.createElement("button");
			button.type = "button";
			button.append(...head.childNodes);
			head.append(button);
			button.addEventListener("click", () => sort(table, head));
		}

	// ---- filtering
	for (const box of all(".filter")) {
		const table = document.getElementById(box.dataset.table);
		const [text, bound] = [box.querySelector("input"), box.querySelector("select")];
		const count = box.querySelector("output");
		const apply = () => {
			const want = text.value.trim().toLowerCase().split(/\s+/);
			let shown = 0;
			for (const row of table.tBodies[0].rows) {
				const said = [...row.cells].filter((c) => c.dataset.k === undefined)
					.map((c) => c.textContent).join(" ").toLowerCase();
				row.hidden = !(want.every((word) => said.includes(word)) &&
					(!bound.value || row.dataset.f === bound.value));
				shown += !row.hidden;
			}
			count.textContent = shown + " of " + table.tBodies[0].rows.length +
				" " + (table.dataset.noun || "layers");
		};
		text.addEventListener("input", apply);
		bound.addEventListener("change", apply);
		box.hidden = false;
		apply();
	}

	// ---- marks: hover or arrow keys; the same layer lights up everywhere
	const panelOf = (run) => (element) => {
		const panel = element.closest(".run");
		return panel && [...panel.parentNode.children].indexOf(panel) === run;
	};
	let lit = [];
	const light = (mark, figure) => {
		lit.forEach((element) => element.classList.remove("on"));
		lit = [mark];
		const panel = mark.closest(".run"); // none: of all runs
		const run = panel ? [...panel.parentNode.children].indexOf(panel) : -1;
		if (mark.dataset.l !== undefined)
			lit.push(...all("main [data-l='" + mark.dataset.l + "']")
				.filter((element) => element.matches("tr, .dot") && panelOf(run)(element)));
		if (mark.dataset.p !== undefined)
			lit.push(...all("main [data-p='" + mark.dataset.p + "']"));
		lit.forEach((element) => element.classList.add("on"));
		const title = mark.querySelector("title");
		figure.querySelector(".readout").textContent = title ? title.textContent : "";
	};

	// ---- one pair of objectives instead of all
	for (const box of all(".choose")) {
		const select = box.querySelector("select");
		box.hidden = false;
		select.addEventListener("change", () => {
			for (const group of all(".pairs", box.closest("section"))) {
				group.classList.toggle("single", select.value !== "");
				for (const pair of group.children)
					pair.hidden = select.value !== "" && pair.dataset.pair !== select.value;
			}
		});
	}

	// ---- figures
	for (const figure of all("figure")) {
		const plot = figure.querySelector(".plot");
		const marks = all(".mark", plot);
		let at = -1;
		plot.addEventListener("mouseover", (event) => {
			const mark = event.target.closest(".mark");
			if (!mark) return;
			at = marks.indexOf(mark);
			light(mark, figure);
		});
		plot.addEventListener("keydown", (event) => {
			const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
			if (!step || !marks.length) return;
			event.preventDefault();
			at = Math.min(marks.length - 1, Math.max(0, at + step));
			light(marks[at], figure);
			marks[at].scrollIntoView({ block: "nearest", inline: "nearest" });
		});
	}
})();
