#!/usr/bin/env python3
"""format.py ROOT CLANG_FORMAT: C and C++ look as .clang-format says.
SPDX-License-Identifier: Apache-2.0"""
import pathlib
import subprocess
import sys

FOLDERS = ("base", "bench", "compiler", "configs", "isa", "models", "sim",
           "sweep", "tests", "tools", "traces")
SUFFIXES = {".c", ".h", ".cc", ".hpp"}


def main(root, clang_format):
    files = [str(path) for top in FOLDERS
             for path in sorted(pathlib.Path(root, top).rglob("*"))
             if path.suffix in SUFFIXES]
    done = subprocess.run([clang_format, "--dry-run", "--Werror", *files],
                          cwd=root, capture_output=True, text=True,
                          check=False)
    sys.stderr.write(done.stderr[:4000])
    if done.returncode:
        sys.exit(f"clang-format -i what is named above ({clang_format})")
    print(f"{len(files)} files are formatted")


main(*sys.argv[1:])
