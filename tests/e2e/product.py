# SPDX-License-Identifier: BSD-2-Clause
"""The installed product's files, as an administrator sees them."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

CONFIG = Path("/etc/pam_mfa/mfa.conf")
KEY = Path("/etc/pam_mfa/store.key")
STORE = Path("/var/lib/pam_mfa")
USERS = STORE / "users"
AUDIT = Path("/var/log/pam_mfa/audit.jsonl")


DECOYS = 64


def siphash(key, data):
    """SipHash-2-4, the number of eight bytes."""
    mask = (1 << 64) - 1
    k0, k1 = (int.from_bytes(key[i:i + 8], "little") for i in (0, 8))
    a, b, c, d = k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573

    def turn(value, bits):
        return (value << bits | value >> (64 - bits)) & mask

    def rounds(count):
        nonlocal a, b, c, d
        for _ in range(count):
            a, c = (a + b) & mask, (c + d) & mask
            b, d = turn(b, 13) ^ a, turn(d, 16) ^ c
            a = turn(a, 32)
            c, a = (c + b) & mask, (a + d) & mask
            b, d = turn(b, 17) ^ c, turn(d, 21) ^ a
            c = turn(c, 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        d ^= word
        rounds(2)
        a ^= word
    c ^= 0xff
    rounds(4)
    return a ^ b ^ c ^ d


def decoy(name):
    """Where the decoy of a user's name is: docs/store-format.md, "Decoys"."""
    key = hashlib.blake2b(key=KEY.read_bytes()[32:], digest_size=32, salt=(4).to_bytes(8, "little"), person=b"pam_mfa")
    return USERS / f".decoy-{siphash(key.digest()[:16], name.encode()) % DECOYS:02d}"


def record(user):
    """Where a user's record is."""
    return USERS / user.name


def tree(*folders):
    """Every file below the folders: kind and mode, owner, links, bytes or target."""
    found = {}
    for path in [path for folder in folders for path in sorted(Path(folder).rglob("*"))]:
        status = path.lstat()
        if path.is_symlink():
            content = os.readlink(path)
        else:
            content = path.read_bytes() if path.is_file() else None
        found[str(path)] = (status.st_mode, status.st_uid, status.st_nlink, content)
    return found


@contextmanager
def unchanged(*folders):
    """Whatever happens in the block leaves no trace below the folders."""
    before = tree(*folders)
    yield
    after = tree(*folders)
    differing = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    assert not differing, differing


TYPED = "totp hotp yubikey-otp recovery temporary"


def config_text(host=None, zone=None):
    """A configuration: the defaults, with these keys on top; only typed codes let in."""
    zone = {**(zone or {}), **({} if zone and "factors" in zone else {"factors": TYPED})}
    lines = [f"{key} = {value}" for key, value in {"zone": "mynumber", **(host or {})}.items()]
    zone_lines = [f"{key} = {value}" for key, value in zone.items()]
    return "\n".join(["[host]", *lines, "[zone mynumber]", *zone_lines, ""])


@contextmanager
def written(path, text):
    """The file, made by root for itself, has this text within the block."""
    path = Path(path)
    before = (path.read_bytes(), path.stat().st_mode & 0o7777) if path.exists() else None
    path.write_text(text)
    path.chmod(0o600)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        if before:
            path.write_bytes(before[0])
            path.chmod(before[1])


def config(host=None, zone=None):
    """The host has this configuration within the block."""
    return written(CONFIG, config_text(host, zone))


@contextmanager
def kept(path):
    """Whatever becomes of the file in the block, it is as it was after it."""
    path = Path(path)
    content, mode = path.read_bytes(), path.stat().st_mode & 0o7777
    try:
        yield path
    finally:
        if path.is_symlink() or path.exists():
            path.unlink()
        path.write_bytes(content)
        path.chmod(mode)
        os.chown(path, 0, 0)
