#!/usr/bin/env python3
"""links.py ROOT: every relative link in the Markdown files leads somewhere."""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main():
    root = pathlib.Path(sys.argv[1])
    names = subprocess.run(["git", "-C", root, "ls-files", "*.md"],
                           capture_output=True, text=True, check=True).stdout.split()
    bad = []
    for name in names:
        for number, line in enumerate((root / name).read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" in target:
                    continue
                if not ((root / name).parent / target).exists():
                    bad.append(f"{name}:{number}: {target} is not there")
    print("\n".join(bad) or f"links of {len(names)} documents resolve")
    return 1 if bad else 0


sys.exit(main())
