#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/../count-lines" race "$1" tests/race/run --rounds 320 --on "tmpfs ext4"
