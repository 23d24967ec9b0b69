#!/usr/bin/env python3
"""bad_input.py SYSTOLE: every bad input gets the right exit code and a message
that says where and why; nothing crashes, nothing is written.

One row a case in cases.py: name, argv, files, exit code, what stderr must say.
Prints a line a failure; exits 1 if there is any.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cases import CASES  # noqa: E402


def run(systole, case):
    """What is wrong with the answer to `case`; empty when nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in case.files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        before = sorted(os.listdir(folder))
        try:
            done = subprocess.run([systole, *case.argv], cwd=folder, timeout=60,
                                  stdin=subprocess.DEVNULL, capture_output=True)
        except subprocess.TimeoutExpired:
            return ["took more than 60 s"]
        error = done.stderr.decode(errors="replace")
        wrong = []
        if done.returncode != case.exit:
            wrong.append(f"exit {done.returncode}, expected {case.exit}")
        if not re.search(case.says, error):
            wrong.append(f"stderr does not say /{case.says}/")
        if re.search(r"Sanitizer|runtime error:|Assertion", error):
            wrong.append("the program is at fault")
        if done.stdout and case.exit != 1:
            wrong.append("data on stdout")
        if sorted(os.listdir(folder)) != before:
            wrong.append(f"wrote {set(os.listdir(folder)) - set(before)}")
        return [f"{w}\n    stderr: {error.strip()[:600]}" for w in wrong]


def main():
    systole = os.path.abspath(sys.argv[1])
    names = [c.name for c in CASES]
    assert len(set(names)) == len(names), "case names repeat"
    failed = 0
    for case in CASES:
        wrong = run(systole, case)
        failed += bool(wrong)
        for text in wrong:
            print(f"FAIL {case.name}: systole {' '.join(case.argv)}\n  {text}")
    print(f"{len(CASES) - failed} of {len(CASES)} bad inputs answered well")
    return 1 if failed or len(CASES) < 50 else 0


sys.exit(main())
