# SPDX-License-Identifier: BSD-2-Clause
"""A configuration or key that cannot be relied on: nobody in, one useful line, no change."""

import json
import os
from contextlib import contextmanager

from e2e import enroll, pam, pamconf, product, programs
from e2e.checks import exits, let_in, module_lines, one_line, refused
from e2e.entry_points import stranger

BOTH = ("authenticate", "acct_mgmt")
OUTAGE = "Authentication is out of order, so you cannot log in. Ask your system administrator."


@contextmanager
def mended(case):
    """A person who gets in before the block and after it."""
    taro, token = enroll.person(kind="hotp")
    assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    yield taro, token
    assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def denied(case, user, token, detail):
    """Auth and account are denied as out of order, each with one line that tells this."""
    for name, phase in (("authenticate", "auth"), ("acct_mgmt", "account")):
        since = len(module_lines(case))
        with product.unchanged("/etc/pam_mfa", product.STORE, product.AUDIT.parent):
            reply = pam.call(user, [token.next()], (name,))
        assert reply.codes[name] == pam.UNAVAILABLE, reply
        fields = f"event={phase} result=unavailable reason=failed"
        one_line(case, rf"\({pam.SERVICE}:{phase}\): {fields} .*user={user.name}\b.* detail={detail}", since)
        if phase == "auth":
            # Nothing works for anybody, so there is nothing to betray; nor to ask for.
            assert (reply.prompts, reply.messages) == ([], [OUTAGE]), reply


def denied_by(case, text, detail):
    with pam.module_alone(), mended(case) as (taro, token):
        with product.written(product.CONFIG, text):
            denied(case, taro, token, detail)


def test_an_unknown_key_is_named_with_its_line(case):
    text = product.config_text(zone={"max_failure": 3})
    denied_by(case, text, r'"/etc/pam_mfa/mfa.conf:4: \[zone mynumber\] has no key .*max_failure.*mfa.conf\(5\)')


def test_a_key_given_twice_is_named_with_both_lines(case):
    text = product.config_text(zone={"max_failures": 3}) + "max_failures = 50\n"
    denied_by(case, text, r'"/etc/pam_mfa/mfa.conf:6: .*max_failures.* is given twice \(first in line 4\)')


def test_a_bad_value_is_named_with_what_is_expected(case):
    text = product.config_text(zone={"max_failures": "many"})
    denied_by(case, text, r'"/etc/pam_mfa/mfa.conf:4: max_failures = many: expected a number from 1 to 100')


def test_an_unknown_section_is_named(case):
    text = product.config_text() + "[zones x]\n"
    denied_by(case, text, r'"/etc/pam_mfa/mfa.conf:5: \[zones x\] is not a section')


def test_an_empty_configuration_denies(case):
    denied_by(case, "", r'"/etc/pam_mfa/mfa.conf: does not end with a line feed')
    denied_by(case, "\n", r'"/etc/pam_mfa/mfa.conf: no \[zone NAME\] section')


def test_a_default_zone_that_is_off_denies(case):
    denied_by(case, product.config_text(zone={"mfa": "off"}), r'"/etc/pam_mfa/mfa.conf: .*mfa = off')


def test_a_drop_in_is_held_to_the_same(case):
    folder = product.CONFIG.with_name("mfa.conf.d")
    folder.mkdir(mode=0o700)
    try:
        with pam.module_alone(), mended(case) as (taro, token):
            with product.written(folder / "10-site.conf", "[zone mynumber]\nlock = 1m\n"):
                denied(case, taro, token, r'"/etc/pam_mfa/mfa.conf.d/10-site.conf:2: .*no key')
    finally:
        folder.rmdir()


def with_file(case, path, spoil, detail):
    with pam.module_alone(), mended(case) as (taro, token):
        with product.kept(path):
            spoil(path)
            denied(case, taro, token, detail)


def test_a_configuration_that_others_may_write_denies(case):
    with_file(case, product.CONFIG, lambda path: path.chmod(0o666),
              r'"/etc/pam_mfa/mfa.conf: mode is 0666, run: chmod 0644 /etc/pam_mfa/mfa.conf"')


def test_a_configuration_of_another_owner_denies(case):
    owner = stranger()
    with_file(case, product.CONFIG, lambda path: os.chown(path, owner.uid, owner.gid),
              rf'"/etc/pam_mfa/mfa.conf: owned by uid {owner.uid}, must be owned by uid 0"')


def test_a_missing_configuration_denies(case):
    with_file(case, product.CONFIG, lambda path: path.unlink(),
              r'"/etc/pam_mfa/mfa.conf: cannot open: No such file or directory')


def test_a_configuration_that_is_a_link_denies(case):
    def spoil(path):
        path.rename("/etc/pam_mfa/real.conf")
        path.symlink_to("/etc/pam_mfa/real.conf")

    with_file(case, product.CONFIG, spoil, r'"/etc/pam_mfa/mfa.conf: is a symbolic link"')
    os.unlink("/etc/pam_mfa/real.conf")


def test_a_folder_that_others_may_write_denies(case):
    folder = product.CONFIG.parent
    with pam.module_alone(), mended(case) as (taro, token):
        folder.chmod(0o777)
        try:
            denied(case, taro, token, r'"/etc/pam_mfa: mode is 0777, run: chmod 0755 /etc/pam_mfa"')
        finally:
            folder.chmod(0o700)


def key_denies(case, spoil, detail):
    """The account phase has no use for the key: only auth is denied."""
    with pam.module_alone(), mended(case) as (taro, token):
        with product.kept(product.KEY):
            spoil(product.KEY)
            since = len(module_lines(case))
            with product.unchanged("/etc/pam_mfa", product.STORE, product.AUDIT.parent):
                reply = pam.call(taro, [token.next()])
            # Only now is the key of use: when the code has been asked for.
            assert reply.code == pam.UNAVAILABLE and len(reply.prompts) == 1, reply
            assert reply.messages == [OUTAGE], reply
            one_line(case, f"result=unavailable reason=failed .*detail={detail}", since)


def test_a_missing_key_denies(case):
    key_denies(case, lambda path: path.unlink(), r'"/etc/pam_mfa/store.key: cannot open: No such file')


def test_a_key_that_others_may_write_denies(case):
    key_denies(case, lambda path: path.chmod(0o460),
               r'"/etc/pam_mfa/store.key: mode is 0460, run: chmod 0400 /etc/pam_mfa/store.key"')


def test_a_key_of_another_length_denies(case):
    key_denies(case, lambda path: path.write_bytes(b"x" * 63), r'"/etc/pam_mfa/store.key: must hold 64 bytes')


def test_another_key_denies_and_says_so(case):
    with pam.module_alone(), mended(case) as (taro, token):
        with product.kept(product.KEY):
            product.KEY.write_bytes(os.urandom(64))
            with product.unchanged("/etc/pam_mfa", product.STORE):
                reply = pam.call(taro, [token.next()])
            assert reply.code == pam.UNAVAILABLE, reply
            one_line(case, rf'result=unavailable .*{product.record(taro)}: .* or the store key is not its key', 1)


def test_a_store_folder_that_others_may_write_denies(case):
    with pam.module_alone(), mended(case) as (taro, token):
        product.USERS.chmod(0o777)
        try:
            reply = pam.call(taro, [token.next()])
            assert reply.code == pam.UNAVAILABLE, reply
            one_line(case, rf'detail="{product.USERS}: mode is 0777, run: chmod 0700 {product.USERS}"', 1)
        finally:
            product.USERS.chmod(0o700)


def test_real_programs_refuse_and_say_whom_to_ask(case):
    taro, token = enroll.person()
    with pamconf.wired("login", "su"), product.written(product.CONFIG, "nonsense\n"):
        # One question only: that of the password.
        outcome = programs.login(taro, [taro.password])
        refused(outcome, 1)
        assert OUTAGE in outcome.text
        refused(programs.su(taro, [taro.password], caller=stranger()), 1)
    text = product.config_text({"contact": "Information systems, ext. 1234"})
    with pamconf.wired("login"), product.written(product.CONFIG, text), product.kept(product.KEY):
        product.KEY.unlink()
        outcome = programs.login(taro, [taro.password, token.next()])
        refused(outcome)
        assert "(contact: Information systems, ext. 1234)" in outcome.text
    with pamconf.wired("login"):
        let_in(programs.login(taro, [taro.password, token.next()]))


def test_the_tool_names_the_same_faults(case):
    with product.written(product.CONFIG, product.config_text(zone={"lock": 1})):
        exits(enroll.run("list"), 1, r"/etc/pam_mfa/mfa.conf:4: \[zone mynumber\] has no key")
    with product.kept(product.CONFIG):
        product.CONFIG.unlink()
        exits(enroll.run("list"), 1, "run: mfa-enroll init")
    enroll.person()
    with product.kept(product.KEY):
        product.KEY.unlink()
        done = enroll.run("list")
        exits(done, 1, "store.key: cannot open(?s:.*)restore it from its copy \\(mfa-enroll key restore FILE")
        assert "init" not in done.stderr, done
        found = json.loads(enroll.run("check", "--json").stdout)["findings"]
        told = [item["text"] for item in found if item["id"] == "file-missing"]
        assert len(told) == 1 and "mfa-enroll key restore FILE" in told[0], found
        for path in product.USERS.glob("[!.]*"):
            path.unlink()
        exits(enroll.run("list"), 1, "run: mfa-enroll init")


def test_an_unknown_argument_of_the_module_denies(case):
    taro, token = enroll.person()
    for arguments in ("nullok", "conf=etc/x", "zone=", "debug=1", "forward_pass explain alwaysok"):
        since = len(module_lines(case))
        with pam.module_alone(arguments):
            assert pam.call(taro, [token.next()]).code == pam.UNAVAILABLE
        one_line(case, r"is not an argument of pam_mfa.so; see pam_mfa\(8\)", since)


def test_conf_and_zone_of_the_module_arguments_count(case):
    taro, token = enroll.person()
    text = product.config_text() + "[zone strict]\nfactors = hotp\n"
    text = text.replace("[zone mynumber]\n", "[zone mynumber]\nservices = x\n")
    with product.written("/etc/pam_mfa/other.conf", text):
        with pam.module_alone("conf=/etc/pam_mfa/other.conf debug"):
            assert pam.call(taro, [token.next()]).code == pam.AUTH_ERR
            assert case.log("result=denied reason=code-wrong zone=strict")
            assert case.log("configuration /etc/pam_mfa/other.conf, zone strict")
        with pam.module_alone("conf=/etc/pam_mfa/other.conf zone=mynumber"):
            assert pam.call(taro, [token.last()]).code == pam.SUCCESS
        with pam.module_alone("conf=/etc/pam_mfa/other.conf zone=no-such"):
            assert pam.call(taro, [token.next()]).code == pam.UNAVAILABLE
            assert case.log(r"zone=no-such: /etc/pam_mfa/other.conf has no \[zone no-such\]")
