# SPDX-License-Identifier: BSD-2-Clause
"""Throwaway users with a known password. Each case makes its own."""

import itertools
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

_numbers = itertools.count(1)

# What a login shell says first: by this line a driver knows that it is in.
PROFILE = 'echo "logged in as $(id -un)"\n'


@dataclass(frozen=True)
class User:
    name: str
    password: str
    uid: int
    gid: int
    home: Path


def new(stem="taro", password=None):
    """Makes the next user: taro1, taro2, hanako3…"""
    number = next(_numbers)
    return make(f"{stem}{number}", password or f"right horse {number}")


def make(name, password):
    """Makes a user of this very name, who may use sudo."""
    subprocess.run(["useradd", "-m", "-s", "/bin/sh", name], check=True)
    subprocess.run(["chpasswd"], input=f"{name}:{password}\n", text=True, check=True)
    entry = pwd.getpwnam(name)
    user = User(name, password, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))
    give(user, ".profile", PROFILE)
    return user


def give(user, name, text, mode=0o600):
    """Writes a file in the user's home; the folders on the way become the user's."""
    path = user.home / name
    for folder in reversed(path.relative_to(user.home).parents[:-1]):
        (user.home / folder).mkdir(mode=0o700, exist_ok=True)
        os.chown(user.home / folder, user.uid, user.gid)
    path.write_text(text)
    path.chmod(mode)
    os.chown(path, user.uid, user.gid)
    return path
