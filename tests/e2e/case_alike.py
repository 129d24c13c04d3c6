# SPDX-License-Identifier: BSD-2-Clause
"""Who is refused learns nothing from what he sees, whatever the reason was."""

import subprocess

from e2e import enroll, pam, product, users
from e2e.checks import refused
from e2e.entry_points import LOGIN, SSHD


def people_to_refuse():
    """(user, answers, reason): one of every kind of refusal."""
    wrong, token = enroll.person()
    used, used_token = enroll.person()
    suspended, suspended_token = enroll.person()
    locked, locked_token = enroll.person(kind="hotp")
    guessed, guessed_token = enroll.person(kind="hotp")
    bad_password, good_token = enroll.person()
    enroll.run("suspend", suspended.name, enroll.tokens(suspended)[0]["token"])
    enroll.run("test", used.name, stdin=f"{used_token.next()}\n")
    with pam.module_alone("explain"):
        for _ in range(2):
            pam.call(locked, [locked_token.wrong()])
    retired, retired_token = enroll.person()
    enroll.run("retire", retired.name)
    another, others_token = enroll.person()
    subprocess.run(["usermod", "-u", str(another.uid + 7000), another.name], check=True)
    unenrolled = users.new()
    return [
        (wrong, [wrong.password, token.wrong()], "code-wrong"),
        (wrong, [wrong.password, "12345"], "code-wrong"),
        (wrong, [wrong.password, ""], "no-code"),
        (used, [used.password, used_token.last()], "code-used"),
        (suspended, [suspended.password, suspended_token.next()], "token-suspended"),
        (locked, [locked.password, locked_token.next()], "locked"),
        (guessed, [guessed.password, guessed_token.wrong()], "code-wrong"),
        (guessed, [guessed.password, guessed_token.wrong()], "code-wrong"),
        (guessed, [guessed.password, guessed_token.next()], "locked"),
        (retired, [retired.password, retired_token.next()], "record-retired"),
        (another, [another.password, others_token.next()], "uid-changed"),
        (another, ["wrong", others_token.wrong()], "uid-changed"),
        (bad_password, ["wrong", good_token.next()], "code-right"),
        (bad_password, ["wrong", good_token.wrong()], "code-wrong"),
        (unenrolled, [unenrolled.password, "123456"], "not-enrolled"),
        (unenrolled, ["wrong", "123456"], "not-enrolled"),
        ("nobody-here", ["wrong", "123456"], "unknown-user"),
    ]


def all_look_the_same(way, case):
    seen = {}
    with product.config(zone={"max_failures": 2}), way.open():
        people = people_to_refuse()
        for user, answers, reason in people:
            outcome = way.attempt(user, answers)
            refused(outcome)
            name = getattr(user, "name", user)
            shown = [text.replace(name, "NAME") for text in (*outcome.prompts, outcome.text)]
            seen.setdefault(tuple(shown), []).append(reason)
    # Otherwise this would compare one kind of refusal with itself.
    for _, _, reason in people:
        assert case.log(rf"pam_mfa\({way.service}:auth\): .*reason={reason} "), reason
    assert len(seen) == 1, seen


def test_login_refusals_look_alike(case):
    all_look_the_same(LOGIN, case)


def test_sshd_refusals_look_alike(case):
    all_look_the_same(SSHD, case)


def test_refusals_look_alike_with_another_lock(case):
    """A lock that only an administrator ends shows no more than one that ends by itself."""
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", "hotp")
    with product.config(zone={"max_failures": 1, "lock_time": 0}), LOGIN.open():
        first = LOGIN.attempt(taro, [taro.password, token.wrong()])
        locked = LOGIN.attempt(taro, [taro.password, token.next()])
        wrong = LOGIN.attempt(hanako, [hanako.password, other.wrong()])
    assert enroll.tokens(taro)[0]["sources_locked_until"] == "unlock"
    shown = {out.text.replace(name, "NAME") for out, name in
             ((first, taro.name), (locked, taro.name), (wrong, hanako.name))}
    assert len(shown) == 1, shown
