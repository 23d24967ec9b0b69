#!/usr/bin/env python3
"""include_rule.py ROOT: who may include whom, as architecture.md says.

Exits 1 and names file and line where a source includes a header of a folder
that its own folder may not use. Anything unlisted is forbidden.
"""
import pathlib
import re
import sys

ALLOWED = {
    "base": {"base"},
    "configs": {"configs", "base"},
    "models": {"models", "base"},
    "isa": {"isa", "configs", "base"},
    "compiler": {"compiler", "base", "configs", "models", "isa"},
    "sim": {"sim", "base", "configs", "isa", "traces"},
    "traces": {"traces", "base"},
    "sweep": {"sweep", "base", "configs", "models", "isa", "compiler", "sim",
              "traces"},
    "tools": {"tools", "sweep", "base", "configs", "models", "isa", "compiler", "sim",
              "traces"},
    "bench": {"bench", "sweep", "base", "configs", "models", "isa", "compiler",
              "sim", "traces"},
}
# Single headers of folders that are otherwise closed.
EXTRA = {"models": {"isa/npu_function.h"}}
# A library's header belongs to one file or folder (docs/dependencies.md).
LIBRARY = {
    "yaml.h": {"base/npu_yaml.c"},
    "oneapi/dnnl/dnnl.h": {"models/onednn/"},
    "pb_decode.h": {"models/onnx/"},
    "pb.h": {"models/onnx/"},
    "pb_encode.h": {"models/onnx/"},
    "sqlite3.h": {"sweep/npu_store_sqlite.c"},
    "libpq-fe.h": {"sweep/npu_postgres.c"},
    "muParserDLL.h": {"sweep/npu_expression.c"},
    "boost/random/sobol.hpp": {"sweep/npu_sobol.cc"},
}
# Compiled outside of the tree, with what Verilator writes.
ALONE = {"sim/cosim/npu_rtl_harness.cc"}
INTRINSICS = re.compile(r"(immintrin|x86intrin|arm_neon)\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')


def problems(root):
    for folder, allowed in ALLOWED.items():
        for path in sorted((root / folder).rglob("*.[ch]*")):
            name = path.relative_to(root).as_posix()
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                header = match[1]
                top = header.split("/")[0]
                where = f"{name}:{number}: "
                if top in ALLOWED and "/" in header:
                    if top not in allowed and header not in EXTRA.get(folder, ()):
                        yield where + f"{folder} may not include {header}"
                    if header.endswith("_internal.h") and top != folder:
                        yield where + f"{header} is internal to {top}"
                elif header in LIBRARY:
                    if not any(name.startswith(p) for p in LIBRARY[header]):
                        yield where + f"{header} is for {sorted(LIBRARY[header])}"
                elif header.startswith("npu_") and name not in ALONE:
                    yield where + f'write "{folder}/{header}": the folder too'
                elif INTRINSICS.search(header) and "kernel" not in name:
                    yield where + "intrinsics belong in a kernel file"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "include rule kept")
    return 1 if found else 0


sys.exit(main())
