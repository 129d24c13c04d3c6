#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes a text file as a C string: embed.py INPUT OUTPUT"""

import sys

with open(sys.argv[1], encoding="utf-8") as source:
    lines = source.read().splitlines()

with open(sys.argv[2], "w", encoding="utf-8") as target:
    target.write('#include "site/sample.h"\n\nconst char sample_config[] =\n')
    for line in lines:
        text = line.replace("\\", "\\\\").replace('"', '\\"')
        target.write(f'\t"{text}\\n"\n')
    target.write("\t;\n")
