# SPDX-License-Identifier: BSD-2-Clause
"""One-time codes: RFC 4226 and RFC 6238 in Python, apart from the product's own library."""

import base64
import hashlib
import hmac
import time
import urllib.parse
from dataclasses import dataclass


@dataclass
class Token:
    """The person's authenticator. It knows which codes it has given out."""

    secret: bytes
    kind: str = "totp"
    algorithm: str = "sha1"
    digits: int = 6
    period: int = 30
    counter: int = 0
    last_step: int = 0

    def at(self, moving_factor):
        """The code of one counter or time step."""
        digest = hmac.new(self.secret, moving_factor.to_bytes(8, "big"), self.algorithm).digest()
        start = digest[-1] & 0x0F
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        return str(number % 10**self.digits).zfill(self.digits)

    def step(self):
        """The time step of this moment."""
        return int(time.time()) // self.period

    def next(self):
        """A code not given out before: the earliest step that a login can still take."""
        if self.kind == "hotp":
            self.counter += 1
            return self.at(self.counter - 1)
        self.last_step = max(self.step(), self.last_step + 1)
        return self.at(self.last_step)

    def last(self):
        """The code that was given out last, once more."""
        return self.at(self.counter - 1 if self.kind == "hotp" else self.last_step)

    def wrong(self):
        """A code that is right nowhere near this moment, nor far from this counter."""
        centre = self.counter if self.kind == "hotp" else self.step()
        near = {self.at(n) for n in range(max(0, centre - 200), centre + 200)}
        return next(code for code in map(self._code, range(10**self.digits)) if code not in near)

    def settle(self, margin=4):
        """Waits, if the step ends within margin seconds, until the next one has begun."""
        left = self.period - time.time() % self.period
        if left < margin:
            time.sleep(left + 0.01)

    def _code(self, number):
        return str(number).zfill(self.digits)


def from_uri(uri):
    """Reads an otpauth URI as an authenticator app does."""
    parts = urllib.parse.urlsplit(uri)
    if parts.scheme != "otpauth" or parts.netloc not in ("totp", "hotp"):
        raise ValueError("not an otpauth URI")
    fields = dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))
    secret = fields["secret"]
    algorithm = fields.get("algorithm", "SHA1").lower()
    if algorithm not in hashlib.algorithms_guaranteed:
        raise ValueError(f"unknown algorithm {algorithm}")
    return Token(
        secret=base64.b32decode(secret + "=" * (-len(secret) % 8)),
        kind=parts.netloc,
        algorithm=algorithm,
        digits=int(fields.get("digits", 6)),
        period=int(fields.get("period", 30)),
        counter=int(fields.get("counter", 0)),
    )
