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


def check_chain(path=product.AUDIT, key_path=product.KEY):
    """Every line follows the one before it; gives how many there are."""
    salt = AUDIT_SUBKEY.to_bytes(8, "little").ljust(16, b"\0")
    key = hashlib.blake2b(
        key=Path(key_path).read_bytes()[32:], salt=salt, person=b"pam_mfa".ljust(16, b"\0"), digest_size=32
    ).digest()
    mac = bytes(32)
    lines = Path(path).read_bytes().split(b"\n")
    assert lines.pop() == b"", "the last line has no end"
    for number, line in enumerate(lines, 1):
        text, _, rest = line.rpartition(MAC_KEY)
        mac = hashlib.blake2b(mac + text, key=key, digest_size=32).digest()
        assert hmac.compare_digest(rest, mac.hex().encode() + b'"}'), f"line {number}"
        assert json.loads(line)["seq"] == number, f"line {number}"
    return len(lines)
