#!/usr/bin/env python3
"""pages.py SYSTOLE TESTS DIR PAGE... [--renew]: pages say what happens.
SPDX-License-Identifier: Apache-2.0

Every indented `systole` line of a page runs, in the page's order and in one
folder; an example `$ systole ...` prints what the page shows, but for lines
left out (`... N more layers ...`) and seconds of the host. --renew writes the
examples anew, line for line.
"""
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

RENEW = sys.argv[-1] == "--renew"
SYSTOLE, TESTS, WHERE = map(pathlib.Path, sys.argv[1:4])
PAGES = [pathlib.Path(p) for p in sys.argv[4:len(sys.argv) - RENEW]]
sys.path.insert(0, str(TESTS / "bad"))
import onnx_writer as onnx  # noqa: E402

EXAMPLE = re.compile(r"```\n\$ (systole .*?)\n(.*?)```", re.S)
LEFT_OUT = re.compile(r"\.\.\. (\d+) more \w+ \.\.\.\n")


def fresh_folder():
    """What a reader has: systole and a pager on PATH, a network, an image."""
    shutil.rmtree(WHERE, ignore_errors=True)
    (WHERE / "bin").mkdir(parents=True)
    (WHERE / "bin/systole").symlink_to(SYSTOLE)
    (WHERE / "bin/less").symlink_to(shutil.which("cat"))
    weights = struct.pack("<12f", *(0.1 * i for i in range(12)))
    (WHERE / "model.onnx").write_bytes(onnx.model(
        [onnx.node("MatMul", ["x", "w"], ["y"], "product")],
        [onnx.value_info("x", ["N", 3])], [onnx.value_info("y", ["N", 4])],
        [onnx.tensor("w", [3, 4], weights)]))
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }"
    head = head.ljust(117) + "\n"
    (WHERE / "image.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
        struct.pack("<3f", 1, 2, 3))


def shell(command):
    path = f"{WHERE / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=WHERE,
                          capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PATH": path, "LC_ALL": "C"},
                          check=False)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def without_host(text):
    """Seconds are the machine's, not the program's."""
    return re.sub(r"^host: .*$", lambda m: re.sub(r"[\d.]+ s", "_ s", m[0]),
                  text, flags=re.M)


def stretches(command, shown):
    """Pairs of what an example shows and what is printed in its place."""
    lines = shell(command).splitlines(keepends=True)
    parts = LEFT_OUT.split(shown)
    at = 0
    for stretch, skipped in zip(parts[::2], parts[1::2] + ["0"]):
        count = len(stretch.splitlines())
        yield stretch, "".join(lines[at:at + count])
        at += count + int(skipped)
    assert at == len(lines), (command, "shown are", at, "lines of", len(lines))


def renew(match):
    text = match[0]
    for stretch, real in stretches(match[1], match[2]):
        text = text.replace(stretch, real)
    return text


def check_example(page, command, shown):
    for stretch, real in stretches(command, shown):
        assert without_host(stretch) == without_host(real), \
            f"{page}: `{command}` prints\n{real}and the page has\n{stretch}"


def main():
    for page in PAGES:
        fresh_folder()
        text = page.read_text()
        if RENEW:
            page.write_text(EXAMPLE.sub(renew, text))
            continue
        commands = re.findall(r"^    (systole .*?)(?:  +#.*)?$", text, re.M)
        for command in commands:
            shell(command)
        examples = EXAMPLE.findall(text)
        for command, shown in examples:
            check_example(page, command, shown)
        assert commands or examples, page
        print(f"{page.name}: {len(commands)} commands run, "
              f"{len(examples)} examples equal")


main()
