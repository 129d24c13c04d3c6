# SPDX-License-Identifier: BSD-2-Clause
"""Records that somebody or something has tampered with: denied, told, and left alone."""

import os
import shutil
from contextlib import contextmanager

from e2e import enroll, otp, pam, pamconf, product, programs
from e2e.checks import exits, let_in, module_lines, one_line, refused
from e2e.entry_points import stranger

SECTOR = 512
SLOT = 16 * SECTOR


@contextmanager
def bystander():
    """Somebody else, who gets in all the time."""
    hanako, token = enroll.person("hanako", "hotp")
    yield
    assert pam.call(hanako, [token.next()]).code == pam.SUCCESS


def denied(case, user, token, detail):
    since = len(module_lines(case))
    with product.unchanged(product.STORE, "/etc/pam_mfa"):
        reply = pam.call(user, [token.at(token.counter)])
    assert reply.code == pam.UNAVAILABLE, reply
    # The same question as ever, and not a word of explanation.
    assert (len(reply.prompts), reply.messages) == (1, []), reply
    path = product.record(user)
    one_line(case, rf'event=auth result=unavailable reason=failed .*user={user.name} .*detail="{path}: {detail}', since)


def slots_after_two_logins(user, token):
    """Fills both slots; gives the offsets of the newest one and of the other."""
    path = product.record(user)
    before = path.read_bytes()
    assert pam.call(user, [token.next()]).code == pam.SUCCESS
    between = path.read_bytes()
    assert pam.call(user, [token.next()]).code == pam.SUCCESS
    after = path.read_bytes()
    first, second = changed(before, between), changed(between, after)
    assert {at // SLOT for at in first} != {at // SLOT for at in second}, "one slot for both"
    newest = min(second) // SLOT * SLOT
    assert newest == newest_slot(path)
    return newest, SLOT - newest


def newest_slot(path):
    """Where the slot of the higher generation begins (docs/store-format.md)."""
    data = path.read_bytes()
    return max((0, SLOT), key=lambda at: int.from_bytes(data[at + 8:at + 12], "little"))


def changed(before, after):
    assert len(before) == len(after)
    return {at for at in range(len(before)) if before[at] != after[at]}


def flip(path, at, bit=1):
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    with path.open("r+b") as file:
        file.write(data)


def test_a_flipped_byte_denies_wherever_it_stands(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone(), bystander():
        newest, _ = slots_after_two_logins(taro, token)
        header = [newest + at for at in (0, 8, 12, 31)]
        sealed = [newest + at for at in (32, 55, 56, 100, 200, 300, 503)]
        for at in header + sealed:
            with product.kept(path):
                flip(path, at, 0x10)
                denied(case, taro, token, "the record is damaged, altered or another user's")
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_a_flipped_byte_of_a_stamp_brings_no_older_state_back(case):
    """The other stamps and the seal still say which state is the newest."""
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone():
        slots = slots_after_two_logins(taro, token)
        used = token.last()
        for at in [slot + at for slot in slots for at in (504, 508, 511)]:
            flip(path, at, 0x10)
            assert pam.call(taro, [used]).code == pam.AUTH_ERR, at
            used = token.next()
            assert pam.call(taro, [used]).code == pam.SUCCESS, at


def test_every_bit_of_the_sealed_data_counts(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone():
        newest, _ = slots_after_two_logins(taro, token)
        for bit in range(8):
            with product.kept(path):
                flip(path, newest + 120, 1 << bit)
                denied(case, taro, token, "the record is damaged")


def test_the_old_slot_does_not_stand_in_for_a_damaged_new_one(case):
    """It would bring used codes back."""
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone():
        newest, _ = slots_after_two_logins(taro, token)
        used = token.last()
        with product.kept(path):
            flip(path, newest + 100)
            assert pam.call(taro, [used]).code == pam.UNAVAILABLE
        assert pam.call(taro, [used]).code == pam.AUTH_ERR
        assert case.log("reason=code-used")


def test_another_format_is_told_from_damage(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone():
        newest, _ = slots_after_two_logins(taro, token)
        with product.kept(path):
            flip(path, newest + 4, 0x02)
            denied(case, taro, token, "the record is of a newer version of pam_mfa")
            exits(enroll.run("show", taro.name), 1, f"{path}: the record is of a newer version of pam_mfa")


def test_a_record_under_another_users_name_denies(case):
    taro, token = enroll.person(kind="hotp")
    jiro, other = enroll.person("jiro", "hotp")
    with pam.module_alone(), bystander():
        with product.kept(product.record(taro)) as path:
            shutil.copyfile(product.record(jiro), path)
            denied(case, taro, other, "the record is damaged, altered or another user's")
        assert pam.call(jiro, [other.next()]).code == pam.SUCCESS


def test_a_record_given_to_the_unenrolled_denies(case):
    jiro, other = enroll.person("jiro", "hotp")
    taro = stranger()
    with pam.module_alone():
        try:
            shutil.copy(product.record(jiro), product.record(taro))
            denied(case, taro, other, "the record is damaged, altered or another user's")
        finally:
            product.record(taro).unlink()


def test_an_older_copy_of_the_record_is_not_told_apart(case):
    """Who can write as root can bring back yesterday's record: known, and written down."""
    taro, token = enroll.person(kind="hotp")
    old = product.record(taro).read_bytes()
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        assert pam.call(taro, [token.last()]).code == pam.AUTH_ERR
        product.record(taro).write_bytes(old)
        assert pam.call(taro, [token.last()]).code == pam.SUCCESS


def test_a_symbolic_link_as_a_record_denies(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone(), bystander(), product.kept(path):
        aside = path.with_name(".aside")
        path.rename(aside)
        for target in (aside, aside.name):
            path.unlink(missing_ok=True)
            path.symlink_to(target)
            denied(case, taro, token, 'is a symbolic link"')
        aside.unlink()


def test_a_hard_link_as_a_record_denies(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    with pam.module_alone(), bystander(), product.kept(path):
        aside = product.STORE / "aside"
        os.link(path, aside)
        denied(case, taro, token, 'has 2 hard links, must have one"')
        aside.unlink()
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_a_record_of_another_length_denies(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    whole = path.stat().st_size
    with pam.module_alone(), bystander(), product.kept(path):
        for size in (0, 100, SECTOR, whole - 1):
            os.truncate(path, size)
            denied(case, taro, token, f"has {size} bytes, must have {whole}; restore it")


def test_a_record_of_another_owner_or_mode_denies(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone(), bystander(), product.kept(product.record(taro)) as path:
        os.chown(path, taro.uid, taro.gid)
        denied(case, taro, token, f'owned by uid {taro.uid}, must be owned by uid 0"')
        os.chown(path, 0, 0)
        path.chmod(0o664)
        denied(case, taro, token, f'mode is 0664, run: chmod 0600 {path}"')


def test_what_is_no_file_as_a_record_denies(case):
    taro, token = enroll.person(kind="hotp")
    path = product.record(taro)
    aside = path.with_name(".aside")
    path.rename(aside)
    with pam.module_alone():
        for make, undo in ((path.mkdir, path.rmdir), (lambda: os.mkfifo(path, 0o600), path.unlink)):
            make()
            denied(case, taro, token, "not a regular file")
            undo()
        aside.rename(path)
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_real_programs_refuse_a_damaged_record(case):
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", "hotp")
    with pamconf.wired("login", "su"):
        with product.kept(product.record(taro)) as path:
            flip(path, newest_slot(path) + 100)
            with product.unchanged(product.STORE):
                refused(programs.login(taro, [taro.password, token.next()]))
                refused(programs.su(taro, [taro.password, token.next()], caller=stranger()))
            assert len(module_lines(case)) == len(case.log("result=unavailable")) == 2
            let_in(programs.login(hanako, [hanako.password, other.next()]))
        let_in(programs.login(taro, [taro.password, token.next()]))


def test_the_tool_tells_of_a_damaged_record_and_lists_the_others(case):
    taro, _ = enroll.person(kind="hotp")
    hanako, _ = enroll.person("hanako", "hotp")
    with product.kept(product.record(taro)) as path:
        flip(path, newest_slot(path) + 100)
        with product.unchanged(product.STORE):
            done = enroll.run("list")
            exits(done, 5, f"{path}: the record is damaged")
            assert hanako.name in done.stdout
            exits(enroll.run("show", taro.name), 5)
            exits(enroll.run("unlock", taro.name), 5)
            exits(enroll.run("suspend", taro.name, "abcdefgh"), 5)
            exits(enroll.add_secret(taro, otp.Token(b"x" * 20)), 5)
