#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A busy machine takes minutes to put the policy together.
LIMIT=500 exec "$(dirname "$0")/../count-lines" policies "$1" tests/policies/run
