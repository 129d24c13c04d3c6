#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/../count-lines" rpm "$1" tests/rpm/run
