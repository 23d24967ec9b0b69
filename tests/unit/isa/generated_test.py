#!/usr/bin/env python3
"""The generated SystemVerilog packages and reference page against the tables,
read here by a parser of our own."""
import re
import sys

source, binary = sys.argv[1:3]


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def table():
    """{op: (code, {field: (lsb, width)})} from npu_isa.def."""
    text = re.sub(r"/\*.*?\*/", "", read(source + "/isa/npu_isa.def"),
                  flags=re.S).replace("\\\n", " ")
    macros = dict(re.findall(
        r"^#define (NPU_COMMON|NPU_COPY|NPU_VECTOR)\(op\)(.*)$", text, re.M))
    slot = re.search(r"^#define NPU_OPERAND\(op, x, lsb, doc\)(.*)$", text,
                     re.M).group(1)
    ops = {}
    for op, code, body in re.findall(
            r"^NPU_OP\((\w+),\s*(\w+),.*?\n(.*?)^NPU_OP_END", text,
            re.M | re.S):
        for name, macro in macros.items():
            body = body.replace("%s(%s)" % (name, op), macro)
        body = re.sub(r"NPU_OPERAND\(op,\s*(\w+),\s*(\d+),[^)]*\)",
                      lambda m: slot.replace("x##", m[1])
                      .replace("(lsb)", m[2]), body)
        fields = {}
        for name, lsb, width in re.findall(
                r"NPU_(?:FIELD|VIEW)\(\w+,\s*(\w+),\s*([\d +]+),\s*(\d+)",
                body):
            fields[name] = (sum(map(int, lsb.split("+"))), int(width))
        ops[op] = (int(code, 0), fields)
    return ops


def check_registers():
    """Every register in the package; no two at one address; fields apart."""
    text = re.sub(r"/\*.*?\*/", "", read(source + "/isa/npu_csr.def"),
                  flags=re.S)
    sv = read(binary + "/isa/npu_csr_pkg.svh")
    page = read(binary + "/docs/csr.md")
    taken = set()
    rows = re.findall(r"^NPU_CSR\((\w+), (0x\w+), (\d+), (r|w|rw), \"", text,
                      re.M)
    assert len(rows) == len(re.findall(r"^NPU_CSR\(", text, re.M)) > 15
    for name, address, words, _ in rows:
        assert "CSR_%s = 12'h%03x;" % (name, int(address, 0)) in sv, name
        assert "| `%s` |" % name in page
        for word in range(int(words)):
            at = int(address, 0) + 4 * word
            assert at % 4 == 0 and at < 4096 and at not in taken, name
            taken.add(at)
    bits = set()
    for csr, name, lsb, width in re.findall(
            r"^NPU_CSR_FIELD\((\w+), (\w+), (\d+), (\d+),", text, re.M):
        assert "LSB_%s_%s = %s;" % (csr, name, lsb) in sv
        assert "WIDTH_%s_%s = %s;" % (csr, name, width) in sv
        for bit in range(int(lsb), int(lsb) + int(width)):
            assert bit < 32 and (csr, bit) not in bits, (csr, name)
            bits.add((csr, bit))
    for name, code in re.findall(r"^NPU_BIN\((\w+),\s*(\d+)",
                                 read(source + "/base/npu_bin.def"), re.M):
        assert "BIN_%s = 3'd%s;" % (name, code) in sv


def main():
    check_registers()
    ops = table()
    assert len(ops) == 8 and len(ops["ew"][1]) > 40, "the parser found little"
    sv = read(binary + "/isa/npu_isa_pkg.svh")
    page = read(binary + "/docs/isa.md")
    count = 0
    for op, (code, fields) in ops.items():
        assert "OP_%s = 8'h%02x;" % (op, code) in sv, op
        assert "## `%s` (0x%02x" % (op, code) in page, op
        used = 0xff
        for name, (lsb, width) in fields.items():
            used |= ((1 << width) - 1) << lsb
            slice_ = "%s_%s = insn[%d:%d];" % (op, name, lsb + width - 1, lsb)
            assert slice_ in sv, slice_
            assert "| %d..%d | `%s` |" % (lsb + width - 1, lsb, name) in page
            count += 1
        mask = re.search(r"USED_%s = 512'h([0-9a-f_]+);" % op, sv).group(1)
        assert int(mask.replace("_", ""), 16) == used, op
    assert len(re.findall(r"= insn\[", sv)) == count

    c = re.findall(r"\{ 0x(\w+), 0x(\w+), 0x(\w+) \}",
                   read(binary + "/isa/npu_function_tables.c"))
    functions = read(binary + "/isa/npu_function_pkg.svh")
    assert len(c) == 9 * 64
    for power in range(3):
        assert re.findall(r"10'd(\d+): c%d = 32'h(\w+);" % power, functions) == [
            (str(k), row[power]) for k, row in enumerate(c)]


main()
