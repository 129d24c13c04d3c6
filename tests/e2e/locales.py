# SPDX-License-Identifier: BSD-2-Clause
"""The locale that Japanese needs."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

BUILT = Path("/tmp/ja_JP.utf8")
LOCALE = Path("/usr/lib/locale/ja_JP.utf8")


@contextmanager
def japanese_locale():
    """The host has ja_JP.UTF-8 within the block."""
    if not BUILT.exists():
        command = ["localedef", "--no-archive", "-i", "ja_JP", "-f", "UTF-8", BUILT]
        subprocess.run(command, check=True)
    shutil.copytree(BUILT, LOCALE)
    try:
        yield
    finally:
        shutil.rmtree(LOCALE)
