# SPDX-License-Identifier: BSD-2-Clause
"""Accounts are deleted, made again, renamed: whose are the authenticators of the name?"""

import json
import re
import signal
import subprocess
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from e2e import audit, authd_client, enroll, names, otp, product, users
from e2e.checks import exits
from e2e.terminal import PROMPT, Terminal
from e2e.entry_points import SU, lets_in, refuses

HOOK = Path("/etc/shadow-maint/userdel-post.d/pam_mfa")


def command(*argv):
    """A command of the system's; gives what it said, which is nothing as a rule."""
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done
    return "".join(line for line in f"{done.stdout}{done.stderr}".splitlines(True) if "mail spool" not in line)


def delete(user):
    return command("userdel", "-r", user.name)


def again(user):
    """Somebody else gets the name."""
    return users.make(user.name, "another horse")


def with_uid(user, uid):
    command("usermod", "-u", str(uid), user.name)
    return uid


@contextmanager
def without_hook():
    with product.kept(HOOK):
        HOOK.unlink()
        yield
    HOOK.chmod(0o755)


def alone():
    """Nobody of the cases before has a record any more."""
    for path in product.USERS.glob("[!.]*"):
        path.unlink()


def check():
    """The findings of mfa-enroll check by their stable words."""
    said = json.loads(enroll.run("check", "--json").stdout)
    return {found["id"]: found["text"] for found in said["findings"]}


def commands(text):
    """The commands that a text names."""
    return set(re.findall(r"mfa-enroll [a-z]+(?: [A-Za-z0-9-]+)*", text))


def owner(user):
    facts = enroll.facts(user)
    return facts["uid"], facts["record"], facts["account"]


def last_acts(count=1):
    """Of the trail: what was done, to whom, and how."""
    acts = [event for event in audit.events() if event["event"].startswith("user.")]
    return [(act["event"], act["user"], act.get("detail")) for act in acts[-count:]]


def test_a_name_that_comes_back_does_not_open(case):
    for deletion in (["userdel", "-r"], ["deluser", "--quiet"]):
        taro, token = enroll.person(kind="hotp")
        assert command(*deletion, taro.name) == "" and owner(taro) == (taro.uid, "retired", "absent")
        assert last_acts() == [("user.retire", taro.name, "the account was deleted; 1 token")]
        new = again(taro)
        assert new.uid == taro.uid, "useradd gives the id of before"
        assert owner(taro) == (taro.uid, "retired", "present")
        assert f" retired " in enroll.run("list", taro.name).stdout
        assert taro.name in check()["people-unenrolled"]
        # commands to be typed as they are shown
        assert {f"mfa-enroll {verb} {taro.name}" for verb in ("adopt", "prune")} <= commands(check()["record-retired"])
        shown = commands(enroll.run("show", taro.name).stdout)
        assert shown == {f"mfa-enroll {verb} {taro.name}" for verb in ("adopt", "prune")}, shown
        day = (date.today() + timedelta(days=2)).isoformat()
        with SU.open(), product.config(zone={"grace_until": day, "grace_reason": "roll-out"}):
            refuses(SU, case, new, [new.password, token.next()], "record-retired")
        exits(enroll.run("test", taro.name, stdin=token.next() + "\n"), 1, "You have no authenticator enrolled")
        assert authd_client.once(new, token.next()) == authd_client.DENIED
        assert enroll.facts(taro)["failures"] == 0
    audit.check_chain()


def test_an_account_with_another_id_does_not_open_it(case):
    alone()
    taro, token = enroll.person(kind="hotp")
    with without_hook():
        assert "no-userdel-hook" in check()
        delete(taro)
        assert owner(taro) == (taro.uid, "open", "absent")
        assert commands(check()["record-without-account"]) == {
            f"mfa-enroll retire {taro.name}", f"mfa-enroll prune {taro.name}", f"mfa-enroll rename {taro.name} NEW"}
        hanako = users.new("hanako")
        assert hanako.uid == taro.uid, "useradd gives the id of before"
        new = again(taro)
    assert owner(taro) == (taro.uid, "open", "other-uid") and "no-userdel-hook" not in check()
    assert {f"mfa-enroll {verb} {taro.name}" for verb in ("adopt", "prune")} == commands(check()["record-other-uid"])
    with SU.open():
        refuses(SU, case, new, [new.password, token.next()], "uid-changed")
        assert f"the record is of user id {taro.uid}, and the account has another" in audit.last()["detail"]
        exits(enroll.run("add", taro.name, "hotp"), 1, "perhaps another person's(?s:.*)prune")
        exits(enroll.run("adopt", taro.name, stdin="n\n"), 1, "nothing changed")
        refuses(SU, case, new, [new.password, token.next()], "uid-changed")
        exits(enroll.run("adopt", taro.name, stdin="y\n"), 0)
        lets_in(SU, new, [new.password, token.next()])
    exits(enroll.run("adopt", taro.name), 1, "is this account's already")
    assert last_acts() == [("user.adopt", taro.name, f"user id {new.uid}, was {taro.uid}; 1 token")]


def test_enrolling_tells_whose_the_record_is(case):
    taro, _ = enroll.person(kind="hotp")
    assert owner(taro) == (taro.uid, "open", "present")
    jiro = users.User("jiro-to-come", "right horse", -1, -1, Path("/home/jiro-to-come"))
    token = otp.Token(b"j" * 20, "hotp")
    assert enroll.add_secret(jiro.name, token, ["--allow-unknown"]).returncode == 0
    assert owner(jiro) == (None, "open", "absent")
    assert "User id: not known" in enroll.run("show", jiro.name).stdout
    jiro = users.make(jiro.name, jiro.password)
    with SU.open():
        lets_in(SU, jiro, [jiro.password, token.next()])
    assert owner(jiro) == (jiro.uid, "open", "present")


def test_the_hook_never_fails_userdel_and_says_what_it_could_not_do(case):
    taro, _ = enroll.person()
    hanako, _ = enroll.person("hanako")
    jiro, sato = users.new("jiro"), users.new("sato")
    aside = product.KEY.with_name("aside")
    product.KEY.rename(aside)
    said = delete(taro)
    aside.rename(product.KEY)
    assert f"the authenticators of {taro.name} are not retired; see: mfa-enroll check" in said
    assert case.log(f"pam_mfa: the authenticators of {taro.name} are not retired")
    assert taro.name in check()["record-without-account"]
    assert delete(jiro) == ""
    aside = product.CONFIG.with_name("aside")
    product.CONFIG.rename(aside)
    said = delete(hanako)
    aside.rename(product.CONFIG)
    assert said == ""
    alone()
    with product.unchanged(product.STORE, product.AUDIT.parent):
        assert delete(sato) == ""


def test_what_was_not_deleted_here_is_not_retired(case):
    taro, token = enroll.person(kind="hotp")
    other = Path("/srv/other")
    (other / "etc").mkdir(parents=True)
    for name in ("passwd", "shadow", "group", "gshadow", "login.defs"):
        (other / "etc" / name).write_bytes(Path("/etc", name).read_bytes())
    assert f"still has the account {taro.name}" in command("userdel", "--prefix", other, taro.name)
    assert taro.name not in (other / "etc/passwd").read_text() and owner(taro) == (taro.uid, "open", "present")
    # the account goes on in a directory
    with names.folding():
        names.UNLISTED.write_text(f"{taro.name}:x:{taro.uid}:100::/:/bin/sh\n")
        assert f"still has the account {taro.name}" in delete(taro)
        assert owner(taro) == (taro.uid, "open", "present")
        names.UNLISTED.write_text(f"{taro.name}:x:{taro.uid + 5000}:100::/:/bin/sh\n")
        assert owner(taro) == (taro.uid, "open", "other-uid")


def test_retired_by_hand_and_back(case):
    taro, token = enroll.person(kind="hotp")
    other = enroll.give(taro, "hotp")
    suspended = enroll.tokens(taro)[1]["token"]
    exits(enroll.run("suspend", taro.name, suspended), 0)
    exits(enroll.run("retire", taro.name), 0, f"Retired: {taro.name}")
    exits(enroll.run("retire", taro.name), 1, "is retired already")
    exits(enroll.run("resume", taro.name, suspended), 0, f"no token of {taro.name} opens")
    exits(enroll.run("suspend", taro.name, suspended), 0)
    exits(enroll.run("show", taro.name), 0, "Opens for nobody: retired")
    assert {entry["record"] for entry in enroll.tokens(taro)} == {"retired"}
    with SU.open():
        refuses(SU, case, taro, [taro.password, token.next()], "record-retired")
        exits(enroll.run("--yes", "adopt", taro.name), 0)
        lets_in(SU, taro, [taro.password, token.next()])
        refuses(SU, case, taro, [taro.password, other.next()], "token-suspended")
    assert last_acts(2) == [("user.retire", taro.name, "by an administrator; 2 tokens"),
                            ("user.adopt", taro.name, f"user id {taro.uid}, was {taro.uid}, retired; 2 tokens")]
    exits(enroll.run("retire", "nobody-here"), 3, "no authenticator enrolled")
    exits(enroll.run("adopt", "nobody-here"), 3, "no account nobody-here")


def test_ids_that_were_all_changed_are_adopted_at_once(case):
    alone()
    people = [enroll.person(kind="hotp") for _ in range(3)]
    hanako, _ = enroll.person("hanako")
    exits(enroll.run("adopt", "--all"), 0, "No account has another user id")
    exits(enroll.run("adopt"), 2, "--help")
    exits(enroll.run("adopt", "--help"), 0, r"adopt \[OPTIONS\] USER\|--all")
    exits(enroll.run("adopt", "--all", hanako.name), 2, "--help")
    uids = {taro.name: with_uid(taro, taro.uid + 7000) for taro, _ in people}
    exits(enroll.run("retire", people[2][0].name), 0)
    with product.unchanged(product.STORE):
        exits(enroll.run("adopt", "--all", stdin="n\n"), 1, "still the same person.*\n.*nothing changed")
    done = enroll.run("adopt", "--all", stdin="y\n")
    exits(done, 0, "accounts' again: 2")
    assert hanako.name not in done.stdout and people[2][0].name not in done.stdout
    for taro, token in people[:2]:
        assert owner(taro) == (uids[taro.name], "open", "present")
    assert owner(people[2][0])[1] == "retired"


def rename(old, new, *options, stdin=""):
    return enroll.run(*options, "rename", getattr(old, "name", old), getattr(new, "name", new), stdin=stdin)


def test_a_new_name_takes_the_record_along(case):
    alone()
    hanako, token = enroll.person("hanako", kind="hotp")
    new = users.User("sato", hanako.password, hanako.uid, hanako.gid, hanako.home)
    with SU.open(), product.config(zone={"max_failures": 9}):
        lets_in(SU, hanako, [hanako.password, token.next()])
        refuses(SU, case, hanako, [hanako.password, token.wrong()], "code-wrong")
        command("usermod", "-l", new.name, hanako.name)
        refuses(SU, case, new, [new.password, token.next()], "not-enrolled")
        assert f": mfa-enroll rename {hanako.name} {new.name}" in check()["record-old-name"]
        with product.unchanged(product.STORE, product.AUDIT.parent):
            exits(rename(hanako, new, stdin="n\n"), 1, "the same person(?s:.*)nothing changed")
        before = enroll.facts(hanako)
        exits(rename(hanako, new, stdin="y\n"), 0, f"The authenticators of {hanako.name} are {new.name}'s now")
        after = enroll.facts(new)
        assert after == {**before, "user": new.name, "account": "present"} and after["failures"] == 1
        assert not product.record(hanako).exists()
        token.counter -= 2
        refuses(SU, case, new, [new.password, token.next()], "code-used")
        lets_in(SU, new, [new.password, token.next()])
    assert last_acts() == [("user.rename", hanako.name, f"to {new.name}; user id {new.uid}; 1 token")]
    assert "record-old-name" not in check()
    audit.check_chain()


def test_a_rename_that_cannot_be_changes_nothing(case):
    taro, _ = enroll.person()
    hanako, _ = enroll.person("hanako")
    jiro = users.new("jiro")
    with product.unchanged(product.STORE, product.AUDIT.parent):
        exits(rename(taro, hanako), 1, f"{hanako.name} has authenticators already")
        exits(rename(taro, "nobody-here"), 3, "no such user: nobody-here")
        exits(rename(jiro, hanako), 3, f"{jiro.name} has no authenticator")
        exits(rename(taro, taro), 2, "two user names")
        exits(rename(taro, "x" * 300), 2)
        exits(rename(taro, jiro), 1, "nothing changed")
    exits(enroll.run("--yes", "rename", "--allow-unknown", taro.name, "taro-to-come"), 0)
    assert owner(users.User("taro-to-come", "", 0, 0, Path())) == (None, "open", "absent")
    exits(enroll.run("retire", hanako.name), 0)
    exits(rename(hanako, jiro, "--yes"), 0)
    assert owner(jiro) == (jiro.uid, "open", "present")


def test_prune_lists_asks_and_removes(case):
    alone()
    (taro, _), (hanako, _), (jiro, _), (stays, token) = (enroll.person(kind="hotp") for _ in range(4))
    delete(taro)
    with without_hook():
        delete(hanako)
    with_uid(jiro, jiro.uid + 7000)
    ids = {user.name: enroll.tokens(user)[0]["token"] for user in (taro, hanako, jiro)}
    with product.unchanged(product.STORE, product.AUDIT.parent):
        done = enroll.run("prune", "--dry-run")
        exits(done, 0)
        rows = [line.split()[:4] for line in done.stdout.splitlines()[1:]]
        assert rows == sorted([[taro.name, "retired", str(taro.uid), "1"], [hanako.name, "absent", str(hanako.uid), "1"],
                               [jiro.name, "other-uid", str(jiro.uid), "1"]])
        exits(enroll.run("prune", stdin="n\n"), 1, "these 3 records(?s:.*)nothing changed")
        exits(enroll.run("prune", stays.name), 1, "in use; nothing was removed")
        done = enroll.run("--yes", "prune", taro.name, stays.name, hanako.name)
        exits(done, 1, f"^mfa-enroll: the record of {stays.name} is in use; nothing was removed[^\n]*retire {stays.name}\n$")
        exits(enroll.run("prune", "nobody-here"), 3, "nobody-here has no authenticator")
    exits(enroll.run("prune", jiro.name, stdin="y\n"), 0, "Removed records: 1")
    exits(enroll.run("--yes", "prune"), 0, "Removed records: 2")
    assert sorted(last_acts(3)) == sorted(
        [("user.prune", taro.name, f"retired; user id {taro.uid}; tokens {ids[taro.name]}"),
         ("user.prune", hanako.name, f"no account; user id {hanako.uid}; tokens {ids[hanako.name]}"),
         ("user.prune", jiro.name, f"another user id; user id {jiro.uid}; tokens {ids[jiro.name]}")])
    exits(enroll.run("prune"), 0, "Every record belongs to an account")
    assert [path.name for path in product.USERS.glob("[!.]*")] == [stays.name]
    new = again(taro)
    assert enroll.give(new) and owner(new) == (new.uid, "open", "present")


def test_a_name_service_that_fails_makes_nobody_a_leaver(case):
    alone()
    taro, token = enroll.person(kind="hotp")
    with names.folding():
        names.UNLISTED.write_text("ayame:x:70001:100::/:/bin/sh\n")
        ayame = users.User("ayame", "", 70001, 100, Path("/"))
        assert enroll.add_secret(ayame.name, otp.Token(b"a" * 20)).returncode == 0
        names.UNLISTED.write_text("")
        with names.down(), product.unchanged(product.STORE, product.AUDIT.parent):
            assert owner(ayame) == (70001, "open", "unknown") and ayame.name in check()["record-unsure"]
            exits(enroll.run("--yes", "prune", "--force"), 1, "does not answer for ayame; nothing was changed")
            exits(enroll.run("--yes", "prune", ayame.name), 1, "does not answer for ayame; nothing was changed")
        exits(enroll.run("prune", "--dry-run"), 0, "ayame +absent")


def test_most_of_all_records_are_not_pruned_by_mistake(case):
    """As when sssd is not there, and looks as if it had nobody."""
    alone()
    enroll.person()
    for number in range(12):
        token = otp.Token(bytes([65 + number]) * 20)
        assert enroll.add_secret(f"unlisted{number}", token, ["--allow-unknown"]).returncode == 0
    with product.unchanged(product.STORE, product.AUDIT.parent):
        exits(enroll.run("--yes", "prune"), 1, "12 of 13 records(?s:.*)--force; nothing was removed")
    exits(enroll.run("--yes", "prune", "--force"), 0, "Removed records: 12")


def test_prune_can_be_stopped_and_run_again(case):
    alone()
    everybody = {f"leaver{number}" for number in range(30)}
    for name in everybody:
        assert enroll.add_secret(name, otp.Token(b"s" * 20), ["--allow-unknown"]).returncode == 0
    with Terminal(["mfa-enroll", "prune", "--force"]) as terminal:
        terminal.expect(PROMPT)
        terminal.send("y")
        terminal.expect(r"\] 1/30")
        terminal.press("\x03")
        assert terminal.wait() == 1 and terminal.echoes()
        assert "stopped; run it again to go on" in terminal.transcript
    left = {path.name for path in product.USERS.glob("leaver*")}
    told = {user for event, user, _ in last_acts(30) if event == "user.prune"} & everybody
    assert left and told and told == everybody - left
    exits(enroll.run("--yes", "prune", "--force"), 0, f"Removed records: {len(left)}")
    audit.check_chain()


def cut_off(old, new, call):
    """A rename that is killed when it begins this system call."""
    command = ["mfa-enroll", "--yes", "rename", old.name, new.name]
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                           "-e", f"inject={call}:signal=KILL:when=1", *command], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done


def test_a_rename_that_is_cut_off_opens_one_record_at_most_and_goes_on(case):
    alone()
    hanako, token = enroll.person("hanako", kind="hotp")
    sato, suzuki = users.new("sato"), users.new("suzuki")
    cut_off(hanako, sato, "unlinkat")
    assert sato.name in check()["record-moving"] and owner(sato) == (sato.uid, "moving", "present")
    with SU.open():
        refuses(SU, case, sato, [sato.password, token.next()], "record-retired")
        lets_in(SU, hanako, [hanako.password, token.last()])
        for command in (["adopt", sato.name], ["add", sato.name, "hotp"]):
            exits(enroll.run("--yes", *command), 1, "a change of name was cut off")
        exits(enroll.run("--yes", "prune"), 0, "Every record belongs to an account")
        exits(rename(sato, suzuki, "--yes"), 1, f"a change of name to {sato.name} was cut off: finish it first")
        # it goes on with what the old record says by now
        exits(rename(hanako, sato, "--yes"), 0)
        refuses(SU, case, sato, [sato.password, token.last()], "code-used")
        lets_in(SU, sato, [sato.password, token.next()])
    assert not product.record(hanako).exists() and "record-moving" not in check()


def test_a_copy_that_is_left_over_never_opens_beside_another(case):
    alone()
    hanako, token = enroll.person("hanako", kind="hotp")
    jiro, _ = enroll.person("jiro", kind="hotp")
    sato, suzuki = users.new("sato"), users.new("suzuki")
    cut_off(hanako, sato, "unlinkat")
    exits(rename(jiro, sato, "--yes"), 1, f"a change of another name to {sato.name}")
    exits(rename(hanako, suzuki, "--yes"), 0)
    with product.unchanged(product.STORE, product.AUDIT.parent):
        exits(rename(hanako, sato, "--yes"), 1, f"are of {suzuki.name} by now")
    exits(enroll.run("--yes", "prune", sato.name), 0, "Removed records: 1")
    cut_off(suzuki, sato, "unlinkat")
    (entry,) = enroll.tokens(suzuki)
    exits(enroll.run("--yes", "remove", suzuki.name, entry["token"]), 0)
    with product.unchanged(product.STORE, product.AUDIT.parent):
        exits(rename(suzuki, sato, stdin="n\n"), 1, f"was removed already. Is its 1 authenticator {sato.name}'s")
