#!/bin/sh
# without.sh SOURCE: where Verilator, Yosys and SystemC are not installed, the rest
# is configured, with its tests, and what is left out is said.
set -eu
source=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# pkg-config sees all packages but SystemC
mkdir "$dir/packages"
pkg-config --variable pc_path pkg-config | tr : '\n' | while read -r path; do
	for file in "$path"/*.pc; do
		case $file in
		*'*'* | */systemc*.pc) ;;
		*) ln -sf "$file" "$dir/packages" ;;
		esac
	done
done
PKG_CONFIG_LIBDIR=$dir/packages cmake -S "$source" -B "$dir/build" -G Ninja \
	-DCMAKE_DISABLE_FIND_PACKAGE_verilator=ON \
	-DNPU_YOSYS=OFF >"$dir/said" 2>&1 ||
	{ cat "$dir/said"; exit 1; }
for what in 'No Verilator' 'No Yosys' 'SystemC: not found (libsystemc-dev)'; do
	grep -qF "$what" "$dir/said" || { echo "not said: $what"; exit 1; }
done
(cd "$dir/build" && ctest -N) >"$dir/tests"
if grep -E 'rtl\.|systemc\.' "$dir/tests"; then exit 1; fi
grep -q 'house\.' "$dir/tests" || { echo "no tests"; exit 1; }
