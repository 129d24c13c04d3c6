# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll init."""

import json
import os
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path

from e2e import audit, enroll, pam, prepare, product
from e2e.checks import exits

FOLDERS = (product.CONFIG.parent, product.STORE, product.AUDIT.parent)


@contextmanager
def fresh_host():
    """Nothing of the product's is there but its programs."""
    for folder in FOLDERS:
        folder.rename(f"{folder}.aside")
    try:
        yield
    finally:
        for folder in FOLDERS:
            shutil.rmtree(folder, ignore_errors=True)
            Path(f"{folder}.aside").rename(folder)


def modes():
    """Of everything that init makes."""
    paths = [path for folder in FOLDERS for path in (folder, *folder.rglob("*"))]
    for path in paths:
        assert (path.lstat().st_uid, path.lstat().st_gid) == (0, 0), path
    return {str(path): stat.S_IMODE(path.lstat().st_mode) for path in paths}


def test_init_makes_all_that_is_missing_for_root_alone(case):
    with fresh_host():
        os.umask(0)
        try:
            done = enroll.run("init", "--factors", "totp")
        finally:
            os.umask(0o022)
        exits(done, 0, "Made: /etc/pam_mfa/store.key")
        found = modes()
        assert found.pop(str(product.KEY)) == 0o400
        assert found.pop(str(product.CONFIG)) & 0o077 == 0
        for path, mode in found.items():
            assert mode & 0o077 == 0, (path, oct(mode))
        assert len(product.KEY.read_bytes()) == 64 and len(set(product.KEY.read_bytes())) > 8
        assert product.CONFIG.read_text().startswith("#") and "[zone " in product.CONFIG.read_text()
        assert [event["event"] for event in audit.events()] == ["store.init"]
        taro, token = enroll.person()
        with pam.module_alone():
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
            assert pam.call("nobody-here", ["123456"]).code == pam.AUTH_ERR
        audit.check_chain()


def test_init_makes_the_administrator_choose_the_tokens(case):
    """Nobody is asked for a key that the house does not have."""
    with fresh_host():
        for factors, said in (("sms", '"sms" is no kind'), ("totp totp", '"totp" is no kind'), ("fido2", "fido2"),
                              ("", "At least one"), ("totp " * 99, "")):
            exits(enroll.run("init", "--factors", factors), 2, said)
        assert not any(folder.exists() for folder in FOLDERS)
        done = enroll.run("init", stdin="totp sms\n\n yubikey  totp\n")
        exits(done, 0, "Which kinds of token do you use")
        assert '"sms" is no kind' in done.stderr and "At least one" in done.stderr, done
        text = product.CONFIG.read_text()
        assert "\nfactors      = yubikey totp\n#" in text, text
        sample = (prepare.REPOSITORY / "docs/examples/mfa.conf").read_text().splitlines()
        assert [line for line in text.splitlines() if line not in sample] == ["factors      = yubikey totp"]
        done = enroll.run("init", "--factors", "hotp")  # it is there already
        exits(done, 0, "Ready")
        assert "--factors was not used" in done.stdout, done
        assert product.CONFIG.read_text() == text


def test_the_answer_may_be_written_as_people_write_lists(case):
    for answer in ("YubiKey, TOTP\n", "yubikey\u3000totp\n", "yubikey\u3001totp\n", "yubikey\uff0ctotp\n"):
        with fresh_host():
            exits(enroll.run("init", stdin=answer), 0)
            assert "\nfactors      = yubikey totp\n" in product.CONFIG.read_text(), answer


def test_where_nobody_can_be_asked_no_key_is_wanted(case):
    with fresh_host():
        exits(enroll.run("init"), 0, "these are accepted: totp hotp")
        assert "\nfactors      = totp hotp\n" in product.CONFIG.read_text()


def test_init_again_changes_nothing(case):
    with product.unchanged(*FOLDERS):
        done = enroll.run("init")
    exits(done, 0, "Ready")
    assert "Made" not in done.stdout


def test_init_makes_only_what_is_missing(case):
    decoys = sorted(product.USERS.glob(".decoy*"))
    assert len(decoys) == 1 + product.DECOYS
    with product.unchanged(product.CONFIG.parent), product.kept(product.CONFIG):
        text = product.config_text(zone={"max_failures": 7})
        product.CONFIG.write_text(text)
        exits(enroll.run("init"), 0)
        assert product.CONFIG.read_text() == text
        product.CONFIG.unlink()
        exits(enroll.run("init", "--factors", "totp"), 0, "Made: /etc/pam_mfa/mfa.conf")
        for missing in (decoys[:1], decoys[1:2], decoys[40:], decoys):
            others = {path: path.read_bytes() for path in decoys if path not in missing}
            for path in missing:
                path.unlink()
            exits(enroll.run("init"), 0, "Made: decoy records in /var/lib/pam_mfa\n")
            assert sorted(product.USERS.glob(".decoy*")) == decoys
            assert {path: path.read_bytes() for path in others} == others


def test_a_store_with_one_decoy_serves_and_init_makes_the_others(case):
    """As a store of before has it. Nothing is to be restarted."""
    common, own = product.USERS / ".decoy", product.decoy("nobody-here")
    for path in product.USERS.glob(".decoy-*"):
        path.unlink()
    taro, token = enroll.person()
    with pam.module_alone():
        for written, other in ((common, own), (own, common)):
            before = {path: path.read_bytes() for path in (written, other) if path.exists()}
            assert pam.call("nobody-here", ["123456"]).code == pam.AUTH_ERR
            assert written.read_bytes() != before[written]
            assert not other.exists() or other.read_bytes() == before[other]
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
            exits(enroll.run("init"), 0)


def test_check_tells_of_decoys_that_are_missing_or_damaged(case):
    def findings():
        said = json.loads(enroll.run("check", "--json").stdout)
        return {item["id"]: item for item in said["findings"] if item["id"].startswith("decoys")}

    assert findings() == {}
    for path in product.USERS.glob(".decoy-*"):
        path.unlink()
    assert findings().keys() == {"decoys-missing"}
    assert "64 of 65" in findings()["decoys-missing"]["text"]
    damaged = product.USERS / ".decoy-07"
    damaged.write_bytes(b"no record")
    damaged.chmod(0o600)
    assert "63 of 65" in findings()["decoys-missing"]["text"]
    assert str(damaged) in findings()["decoys-damaged"]["text"]
    advice = f"{damaged}: this decoy is damaged, or the store key is not its key; delete it and run: mfa-enroll init"
    assert advice in findings()["decoys-damaged"]["text"]
    exits(enroll.run("init"), 5, advice)
    assert findings().keys() == {"decoys-damaged"}
    damaged.unlink()
    exits(enroll.run("init"), 0)
    assert findings() == {}


def test_check_before_init_says_what_to_run(case):
    with product.kept(product.CONFIG):
        product.CONFIG.unlink()
        [said] = [item for item in json.loads(enroll.run("check", "--json").stdout)["findings"] if item["id"] == "config"]
    assert said["text"].endswith("Run: mfa-enroll init"), said


def test_check_names_a_file_once(case):
    with product.kept(product.KEY):
        product.KEY.chmod(0o440)
        findings = json.loads(enroll.run("check", "--json").stdout)["findings"]
    [said] = [item for item in findings if item["file"] == str(product.KEY)]
    assert said["text"].startswith("mode is 0440"), said


def test_init_refuses_a_new_key_beside_old_records(case):
    taro, token = enroll.person()
    with product.kept(product.KEY):
        product.KEY.unlink()
        with product.unchanged(*FOLDERS):
            exits(enroll.run("init"), 1, "the store has records, but their key is missing: restore it")
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_init_makes_a_host_of_its_own_for_another_configuration(case):
    folder = Path("/etc/other")
    folder.mkdir()
    text = product.config_text({
        "store": "file:/etc/other/store", "key": "file:/etc/other/key", "audit": "/etc/other/log/a.jsonl"
    })
    with product.written(folder / "mfa.conf", text) as path, product.unchanged(*FOLDERS):
        exits(enroll.run("--conf", str(path), "init"), 0, "Made: /etc/other/store")
        exits(enroll.run("init", "--conf", str(path)), 0, "Ready")
        done = enroll.run("--conf", str(path), "add", "new", "totp", "--allow-unknown", "--no-confirm")
        exits(done, 0, "Enrolled")
        assert '"user":"new"' in enroll.run("--conf", str(path), "list", "--json").stdout
        audit.check_chain(folder / "log/a.jsonl", folder / "key")
    assert '"user":"new"' not in enroll.run("list", "--json").stdout


def test_init_with_what_it_cannot_trust_refuses(case):
    with product.kept(product.CONFIG):
        product.CONFIG.write_text("[host]\nkeys = file:/x\n")
        exits(enroll.run("init"), 1, "mfa.conf:2: ")
    with product.kept(product.CONFIG):
        product.CONFIG.chmod(0o666)
        exits(enroll.run("init"), 1, "mode is 0666")
    with product.kept(product.KEY):
        product.KEY.chmod(0o664)
        exits(enroll.run("init"), 1, "mode is 0664")
    exits(enroll.run("--conf", "/no-such/folder/mfa.conf", "init", "--factors", "totp"), 1, "/no-such/folder")
    exits(enroll.run("--conf", "mfa.conf", "init", "--factors", "totp"), 1, "absolute path")
