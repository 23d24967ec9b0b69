#!/usr/bin/env python3
"""man_page.py SYSTOLE PAGE: the page has every verb and option of --help."""
import pathlib
import re
import subprocess
import sys


def help_of(*words):
    return subprocess.run([*words, "--help"], capture_output=True, text=True,
                          check=True).stdout


def main():
    systole, page = sys.argv[1:]
    text = pathlib.Path(page).read_text().replace("\\-", "-")
    verbs = re.findall(r"^  ([a-z]+) .*\S$", help_of(systole).split("\n\n")[2],
                       re.M)
    wanted = {f"systole {verb}" for verb in verbs}
    for verb in verbs:
        wanted |= set(re.findall(r" (--[a-z]+)", help_of(systole, verb)))
    missing = sorted(word for word in wanted if word not in text)
    print(f"{len(verbs)} verbs, {len(wanted)} words, missing: {missing}")
    return 1 if missing or len(verbs) < 10 else 0


sys.exit(main())
