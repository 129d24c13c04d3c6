#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the README has a newcomer run: its steps go as they should.
set -u
cd "$(dirname "$0")/../.." || exit 1
log=$1.log
status=0
timeout -k 5 300 tools/demo >"$log" 2>&1 </dev/null || status=$?
good=$(grep -c '^   ok, .*: ' "$log")
bad=$(grep -c '^   WRONG, .*: ' "$log")
if [ "$status" != 0 ] || [ "$good" = 0 ]; then
	tail -n 40 "$log" | sed 's/^/    /'
	echo "FAIL demo: ended with status $status (the whole log: $log)"
	[ "$bad" != 0 ] || bad=1
else
	echo "ok demo: $good steps"
fi
echo "$good $bad" >"$1"
[ "$bad" = 0 ]
