# SPDX-License-Identifier: BSD-2-Clause
"""The locales that Japanese needs, and those of terminals that are not in UTF-8."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path("/usr/lib/locale")
LOCALE = FOLDER / "ja_JP.utf8"


@contextmanager
def installed(name, charset, language="ja_JP"):
    """The host has this locale within the block, and the others as before."""
    built = Path("/tmp") / name
    if not built.exists():
        # localedef warns of a charset that is not a superset of ASCII, by its exit status too
        command = ["localedef", "--no-archive", "--force", "-i", language, "-f", charset, built]
        subprocess.run(command, check=charset == "UTF-8", capture_output=True)
    shutil.copytree(built, FOLDER / name)
    try:
        yield
    finally:
        shutil.rmtree(FOLDER / name)


def japanese_locale():
    """The host has ja_JP.UTF-8 within the block."""
    return installed(LOCALE.name, "UTF-8")
