#!/usr/bin/env python3
"""rtl.py SYSTOLE CACHE [PLATFORM]: `systole rtl` as a user meets it: equal, different, refused, without Verilator, and with RTL that does not compile.

Models are kept in CACHE, for all tests of one build tree. PLATFORM is
systole-platform: each instruction retires there when it does here.
"""
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SYSTOLE, CACHE = (os.path.abspath(p) for p in sys.argv[1:3])
PLATFORM = "".join(sys.argv[3:])
CHIP = "rtl-4"
failures = []


def run(*argv, **environment):
    return subprocess.run([SYSTOLE, *argv], capture_output=True, text=True,
                          env={**os.environ, "XDG_CACHE_HOME": CACHE, **environment})


def check(what, condition, done):
    if not condition:
        failures.append(f"{what}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def equal(program):
    """C and RTL agree, whatever the memory; the second run builds nothing."""
    for memory in ("dram", "fixed:17", "stall:5"):
        done = run("rtl", program, "--chip", CHIP, "--memory", memory, "--json",
                   "--no-waves")
        check(f"equal, {memory}", done.returncode == 0, done)
        if done.returncode:
            return
        result = json.loads(done.stdout)
        check("instructions compared", result["instructions"] > 100, done)
        check("requests compared", result["requests"] > 1000, done)
        check("bins equal", result["c_bins"] == result["rtl_bins"], done)
        for side in ("c", "rtl"):
            check("layers sum to the total", result[f"{side}_cycles"] == sum(
                layer[f"{side}_cycles"] for layer in result["layers"]), done)
        check("layers equal", all(layer["c_cycles"] == layer["rtl_cycles"]
                                  for layer in result["layers"]), done)
    check("nothing is built twice", "building" not in done.stderr, done)
    done = run("rtl", program, "--chip", CHIP)
    check("text", re.search(r"bits +equal: \d+ instructions.*\ncycles +equal: \d+",
                            done.stdout), done)


def retirements(program, folder):
    """Every instruction's cycle, of C and of the RTL; and on the platform, where
    each may be the core."""
    both = f"{folder}/lockstep.csv"
    done = run("rtl", program, "--chip", CHIP, "--no-waves", "--retirements", both)
    with open(both, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    check("a row an instruction", re.search(rf"equal: {len(rows)} instructions",
                                            done.stdout), done)
    check("equal cycles", all(row["c_cycle"] == row["rtl_cycle"] for row in rows),
          done)
    check("last layer last", rows[-2]["layer"] == "softmax1", done)
    want = {(row["instruction"], row["layer"]): row["rtl_cycle"] for row in rows}
    for executor in ("c", "rtl") if PLATFORM else ():
        got = f"{folder}/{executor}.csv"
        done = subprocess.run(
            [PLATFORM, program, "--chip", CHIP, "--executor", executor,
             "--retirements", got], capture_output=True, text=True, check=False,
            env={**os.environ, "XDG_CACHE_HOME": CACHE})
        with open(got, newline="", encoding="utf-8") as file:
            check(f"on the platform, {executor}", want == {
                (row["instruction"], row["layer"]): row["cycle"]
                for row in csv.DictReader(file)}, done)
    done = run("rtl", program, "--chip", CHIP, "--retirements", f"{folder}/no/x.csv")
    check("a file that cannot be", done.returncode == 8 and
          re.search(r"no/x\.csv", done.stderr), done)


def installed(program, folder):
    """In another place than it was configured for: what it runs is installed there,
    and the same as here, so that nothing is built."""
    prefix = f"{folder}/prefix"
    subprocess.run(["cmake", "--install", os.path.dirname(SYSTOLE), "--prefix", prefix],
                   check=True, stdout=subprocess.DEVNULL)
    argv = [f"{prefix}/bin/systole", "rtl", program, "--chip", CHIP, "--no-waves"]
    environment = {**os.environ, "XDG_CACHE_HOME": CACHE}
    done = subprocess.run(argv, capture_output=True, text=True, env=environment,
                          check=False)
    check("installed", done.returncode == 0 and "bits    equal" in done.stdout and
          "building" not in done.stderr, done)
    core = pathlib.Path(prefix, "share/systole/sim/rtl/npu_core.sv")
    core.write_text("module npu_core (input clk; endmodule\n")
    environment["XDG_CACHE_HOME"] = f"{folder}/cache"
    done = subprocess.run(argv, capture_output=True, text=True, env=environment,
                          check=False)
    check("its own RTL", done.returncode == 70 and f"{core}:1" in done.stderr, done)


def copy_of_tree(folder):
    """Where data lies, with RTL of its own."""
    home = pathlib.Path(folder)
    source = pathlib.Path(__file__).resolve().parents[2]
    shutil.copytree(source / "sim/rtl", home / "sim/rtl")
    for name in ("configs", "sim/cosim"):
        (home / name).symlink_to(source / name)
    return home


def different(program, folder):
    """A vector engine of one stage more: equal bits, other cycles, found at the
    first instruction of VX, with its waves."""
    home = copy_of_tree(f"{folder}/slow")
    core = home / "sim/rtl/npu_core.sv"
    text = core.read_text()
    slow = text.replace("LATENCY(VX_LATENCY)",
                        "LATENCY(VX_LATENCY + 1)")
    core.write_text(slow)
    done = run("rtl", program, "--chip", CHIP, "-o", f"{folder}/out",
               SYSTOLE_HOME=str(home))
    check("planted in the right place", slow != text, done)
    for part in (r"bits +equal: \d+ instructions", r"cycles +different: C (\d+), RTL (\d+); "
                 r"\d+ of \d+ instructions, by \d+ at most",
                 r"first difference, cycle \d+: (late|in different cycles)",
                 r"instruction \d+, layer \S+, tile \d+:\n +(ew|red) ",
                 r"C +cycle (\d+): vx retires instruction \d+",
                 r"RTL +not by cycle", r"equal before it:\n +cycle \d+: ",
                 r"seed 1\n", r"waves: .*/out/lenet5\.fst"):
        check(f"says {part}", re.search(part, done.stdout), done)
    check("exit 1", done.returncode == 1 and "C and RTL differ" in done.stderr, done)
    waves = pathlib.Path(folder, "out/lenet5.fst")
    check("waves kept", waves.exists() and waves.stat().st_size > 1000, done)
    done = run("rtl", program, "--chip", CHIP, "--cycle-tolerance", "1000000",
               "--no-waves", SYSTOLE_HOME=str(home))
    check("within a tolerance", done.returncode == 0, done)


def refused(program, folder):
    for argv, code, says in (
            ((program, "--chip", CHIP, "--memory", "dram:3"), 2, "--memory: expected dram"),
            ((program, "--chip", CHIP, "--memory", "fixed:0"), 2, "fixed:N"),
            ((program, "--chip", CHIP, "--input", "nobody=x.npy"), 2, "--input: expected NAME=FILE"),
            ((program, "--chip", "rtl-8"), 3, "compiled for another chip than rtl-8"),
            ((program, "--chip", CHIP, "--set", "dma.width=128"), 4, "no dma.width of 128.*4..64"),
            ((f"{folder}/none.npu", "--chip", CHIP), 8, "none.npu")):
        done = run("rtl", *argv)
        check(f"refuses {argv[2:]}", done.returncode == code and
              re.search(says, done.stderr) and not done.stdout, done)


def without_verilator(program, folder):
    done = run("rtl", program, "--chip", CHIP, PATH=folder)
    check("no Verilator", done.returncode == 4 and
          "apt-get install verilator" in done.stderr, done)
    done = run("doctor", PATH=folder)
    check("doctor", re.search(r"-- +verilator.*install: verilator", done.stdout), done)
    done = run("rtl", program, "--chip", CHIP, XDG_CACHE_HOME="", HOME="")
    check("no home", done.returncode == 8 and "set HOME" in done.stderr, done)


def broken_rtl(program, folder):
    """RTL that does not compile is a located error, and nothing is cached."""
    home = copy_of_tree(f"{folder}/broken")
    core = home / "sim/rtl/npu_core.sv"
    core.write_text(core.read_text() + "\nmodule npu_broken (input clk; endmodule\n")
    cache = f"{folder}/cache"
    done = run("rtl", program, "--chip", CHIP, SYSTOLE_HOME=str(home),
               XDG_CACHE_HOME=cache)
    check("broken RTL", done.returncode == 70 and re.search(
        r"verilator failed; see .*/log: .*npu_core\.sv:\d+", done.stderr), done)
    check("nothing cached", not list(pathlib.Path(cache).rglob("*.so")) or
          all(p.is_dir() for p in pathlib.Path(cache).rglob("*.so")), done)


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/lenet5.npu"
        done = run("compile", "lenet5", "--chip", CHIP, "-o", program)
        check("compiles", done.returncode == 0, done)
        refused(program, folder)
        without_verilator(program, folder)
        broken_rtl(program, folder)
        equal(program)
        retirements(program, folder)
        installed(program, folder)
        different(program, folder)
    print("\n".join(failures) or "systole rtl does as it says")
    return 1 if failures else 0


sys.exit(main())
