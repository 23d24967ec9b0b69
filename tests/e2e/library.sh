#!/bin/sh
# library.sh BUILD SOURCE: install the build aside and use it as a stranger
# would: by pkg-config, by find_package, and the static archive.
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/inst" >/dev/null
cat >"$work/user.c" <<'C'
#include "configs/npu_chip.h"
#include <stdio.h>
int main(void)
{
	struct npu_error err = { 0 };
	struct npu_chip chip;

	if (npu_chip_load("edge", NULL, NULL, 0, &chip, &err) != NPU_OK)
		return puts(err.message), 1;
	printf("%d rows\n", (int)chip.array.rows);
	return 0;
}
C
cat >"$work/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.21)
project(user C)
find_package(systole REQUIRED)
add_executable(user user.c)
target_link_libraries(user systole::systole_shared)
C
export SYSTOLE_HOME="$work/inst/share/systole"
PKG_CONFIG_PATH=$(dirname "$(find "$work/inst" -name systole.pc)")
export PKG_CONFIG_PATH
# the prefix in the .pc file is that of the build; here it lies elsewhere
flags="--define-variable=prefix=$work/inst"
# shellcheck disable=SC2046
cc "$work/user.c" -o "$work/shared" $(pkg-config $flags --cflags --libs systole)
LD_LIBRARY_PATH=$(dirname "$(find "$work/inst" -name libsystole.so)") \
	"$work/shared" | grep -qx "16 rows"
cmake -S "$work" -B "$work/b" -DCMAKE_PREFIX_PATH="$work/inst" >/dev/null
cmake --build "$work/b" >/dev/null
"$work/b/user" | grep -qx "16 rows"
cc "$work/user.c" -I"$work/inst/include/systole" -o "$work/static" \
	"$(find "$work/inst" -name libsystole.a)" -lyaml -ljansson -lnettle -ldnnl -lm
"$work/static" | grep -qx "16 rows"
"$work/inst/bin/systole" run mlp --mode timing --json >/dev/null
(cd "$work" && "$work/inst/bin/systole" sweep run quick --progress none --json \
	>/dev/null && test -f "$work/quick.sqlite")
echo "shared, package and static all work"
