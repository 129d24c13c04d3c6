# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll enable and disable, without systemd. What needs systemd is in tests/package."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import clock, enroll, product, programs, ssh, users
from e2e.checks import exits, let_in, refused, soon
from e2e.switching import DROP_IN, MFA, PAM, ROOT, SWITCH, TREES, enable, forget_login, has_mfa, in_a_session, left_beside, ready


def test_everything_in_the_way_is_said_at_once(case):
    forget_login()
    subprocess.run(["chpasswd"], input=f"root:{ROOT.password}\n", text=True, check=True)
    with product.unchanged(*TREES, "/var/cache/debconf", "/run"):
        done = enroll.run("enable", "--yes")
        exits(done, 1, "no copy of the store key was verified.*--no-copy")
        exits(done, 1, "root has no authenticator.*mfa-enroll add root totp, then: mfa-enroll test root")
        exits(enable(), 1, "root has no authenticator")
        assert "copy" not in enable().stderr
        token = enroll.give(ROOT, kind="hotp")
        try:
            exits(enable(), 1, "no code of root was ever accepted: mfa-enroll test root")
            exits(enroll.run("test", "root", stdin=f"{token.next()}\n"), 0)
            exits(enable("--dry-run"), 0)
            exits(enable("--only", "nonsense"), 1, "nonsense: there is no such service")
            exits(enable("--only", "passwd"), 1, "passwd: nobody logs in by it: name services")
        finally:
            enroll.run("remove", "root", enroll.tokens(ROOT)[0]["token"], "--yes")
    for options in (["--try", "5"], ["--try", "2d"], ["--confirm", "--roll-back"], ["--only", ","]):
        exits(enroll.run("enable", *options), 2)
    exits(enroll.run("enable", "--confirm"), 1, "nothing is on trial")
    exits(enroll.run("enable", "--roll-back"), 1, "nothing is on trial")


def test_a_dry_run_shows_the_lines_and_changes_nothing(case):
    with ready(), product.unchanged(*TREES, "/var/cache/debconf", "/run"):
        done = enable("--dry-run")
        exits(done, 0, r"(?s)\+\+\+ /etc/pam.d/common-auth\n.*\n\+auth\trequired\tpam_mfa.so.*PasswordAuthentication no")
        done = enable("--dry-run", "--only", "login,su")
        exits(done, 0, r"(?s)/etc/pam.d/login\n.*\n @include common-auth\n\+auth +required +pam_mfa.so\n"
                       r".*\n\+account +required +pam_mfa.so\n @include common-account")
        assert "sshd" not in done.stdout and "common-auth\n+++" not in done.stdout


def test_a_trial_counts_once_a_new_session_confirms_it(case):
    with ready() as token:
        exits(enable(), 0, "(?s)common-auth.*On trial: in [45]:")
        assert has_mfa("common-auth") and has_mfa("common-account") and DROP_IN.exists()
        exits(enroll.run("enable", "--confirm"), 1, "nobody has logged in with a code since")
        exits(enable(), 1, "on trial since .* by root; put back in")
        exits(enroll.run("check"), 0, "(?s)on trial and will be put back")
        # su asks for the code too, but shows nothing of logins
        taro, other = enroll.person(kind="hotp")
        let_in(programs.su(taro, [taro.password, other.next()], caller=users.new("jiro")))
        exits(enroll.run("enable", "--confirm"), 1, "this session began before enable, or not with a code")
        let_in(programs.login(taro, [taro.password, other.next()]))
        exits(enroll.run("enable", "--confirm"), 1, "this session began before enable")
        status, said = in_a_session(token, "mfa-enroll enable --confirm")
        assert status == 0 and "Confirmed: logins ask for a code" in said, said
        assert not left_beside() and (SWITCH / "enabled").exists() and not (SWITCH / "trying").exists()
        exits(enroll.run("enable", "--roll-back"), 1, "confirmed already")
        exits(enroll.run("enable", "--confirm"), 1, "confirmed already")
        exits(enable(), 0, "Nothing to change")
        # an ssh key is asked for the rest, and is not enough
        with ssh.Server(DROP_IN.read_text()):
            key = ssh.authorize(taro)
            let_in(ssh.login(taro, [taro.password, other.next()], methods="publickey,keyboard-interactive", key=key))
            let_in(ssh.login(taro, [taro.password, other.next()]))
            assert not ssh.login(taro, methods="publickey", key=key).let_in
        exits(enroll.run("check"), 0, r"(?m)^Proved \(services: \d+; ")
        refused(programs.login(taro, [taro.password, other.wrong()]))
        exits(enroll.run("disable", "--yes"), 0, "(?s)common-auth.*What stays:")
        let_in(programs.login(taro, [taro.password]), prompts=1)
        exits(enroll.run("verify"), 0)
        for event in ("pam.enable", "pam.confirm", "pam.disable"):
            assert f'"event":"{event}"' in product.AUDIT.read_text()


def test_what_nobody_confirms_is_put_back(case):
    with ready():
        before = product.tree(*TREES)
        exits(enable("--try", "10s"), 0, "in 0:(10|09) all is put back")
        assert has_mfa("common-auth")
        soon(lambda: not (SWITCH / "trying").exists(), seconds=20)
        assert product.tree(*TREES) == before
        assert '"event":"pam.roll-back"' in product.AUDIT.read_text()


def test_who_confirms_too_late_is_told_so(case):
    with ready():
        exits(enable("--only", "login", "--try", "10s"), 0)
        soon(lambda: not (SWITCH / "trying").exists(), seconds=20)
        time_of = r"\d{4}-\d\d-\d\d \d\d:\d\d"
        for words in ("--confirm", "--roll-back"):
            exits(enroll.run("enable", words), 1, f"too late: the trial of {time_of} ended at {time_of} and was put back; begin anew")
        exits(enable("--only", "login"), 0)
        exits(enroll.run("enable", "--roll-back"), 0)
        exits(enroll.run("disable", "--yes"), 0, "Nothing to change")


def test_what_nobody_has_put_back_in_time_is_by_the_next_command(case):
    """Who waits was ended in a way that nobody can help."""
    with ready():
        before = product.tree(*TREES)
        for words, status, said in ((["enable", "--confirm"], 1, "too late: the trial of"),
                                    (["enable", "--yes", "--no-copy", "--only", "nonsense"], 1, "no such service")):
            exits(enable("--only", "login", "--try", "10s"), 0)
            end_waiters()
            time.sleep(11)
            assert has_mfa("login")
            exits(enroll.run(*words), status, said)
            assert product.tree(*TREES) == before and not (SWITCH / "trying").exists()


def end_waiters():
    """Those of this root: its processes are all there are."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().split(b"\0")
        if b"mfa-enroll" in words[0] and b"enable" in words:
            os.kill(int(path.parent.name), signal.SIGKILL)


def confirm(token):
    status, said = in_a_session(token, "mfa-enroll enable --confirm")
    assert status == 0 and "Confirmed" in said, said


def test_more_services_are_added_to_those_that_ask(case):
    """Each time on trial; and disable takes all of them back."""
    with ready() as token:
        before = product.tree(*TREES)
        exits(enable("--only", "login"), 0)
        confirm(token)
        of_login = product.tree(*TREES)
        exits(enable("--dry-run", "--only", "login,sshd"), 0, "(?s)pam.d/sshd.*pam_mfa.conf")
        exits(enable("--only", "login,sshd,sudo"), 0, "(?s)pam.d/sshd.*pam.d/sudo.*pam_mfa.conf")
        exits(enroll.run("check"), 1, "on trial")
        exits(enroll.run("enable", "--roll-back"), 0)
        assert product.tree(*TREES) == of_login and (SWITCH / "enabled").exists()
        exits(enroll.run("enable", "--confirm"), 1, "too late")
        # all of them at last: the line of login is common-auth's from now on
        exits(enable(), 0, "(?s)common-auth.*pam.d/login")
        status, said = in_a_session(token, "mfa-enroll enable --confirm")
        assert status == 0, said
        assert has_mfa("common-auth") and not has_mfa("login")
        exits(enable(), 0, "Nothing to change")
        # Debian's own command takes the profile out: enable puts it back
        subprocess.run(["pam-auth-update", "--package", "--remove", "mfa"], check=True,
                       env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        exits(enable("--dry-run"), 0, "common-auth")
        exits(enable(), 0, "common-auth")
        # what is on trial and what was confirmed are both taken back
        exits(enroll.run("disable", "--yes"), 0, "(?s)Put back.*Disabled")
        restore_seen()
        assert product.tree(*TREES) == before


def test_what_stays_open_is_named(case):
    rule = Path("/etc/sudoers.d/taro")
    with ready():
        taro = users.new()
        rule.write_text(f"# for taro\n{taro.name} ALL=(ALL) NOPASSWD: ALL\n")
        try:
            done = enable("--dry-run")
            exits(done, 0, "warning: a hole that stays: /etc/sudoers.d/taro:2: .*NOPASSWD")
            exits(done, 0, f"warning: after enable: cannot log in, as they have no active authenticator: .*{taro.name}")
        finally:
            rule.unlink()
        assert "a hole that stays" not in enable("--dry-run").stderr


def test_without_a_terminal_yes_is_named(case):
    with ready():
        exits(enroll.run("enable", "--no-copy"), 1, "there is no terminal to ask at: --yes")
        exits(enroll.run("enable", "--no-copy", stdin="y\n"), 0, r"(?s)no systemd here.*sudo asks for password and code as well")


def test_where_nothing_was_ever_enabled_nothing_is_made(case):
    forget_login()
    shutil.rmtree(SWITCH, ignore_errors=True)
    with product.unchanged(product.STORE):
        exits(enroll.run("disable", "--yes"), 0, "Nothing to change")
        exits(enroll.run("enable", "--wait"), 0)
        exits(enroll.run("enable", "--roll-back"), 1, "nothing is on trial")
        exits(enroll.run("enable", "--confirm"), 1, "nothing is on trial")
        exits(enroll.run("enable", "--dry-run"), 1)


def test_a_dry_run_during_a_trial_says_so(case):
    with ready():
        exits(enable("--only", "login"), 0)
        exits(enable("--dry-run"), 1, "on trial since")


def test_a_clock_that_jumps_does_not_change_the_time_left(case):
    """It counts what nobody sets: neither a year ahead nor a year back is the end, or puts it off."""
    with clock.off_by(0), ready():
        before = product.tree(*TREES)
        exits(enable("--try", "10s"), 0, "in 0:(10|09)")
        begun = time.monotonic()
        for years in (1, -1):
            clock.step(years * 365 * 86400)
            time.sleep(2)
            assert has_mfa("common-auth") and product.tree(*TREES) != before
        soon(lambda: not (SWITCH / "trying").exists(), seconds=15)
        assert 8 < time.monotonic() - begun < 14
        clock.step(0)
        assert product.tree(*TREES) == before


def test_only_the_named_services_ask(case):
    with ready():
        exits(enable("--only", "login"), 0, "(?s)/etc/pam.d/login")
        assert has_mfa("login") and not has_mfa("common-auth") and not has_mfa("su") and not DROP_IN.exists()
        taro, token = enroll.person(kind="hotp")
        let_in(programs.login(taro, [taro.password, token.next()]))
        let_in(programs.su(taro, [taro.password], caller=users.new("jiro")), prompts=1)
        exits(enroll.run("enable", "--roll-back"), 0, "Put back")


def test_one_service_after_the_other(case):
    """A trial on top of what was confirmed; disable takes all of it back."""
    with ready() as token:
        exits(enable("--only", "login"), 0)
        assert in_a_session(token, "mfa-enroll enable --confirm")[0] == 0
        exits(enable("--only", "login,sshd"), 0, "/etc/pam.d/sshd")
        exits(enroll.run("enable", "--roll-back"), 0, "Put back")
        assert has_mfa("login") and not has_mfa("sshd") and not DROP_IN.exists()
        exits(enable("--only", "login,sshd"), 0)
        # login asks already: that it works shows nothing of sshd
        status, said = in_a_session(token, "mfa-enroll enable --confirm")
        assert status == 1 and "nobody has logged in with a code since enable" in said, said
        taro, other = enroll.person(kind="hotp")
        with ssh.Server(DROP_IN.read_text()):
            said = ssh.run(taro, [taro.password, other.next(), taro.password], "sudo mfa-enroll enable --confirm; echo status=$?")
            assert "status=0" in said, said
        assert has_mfa("login") and has_mfa("sshd") and not (SWITCH / "trying").exists() and not left_beside()
        exits(enroll.run("disable", "--yes"), 0, "(?s)login.*sshd")


def test_services_that_begin_no_session_are_confirmed_from_one_that_another_began(case):
    """sudo asks within a session, so its own success can never be the one that confirms."""
    with ready() as token:
        with product.unchanged(*TREES):
            exits(enable("--only", "sudo"), 1, "name login or sshd as well")
        exits(enable("--only", "login"), 0)
        confirm(token)
        exits(enable("--only", "sudo"), 0, "pam.d/sudo")
        confirm(token)
        assert has_mfa("login") and has_mfa("sudo") and not (SWITCH / "trying").exists()
        exits(enroll.run("disable", "--yes"), 0, "(?s)login.*sudo")


def test_where_common_auth_was_edited_each_service_has_its_lines(case):
    """pam-auth-update leaves it alone then, and so does enable."""
    with ready():
        edited = (PAM / "common-auth").read_text()
        (PAM / "common-auth").write_text(edited.replace("# end of pam-auth", "auth optional pam_warn.so\n# end of pam-auth"))
        before = product.tree(*TREES)
        exits(enable(), 0, "(?s)/chfn.*/login.*/other.*/polkit-1.*/sudo-i")
        assert not has_mfa("common-auth") and has_mfa("login") and has_mfa("polkit-1")
        assert not any(has_mfa(name) for name in ("passwd", "cron", "runuser", "su-l"))
        exits(enroll.run("check"), 0, "(?m)^Proved ")
        taro, token = enroll.person(kind="hotp")
        let_in(programs.login(taro, [taro.password, token.next()]))
        exits(enroll.run("enable", "--roll-back"), 0)
        assert product.tree(*TREES) == before
        # by hand into the edited file: its jump ends before the line
        (PAM / "common-auth").write_text((PAM / "common-auth").read_text() + f"auth required {MFA}\n")
        exits(enroll.run("disable", "--yes"), 0, "common-auth")
        assert product.tree(*TREES) == before
        (PAM / "common-auth").write_text(edited)


def test_what_somebody_edits_meanwhile_stays_without_our_lines(case):
    with ready():
        before = (PAM / "login").read_bytes()
        taro = users.new()
        for take_back in (lambda: exits(enroll.run("enable", "--roll-back"), 0, r"(?s)Put back.*/etc/pam.d/login was changed by "
                                        "somebody meanwhile and stays, without lines of pam_mfa.so"),
                          lambda: soon(lambda: not (SWITCH / "trying").exists(), seconds=20)):
            exits(enable("--only", "login,su", "--try", "10s"), 0)
            (PAM / "login").write_text((PAM / "login").read_text() + "# mine\n")
            take_back()
            assert not has_mfa("su") and not has_mfa("login") and (PAM / "login").read_text().endswith("# mine\n")
            assert (SWITCH / "before/login").read_bytes() == before
            let_in(programs.login(taro, [taro.password]), prompts=1)
            (PAM / "login").write_bytes(before)


def test_lines_that_cannot_be_taken_out_are_no_success(case):
    with ready():
        before = (PAM / "login").read_bytes()
        exits(enable("--only", "login,su"), 0)
        jump = "auth [success=1 default=ignore] pam_rhosts.so\n"
        line = f"auth       required   {MFA}\n"
        (PAM / "login").write_text((PAM / "login").read_text().replace(line, jump + line))
        assert jump in (PAM / "login").read_text()
        done = enroll.run("enable", "--roll-back")
        exits(done, 1, r"(?s)/etc/pam.d/login: a jump .* passes over.*logins are not all as they were before enable")
        assert "logins are as they were" not in done.stdout and not has_mfa("su")
        (PAM / "login").write_bytes(before)


def test_pam_auth_update_by_hand_during_a_trial_leaves_no_line(case):
    with ready():
        extra = Path("/usr/share/pam-configs/e2e")
        exits(enable(), 0)
        extra.write_text("Name: e2e\nDefault: yes\nPriority: 0\nAuth-Type: Additional\nAuth:\n\toptional pam_permit.so\n")
        try:
            subprocess.run(["pam-auth-update", "--package", "--enable", "e2e"], check=True,
                           env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            assert has_mfa("common-auth")
            exits(enroll.run("enable", "--roll-back"), 0, "common-auth was changed by somebody meanwhile")
            assert not has_mfa("common-auth") and not has_mfa("common-account")
        finally:
            subprocess.run(["pam-auth-update", "--package", "--remove", "e2e"], check=True,
                           env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            extra.unlink()
            restore_seen()


def restore_seen():
    """What pam-auth-update has seen is not taken back by it."""
    seen = Path("/var/lib/pam/seen")
    seen.write_text("".join(line for line in seen.read_text().splitlines(True) if line != "mfa\n"))


def test_lines_of_before_are_taken_out_without_any_record(case):
    """Set up by hand, as README has it."""
    with ready():
        before = {name: (PAM / name).read_text() for name in ("login", "su")}
        subprocess.run(["pam-auth-update", "--enable", "mfa"], check=True)
        (PAM / "login").write_text(before["login"].replace(
            "@include common-auth", f"auth required pam_unix.so\nauth required {MFA}"))
        exits(enroll.run("disable", "--yes"), 0, "(?s)common-auth.*login")
        assert not any(has_mfa(path.name) for path in PAM.iterdir())
        taro = users.new()
        let_in(programs.login(taro, [taro.password]), prompts=1)
        exits(enroll.run("disable", "--yes"), 0, "Nothing to change")
        (PAM / "login").write_text(before["login"])
        restore_seen()


def test_lines_by_hand_that_would_ask_twice_are_refused(case):
    with ready():
        before = (PAM / "su").read_text()
        (PAM / "su").write_text(before.replace("@include common-auth", f"@include common-auth\nauth required {MFA}"))
        with product.unchanged(*TREES):
            exits(enable(), 1, "su includes common-auth and has lines of pam_mfa.so besides")
        (PAM / "su").write_text(before)


def test_two_administrators_do_not_meet(case):
    with ready():
        exits(enable("--dry-run"), 0)
        SWITCH.mkdir(exist_ok=True, mode=0o700)
        with open(SWITCH / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            exits(enable(), 6, "another administrator")


def test_killed_anywhere_it_can_be_taken_back(case):
    """Before each call by which it writes; test_edits_killed has every call of several files. Who waits has a time of its
    own, and is not killed with it."""
    points = 0
    with ready():
        before = product.tree(*TREES)
        for call in ("rename", "link", "linkat", "fsync"):
            number, killed = 0, True
            while killed:
                number, points = number + 1, points + 1
                killed = is_killed_at(call, number)
                if (SWITCH / "trying").exists():
                    exits(enroll.run("enable", "--roll-back"), 0, "Put back")
                assert product.tree(*TREES) == before, (call, number)
    assert points > 10, points


def is_killed_at(call, number):
    argv = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}",
            "mfa-enroll", "enable", "--yes", "--no-copy", "--only", "login"]
    status = subprocess.run(argv, capture_output=True).returncode
    assert status in (0, -9), status
    return status != 0


def test_a_read_only_or_full_disk_changes_nothing(case):
    with ready():
        subprocess.run(["mount", "--bind", "/etc", "/etc"], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", "/etc"], check=True)
            exits(enable(), 1, "[Rr]ead-only")
        finally:
            subprocess.run(["umount", "/etc"], check=True)
        assert not (SWITCH / "trying").exists() and not left_beside()
        with small_disk(PAM, 256) as fill:
            fill(0)
            before = product.tree(*TREES)
            exits(enable("--only", "login"), 1, "no space")
            (PAM / "fill").unlink()
            before.pop(str(PAM / "fill"))
            assert product.tree(*TREES) == before and not (SWITCH / "trying").exists()
            # there is room for the changes, and then none for taking them back
            exits(enable("--only", "login"), 0)
            fill(0)
            exits(enroll.run("enable", "--roll-back"), 0)
            (PAM / "fill").unlink()
            assert product.tree(*TREES) == before


@contextmanager
def small_disk(folder, kib):
    """The folder is a disk of that size, with its files; fill(LEFT) leaves so many bytes free."""
    aside = Path("/tmp/aside")
    subprocess.run(["cp", "-a", folder, aside], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=755", "small", folder], check=True)
    subprocess.run(["cp", "-a", f"{aside}/.", folder], check=True)

    def fill(left):
        with open(folder / "fill", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"#" * 1024)
            except OSError:
                file.truncate(max(0, file.tell() - left))

    try:
        yield fill
    finally:
        subprocess.run(["umount", folder], check=True)
        subprocess.run(["rm", "-r", aside], check=True)


def test_a_kernel_without_login_identities_is_refused(case):
    """Nobody could ever confirm there, so it would be put back each time."""
    names = "/proc/self/loginuid"
    hidden = ["strace", "-qq", "-o", "/dev/null", "-P", names, "-e", "inject=access,faccessat,faccessat2,openat:error=ENOENT"]
    with ready(), product.unchanged(*TREES):
        done = subprocess.run([*hidden, "mfa-enroll", "enable", "--yes", "--no-copy"], capture_output=True, text=True)
        assert done.returncode == 1 and "no login identities" in done.stderr, done
        assert not (SWITCH / "trying").exists()


def test_half_a_package_is_refused(case):
    """Without the module everybody would be locked out."""
    module = next(Path("/lib").glob("*-linux-gnu/security/pam_mfa.so"))
    aside = module.with_suffix(".aside")
    with ready():
        module.rename(aside)
        try:
            with product.unchanged(*TREES):
                exits(enable(), 1, "login: would let nobody in")
        finally:
            aside.rename(module)


def test_damaged_notes_do_not_keep_anybody_in(case):
    """Nor does who waits wait for what nobody can read."""
    with ready():
        for take_back in (lambda: exits(enroll.run("enable", "--roll-back"), 0, "cannot be read"),
                          lambda: exits(enroll.run("disable", "--yes"), 0, "common-auth"),
                          lambda: soon(lambda: not (SWITCH / "trying").exists())):
            exits(enable(), 0)
            path = SWITCH / "trying"
            path.write_bytes(path.read_bytes()[:-1])
            take_back()
            assert not has_mfa("common-auth") and not path.exists() and not DROP_IN.exists()
            assert not left_beside()
            restore_seen()
