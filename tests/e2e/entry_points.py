# SPDX-License-Identifier: BSD-2-Clause
"""The programs that let people in, and the stories that must come out alike at each."""

import functools
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Callable

from e2e import authd, enroll, pamconf, product, programs, ssh, users
from e2e.checks import let_in, module_lines, one_line, refused, stood_for


@dataclass(frozen=True)
class Way:
    """attempt(user, answers) is one try to get in; server is what must run meanwhile."""

    service: str
    attempt: Callable
    server: Callable = nullcontext

    @contextmanager
    def open(self, arguments=""):
        """The service is wired as the README says, within the block."""
        with pamconf.wired(self.service, arguments=arguments), self.server():
            yield


@functools.cache
def stranger():
    """The one who tries to become others."""
    return users.new("jiro")


LOGIN = Way("login", programs.login)
SU = Way("su", lambda user, answers: programs.su(user, answers, caller=stranger()))
SUDO = Way("sudo", programs.sudo)
SSHD = Way("sshd", ssh.login, ssh.Server)


def refuses(way, case, user, answers, reason):
    """Refused after both questions; the module's one line tells the administrator why."""
    since = len(module_lines(case))
    refused(way.attempt(user, answers))
    name = "UNKNOWN" if reason == "unknown-user" else getattr(user, "name", user)
    fields = rf"event=auth result=denied reason={reason} zone=mynumber (caller=\d+ )?service={way.service}"
    one_line(case, rf"\({way.service}:auth\): {fields} user={name}\b", since)


def lets_in(way, user, answers):
    let_in(way.attempt(user, answers))


def lets_in_with_password_and_code(way, case):
    for kind in ("totp", "hotp"):
        taro, token = enroll.person(kind=kind)
        since = len(module_lines(case))
        with way.open():
            outcome = way.attempt(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1].endswith("One-time code:"), outcome
        one_line(case, rf"result=allowed reason=code-right .* user={taro.name} .*kind={kind}", since)


def refuses_wrong_password_with_right_code(way, case):
    taro, token = enroll.person()
    with way.open():
        refused(way.attempt(taro, ["wrong", token.next()]))
        # The code was right, and so it is used up.
        refuses(way, case, taro, [taro.password, token.last()], "code-used")
        lets_in(way, taro, [taro.password, token.next()])


def refuses_wrong_used_and_old_codes(way, case):
    taro, token = enroll.person()
    hanako, counting = enroll.person("hanako", "hotp", counter=20)
    with way.open():
        refuses(way, case, taro, [taro.password, token.wrong()], "code-wrong")
        refuses(way, case, taro, [taro.password, token.at(token.step() - 4)], "code-wrong")
        lets_in(way, taro, [taro.password, token.next()])
        refuses(way, case, taro, [taro.password, token.last()], "code-used")
        lets_in(way, hanako, [hanako.password, counting.next()])
        refuses(way, case, hanako, [hanako.password, counting.last()], "code-used")
        refuses(way, case, hanako, [hanako.password, counting.at(5)], "code-wrong")
        lets_in(way, hanako, [hanako.password, counting.next()])


def refuses_the_unenrolled(way, case):
    taro = users.new()
    with way.open():
        refuses(way, case, taro, [taro.password, "123456"], "not-enrolled")


def refuses_the_unknown(way, case):
    with way.open():
        refuses(way, case, "nobody-here", ["wrong", "123456"], "unknown-user")
    assert not any("nobody-here" in line for line in module_lines(case))


def refuses_the_suspended_until_resumed(way, case):
    taro, token = enroll.person()
    (entry,) = enroll.tokens(taro)
    with way.open():
        assert enroll.run("suspend", taro.name, entry["token"]).returncode == 0
        refuses(way, case, taro, [taro.password, token.next()], "token-suspended")
        assert enroll.tokens(taro)[0]["state"] == "suspended"
        assert enroll.run("resume", taro.name, entry["token"]).returncode == 0
        lets_in(way, taro, [taro.password, token.next()])


def elsewhere(user, code):
    """A login from where nobody has guessed: by root, and without a terminal."""
    return enroll.run("test", user.name, stdin=f"{code}\n").returncode == 0


def refuses_the_locked_until_unlocked(way, case):
    """Where the wrong codes came from is locked, whatever happens elsewhere."""
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), way.open():
        for _ in range(2):
            refuses(way, case, taro, [taro.password, token.wrong()], "code-wrong")
        refuses(way, case, taro, [taro.password, token.next()], "locked")
        (entry,) = enroll.tokens(taro)
        assert (entry["failures"], entry["locked"], entry["sources_locked"]) == (2, False, 1), entry
        assert elsewhere(taro, token.last())
        refuses(way, case, taro, [taro.password, token.next()], "locked")
        assert enroll.tokens(taro)[0]["failures"] == 0
        assert enroll.run("unlock", taro.name).returncode == 0
        lets_in(way, taro, [taro.password, token.next()])
        assert enroll.tokens(taro)[0]["failures"] == 0


def lock_ends_by_itself(way, case):
    taro, token = enroll.person(kind="hotp")
    code = token.next()
    with product.config(zone={"max_failures": 1, "lock_time": "1s"}), way.open():
        refuses(way, case, taro, [taro.password, token.wrong()], "code-wrong")
        assert enroll.tokens(taro)[0]["sources_locked_until"]
        # A code that meets the lock stays good: the person tries again with the same one.
        tries = 0
        deadline = time.monotonic() + 15
        while not way.attempt(taro, [taro.password, code]).let_in:
            tries += 1
            assert time.monotonic() < deadline, "the lock does not end"
    authd.restart()
    assert stood_for(case.log("reason=locked")) == tries
