# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll, as an administrator uses it."""

import json
import os
import subprocess
from dataclasses import dataclass

from e2e import otp, transcript, users
from e2e.terminal import PROMPT, Ended, Terminal

PROGRAM = "mfa-enroll"


@dataclass
class Enrolment:
    """What came of an `add`: the exit status, all it said, and the person's new token."""

    status: int
    text: str
    token: otp.Token | None


def run(*arguments, stdin=""):
    """One run without a terminal; gives the completed process, both outputs as text."""
    argv = [PROGRAM, *arguments]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=30)
    transcript.tell(" ".join(argv), f"{done.stdout}{done.stderr}\n[exit {done.returncode}]")
    return done


def init():
    """Makes store, key and sample configuration."""
    done = run("init")
    assert done.returncode == 0, done.stderr


def tokens(user):
    """What `list` says of the user's tokens."""
    done = run("list", user.name, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def facts(user):
    """What `show` says of the user."""
    done = run("show", user.name, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def person(stem="taro", kind="totp", **token):
    """A new user with an authenticator; gives both."""
    user = users.new(stem)
    return user, give(user, kind, **token)


def give(user, kind="totp", **token):
    """An authenticator for a user who is there already."""
    token = otp.Token(os.urandom(20), kind, **token)
    done = add_secret(user, token)
    assert done.returncode == 0, done.stderr
    return token


def add(user, kind="totp", options=(), answers=None, wrapper=()):
    """Enrols on a terminal. The authenticator is set up from the URI that is shown, and
    answers the two questions itself, unless the case has other answers."""
    argv = [*wrapper, PROGRAM, "add", getattr(user, "name", user), kind, *options]
    with Terminal(argv) as terminal:
        token = None
        given = []
        try:
            match = terminal.expect(r"otpauth://\S+(?=\s)")[1]
            token = otp.from_uri(match.group())
            token.settle()
            given = _two_in_a_row(token) if answers is None else list(answers)
            while True:
                terminal.expect(PROMPT)
                terminal.send(given.pop(0))
        except Ended:
            pass
        return Enrolment(terminal.wait(), terminal.transcript, token)


def add_secret(user, token, options=()):
    """Enrols an authenticator that exists already: its secret goes in by standard input."""
    moving = ("--counter", str(token.counter)) if token.kind == "hotp" else ()
    return run(
        "add", getattr(user, "name", user), token.kind, "--secret-stdin", "hex", "--no-confirm",
        "--algorithm", token.algorithm, "--digits", str(token.digits),
        *(("--period", str(token.period)) if token.kind == "totp" else ()), *moving, *options,
        stdin=token.secret.hex() + "\n",
    )


def _two_in_a_row(token):
    """Two codes without a wait: of the step before and of this one."""
    if token.kind == "totp":
        codes = [token.at(token.step() - 1), token.at(token.step())]
        token.last_step = token.step()
        return codes
    return [token.next(), token.next()]
