#!/usr/bin/env python3
"""rtl_cache.py SYSTOLE CACHE: the models that `systole rtl` keeps: two that want
one at a time, damaged files, folders that cannot be written, full disks, and
signals while compilers run.

One model is built, or taken from CACHE. From then on the compilers are stubs that
take their time and copy it.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SYSTOLE, CACHE = (os.path.abspath(p) for p in sys.argv[1:3])
CHIP = "rtl-4"
SECONDS = 20  # by which what must happen has happened
failures = []

VERILATOR = """#!/bin/sh
case "$*" in
*--getenv*) echo /nowhere ;;
*--version*) echo "Verilator stub" ;;
*) echo verilator >>"$STUB_LOG" ;;
esac
"""
# The last link copies the model; $STUB_SLEEP: a child of it takes so long.
COMPILER = """#!/bin/sh
case "$*" in *--version*) echo "stub"; exit ;; esac
while [ "$1" != -o ]; do [ "$1" = -shared ] && links=1; shift; done
if [ -z "$links" ]; then : >"$2"; exit; fi
echo "link $$" >>"$STUB_LOG"
sh -c 'echo "child $$" >>"$STUB_LOG"; exec sleep "$STUB_SLEEP"' || exit 1
cp "$STUB_MODEL" "$2"
"""


def check(what, condition, said=""):
    if not condition:
        failures.append(f"{what}: {said}")


class Stubs:
    """Compilers that copy `model`, in a folder of their own with a cache."""

    def __init__(self, where, model, program):
        self.where, self.program = pathlib.Path(where), program
        self.where.mkdir()
        self.log = self.where / "log"
        self.cache = self.where / "cache"
        for name, text in (("verilator", VERILATOR), ("g++", COMPILER)):
            path = self.where / name
            path.write_text(text)
            path.chmod(0o755)
        self.environment = {
            **os.environ, "PATH": f"{where}:{os.environ['PATH']}", "CXX": "g++",
            "STUB_LOG": str(self.log), "STUB_MODEL": str(model),
            "STUB_SLEEP": "0", "XDG_CACHE_HOME": str(self.cache)}

    def start(self, sleep="0", **more):
        return subprocess.Popen(
            [SYSTOLE, "rtl", self.program, "--chip", CHIP, "--no-waves"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**self.environment, "STUB_SLEEP": sleep, **more})

    def run(self, sleep="0", **more):
        process = self.start(sleep, **more)
        process.out, process.err = process.communicate(timeout=SECONDS)
        return process

    def said(self, word):
        text = self.log.read_text() if self.log.exists() else ""
        return re.findall(rf"^{word}.*", text, re.M)

    def wait_for_child(self):
        end = time.monotonic() + SECONDS
        while not self.said("child") and time.monotonic() < end:
            time.sleep(0.01)
        return [int(line.split()[1]) for line in self.said("link") + self.said("child")]

    def files(self, pattern):
        return sorted(self.cache.glob("systole/rtl/" + pattern))


def is_equal(done):
    return done.returncode == 0 and "bits    equal" in done.out


def is_gone(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"


def two_at_once(stubs):
    first = stubs.start("1")
    stubs.wait_for_child()
    second = stubs.run()
    first.out, first.err = first.communicate(timeout=SECONDS)
    check("the first builds", is_equal(first) and "building" in first.err, first.err)
    check("the second waits for it", is_equal(second) and
          re.search(r"waiting for .* another systole builds", second.err), second.err)
    check("one build", len(stubs.said("verilator")) == 1, stubs.said(""))
    check("one model, no parts", len(stubs.files("*.so")) == 1 and
          not stubs.files("*.part-*"), stubs.files("*"))


def damaged(stubs):
    stubs.run()
    model, = stubs.files("*.so")
    whole = model.read_bytes()
    middle = len(whole) // 2
    for what, data in (("cut", whole[:middle]), ("empty", b""),
                       ("a byte", whole[:middle] + bytes([whole[middle] ^ 1]) +
                        whole[middle + 1:])):
        model.unlink()
        model.write_bytes(data)
        before = len(stubs.said("verilator"))
        done = stubs.run()
        check(f"damaged, {what}", is_equal(done) and
              len(stubs.said("verilator")) == before + 1, done.err)
        check(f"mended, {what}", model.read_bytes() == whole, what)
    done = stubs.run()
    check("whole", is_equal(done) and "building" not in done.err, done.err)


def signalled(stubs, number):
    process = stubs.start("60")
    pids = stubs.wait_for_child()
    check("compilers run", len(pids) == 2, pids)
    process.send_signal(number)
    _, said = process.communicate(timeout=SECONDS)
    check(f"ends by signal {number}", process.returncode == -number,
          f"{process.returncode} {said}")
    check(f"takes its compilers along, {number}", all(is_gone(p) for p in pids), pids)
    check("leaves no part", not stubs.files("*.part-*") and not stubs.files("*.so"),
          stubs.files("*"))


def killed(stubs):
    """No goodbye: what is left goes with the next build."""
    process = stubs.start("60")
    pids = stubs.wait_for_child()
    process.kill()
    process.communicate(timeout=SECONDS)
    check("a part stays", len(stubs.files("*.part-*")) == 1, stubs.files("*"))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    done = stubs.run()
    check("the next one builds", is_equal(done), done.err)
    check("and cleans up", not stubs.files("*.part-*"), stubs.files("*"))


def unwritable(stubs):
    file = stubs.where / "file"
    file.write_text("")
    done = stubs.run(XDG_CACHE_HOME=str(file))
    check("no folder", done.returncode == 8 and re.search(
        r"file/systole/rtl: .*set XDG_CACHE_HOME to a folder that can be written",
        done.err), done.err)


def in_tmpfs(stubs, script):
    """A file system of our own at the cache, in a name space of its own."""
    stubs.cache.mkdir(exist_ok=True)
    command = f"{SYSTOLE} rtl {stubs.program} --chip {CHIP} --no-waves"
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c",
         script.format(run=command, cache=stubs.cache)],
        capture_output=True, text=True, env=stubs.environment, timeout=60, check=False)


def full_disk(stubs):
    done = in_tmpfs(stubs, "mount -t tmpfs -o size=200k none {cache}; {run}; echo exit $?;"
                    "ls {cache}/systole/rtl; mount -o remount,size=20m {cache} && {run}")
    check("full", re.match(r"exit 8\n\w+\.so\.lock\n", done.stdout) and re.search(
        r"no space left.*set XDG_CACHE_HOME", done.stderr), done.stdout + done.stderr)
    check("with room again", "bits    equal" in done.stdout and not done.returncode,
          done.stdout + done.stderr)


def read_only(stubs):
    """A model that is there is used; none can be built."""
    done = in_tmpfs(stubs, "mount -t tmpfs none {cache} && {run} && mount -o remount,ro"
                    " {cache} && {run}; echo exit $?; STUB_LOG=/dev/null CXX=cc {run}")
    check("read only, there", done.stdout.count("bits    equal") == 2 and
          "exit 0" in done.stdout, done.stdout + done.stderr)
    check("read only, not there", done.returncode == 8 and
          "set XDG_CACHE_HOME" in done.stderr, done.stderr)


def real_model(program):
    """The file that the loader says it opens."""
    done = subprocess.run([SYSTOLE, "rtl", program, "--chip", CHIP, "--no-waves"],
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "XDG_CACHE_HOME": CACHE,
                               "LD_DEBUG": "files"})
    found = re.search(r"file=(\S+/systole/rtl/\w+\.so)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"no model: {done.stdout}{done.stderr[-2000:]}")
    return found[1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/mlp.npu"
        subprocess.run([SYSTOLE, "compile", "mlp", "--chip", CHIP, "-o", program],
                       check=True, capture_output=True)
        model = f"{folder}/model.so"
        shutil.copy(real_model(program), model)
        for number, test in enumerate((
                two_at_once, damaged, lambda s: signalled(s, signal.SIGTERM),
                lambda s: signalled(s, signal.SIGINT), killed, unwritable, full_disk,
                read_only)):
            test(Stubs(f"{folder}/{number}", model, program))
    print("\n".join(failures) or "models are whole, whatever happens")
    return 1 if failures else 0


sys.exit(main())
