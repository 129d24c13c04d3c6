# SPDX-License-Identifier: BSD-2-Clause
"""The audit trail: reads it, and checks its chain apart from the product's own code."""

import hashlib
import hmac
import json
from pathlib import Path

from e2e import product

MAC_KEY = b',"mac":"'
# The second half of the store key, through libsodium's KDF.
AUDIT_SUBKEY = 2


def events(path=product.AUDIT):
    """Every line, as a dictionary."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def last(path=product.AUDIT):
    return events(path)[-1]


def subkey(store_key):
    """What the lines are chained under, from the 64 bytes of a store key."""
    salt = AUDIT_SUBKEY.to_bytes(8, "little").ljust(16, b"\0")
    person = b"pam_mfa".ljust(16, b"\0")
    return hashlib.blake2b(key=store_key[32:], salt=salt, person=person, digest_size=32).digest()


def mac_of(key, before, text):
    return hashlib.blake2b(before + text, key=key, digest_size=32).digest()


def forged(text, before, store_key):
    """A line with its mac, as who has this store key makes it."""
    return text + MAC_KEY + mac_of(subkey(store_key), before, text).hex().encode() + b'"}\n'


def mac_in(line):
    return bytes.fromhex(line.rpartition(MAC_KEY)[2][:64].decode())


def first_bad_line(data, store_keys):
    """The number of the first line that does not verify, None when all do."""
    keys = [subkey(store_key) for store_key in store_keys]
    bad, mac, seq, at = None, bytes(32), 0, 0

    def fits(before, text, rest):
        return any(hmac.compare_digest(rest, mac_of(key, before, text).hex().encode() + b'"}') for key in keys)

    for number, line in enumerate([line + b"\n" for line in data.split(b"\n")[:-1]], 1):
        text, _, rest = line[:-1].rpartition(MAC_KEY)
        fields = json.loads(line)
        if fields["event"] == "trail.rekey" and fits(bytes.fromhex(fields["before_mac"]), text, rest):
            sealed = hashlib.blake2b(data[:at], digest_size=32).hexdigest() == fields["before_hash"]
            bad = None if sealed else number
        elif not (fits(mac, text, rest) and fields["seq"] == seq + 1):
            bad = bad or number
        mac, seq = mac_in(line), fields["seq"]
        at += len(line)
    return bad


def check_chain(path=product.AUDIT, key_path=product.KEY):
    """Every line follows the one before it; gives how many there are."""
    data = Path(path).read_bytes()
    assert data.endswith(b"\n") or not data, "the last line has no end"
    bad = first_bad_line(data, [Path(key_path).read_bytes()])
    assert bad is None, f"line {bad}"
    return data.count(b"\n")
