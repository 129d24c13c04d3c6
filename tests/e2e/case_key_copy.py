# SPDX-License-Identifier: BSD-2-Clause
"""A copy of the store key: made, verified, and put back after the key was lost."""

import json
import os
import re
import signal
import stat
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, pam, product
from e2e.checks import exits
from e2e.terminal import Terminal

PASSPHRASE = "seven horses read the old map"
NOTE = Path(f"{product.KEY}.verified")
COPY = Path("/root/key.copy")
ADVICE = "mfa-enroll key copy FILE"


def copy(path=COPY, first=PASSPHRASE, second=None):
    return enroll.run("key", "copy", str(path), stdin=f"{first}\n{first if second is None else second}\n")


def verify(path=COPY, passphrase=PASSPHRASE):
    return enroll.run("key", "verify-copy", str(path), stdin=f"{passphrase}\n")


def restore(*options, path=COPY, answers=PASSPHRASE):
    return enroll.run("key", "restore", *options, str(path), stdin=f"{answers}\n")


@contextmanager
def clean():
    """Without copies and notes of other cases; afterwards with the key as it is now."""
    for path in (COPY, NOTE):
        path.unlink(missing_ok=True)
    key, mode = product.KEY.read_bytes(), stat.S_IMODE(product.KEY.stat().st_mode)
    try:
        yield
    finally:
        if not product.KEY.exists():
            product.KEY.write_bytes(key)
            product.KEY.chmod(mode)
        for path in (COPY, NOTE, Path(f"{product.KEY}.next")):
            path.unlink(missing_ok=True)


def lose_key():
    product.KEY.unlink()


def findings():
    done = enroll.run("check", "--json")
    return {finding["id"] for finding in json.loads(done.stdout)["findings"]}


def events():
    return [json.loads(line) for line in product.AUDIT.read_text().splitlines() if '"store.key-' in line]


def lets_in(person):
    user, token = person
    with pam.module_alone():
        return pam.call(user, [token.next()]).code == pam.SUCCESS


def test_who_has_lost_the_key_gets_it_back(case):
    people = [enroll.person(stem, "hotp") for stem in ("taro", "hanako", "jiro")]
    with clean():
        assert "key-copy-missing" in findings()
        made = copy()
        exits(made, 0, r"Copied: key [0-9a-f-]{19}, copied at \S+Z on \S+\. Verify the copy now: mfa-enroll key")
        assert stat.S_IMODE(COPY.stat().st_mode) == 0o600
        assert "key-copy-missing" in findings()  # nobody knows whether it is any good
        exits(verify(), 0, "Verified: this is the store key as it is now")
        assert not {"key-copy-missing", "key-copy-old"} & findings()
        assert all(lets_in(person) for person in people)
        key = product.KEY.read_bytes()
        lose_key()
        assert not any(lets_in(person) for person in people)
        exits(enroll.run("list"), 1, "mfa-enroll key restore FILE")
        exits(restore(), 0, "Restored: key ")
        assert product.KEY.read_bytes() == key and stat.S_IMODE(product.KEY.stat().st_mode) == 0o400
        assert all(lets_in(person) for person in people)
        exits(enroll.run("verify"), 0, "verified")  # the trail goes on as well
        identity = re.search(r"key ([0-9a-f-]{19})", made.stdout)[1]
        last = events()[-3:]
        assert [line["event"] for line in last] == ["store.key-copy", "store.key-verify", "store.key-restore"], last
        assert all(line["detail"] == f"key {identity}, {COPY}" and line["actor"] for line in last), last


def test_the_passphrase_must_be_good(case):
    with clean():
        for weak in ("", "short one", "aaaaaaaaaaaaaaaaaaaaaaaaa", "合言葉は長くても駄目です合言葉は長くても"):
            exits(copy(first=weak), 1, "too weak|only ASCII")
        exits(copy(second=PASSPHRASE + "s"), 1, "not the same")
        exits(enroll.run("key", "copy", str(COPY), stdin=""), 1, "cancelled")
        assert not COPY.exists() and not list(COPY.parent.glob("*.part"))


def test_a_copy_that_is_no_good_is_not_taken(case):
    with clean():
        exits(copy(), 0)
        exits(verify(passphrase=PASSPHRASE[:-1]), 1, "wrong passphrase")
        whole = COPY.read_bytes()
        for broken in (whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], whole[:-1], whole[:8]):
            COPY.write_bytes(broken)
            exits(verify(), 5, "damaged")
        for other in (b"", b"a letter", whole + b"\n"):
            COPY.write_bytes(other)
            exits(verify(), 1, "not a copy of a store key")
        exits(verify("/root/none"), 1, "No such file")
        exits(verify("/root"), 1, "not a regular file")
        lose_key()
        COPY.write_bytes(whole[:100])
        exits(restore(), 5, "damaged")
        assert not product.KEY.exists() and not NOTE.exists()


def test_nothing_is_overwritten(case):
    with clean():
        COPY.write_text("hanako's")
        exits(copy(), 1, "is there already")
        assert COPY.read_text() == "hanako's"
        COPY.unlink()
        exits(copy(), 0)
        exits(restore(), 1, "nothing to restore")
        exits(restore("--yes", "--replace"), 1, "nothing to restore")


def test_a_rekey_needs_a_new_copy(case):
    person = enroll.person(kind="hotp")
    with clean():
        exits(copy(), 0)
        exits(verify(), 0)
        exits(enroll.run("--yes", "rekey"), 0, ADVICE)
        assert "key-copy-old" in findings()
        exits(verify(), 1, "of an older key of this store .*rekey since")
        # the old copy opens nothing any more, so it is not put back
        key = product.KEY.read_bytes()
        lose_key()
        exits(restore(), 5, "opens none of the store's records")
        assert not product.KEY.exists()
        product.KEY.write_bytes(key)
        product.KEY.chmod(0o400)
        COPY.unlink()
        exits(copy(), 0)
        exits(verify(), 0)
        assert "key-copy-old" not in findings()
        # another half for the trail: nobody can tell whose it was
        exits(enroll.run("--yes", "rekey", "--trail"), 0)
        exits(verify(), 1, "not of this store's key")
        assert lets_in(person)


def test_a_wrong_key_is_replaced_only_on_demand(case):
    person = enroll.person(kind="hotp")
    with clean():
        exits(copy(), 0)
        key = product.KEY.read_bytes()
        for wrong in (os.urandom(64), b"short"):
            product.KEY.chmod(0o600)
            product.KEY.write_bytes(wrong)
            assert not lets_in(person)
            exits(restore(), 1, "--replace")
            exits(restore("--replace", answers=f"{PASSPHRASE}\nn"), 1, "cancelled")
            assert product.KEY.read_bytes() == wrong
            exits(restore("--yes", "--replace"), 0, "Restored")
            assert product.KEY.read_bytes() == key and lets_in(person)


def test_while_a_rekey_is_unfinished(case):
    people = [enroll.person(stem, "hotp") for stem in ("taro", "hanako")]
    with clean():
        exits(copy(), 0)
        exits(verify(), 0)
        # the next key is there, and nothing is sealed under it: a rekey that was killed early
        old = product.KEY.read_bytes()
        coming = Path(f"{product.KEY}.next")
        coming.write_bytes(os.urandom(32) + old[32:])
        coming.chmod(0o400)
        exits(enroll.run("key", "copy", "/root/other", stdin=""), 1, "a rekey is unfinished")
        exits(verify(), 0, "Verified")
        assert "but a rekey is unfinished" in verify().stderr
        lose_key()
        exits(restore(), 0, "Restored")
        assert all(lets_in(person) for person in people)
        exits(enroll.run("--yes", "rekey"), 0, "Sealed anew")
        assert not coming.exists() and all(lets_in(person) for person in people)


def show_words():
    with Terminal(["mfa-enroll", "key", "copy", "--words"]) as terminal:
        terminal.expect(r"Enter clears the screen\. ")
        shown = terminal.transcript
        terminal.send("")
        status = terminal.wait()
        assert status == 0, terminal.transcript
        behind = terminal.transcript[len(shown):]
    lines = re.findall(r"(?m)^  ([1-7])   ((?:[0-9A-Z]{4} ?){5})\r?$", shown)
    assert [number for number, _ in lines] == list("1234567"), shown
    assert behind.lstrip("\r\n").startswith("\x1b[H\x1b[J\x1b[?1049l"), repr(behind)
    return [line for _, line in lines], behind


def test_the_key_on_paper(case):
    person = enroll.person(kind="hotp")
    with clean():
        exits(enroll.run("key", "copy", "--words"), 1, "on a terminal, and nowhere else")
        lines, behind = show_words()
        assert "Verify the copy now: mfa-enroll key verify-copy --words" in behind
        typed = "\n".join(lines) + "\n"
        exits(enroll.run("key", "verify-copy", "--words", stdin=typed), 0, "Verified")
        assert "key-copy-missing" not in findings()
        # a mistake names its line, which is asked for again
        wrong = lines[2].translate(str.maketrans("23", "32")) if set("23") & set(lines[2]) else lines[2][::-1]
        mistyped = "\n".join([*lines[:2], wrong, *lines[2:]]) + "\n"
        done = enroll.run("key", "verify-copy", "--words", stdin=mistyped.lower())
        exits(done, 0, "Verified")
        assert "line 3: not what is on the paper" in done.stderr and "line 4" not in done.stderr, done
        lose_key()
        assert not lets_in(person)
        exits(enroll.run("key", "restore", "--words", stdin="\n".join(lines[:6]) + "\n"), 1, "cancelled")
        exits(enroll.run("key", "restore", "--words", stdin=typed), 0, "Restored")
        assert lets_in(person)


def test_an_interruption_clears_the_screen_and_leaves_nothing(case):
    with clean():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with Terminal(["mfa-enroll", "key", "copy", "--words"]) as terminal:
                terminal.expect(r"Enter clears the screen\. ")
                os.kill(terminal.pid, number)
                assert terminal.wait() != 0
                assert "\x1b[H\x1b[J\x1b[?1049l" in terminal.transcript
            with Terminal(["mfa-enroll", "key", "copy", str(COPY)]) as terminal:
                terminal.expect("New passphrase: ")
                terminal.send(PASSPHRASE)
                terminal.expect("once more: ")
                os.kill(terminal.pid, number)
                assert terminal.wait() != 0
                assert PASSPHRASE not in terminal.transcript
            assert not COPY.exists()


def test_a_place_that_cannot_be_written(case):
    with clean():
        folder = Path("/mnt/full")
        folder.mkdir(exist_ok=True)
        for options, reason in (("size=4k", "No space|full"), ("size=64k,ro", "[Rr]ead-only")):
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
            try:
                if "ro" not in options:
                    (folder / "filler").write_bytes(bytes(4096))
                exits(copy(folder / "key.copy"), 1, reason)
                assert [path.name for path in folder.iterdir()] in ([], ["filler"])
            finally:
                subprocess.run(["umount", folder], check=True)
        exits(copy("/none/key.copy"), 1, "/none")


def test_of_two_at_once_one_writes(case):
    with clean():
        argv = ["mfa-enroll", "key", "copy", str(COPY)]
        runs = [subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                for _ in range(3)]
        for run in runs:
            run.stdin.write(f"{PASSPHRASE}\n{PASSPHRASE}\n")
            run.stdin.close()
        statuses = sorted(run.wait(60) for run in runs)
        for run in runs:
            run.stdout.close()
        assert statuses == [0, 1, 1], statuses
        exits(verify(), 0, "Verified")


def test_nobody_sees_the_passphrase(case):
    with clean():
        exits(copy(), 0)
        with Terminal(["mfa-enroll", "key", "verify-copy", str(COPY)]) as terminal:
            terminal.expect("Passphrase of the copy: ")
            terminal.send(PASSPHRASE)
            assert terminal.wait() == 0
            assert PASSPHRASE not in terminal.transcript
        assert PASSPHRASE.encode() not in product.AUDIT.read_bytes() + COPY.read_bytes() + NOTE.read_bytes()


def test_mistakes_of_the_command_line(case):
    for words, text in (
        (["key"], "too few"),
        (["key", "sell", "x"], "there are copy, verify-copy and restore"),
        (["key", "copy"], "give a FILE, or --words"),
        (["key", "copy", "--words", "x"], "give a FILE, or --words"),
        (["key", "copy", "--replace", "x"], "--replace is for restore"),
    ):
        exits(enroll.run(*words), 2, re.escape(text))
