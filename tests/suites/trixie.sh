#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The short form of tests/release/run: Debian 13's compiler and libraries, the quick unit tests, and its
# libpam beside our reading of pam.d.
set -u

tally=$1
log=build/trixie/meson-logs/testlog.json
rm -f "$log"
# shellcheck disable=SC2016 # expanded in there
tests/release/enter trixie bash -euc '
	tools/prepare -Dwerror=true -Dtests=true
	meson test -C build --no-rebuild --print-errorlogs --suite fast --suite check --suite differ' </dev/null
status=$?
tests/count-cases "$log" "$tally" && exit "$status"
