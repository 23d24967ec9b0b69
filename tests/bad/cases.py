"""cases.py: the table of bad inputs. `says` is a regular expression."""
import struct
from dataclasses import dataclass, field

import onnx_writer as onnx


@dataclass
class Case:
    name: str
    argv: list
    exit: int
    says: str
    files: dict = field(default_factory=dict)


CASES = []


def case(name, argv, exit_code, says, **files):
    """Files are given as keyword arguments: chip_yaml=... is chip.yaml."""
    renamed = {k.replace("__", "/").replace("_", ".", 1) if "." not in k else k: v
               for k, v in files.items()}
    CASES.append(Case(name, argv.split() if isinstance(argv, str) else argv,
                      exit_code, says, renamed))


# ---- command lines -------------------------------------------------------
case("no verb of that name", "rum mlp", 2, r"unknown verb \"rum\"; did you mean run\?")
case("no model", "run", 2, r"run: expected MODEL")
case("two models", "run mlp lenet5", 2, r"unexpected argument \"lenet5\"")
case("unknown option", "run mlp --chp edge", 2, r"--chp.*did you mean --chip")
case("option of another verb", "run mlp --window 4", 2, r"unknown option --window")
case("option without its argument", "run mlp --chip", 2, r"--chip needs an argument")
case("precision that is none", "run mlp --precision int7", 2, r"--precision: expected int8\|bf16.*\"int7\".*did you mean int8")
case("mode that is none", "run mlp --mode fast", 2, r"--mode: expected functional\|timing, got \"fast\"")
case("batch of zero", "run mlp --batch 0", 2, r"--batch: expected an integer in 1\.\.")
case("batch not a number", "run mlp --batch two", 2, r"--batch: .*\"two\"")
case("negative seed", "run mlp --seed -1", 2, r"--seed: .*\"-1\"")
case("dim without a value", "run mlp --dim N", 2, r"--dim: expected NAME=N.*\"N\"")
case("dim of zero", "run mlp --dim N=0", 2, r"--dim: expected NAME=N")
case("input of another name", "run mlp --input imgae=x.npy", 2, r"--input: expected NAME=FILE")
case("pass that is none", "compile mlp --dump fsue", 2, r"--dump: no pass \"fsue\"; there are copy .* emit")
case("emit that is none", "compile mlp --emit=asm,elf", 2, r"--emit: expected graph.*\"elf\"")
case("shell that is none", "completion tcsh", 2, r"expected bash, zsh or fish, got \"tcsh\"")

# ---- chips ---------------------------------------------------------------
case("chip of no such name", "run mlp --chip egde", 8, r"egde.*did you mean.*edge")
case("chip file that is not there", "run mlp --chip ./none.yaml", 8, r"none\.yaml: error: .*No such file")
case("set of an unknown key", "run mlp --set array.row=8", 3, r"array\.row.*did you mean.*rows")
case("set without a value", "run mlp --set array.rows", 3, r"array\.rows")
case("set out of range", "run mlp --set array.rows=0", 3, r"array\.rows.*1\.\.1024")
case("set with a bare KB", ["run", "mlp", "--set", "scratchpad.bytes=512 KB"], 3, r"KiB")
case("bare KB in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:3:\d+: error: .*KiB", c_yaml="base: edge\nscratchpad:\n  bytes: 512 KB\n")
case("unknown key in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:3:3: error: .*(colls).*did you mean.*cols", c_yaml="base: edge\narray:\n  colls: 16\n")
case("unknown section in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:2:1: error: .*arrray.*did you mean.*array", c_yaml="base: edge\narrray:\n  cols: 16\n")
case("doubled key in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:4:3: error: .*cols", c_yaml="base: edge\narray:\n  cols: 16\n  cols: 32\n")
case("missing keys in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:1:1: error: .*missing", c_yaml="array:\n  cols: 16\n")
case("not a number in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:3:9: error: .*banana", c_yaml="base: edge\narray:\n  rows: banana\n")
case("anchor in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:1:\d+: error: .*anchor", c_yaml="base: &a edge\n")
case("tab in a chip", "run mlp --chip c.yaml", 3, r"c\.yaml:\d+:\d+: error:", c_yaml="base: edge\narray:\n\trows: 8\n")
case("ten thousand brackets", "run mlp --chip c.yaml", 5, r"c\.yaml:1:\d+: error: .*(deep|depth|nest)", c_yaml="[" * 10000)
case("chip that is a sequence", "run mlp --chip c.yaml", 3, r"c\.yaml:1:1: error:", c_yaml="- 1\n- 2\n")
case("empty chip", "run mlp --chip c.yaml", 3, r"c\.yaml:\d+:\d+: error:", c_yaml="")
case("chip of random bytes", "run mlp --chip c.yaml", 3, r"c\.yaml", c_yaml=bytes(range(256)))
case("chip based on itself", "run mlp --chip c.yaml", 3, r"c\.yaml:1:\d+: error:", c_yaml="base: c.yaml\n")
case("banks that do not divide", "run mlp --set scratchpad.banks=7", 3, r"scratchpad\.banks")
case("unknown DRAM preset", "run mlp --set dram.preset=DDR9-1", 3, r"DDR9-1")
case("unknown technology", "run mlp --set chip.technology=3nm", 3, r"3nm")

# ---- what a chip cannot do -------------------------------------------------
case("bf16 on an int8 array", "run mlp --chip mcu --precision bf16", 4, r"bf16")
case("scratchpad too small", ["run", "vgg16", "--mode", "timing", "--set", "scratchpad.bytes=1 KiB", "--set", "scratchpad.banks=1"], 6, r"(scratchpad|bytes).*\d")

# ---- networks --------------------------------------------------------------
case("model of no such name", "run resnet5", 8, r"resnet5.*did you mean.*resnet50")
case("model file that is not there", "run ./none.onnx", 8, r"none\.onnx: error: .*No such file")
case("model of an unknown kind", "run model.txt", 8, r"unknown network 'model\.txt'.*or give a file", model_txt="x")
case("directory as a model", "run d.onnx", 8, r"d\.onnx", **{"d.onnx/x": "x"})
case("network that is not YAML", "run n.yaml", 3, r"n\.yaml:\d+:\d+: error:", n_yaml="network: [\n")
case("network without layers", "run n.yaml", 3, r"n\.yaml:\d+:\d+: error: .*(layers|input|missing)", n_yaml="network: x\n")
case("topology with a word for a number", "run t.csv", 3, r"t\.csv:2:\d+: error: .*\"?abc", t_csv="Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\nConv1, abc, 224, 7, 7, 3, 64, 2,\n")
case("topology with a missing column", "run t.csv", 3, r"t\.csv:2:\d+: error:", t_csv="Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\nConv1, 224, 224, 7,\n")
case("empty topology", "run t.csv", 3, r"t\.csv: error: expected a header", t_csv="")

# ---- ONNX ------------------------------------------------------------------
X = onnx.value_info("x", [1, 3, 8, 8])
Y = onnx.value_info("y", [1, 3, 8, 8])
RELU = onnx.node("Relu", ["x"], ["y"], "act")
GOOD = onnx.model([RELU], [X], [Y])


def bad_onnx(name, data, exit_code, says, extra="", **files):
    case(name, f"run m.onnx {extra}".split(), exit_code, says, **{"m.onnx": data}, **files)


bad_onnx("empty ONNX", b"", 3, r"m\.onnx")
bad_onnx("truncated ONNX", GOOD[:len(GOOD) - 9], 3, r"m\.onnx: error: ")
bad_onnx("ONNX of zeros", bytes(4096), 3, r"m\.onnx: error: ")
bad_onnx("ONNX with a huge length", onnx.varint(7 << 3 | 2) + onnx.varint(1 << 62), 3, r"m\.onnx: error: ")
bad_onnx("operator that is not supported", onnx.model([onnx.node("NonMaxSuppression", ["x"], ["y"], "nms")], [X], [Y]), 4, r"nms.*NonMaxSuppression|NonMaxSuppression.*nms")
bad_onnx("opset from the future", onnx.model([RELU], [X], [Y], opset=99), 4, r"opset.*99|99.*opset")
bad_onnx("value that nobody makes", onnx.model([onnx.node("Relu", ["ghost"], ["y"], "act")], [X], [Y]), 3, r"ghost")
bad_onnx("value made twice", onnx.model([RELU, onnx.node("Relu", ["x"], ["y"], "again")], [X], [Y]), 3, r"\by\b")
bad_onnx("graph with a cycle", onnx.model([onnx.node("Relu", ["b"], ["a"], "n1"), onnx.node("Relu", ["a"], ["b"], "n2"), onnx.node("Add", ["x", "a"], ["y"], "n3")], [X], [Y]), 3, r"cycle|n1|n2")
bad_onnx("unbound dimension", onnx.model([RELU], [onnx.value_info("x", ["N", 3, 8, 8])], [Y]), 4, r"\bN\b.*--dim|--dim.*\bN\b")
bad_onnx("negative dimension", onnx.model([RELU], [onnx.value_info("x", [1, -3, 8, 8])], [Y]), 3, r"x")
bad_onnx("dimensions that overflow", onnx.model([RELU], [onnx.value_info("x", [1 << 30, 1 << 30, 1 << 30, 1])], [Y]), 5, r"x|act|element")
bad_onnx("convolution with another channel count", onnx.model([onnx.node("Conv", ["x", "w"], ["y"], "conv0")], [X], [Y], [onnx.tensor("w", [4, 5, 3, 3], bytes(4 * 4 * 5 * 9))]), 3, r"conv0")
bad_onnx("weights shorter than their shape", onnx.model([onnx.node("Conv", ["x", "w"], ["y"], "conv0")], [X], [Y], [onnx.tensor("w", [4, 3, 3, 3], bytes(7))]), 3, r"\bw\b")
bad_onnx("external data outside the folder", onnx.model([onnx.node("Add", ["x", "w"], ["y"], "add0")], [X], [Y], [onnx.field(1, 1) + onnx.field(2, 1) + onnx.field(8, "w") + onnx.field(13, onnx.field(1, "location") + onnx.field(2, "../../etc/passwd")) + onnx.field(14, 1)]), 8, r"passwd|outside|\.\.")

# ---- arrays ----------------------------------------------------------------


def npy(header, data=b""):
    text = header.encode()
    pad = -(len(text) + 11) % 64
    text += b" " * pad + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


F4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"


def bad_npy(name, data, exit_code, says):
    case(name, ["run", "m.onnx", "--input", "x=a.npy"], exit_code, says, **{"m.onnx": GOOD, "a.npy": data})


bad_npy("array that is not npy", b"hello", 3, r"a\.npy: error: ")
bad_npy("empty array file", b"", 3, r"a\.npy: error: ")
bad_npy("array of another shape", npy(F4 % "1, 3, 8, 9", bytes(4 * 216)), 3, r"a\.npy: error: .*1 x 3 x 8 x 8")
bad_npy("truncated array", npy(F4 % "1, 3, 8, 8", bytes(100)), 3, r"a\.npy: error: ")
bad_npy("array in Fortran order", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3, 8, 8), }", bytes(768)), 4, r"a\.npy: error: .*(Fortran|order)")
bad_npy("array of objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1, 3, 8, 8), }", bytes(768)), 4, r"a\.npy: error: ")
bad_npy("array with a huge shape", npy(F4 % "99999999, 99999999, 99999999", bytes(16)), 5, r"a\.npy: error: ")
case("input file that is not there", "run m.onnx --input x=none.npy", 8, r"none\.npy: error: .*No such file", **{"m.onnx": GOOD})

# ---- programs ----------------------------------------------------------------
case("program that is not there", "verify none.npu", 8, r"none\.npu: error: .*No such file")
case("program of other bytes", "verify p.npu", 3, r"p\.npu: error: ", **{"p.npu": b"not a program at all, but long enough for a header" * 4})
case("empty program", "verify p.npu", 3, r"p\.npu: error: ", **{"p.npu": b""})
case("assembly with an unknown opcode", "as p.s -o p.npu", 3, r"p\.s:\d+:\d+: error: .*frobnicate", **{"p.s": ".program 1\n.cores 1\n.core 0\nfrobnicate n0=4\n"})
case("disassembling text", "objdump p.npu", 3, r"p\.npu: error: ", **{"p.npu": b"ELF" * 50})

# ---- DRAM traces -------------------------------------------------------------
case("trace that is not there", "dram none.trc", 8, r"none\.trc")
case("trace with a bad line", "dram t.trc", 3, r"t\.trc:2:\d+: error: ", **{"t.trc": "40 R\nzz W\n"})
case("trace with a bad direction", "dram t.trc", 3, r"t\.trc:1:\d+: error: ", **{"t.trc": "40 X\n"})
case("unknown preset", "dram seq_r --preset DDR4-3201", 3, r"DDR4-3201.*did you mean.*DDR4-3200")
case("unknown map", "dram seq_r --map xy", 2, r"--map: expected bg\|co")

# ---- outputs -----------------------------------------------------------------
case("output over a file of the user's", "run mlp -o mine", 8, r"mine: error: .*not a run directory", **{"mine": "precious"})
case("output into a folder that is not there", "run mlp -o no/such/place", 8, r"no/such/place: error: ")

# ---- reports -------------------------------------------------------------
case("report of no directory", "report nowhere -o r.html", 8, r"nowhere: not there; expected a directory")
case("report of a file", ["report", "a.txt"], 3, r"a\.txt:1:1: error: expected a mapping", a_txt="x")
case("report in a format that is none", "report x --format pdf", 2, r"--format: expected html\|markdown.*\"pdf\"")
case("report of a broken summary", "report d -o r.html", 3, r"d/summary\.json:2:.*JSON", d__summary_json="{\n]")
case("report of another schema", "report d --json", 3, r"d/summary\.json.*systole\.summary/1", d__summary_json="{\"schema\": \"x\"}")

# ---- sweeps ----------------------------------------------------------------
HEAD = "sweep: s\nmodels: [mlp]\n"
GRID = HEAD + "method: grid\nparameters: {array.rows: [8]}\n"


def sweep(name, text, exit_code, says):
    case("sweep: " + name, "sweep plan s.yaml", exit_code, says, s_yaml=text)


case("sweep of no such name", "sweep plan quik", 8, r"unknown sweep 'quik'; did you mean 'quick'\?")
case("sweep file that is not there", "sweep plan ./none.yaml", 8, r"none\.yaml: error: .*No such file")
case("action of a sweep that is none", "sweep rum s.yaml", 2, r"no action \"rum\"; did you mean \"run\"\?")
case("shard of nsga2", "sweep run s.yaml --shard 0/2", 2, r"s\.yaml:3:9: error: --shard: method nsga2", s_yaml=HEAD + "method: nsga2\npopulation: 4\ngenerations: 2\nparameters: {array.rows: [8, 16]}\nobjectives: [{minimize: cycles}]\n")
sweep("unknown key", GRID + "objectve: []\n", 3, r"s\.yaml:5:1: error: .*objectve.*did you mean.*objectives")
case("an option of another sweep action", "sweep run quick --workers 2", 2, r"sweep run: takes no --workers; its options are .*--threads")
case("an output where nothing is written", "sweep pareto quick -o x.csv", 2, r"sweep pareto: takes no --output")
sweep("unknown key, nothing near", GRID + "base: edge\n", 3, r"s\.yaml:5:1: error: unknown key \"base\"; known here: .*chip")
sweep("unknown method", HEAD + "method: nsga3\n", 3, r"s\.yaml:3:9: error: .*nsga3.*did you mean.*nsga2")
sweep("no models", "sweep: s\nmodels: []\n", 3, r"s\.yaml:2:9: error: .*at least one model")
sweep("unknown model", GRID.replace("mlp", "mpl"), 8, r"s\.yaml:2:10: error: .*mpl.*did you mean.*mlp")
sweep("unknown chip", GRID + "chip: egde\n", 8, r"s\.yaml:5:7: error: .*egde.*did you mean.*edge")
sweep("part of a key's name", HEAD + "method: grid\nparameters:\n  rows: [8]\n", 3, r"s\.yaml:5:3: error: unknown chip key \"rows\"; did you mean \"array\.rows\"\?")
sweep("part of a field's name", GRID + "objectives: [{minimize: energy}]\n", 3, r"s\.yaml:5:25: error: .*did you mean \"energy_pj\"\?")
sweep("one value instead of a list", HEAD + "method: grid\nparameters:\n  array.rows: 8\n", 3, r"s\.yaml:5:15: error: .*expected a list of values, such as \[8\]")
sweep("constraint that compares nothing", GRID + "constraints: [area_mm2]\n", 3, r"s\.yaml:5:15: error: .*expected a comparison")
sweep("unknown parameter", HEAD + "method: grid\nparameters:\n  array.row: [8]\n", 3, r"s\.yaml:5:3: error: unknown chip key \"array\.row\"; did you mean \"array\.rows\"\?")
sweep("value out of range", HEAD + "method: grid\nparameters:\n  array.rows: [8, 0]\n", 3, r"s\.yaml:5:19: error: .*1\.\.1024")
sweep("bare KB", HEAD + "method: grid\nparameters:\n  scratchpad.bytes: [64 KB]\n", 3, r"s\.yaml:5:22: error: .*KiB")
sweep("range without a step", HEAD + "method: grid\nparameters:\n  array.rows: {range: [8, 16]}\n", 3, r"s\.yaml:5:\d+: error: .*one of `scale: log2`")
sweep("unknown name in an expression", HEAD + "method: grid\nparameters:\n  array.rows: {expr: array.colls}\n", 3, r"s\.yaml:5:22: error: unknown name \"array\.colls\"; did you mean \"array\.cols\"\?")
sweep("unknown name in a constraint", GRID + "constraints: [latncy_ns < 5]\n", 3, r"s\.yaml:5:15: error: unknown name \"latncy_ns\"; did you mean \"latency_ns\"\?")
sweep("unknown objective", GRID + "objectives: [{minimize: enrgy_pj}]\n", 3, r"s\.yaml:5:\d+: error: .*enrgy_pj.*did you mean.*energy_pj")
SCREENED = GRID + "objectives: [{minimize: cycles}]\n"
for keep in ("0", "1.0", "1.5", "50%", "-3", "1e3", "[2]"):
    sweep(f"screen keeps {keep}", SCREENED + f"screen: {{keep: {keep}}}\n", 3, r"s\.yaml:6:16: error: screen\.keep: expected a share of the points below 1")
sweep("screen of no objectives", GRID + "screen: {keep: 0.5}\n", 3, r"s\.yaml:5:1: error: `screen` needs `objectives`")
sweep("screen without keep", SCREENED + "screen: {kep: 0.5}\n", 3, r"s\.yaml:6:10: error: unknown key \"screen\.kep\"; did you mean \"keep\"\?")
sweep("objective without a goal", GRID + "objectives: [{minimise: cycles}]\n", 3, r"s\.yaml:5:\d+: error: .*minimise.*did you mean.*minimize")
sweep("zip of what is no parameter", GRID + "zip: [[array.rows, array.cols]]\n", 3, r"s\.yaml:5:20: error: .*no parameter")
sweep("samples of a grid", GRID + "samples: 3\n", 3, r"s\.yaml:5:1: error: method grid has no `samples`")
sweep("nsga2 without a population", HEAD + "method: nsga2\ngenerations: 2\nparameters: {array.rows: [8]}\n", 3, r"error: method nsga2 needs `population`")
sweep("population too small", HEAD + "method: nsga2\npopulation: 3\ngenerations: 2\nparameters: {array.rows: [8]}\nobjectives: [{minimize: cycles}]\n", 3, r"s\.yaml:4:13: error: .*4\.\.4096")
sweep("on_error that is none", GRID + "on_error: ignore\n", 3, r"s\.yaml:5:11: error: .*continue.*stop.*ignore")
sweep("more points than there may be", HEAD + "method: grid\nparameters:\n" + "".join(f"  {k}: {{range: [1, 1024], step: 1}}\n" for k in ("array.rows", "array.cols", "vector.lanes")), 5, r"s\.yaml.*more than \d+ trials; give `method: sobol`")
