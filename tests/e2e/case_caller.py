# SPDX-License-Identifier: BSD-2-Clause
"""What the caller of su chooses for it: limits, umask, timers. Nobody's login suffers by it, and
nothing of it reaches mfa-authd."""

import grp
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

from e2e import audit, authd, authd_client, enroll, pamconf, product, seat, transcript, users
from e2e.entry_points import stranger

RUN = Path("/run/pam_mfa")
FILE_SIZE, SECTOR = 16384, 512


def su(user, answers, prepare=lambda: None, wrapper=()):
    """su by a stranger, who has lines in a pipe and prepares the process; gives the exit status."""
    caller = stranger()

    def become():
        os.setgroups([])
        os.setresgid(caller.gid, caller.gid, caller.gid)
        os.setresuid(caller.uid, caller.uid, caller.uid)
        prepare()

    argv = [*wrapper, "su", getattr(user, "name", user), "-c", "true"]
    done = subprocess.run(argv, input="".join(f"{answer}\n" for answer in answers), text=True, cwd="/",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=become, timeout=30)
    transcript.tell(" ".join(argv), f"{done.stdout}\n[exit {done.returncode}]")
    return done.returncode


def limit(name, value):
    kind = getattr(resource, f"RLIMIT_{name}")
    return lambda: resource.setrlimit(kind, (value, value))


def failures(user):
    return enroll.facts(user)["failures"]


def unlogged(user):
    """The lines that tell of guesses without a line."""
    return [event for event in audit.events() if event["event"] == "auth.unlogged" and event.get("user") == user.name]


def refused_lines(user):
    events = audit.events()
    return [event for event in events if event.get("user") == user.name and event.get("reason") == "code-wrong"]


def test_a_limit_on_file_sizes_destroys_no_record(case):
    """Each sector's edge, up to eight bytes before and behind it, in turns."""
    taro, token = enroll.person(kind="hotp")
    edges = range(0, FILE_SIZE + 1, SECTOR)
    sizes = [max(0, edge + (7 * number + offset) % 17 - 8) for number, edge in enumerate(edges) for offset in (0, 8)]
    with pamconf.wired("su"):
        for size in sizes:
            before, lines = failures(taro), len(refused_lines(taro))
            assert su(taro, ["x", token.wrong()], limit("FSIZE", size)) != 0
            assert failures(taro) - before == len(refused_lines(taro)) - lines <= 1, size
            if failures(taro) > 3:
                assert enroll.run("unlock", taro.name).returncode == 0
        assert su(taro, [taro.password, token.next()]) == 0
    audit.check_chain()


def test_a_limit_on_file_sizes_destroys_no_decoy_and_no_key(case):
    hanako = users.new("hanako")
    with pamconf.wired("su"):
        for size in (505, 8697):
            assert su(hanako, ["x", "000000"], limit("FSIZE", size)) != 0
    assert enroll.run("rekey", "--dry-run").returncode == 0  # reads the decoys too


def test_other_limits_let_nobody_in_and_keep_nobody_out(case):
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("su"):
        for name, value in (("NOFILE", 4), ("NOFILE", 7), ("NOFILE", 9), ("AS", 16 << 20), ("AS", 48 << 20),
                            ("DATA", 1 << 20), ("MEMLOCK", 0), ("CPU", 1), ("SIGPENDING", 0), ("STACK", 1 << 16)):
            before, lines = failures(taro), len(refused_lines(taro))
            assert su(taro, ["x", token.wrong()], limit(name, value)) != 0, name
            assert failures(taro) - before == len(refused_lines(taro)) - lines, (name, value)
            assert enroll.run("unlock", taro.name).returncode == 0
        assert su(taro, [taro.password, token.next()]) == 0
    audit.check_chain()


def modes():
    """Of all that a login may have made."""
    folders = (RUN, product.STORE, product.AUDIT.parent)
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return {str(path): oct(path.lstat().st_mode & 0o7777) for path in paths}


def test_the_umask_of_the_caller_spoils_no_folder_and_no_file(case):
    taro, token = enroll.person(kind="hotp")
    keys = product.config(zone={"factors": "yubikey totp hotp", "yubikey_any_session": "yes"})
    seat.take()
    with pamconf.wired("su"), keys:
        for mask in (0o777, 0o0):
            product.AUDIT.unlink(missing_ok=True)
            assert su(taro, ["x", "", token.wrong()], lambda: os.umask(mask)) != 0
            assert RUN.stat().st_mode & 0o7777 == 0o711, oct(RUN.stat().st_mode)
            assert product.AUDIT.stat().st_mode & 0o7777 == 0o600, oct(product.AUDIT.stat().st_mode)
            lax = {path: mode for path, mode in modes().items() if int(mode, 8) & 0o022}
            assert lax == {str(authd.SOCKET): "0o666"}, lax
        assert enroll.run("unlock", taro.name).returncode == 0
        assert su(taro, [taro.password, token.next()]) == 0


def test_what_an_older_version_has_left_of_the_folder_is_mended(case):
    """There it was root's alone, and a caller's umask could make it anything. The service opens
    it anew when it starts; in the meantime root's programs, such as su, get in."""
    taro, token = enroll.person(kind="hotp")
    for mode in (0o000, 0o700, 0o755):
        RUN.chmod(mode)
        with pamconf.wired("su"):
            assert su(taro, [taro.password, token.next()]) == 0
        authd.restart()
        assert RUN.stat().st_mode & 0o7777 == 0o711
        assert authd_client.once(taro, token.next()) == authd_client.ALLOWED


def test_a_rotated_trail_keeps_nobody_out(case):
    """As logrotate's "create 640 root adm" leaves it."""
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("su"):
        assert su(taro, [taro.password, token.next()]) == 0
        old = product.AUDIT.with_suffix(".1")
        product.AUDIT.rename(old)
        product.AUDIT.touch(mode=0o640)
        product.AUDIT.chmod(0o640)
        os.chown(product.AUDIT, 0, grp.getgrnam("adm").gr_gid)
        try:
            assert su(taro, [taro.password, token.next()]) == 0
            assert product.AUDIT.stat().st_mode & 0o7777 == 0o600
            assert [event["event"] for event in audit.events()] == ["auth", "mode.mend"]
            assert "0640" in audit.last()["detail"]
            assert case.log(r"pam_mfa\(su:auth\): .*audit.jsonl: its mode was 0640 and is now 0600")
        finally:
            old.rename(product.AUDIT)


def test_whoever_mends_a_mode_says_so(case):
    """Also who only looks, so that the next login finds nothing to mend."""
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("su"):
        assert su(taro, [taro.password, token.next()]) == 0
    for path, wrong in ((product.KEY, 0o440), (product.record(taro), 0o640), (product.STORE / "users", 0o750)):
        for command in (("list",), ("check",), ("show", taro.name)):
            path.chmod(wrong)
            before = len(audit.events())
            enroll.run(*command)
            events = audit.events()[before:]
            assert [event["event"] for event in events] == ["mode.mend"], (path, command, events)
            assert str(path) in events[0]["detail"], events
            assert case.log(f"{path}: its mode was {wrong:04o} and is now"), path


def test_other_modes_of_roots_own_are_mended(case):
    taro, token = enroll.person(kind="hotp")
    modes = {product.KEY: (0o444, 0o400), product.STORE: (0o755, 0o755), product.USERS: (0o755, 0o700),
             product.record(taro): (0o640, 0o600), product.AUDIT: (0o666, 0o600)}
    with pamconf.wired("su"):
        for path, (lax, mended) in modes.items():
            before = path.stat().st_mode & 0o7777
            path.chmod(lax)
            assert su(taro, [taro.password, token.next()]) == 0, path
            assert path.stat().st_mode & 0o7777 == mended, path
            path.chmod(before)
        # What others could have changed is not.
        for path in (product.KEY, product.USERS, product.record(taro)):
            before = path.stat().st_mode & 0o7777
            path.chmod(before | 0o020)
            assert su(taro, [taro.password, token.next()]) != 0, path
            path.chmod(before)
        assert su(taro, [taro.password, token.next()]) == 0


ALARM = "import os, signal; signal.setitimer(signal.ITIMER_REAL, {after}); os.execv('/bin/su', ['su', '{name}', '-c', 'true'])"


def test_a_timer_of_the_caller_cuts_no_line_off(case):
    """su ends while the service waits for the disk: the guess that is counted has its line all the same."""
    taro, token = enroll.person(kind="hotp")
    caller = stranger()
    slow = ("-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=1500000")
    with pamconf.wired("su"), authd.traced("/dev/null", *slow):
        argv = ["setpriv", f"--reuid={caller.uid}", f"--regid={caller.gid}", "--clear-groups",
                "python3", "-ISc", ALARM.format(after=1.2, name=taro.name)]
        done = subprocess.run(argv, input=f"x\n{token.wrong()}\n", text=True, cwd="/", capture_output=True, timeout=30)
        assert done.returncode == -signal.SIGALRM, done
        end = time.monotonic() + 5
        while failures(taro) != 1 or not refused_lines(taro):
            assert time.monotonic() < end
            time.sleep(0.05)
    assert failures(taro) == 1
    assert len(refused_lines(taro)) == 1 and not unlogged(taro)
    assert case.log(rf"pam_mfa\(su:auth\): .*reason=code-wrong .*user={taro.name}\b")
