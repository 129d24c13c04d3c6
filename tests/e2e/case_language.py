# SPDX-License-Identifier: BSD-2-Clause
"""Japanese where it can be drawn, English elsewhere."""

import os
import subprocess
from pathlib import Path

from e2e import authd, enroll, pam, pamconf, product, programs, ssh
from e2e.checks import let_in, refused, soon
from e2e.locales import LOCALE, installed, japanese_locale
from e2e.entry_points import stranger
from e2e.terminal import Terminal

JAPANESE = {"language": "ja"}
ASK_JA = "ワンタイムパスワード:"
ASK_EN = "One-time code:"
FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


def test_the_catalogue_is_installed(case):
    assert Path("/usr/share/locale/ja/LC_MESSAGES/pam_mfa.mo").exists()


def test_japanese_at_login_su_and_sshd(case):
    taro, token = enroll.person(kind="hotp")
    with japanese_locale(), product.config(JAPANESE), pamconf.wired("login", "su", "sshd"), ssh.Server():
        for outcome in (
            programs.login(taro, [taro.password, token.next()]),
            programs.su(taro, [taro.password, token.next()], caller=stranger()),
            ssh.login(taro, [taro.password, token.next()]),
        ):
            let_in(outcome)
            assert outcome.prompts[1].endswith(ASK_JA), outcome.prompts


def test_english_where_the_locale_is_missing(case):
    assert not LOCALE.exists() and b"ja_JP" not in subprocess.check_output(["locale", "-a"])
    taro, token = enroll.person(kind="hotp")
    with product.config(JAPANESE), pamconf.wired("login", "sshd"), ssh.Server():
        for outcome in (programs.login(taro, [taro.password, token.next()]),
                        ssh.login(taro, [taro.password, token.next()])):
            let_in(outcome)
            assert outcome.prompts[1].endswith(ASK_EN), outcome.prompts
    with product.config(JAPANESE), pam.module_alone("debug"):
        pam.call(taro, [token.next()])
    assert case.log("language missing")


def test_a_locale_that_is_installed_later_is_found_without_a_restart(case):
    """libc looks for it once: a worker that finds none is replaced."""
    taro, token = enroll.person(kind="hotp")
    before = authd.pid()
    with product.config(JAPANESE), pam.module_alone():
        for _ in range(authd.POOL):  # none of them has seen it
            assert pam.call(taro, [token.next()]).prompts[0].strip() == ASK_EN
        with japanese_locale():
            for _ in range(authd.POOL):
                soon(lambda: pam.call(taro, [token.next()]).prompts[0].strip() == ASK_JA)
    assert authd.pid() == before


ENCODINGS = (("ja_JP.eucjp", "EUC-JP", "ja_JP.eucJP", "euc_jp"), ("ja_JP.sjis", "SHIFT_JIS", "ja_JP.SJIS", "cp932"))


def test_terminals_in_euc_jp_and_shift_jis_get_their_own_bytes(case):
    """By the program's locale; what is typed there in full width is read as well."""
    taro, token = enroll.person(kind="hotp")
    caller = stranger()
    with japanese_locale(), pamconf.wired("login", "su", "sudo"):
        for folder, charset, name, encoding in ENCODINGS:
            with installed(folder, charset):
                terminal = {"env": {"LANG": name}, "encoding": encoding}
                for language in ("ja", "auto"):
                    with product.config({"language": language}):
                        for outcome in (
                            programs.login(taro, [taro.password, token.next().translate(FULL_WIDTH)], **terminal),
                            programs.su(taro, [taro.password, token.next().translate(FULL_WIDTH)], caller, **terminal),
                            programs.sudo(taro, [taro.password, token.next().translate(FULL_WIDTH)], **terminal),
                        ):
                            let_in(outcome)
                            assert outcome.prompts[1].endswith(ASK_JA), (name, language, outcome.prompts)


def test_english_on_a_terminal_that_is_told_to_be_ascii(case):
    """LANG=C, or a charset without Japanese, whatever the configuration says."""
    taro, token = enroll.person(kind="hotp")
    caller = stranger()
    with japanese_locale(), installed("en_latin", "ISO-8859-1", "en_US"), product.config(JAPANESE), \
            pamconf.wired("login", "su", "sudo"):
        for env in ({"LANG": "C"}, {"LC_ALL": "C"}, {"LANG": "en_latin"}):
            for outcome in (
                programs.login(taro, [taro.password, token.next()], env=env),
                programs.su(taro, [taro.password, token.next()], caller, env=env),
                programs.sudo(taro, [taro.password, token.next()], env=env),
            ):
                let_in(outcome)
                assert outcome.prompts[1].endswith(ASK_EN), (env, outcome.prompts)


def test_japanese_where_the_terminal_is_in_utf8(case):
    taro, token = enroll.person(kind="hotp")
    caller = stranger()
    with japanese_locale(), product.config(JAPANESE), pamconf.wired("login", "su", "sudo"):
        for env in ({"LANG": "ja_JP.UTF-8"}, {"LANG": "C.UTF-8"}):
            for outcome in (
                programs.login(taro, [taro.password, token.next()], env=env),
                programs.su(taro, [taro.password, token.next()], caller, env=env),
                programs.sudo(taro, [taro.password, token.next()], env=env),
            ):
                let_in(outcome)
                assert outcome.prompts[1].endswith(ASK_JA), (env, outcome.prompts)


def test_what_ssh_would_escape_is_ascii(case):
    """The client writes what comes behind the last question in octal, unless it is ASCII."""
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("su"):
        let_in(programs.su(taro, [taro.password, token.next()], stranger()))
    text = "auth requisite pam_unix.so nodelay\nauth required pam_mfa.so explain\n"
    with japanese_locale(), pamconf.password_only("sshd"):
        service = (pamconf.FOLDER / "sshd").read_text().replace(f"{pamconf.PASSWORD}\n", text)
    for contact, shown in (("\u60c5\u5831\u653f\u7b56\u8ab2", False), ("Information Policy, 1234", True)):
        with japanese_locale(), product.config({**JAPANESE, "contact": contact}), pamconf.written("sshd", service), \
                ssh.Server():
            for lang in ("C", "C.UTF-8"):
                outcome = ssh.login(taro, [taro.password, *[token.last()] * 3], lang=lang, level="INFO")
                refused(outcome, 4)
                assert "This one-time password has been used already." in outcome.text, outcome
                assert outcome.text.isascii() and "\\3" not in outcome.text, outcome
                assert ("(contact: " in outcome.text) == shown, outcome


def test_ssh_clients_that_are_not_in_utf8_have_a_zone_with_another_language(case):
    """Nothing else is known of them before the login."""
    taro, token = enroll.person(kind="hotp")
    text = "[zone remote]\nservices = sshd\nfactors = hotp\nlanguage = en\n" + product.config_text(JAPANESE)
    with japanese_locale(), product.written(product.CONFIG, text), pamconf.wired("login", "sshd"), ssh.Server():
        for lang in ("C", "C.UTF-8"):
            outcome = ssh.login(taro, [taro.password, token.next()], lang=lang)
            let_in(outcome)
            assert outcome.prompts[1].endswith(ASK_EN), outcome
        outcome = programs.login(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1].endswith(ASK_JA), outcome


def test_english_on_a_linux_console(case):
    """Which cannot draw Japanese."""
    taro, token = enroll.person(kind="hotp")
    prompts = {}
    with japanese_locale(), product.config(JAPANESE), pam.module_alone():
        for tty in ("/dev/tty1", "tty63", "/dev/pts/3", "ttyS0", "ssh", ":0"):
            reply = pam.call(taro, [token.next()], items={"tty": tty})
            assert reply.code == pam.SUCCESS
            prompts[tty] = reply.prompts[0].strip()
    assert prompts == {"/dev/tty1": ASK_EN, "tty63": ASK_EN, "/dev/pts/3": ASK_JA, "ttyS0": ASK_JA,
                       "ssh": ASK_JA, ":0": ASK_JA}, prompts


def test_english_when_the_configuration_says_so(case):
    taro, token = enroll.person(kind="hotp")
    with japanese_locale(), pam.module_alone():
        for language in ("en", "auto"):
            with product.config({"language": language}):
                assert pam.call(taro, [token.next()]).prompts == ["One-time code: "], language


def test_reasons_are_told_in_japanese(case):
    taro, token = enroll.person(kind="hotp")
    text = "auth requisite pam_unix.so nodelay\nauth required pam_mfa.so explain\n"
    with japanese_locale(), product.config({**JAPANESE, "contact": "情報政策課 内線1234"}):
        with pamconf.password_only("login"):
            service = (pamconf.FOLDER / "login").read_text().replace(f"{pamconf.PASSWORD}\n", text)
        with pamconf.written("login", service):
            let_in(programs.login(taro, [taro.password, token.next()]))
            outcome = programs.login(taro, [taro.password] + 3 * [token.last()])
    refused(outcome, prompts=4)
    assert outcome.prompts[2] == "使用済み。次のコード:", outcome
    assert "使用されています" in outcome.text or "使用済み" in outcome.text, outcome.text
    assert "情報政策課 内線1234" in outcome.text, outcome.text


def test_log_and_trail_stay_english(case):
    taro, token = enroll.person(kind="hotp")
    with japanese_locale(), product.config(JAPANESE), pam.module_alone():
        pam.call(taro, [token.wrong()])
        with product.kept(product.record(taro)) as path:
            path.chmod(0o666)
            pam.call(taro, [token.next()])
    lines = case.log(r"pam_mfa\(")
    assert len(lines) == 2 and all(line.isascii() for line in lines), lines
    assert product.AUDIT.read_bytes().isascii()


def test_the_tool_speaks_japanese(case):
    with japanese_locale():
        with product.config(JAPANESE):
            done = enroll.run("show", "nobody-here")
            assert done.returncode == 3 and not done.stderr.isascii(), done
        env = {**os.environ, "LC_ALL": "ja_JP.UTF-8"}
        done = subprocess.run(["mfa-enroll", "show", "nobody-here"], env=env, capture_output=True, text=True)
        assert done.returncode == 3 and not done.stderr.isascii(), done
        done = subprocess.run(["mfa-enroll", "--help"], env=env, capture_output=True, text=True)
        assert done.returncode == 0 and not done.stdout.isascii() and not done.stderr, done
    assert enroll.run("show", "nobody-here").stderr.isascii()


def test_the_tool_writes_what_its_terminal_can_show(case):
    argv = ["mfa-enroll", "show", "nobody-here"]
    with japanese_locale(), installed("ja_JP.eucjp", "EUC-JP"), product.config(JAPANESE):
        for env, encoding, is_japanese in (({"LC_ALL": "C"}, "ascii", False), ({"LANG": "C.UTF-8"}, "utf-8", True),
                                           ({"LANG": "ja_JP.eucJP"}, "euc_jp", True)):
            with Terminal(argv, env=env, encoding=encoding) as terminal:
                terminal.wait()
                said = terminal.transcript
            assert "nobody-here" in said and "\ufffd" not in said, (env, said)
            assert ("\u5229\u7528\u8005" in said) == is_japanese, (env, said)


def test_check_escapes_no_letter_of_its_own(case):
    """In whatever charset: what a terminal would obey is all that is written as \\xNN."""
    with japanese_locale(), installed("ja_JP.eucjp", "EUC-JP"), product.config(JAPANESE):
        for env, encoding, is_japanese in (({"LC_ALL": "C"}, "ascii", False), ({"LANG": "C.UTF-8"}, "utf-8", True),
                                           ({"LANG": "ja_JP.eucJP"}, "euc_jp", True)):
            with Terminal(["mfa-enroll", "check"], env=env, encoding=encoding) as terminal:
                terminal.wait(60)
                said = terminal.transcript
            assert "\ufffd" not in said and "\\x" not in said, (env, said)
            assert ("\u6ce8\u610f" in said) == is_japanese, (env, said)


def test_enrolment_in_japanese(case):
    taro = stranger()
    with japanese_locale(), product.config(JAPANESE):
        done = enroll.add(taro)
    assert done.status == 0 and "ワンタイムパスワード" in done.text, done
