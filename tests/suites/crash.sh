#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/../count-lines" crash "$1" tests/crash/run
