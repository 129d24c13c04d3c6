#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# It compiles everything twice: a busy machine takes minutes for it.
LIMIT=1200 exec "$(dirname "$0")/../count-lines" package "$1" tests/package/run
