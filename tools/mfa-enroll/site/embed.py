#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes text files as C strings: embed.py OUTPUT NAME=INPUT..."""

import sys

with open(sys.argv[1], "w", encoding="utf-8") as target:
    target.write('#include "site/sample.h"\n')
    for argument in sys.argv[2:]:
        name, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as source:
            lines = source.read().splitlines()
        target.write(f"\nconst char {name}[] =\n")
        for line in lines:
            text = line.replace("\\", "\\\\").replace('"', '\\"')
            target.write(f'\t"{text}\\n"\n')
        target.write("\t;\n")
