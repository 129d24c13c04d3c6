# SPDX-License-Identifier: BSD-2-Clause
"""The QR code that add shows: it fits the screen, and a reader reads it."""

import itertools
import re
import urllib.parse

from e2e import enroll, otp, product, qr, users
from e2e.terminal import PROMPT, Terminal

BLACK, WHITE = 0, 255


def shown(user, *options, kind="totp"):
    """What add shows on a terminal until its question, and the URI in it."""
    name = getattr(user, "name", user)
    with Terminal(["mfa-enroll", "add", name, kind, *options]) as terminal:
        terminal.expect(PROMPT)
        return terminal.transcript, re.search(r"otpauth://\S+", terminal.transcript).group()


def test_every_kind_of_token_is_read_and_serves(case):
    for kind, algorithm, digits in itertools.product(("totp", "hotp"), ("sha1", "sha256", "sha512"), (6, 8)):
        options = ("--algorithm", algorithm, "--digits", str(digits))
        text, uri = shown(users.new(), *options, kind=kind)
        for around in (BLACK, WHITE):
            assert qr.decode(text, around) == uri, (uri, around)
        token = otp.from_uri(uri)
        assert (token.kind, token.algorithm, token.digits) == (kind, algorithm, digits)


def fits(name, *options):
    text, uri = shown(name, "--allow-unknown", *options)
    lines = qr.rows(text)
    assert qr.decode(text, BLACK) == uri
    assert len({len(line) for line in lines}) == 1 and len(lines[0]) <= 80
    assert len(lines) <= 24, (uri, len(lines))


def test_it_fits_a_terminal_of_80_by_24(case):
    for algorithm in ("sha1", "sha256", "sha512"):
        fits("taro", "--algorithm", algorithm)


def test_it_fits_with_the_longest_usual_name_and_all_options(case):
    """useradd takes 32 characters."""
    for algorithm in ("sha1", "sha256"):
        fits("t" * 32, "--algorithm", algorithm, "--digits", "8", "--period", "60")


def test_it_fits_with_sha512_and_a_long_name(case):
    fits("t" * 32, "--algorithm", "sha512")


def test_it_fits_with_sha512_and_all_options(case):
    fits("taro", "--algorithm", "sha512", "--digits", "8", "--period", "60")


def test_a_code_in_a_file_is_read_as_well(case):
    done = enroll.run("add", users.new().name, "totp", "--no-confirm")
    uri = re.search(r"otpauth://\S+", done.stdout).group()
    assert not qr.is_dark_on_light(done.stdout)
    # A light picture needs dark around it: it is what most terminals are.
    assert qr.decode(done.stdout, BLACK) == uri


def test_names_and_issuers_of_any_script_are_read(case):
    with product.config({"issuer": "\u25cb\u25cb\u5e02 MFA: a&b=c?d/e%f"}):
        text, uri = shown("\u592a\u90ce@x y", "--allow-unknown")
    assert qr.decode(text, WHITE) == uri and re.fullmatch(r"[!-~]+", uri)
    path = urllib.parse.urlsplit(uri)
    label = urllib.parse.unquote(path.path)
    assert label == "/\u25cb\u25cb\u5e02 MFA: a&b=c?d/e%f:\u592a\u90ce@x y", label


def test_what_is_too_long_for_a_code_is_told(case):
    """The longest name there is: the key can still be typed."""
    with product.config({"issuer": "\u5e02" * 80}):
        text, uri = shown("\u592a" * 80, "--allow-unknown", "--algorithm", "sha512")
    assert len(otp.from_uri(uri).secret) == 64
    assert qr.decode(text, WHITE) == uri if qr.rows(text) else "type the key" in text
