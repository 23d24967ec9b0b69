#!/usr/bin/env python3
"""hostile.py SYSTOLE TESTS DIR: models whose names attack whoever reads them.

Each comes through every writer, and readers that are not ours (json, csv,
html.parser) find the name as text or not at all; what is no text is refused
with the place of the name. The pages stay in DIR, for a browser to open
(tests/browser/hostile_test.mjs).
"""
import csv
import html.parser
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import unicodedata

SYSTOLE, TESTS, WHERE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
sys.path.insert(0, TESTS + "/bad")
import onnx_writer as onnx  # noqa: E402

NAMES = {
    "markup": "<img src=x onerror=alert(1)>",
    "script": "</script></title></style><script>alert(2)</script>",
    "quotes": "\"'`onmouseover='alert(3)' x=\"",
    "formula": "=cmd|'/c calc'!A0",
    "formulas": "+1+1,@SUM(1),-2+3",
    "long": "n" * 10000,
    "long_markup": "<b>&\"'" * 2000,
    "controls": "a\r\nforged line\tc\x1b[31m\x1b]0;x\x07\x7f",
    "tab": "\t=1+1",
    "bidi": "a\u202e\u2066gpj.exe\u2069\u200f\ufeffb",
    "markdown": "[x](javascript:alert(4)) | ![y](http://z) | # `*_~",
    "entity": "&lt;b&gt;&#60;script&#62; %n%s%s {{x}} ${y}",
    "c1": "a\u009b31m\u0085b",
    "other": "\u5c42\u4e00 e\u0301\u0327 \U0001f600 \\u0041 \\n",
}
REFUSED = {
    "nul": b"a\x00b", "invalid": b"a\xff\xfe\xc3(b", "overlong": b"\xc0\xbc",
    "longer": b"n" * 65537,
}


def model(name):
    """Two Gemm layers of that name, and a network of that name."""
    raw = name if isinstance(name, bytes) else name.encode()
    weight = struct.pack("<16f", *(0.1 * i for i in range(16)))
    nodes = [onnx.node("MatMul", ["x", "w"], [raw], raw),
             onnx.node("Relu", [raw], ["y"], raw + b"r")]
    return onnx.model(nodes, [onnx.value_info("x", [1, 4])],
                      [onnx.value_info("y", [1, 4])],
                      [onnx.tensor("w", [4, 4], weight)], graph_name=raw)


def systole(*arguments, expect=0):
    done = subprocess.run([SYSTOLE, *map(str, arguments)], capture_output=True,
                          timeout=120, cwd=WHERE)
    assert done.returncode == expect, (arguments, done.returncode, done.stderr)
    return done


class Page(html.parser.HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {key for key, _ in attrs}
        for key, value in attrs:
            assert key not in ("href", "src") or value[:1] in "#d", (tag, value)

    def handle_data(self, data):
        self.text.append(data)


def unsafe(text):
    """Characters that steer a terminal or turn the direction of writing."""
    return [hex(ord(c)) for c in text if c != "\n" and
            (unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") or
             unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE",
                                              "PDF", "RLI", "LRI", "FSI",
                                              "PDI"))]


def terminal(done):
    for stream in (done.stdout, done.stderr):
        assert not unsafe(stream.decode()), unsafe(stream.decode())
        assert b"\nforged" not in stream, "a name begins a line"


def check_page(text, plain):
    page = Page(text)
    assert not unsafe(text.replace("\t", " ")), unsafe(text.replace("\t", " "))
    assert set(page.tags) == set(plain.tags), set(page.tags) ^ set(plain.tags)
    assert page.attributes <= plain.attributes, (page.attributes,
                                                 plain.attributes)
    assert page.tags.count("script") == 1 and "img" not in page.tags


def check_csv(text):
    rows = list(csv.reader(text.splitlines(), strict=True))
    assert len({len(row) for row in rows}) == 1 and len(rows) > 1
    for row in rows[1:]:
        for cell in row:
            try:
                float(cell)
            except ValueError:
                assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), cell


def check_markdown(text):
    """No line is more than it was: tables keep their cells, nothing links."""
    assert not unsafe(text), unsafe(text)
    bare = text.replace("\\\\", "").replace("\\|", "").replace("\\[", "")
    bare = bare.replace("\\!", "").replace("\\<", "").replace("\\`", "")
    assert "<" not in bare and "](" not in bare and "`" not in bare, bare[:400]
    tables = [line for line in bare.splitlines() if line.startswith("|")]
    assert tables and all(line.endswith("|") for line in tables)


def walk(name, plain):
    file = WHERE / f"{name}.onnx"
    file.write_bytes(model(NAMES.get(name, name)))
    out = f"{name}.run"
    terminal(systole("run", file.name, "-o", out, "--trace"))
    done = systole("compare", file.name)
    terminal(done)
    for report in ("inspect",), ("compile", "-o", f"{name}.npu"), \
                  ("compile", "--explain"), ("compile", "--emit=graph,lowered,asm,map"):
        terminal(systole(report[0], file.name, *report[1:]))
    terminal(systole("objdump", "-d", f"{name}.npu"))
    systole("verify", f"{name}.npu")
    for command in ("inspect", file.name), ("objdump", "-d", f"{name}.npu"), \
                   ("run", file.name), ("compile", file.name):
        json.loads(systole(*command, "--json").stdout)
    where = WHERE / out
    summary = json.loads((where / "summary.json").read_text())
    if name in NAMES:
        assert NAMES[name] in [layer["name"] for layer in summary["layers"]], \
            [layer["name"] for layer in summary["layers"]]
    for other in ("manifest.json", "figures.json", "host.json", "trace.json"):
        json.loads((where / other).read_text())
    check_csv((where / "layers.csv").read_text())
    check_page((where / "report.html").read_text(), plain or
               Page((where / "report.html").read_text()))
    check_csv(systole("report", out, "--format", "csv").stdout.decode())
    check_markdown(systole("report", out, "--format", "markdown")
                   .stdout.decode())
    json.loads(systole("report", out, "--json").stdout)
    return Page((where / "report.html").read_text())


def sweep(plain):
    """All models in one sweep, whose own name is as bad."""
    names = list(NAMES)
    (WHERE / "s.yaml").write_text(
        "sweep: '</title><script>alert(5)</script>'\nmodels: [" +
        ", ".join(f"'{name}.onnx'" for name in names) +
        "]\nmethod: grid\nparameters: {array.rows: [4, 8], "
        "scratchpad.bytes: [16 KiB, 32 KiB], queues.depth: [1, 2]}\n"
        "constraints: ['area_mm2 < 100 || 1 > 2']\n"
        "objectives: [{minimize: latency_ns}, {minimize: energy_pj}]\n"
        "store: s.sqlite\n")
    terminal(systole("sweep", "run", "s.yaml", "--progress", "none"))
    systole("report", "s.yaml", "-o", "s.html")
    text = (WHERE / "s.html").read_text()
    page = Page(text)
    assert not unsafe(text.replace("\t", " "))
    assert page.tags.count("script") == 1 and "img" not in page.tags
    assert page.attributes <= plain.attributes | {
        "data-pair", "data-p", "data-t", "data-s", "data-f", "data-noun"}, \
        page.attributes - plain.attributes
    check_markdown(systole("report", "s.yaml", "--format", "markdown")
                   .stdout.decode())
    check_csv(systole("sweep", "export", "s.yaml").stdout.decode())
    lines = systole("sweep", "export", "s.yaml", "--json").stdout.splitlines()
    assert len([json.loads(line) for line in lines]) == 8 * len(names)


def main():
    shutil.rmtree(WHERE, ignore_errors=True)
    WHERE.mkdir(parents=True)
    plain = walk("plain", None)
    for name in NAMES:
        walk(name, plain)
        print(f"{name}: through every writer", flush=True)
    for name, raw in REFUSED.items():
        file = WHERE / f"{name}.onnx"
        file.write_bytes(model(raw))
        done = systole("run", file.name, expect=5 if name == "longer" else 3)
        terminal(done)
        assert file.name.encode() in done.stderr, done.stderr
    sweep(plain)
    systole("report", *[f"{name}.run" for name in NAMES], "-o", "all.html")
    print(f"{len(NAMES)} names come through, {len(REFUSED)} are refused")


main()
