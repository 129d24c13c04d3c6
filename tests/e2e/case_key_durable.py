# SPDX-License-Identifier: BSD-2-Clause
"""The store key is made on a disk: on a file system in memory it would be gone at the next start."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, product
from e2e.checks import exits

FOLDER = Path("/mnt/volatile")


@contextmanager
def volatile(kind):
    FOLDER.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", "mode=700", "none", FOLDER], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", FOLDER], check=True)


def test_init_makes_no_key_in_memory(case):
    for kind in ("tmpfs", "ramfs"):
        with volatile(kind), product.config(host={"key": f"file:{FOLDER}/store.key", "store": "file:/var/lib/other"}):
            exits(enroll.run("init"), 1, "store.key: this file system is in memory")
            assert not list(FOLDER.iterdir()) and not Path("/var/lib/other").exists()
            exits(enroll.run("init", "--in-memory"), 0, "Made: /mnt/volatile/store.key")
        shutil.rmtree("/var/lib/other")


def test_rekey_makes_no_key_in_memory(case):
    enroll.person()
    with volatile("tmpfs"), product.config(host={"key": f"file:{FOLDER}/store.key"}):
        shutil.copy(product.KEY, FOLDER)
        with product.unchanged(product.STORE, FOLDER):
            for options in (["--yes"], ["--dry-run"]):
                exits(enroll.run("rekey", *options), 1, "store.key: this file system is in memory")
        exits(enroll.run("list"), 0)  # it is a key all the same
