#!/usr/bin/env python3
"""size_rule.py ROOT: at most 500 lines a source file, 70 a function (C, C++,
SystemVerilog)."""
import pathlib
import subprocess
import sys

FILE_LINES, FUNCTION_LINES = 500, 70


def functions(lines):
    """(name line, length) of every C function: kernel style, brace in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{") and number > 1 and not lines[number - 2].rstrip().endswith("="):
            start = number
        elif line.startswith("}") and start:
            if not line.startswith("};"):
                yield start - 1, number - start
            start = None


def sv_functions(lines):
    """(first line, length) of every function and task of SystemVerilog."""
    start = None
    for number, line in enumerate(lines, 1):
        word = line.split()[:1]
        if word in (["function"], ["task"]):
            start = number
        elif word in (["endfunction"], ["endtask"]) and start:
            yield start, number - start
            start = None


def main():
    root = pathlib.Path(sys.argv[1])
    names = subprocess.run(
        ["git", "-C", root, "ls-files", "*.c", "*.h", "*.cc", "*.hpp", "*.py",
         "*.sv", "*.svh"],
        capture_output=True, text=True, check=True).stdout.split()
    bad = []
    for name in names:
        lines = (root / name).read_text().splitlines()
        if len(lines) > FILE_LINES:
            bad.append(f"{name}: {len(lines)} lines; at most {FILE_LINES}")
        found = ()
        if name.endswith(".c") or (name.endswith(".cc") and not name.startswith("tests/")):
            found = functions(lines)
        elif name.endswith((".sv", ".svh")):
            found = sv_functions(lines)
        bad += [f"{name}:{line}: function of {length} lines; at most {FUNCTION_LINES}"
                for line, length in found if length > FUNCTION_LINES]
    print("\n".join(bad) or f"{len(names)} files within their sizes")
    return 1 if bad else 0


sys.exit(main())
