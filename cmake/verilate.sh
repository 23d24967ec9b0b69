#!/bin/sh
# cmake/verilate.sh PREFIX DIR ARGUMENT...: SystemVerilog to C++ by Verilator.
# SPDX-License-Identifier: Apache-2.0
#
# Leaves DIR/PREFIX.h, all code in two translation units DIR/fast.cpp and
# DIR/slow.cpp (constructors, run once), and in DIR/deps what was read.
set -eu
prefix=$1 dir=$2
shift 2
rm -rf "$dir"
"${VERILATOR:-verilator}" --cc --prefix "$prefix" --Mdir "$dir" "$@"
cd "$dir"
for source in "$prefix"*.cpp; do
	case $source in
	*__Slow.cpp | *__Syms.cpp) echo "#include \"$source\"" >>slow.cpp ;;
	*) echo "#include \"$source\"" >>fast.cpp ;;
	esac
done
sed "s|^.* : |$dir/fast.cpp: |" "${prefix}__ver.d" >deps
