#!/usr/bin/env python3
"""systemc_example.py ROOT PROGRAM SYSTOLE: the example of docs/systemc.md is
the one that was compiled, and it runs to its interrupt."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, program, systole = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
shown = re.search(r"```cpp\n(.*?)\n```", (root / "docs/systemc.md").read_text(), re.S)[1]
compiled = (root / "tests/unit/systemc/example.cc").read_text()
if shown not in compiled:
    sys.exit("docs/systemc.md shows other code than tests/unit/systemc/example.cc")
os.environ["SYSTEMC_DISABLE_COPYRIGHT_MESSAGE"] = "1"
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/p.npu"
    subprocess.run([systole, "compile", "mlp", "--chip", "edge", "--set",
                    "dram.model=command", "-o", path], check=True,
                   capture_output=True)
    out = subprocess.run([program, path, "edge"], capture_output=True, text=True)
if out.returncode or not re.search(r"^done at [1-9][0-9.]* [nu]s$", out.stdout, re.M):
    sys.exit(f"exit {out.returncode}: {out.stdout}{out.stderr}")
