# SPDX-License-Identifier: BSD-2-Clause
"""What a login does to the disk, as strace sees it: in mfa-authd's workers, and not in the program."""

import re
from pathlib import Path

from e2e import authd, enroll, pam, pamconf, product, programs, straced
from e2e.checks import let_in

# Everything that writes, makes durable, makes, renames or removes.
CALLS = ("write,pwrite64,writev,pwritev,pwritev2,fdatasync,fsync,sync,syncfs,sync_file_range,"
         "openat,open,creat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,truncate,"
         "ftruncate,fallocate,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown,fchownat")
FOLDERS = (product.STORE, product.AUDIT.parent, product.KEY)
VERDICT = 'iov_base="V"'


def trace(name, run):
    """Runs it; gives the calls of the service's workers, and asserts that the program made none
    on the files of the product."""
    path, program = Path(f"/tmp/{name}.strace"), Path(f"/tmp/{name}.program")
    with authd.traced(path, "-e", f"trace={CALLS},sendmsg"):
        run(straced.command(program, CALLS))
        told = straced.text(program).splitlines()
    touched = [line for line in told for folder in FOLDERS if str(folder) in line]
    assert told and not touched, touched
    return lines_of(path)


def lines_of(path):
    return [re.sub(r"^\d+ +", "", line) for line in path.read_text().splitlines()]


def on(lines, path):
    """The calls on this file but its opening."""
    return [line for line in lines if f"<{path}>" in line and not line.startswith("openat(")]


def names(lines):
    return [line.split("(")[0] for line in lines]


def made(lines):
    return [line for line in lines if "O_CREAT" in line and not re.search(r"= -1|/dev/", line)]


def test_one_authentication_is_one_write_and_one_sync(case):
    taro, token = enroll.person(kind="hotp")
    for code, result in ((token.next(), pam.SUCCESS), (token.wrong(), pam.AUTH_ERR),
                         (token.next(), pam.SUCCESS)):
        with pam.module_alone():
            lines = trace("authenticate", lambda wrapper: check(taro, code, result, wrapper))
        record = on(lines, product.record(taro))
        # A refusal is noted until its line is in the trail; taking the note off may get lost.
        settled = ["pwrite64"] if result == pam.AUTH_ERR else []
        assert names(record) == ["pwrite64", "fdatasync", *settled], record
        # One line for the trail, which nobody waits for the disk for.
        assert names(on(lines, product.AUDIT)) == ["pwrite64"], lines
        assert not set(names(lines)) & {
            "fsync", "sync", "syncfs", "rename", "renameat", "renameat2", "link", "linkat", "unlink",
            "unlinkat", "creat", "truncate", "ftruncate", "fallocate", "mkdir", "mkdirat", "fchmod",
        }, lines
        assert [line for line in made(lines) if str(product.AUDIT.name) not in line] == [], lines
        # The program learns of it only when the state is on the disk.
        answer = next(i for i, line in enumerate(lines) if VERDICT in line)
        assert lines.index(record[1]) < answer, lines


def check(user, code, result, wrapper):
    assert pam.call(user, [code], wrapper=wrapper).code == result


def test_the_files_stay_the_same_files(case):
    taro, token = enroll.person(kind="hotp")
    before = {path: path.stat() for path in product.USERS.iterdir()}
    assert {product.record(taro), product.decoy("nobody-here")} <= set(before)
    with pam.module_alone():
        for code in (token.next(), token.wrong(), token.next()):
            pam.call(taro, [code])
        pam.call("nobody-here", ["123456"])
    assert set(product.USERS.iterdir()) == set(before)
    for path, status in before.items():
        now = path.stat()
        assert (now.st_ino, now.st_size, now.st_blocks) == (status.st_ino, status.st_size, status.st_blocks)


def test_login_syncs_the_record_once(case):
    taro, token = enroll.person()
    with pamconf.wired("login"):
        lines = trace("login", lambda wrapper: let_in(
            programs.login(taro, [taro.password, token.next()], wrapper)))
    assert names(on(lines, product.record(taro))) == ["pwrite64", "fdatasync"]


def test_an_unknown_user_costs_the_disk_the_same(case):
    taro, token = enroll.person()
    with pam.module_alone():
        known = trace("known", lambda wrapper: check(taro, token.wrong(), pam.AUTH_ERR, wrapper))
        unknown = trace("unknown", lambda wrapper: check("nobody-here", "123456", pam.AUTH_ERR, wrapper))
    decoy = on(unknown, product.decoy("nobody-here"))
    assert names(decoy) == names(on(known, product.record(taro))) == ["pwrite64", "fdatasync", "pwrite64"]
