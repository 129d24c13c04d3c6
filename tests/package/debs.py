# SPDX-License-Identifier: BSD-2-Clause
"""The packages of tests/package/build, whose folder is the first argument of the program."""

import os
import subprocess
import sys
from pathlib import Path

from e2e import transcript


def dpkg(*arguments, env=None):
    """Gives the completed process, its output as text."""
    argv = ["dpkg", *map(str, arguments)]
    done = subprocess.run(argv, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=100)
    transcript.tell(" ".join(argv), f"{done.stdout}[exit {done.returncode}]")
    return done


def install(folder, *names):
    paths = [path for name in names for path in Path(sys.argv[1], folder).glob(f"{name}_*.deb")]
    assert len(paths) == len(names), paths
    done = dpkg("--install", *paths)
    assert done.returncode == 0, done.stdout
    return done


def status(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True)
    return done.stdout
