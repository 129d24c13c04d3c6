#!/bin/bash
# The short form of tests/race/run. Writes "PASSED FAILED" to the file $1.
set -u
cd "$(dirname "$0")/../.." || exit 1
log=$1.log
timeout -k 5 120 tests/race/run --rounds 320 --on "tmpfs ext4" | tee "$log"
status=${PIPESTATUS[0]}
good=$(grep -c '^ok ' "$log")
bad=$(grep -c '^FAIL ' "$log")
if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
	echo "FAIL race: ended with status $status"
	bad=1
fi
echo "$good $bad" >"$1"
[ "$bad" = 0 ]
