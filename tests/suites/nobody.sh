#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The fast unit tests as nobody, in a throwaway root where the build is nobody's: without root
# they run just as well, and only those of the suite root may be skipped.
set -u

tally=$1
log=build/nobody.json
# What is written to descriptor 3 stays.
tests/root/enter -- bash -euc '
	chown -R nobody: build
	folder=$PWD
	while [ "$folder" != / ]; do
		chmod a+x "$folder"
		folder=$(dirname "$folder")
	done
	run="setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all"
	status=0
	$run meson test -C build --no-rebuild --suite fast --print-errorlogs || status=$?
	cat build/meson-logs/testlog.json >&3
	exit "$status"' 3>"$log" </dev/null
status=$?
tests/count-cases --without-root "$log" "$tally" && exit "$status"
