#!/bin/sh
# synth.sh YOSYS MODULE "T=4;LAT=2" FOLDER FILE...: Yosys synthesises MODULE of
# FOLDER, whose other modules it finds by name; FILEs (packages) are read first.
# No latch, no undriven or doubly driven net, no loop.
set -eu
yosys=$1 module=$2 parameters=$3 folder=$4
shift 4
set -- "$@" "$folder/$module.sv"
set_parameters=
for parameter in $(echo "$parameters" | tr ';' ' '); do
	set_parameters="$set_parameters -chparam ${parameter%=*} ${parameter#*=}"
done
"$yosys" -q -e 'multiple conflicting drivers|found logic loop' -p "
	read_verilog -sv $*
	hierarchy -check -libdir $folder -top $module $set_parameters
	synth -top $module
	check -assert
	select -assert-none t:\$_DLATCH_* t:\$dlatch
	tee -o /dev/stdout stat"
