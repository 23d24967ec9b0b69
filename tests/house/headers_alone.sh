#!/bin/sh
# headers_alone.sh ROOT: every public header compiles alone as C17 and C++17.
set -eu
cd "$1"
status=0
for header in base/*.h configs/*.h isa/*.h models/*.h compiler/*.h sim/*.h \
	sim/dram/*.h \
	sim/cosim/*.h traces/*.h; do
	case $header in *_internal.h) continue ;; esac
	cc -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I. \
		-x c "$header" 2>/tmp/header.$$ ||
		{ cat /tmp/header.$$; echo "$header: not C17 alone"; status=1; }
	c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I. -x c++ "$header" \
		2>/tmp/header.$$ ||
		{ cat /tmp/header.$$; echo "$header: not C++17 alone"; status=1; }
done
rm -f /tmp/header.$$
exit $status
