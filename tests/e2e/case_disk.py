# SPDX-License-Identifier: BSD-2-Clause
"""A full disk and a read-only one."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import audit, enroll, otp, pam, pamconf, product, programs, users
from e2e.checks import exits, let_in, module_lines, one_line, refused

DISK = Path("/srv/small")
STORE = DISK / "store"
TRAIL = DISK / "log" / "audit.jsonl"
ELSEWHERE = Path("/var/log/pam_mfa/elsewhere.jsonl")
OUT_OF_ORDER = "Authentication is out of order, so you cannot log in. Ask your system administrator."


def mount(*options):
    subprocess.run(["mount", *options, DISK], check=True)


@contextmanager
def small_disk(store=STORE, trail=TRAIL, **host):
    """The store, the audit trail or both are on a disk that is little larger than the decoys; gives a person."""
    DISK.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", "size=1216k,mode=0755", "tmpfs")
    try:
        with product.config({"store": f"file:{store}", "audit": str(trail), **host}):
            exits(enroll.run("init"), 0)
            yield enroll.person(kind="hotp")
    finally:
        subprocess.run(["umount", DISK], check=True)


def fill():
    """Not one block is left."""
    with open(DISK / "filler", "wb") as file:
        try:
            while True:
                file.write(b"x" * 4096)
                file.flush()
        except OSError:
            pass
        try:
            file.close()
        except OSError:
            pass
    assert os.statvfs(DISK).f_bavail == 0


def until_denied(user, token):
    """Logs in until the last block of the trail is full."""
    for _ in range(40):
        reply = pam.call(user, [token.next()])
        if reply.code != pam.SUCCESS:
            return reply
    raise AssertionError("the disk does not get full")


def test_full_disk_denies_for_want_of_an_audit_line(case):
    with small_disk() as (taro, token), pam.module_alone():
        fill()
        reply = until_denied(taro, token)
        assert reply.code == pam.UNAVAILABLE and reply.messages == [OUT_OF_ORDER], reply
        lines = module_lines(case)
        said = case.log(rf'result=unavailable reason=failed .*detail="{TRAIL}: cannot append: no space left')
        assert [lines[-1]] == said, (lines, said)
        # Not even a wrong code is refused without its line.
        assert pam.call(taro, [token.wrong()]).code == pam.UNAVAILABLE
        whole = audit.check_chain(TRAIL)
        (DISK / "filler").unlink()
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        assert audit.check_chain(TRAIL) == whole + 1


def test_full_disk_lets_in_where_the_site_prefers_that(case):
    with small_disk(audit_required="no") as (taro, token), pam.module_alone():
        TRAIL.unlink()
        fill()
        since = len(module_lines(case))
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        one_line(case, rf'result=allowed reason=code-right .*detail="{TRAIL}: cannot append: no space left', since)
        # What counts is durable all the same.
        assert pam.call(taro, [token.last()]).code == pam.AUTH_ERR
        assert pam.call(taro, [token.wrong()]).code == pam.AUTH_ERR


def test_store_on_a_full_disk_still_lets_in(case):
    """A login writes in place, and so it needs no space."""
    with small_disk(trail=ELSEWHERE) as (taro, token), pamconf.wired("login", "su"), pam.module_alone():
        fill()
        let_in(programs.login(taro, [taro.password, token.next()]))
        refused(programs.login(taro, [taro.password, token.last()]))
        for _ in range(3):
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        exits(enroll.run("list", taro.name), 0)


def test_enrolment_on_a_full_disk_leaves_what_was_there(case):
    with small_disk(trail=ELSEWHERE) as (taro, token), pam.module_alone():
        hanako = users.new("hanako")
        fill()
        with product.unchanged(STORE):
            done = enroll.add_secret(hanako, otp.Token(b"x" * 20))
            exits(done, 1, rf"mfa-enroll: {STORE}/users/{hanako.name}: cannot .*[Nn]o space left")
        # A second token fits into the record that is there.
        exits(enroll.add_secret(taro, otp.Token(b"x" * 20)), 0)
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        (DISK / "filler").unlink()
        exits(enroll.add_secret(hanako, otp.Token(b"x" * 20)), 0)


def denied_read_only(case, taro, token, detail):
    with pam.module_alone():
        mount("-o", "remount,ro")
        try:
            with product.unchanged(STORE, DISK):
                reply = pam.call(taro, [token.next()])
            assert reply.code == pam.UNAVAILABLE and reply.messages == [OUT_OF_ORDER], reply
            one_line(case, f"result=unavailable reason=failed .*user={taro.name} .*detail={detail}")
            # it says nothing about the code or the name
            for user in (taro, "nobody-has-this-name"):
                other = pam.call(user, [token.wrong()])
                assert (other.code, other.messages) == (reply.code, reply.messages), other
        finally:
            mount("-o", "remount,rw")
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_read_only_store_denies_and_works_again(case):
    with small_disk(trail=ELSEWHERE) as (taro, token):
        denied_read_only(case, taro, token, f'"{STORE}/users/{taro.name}: cannot open: Read-only file system"')


def test_read_only_audit_trail_denies_and_works_again(case):
    store = "/var/lib/pam_mfa"
    with small_disk(store=store) as (taro, token):
        denied_read_only(case, taro, token, f'"{TRAIL}: cannot open: Read-only file system"')


def test_read_only_store_and_trail_deny_with_one_line(case):
    with small_disk() as (taro, token):
        denied_read_only(case, taro, token, f'"{STORE}/users/{taro.name}: cannot open: Read-only file system"')
        assert audit.check_chain(TRAIL)


def test_read_only_disk_at_the_real_programs(case):
    with small_disk() as (taro, token), pamconf.wired("login", "su"):
        mount("-o", "remount,ro")
        try:
            refused(programs.login(taro, [taro.password, token.next()]))
            let_in(programs.su(taro, []), 0)
            exits(enroll.run("list", taro.name), 0, taro.name)
            exits(enroll.run("unlock", taro.name), 1, "Read-only file system")
        finally:
            mount("-o", "remount,rw")
        let_in(programs.login(taro, [taro.password, token.next()]))
