# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd when very many log in at once: who is served, and who waits."""

import contextlib
import re
import select
import socket
import subprocess
import time
from pathlib import Path

from e2e import (audit, authd, authd_client, clock, enroll, names, pamconf, product, programs, ssh, transcript,
                 users)
from e2e.authd_client import ALLOWED, DENIED, FULL, HELLO, ROOT, TAKEN, UNAVAILABLE, Visit, begin
from e2e.checks import exits, let_in, refused, soon
from e2e.console import communicate, su_at, virtual_terminal
from e2e.entry_points import stranger
from e2e.terminal import become

PLACES, SHARED = 512, 342


def connect():
    """A connection of root's, from outside of any terminal; with its greeting."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(20)
    connection.connect(str(authd.SOCKET))
    return connection, connection.recv(100)


def hang_up(connections):
    for connection, _ in connections:
        connection.close()


def test_a_third_of_the_places_is_kept_for_this_machines_terminals(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    with virtual_terminal() as path, pamconf.wired("su"):
        kept = [connect() for _ in range(PLACES)]
        greetings = [greeting for _, greeting in kept]
        assert greetings == [HELLO] * SHARED + [FULL] * (PLACES - SHARED)
        turned_away = programs.su(taro, [taro.password], caller=jiro)
        refused(turned_away, prompts=1)
        assert "Too many logins at once." in str(turned_away), turned_away
        assert case.log(rf"mfa-authd.*: {SHARED} of {PLACES} places are taken, .*no further login of process")
        assert case.log(r"pam_mfa\(su:auth\): .*too many logins at once")
        status, out = communicate(su_at(path, taro, jiro), taro.password, token.next())
        assert status == 0 and f"logged in as {taro.name}\n" in out, out
        hang_up(kept)
        let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))


# A directory that hangs, and somebody who tries names.


SPRAYED = 12


@contextlib.contextmanager
def spray():
    """A program of root's asks for so many names that nobody has; gives the visits."""
    with contextlib.ExitStack() as stack:
        visits = [stack.enter_context(Visit(ROOT)) for _ in range(SPRAYED)]
        for number, visit in enumerate(visits):
            visit.send(begin(f"unknown{number}", service="sshd", tty="ssh", rhost="192.0.2.7"))
        yield visits


def answered(visits):
    return select.select(visits, [], [], 0)[0]


def test_a_directory_that_hangs_keeps_nobody_at_a_terminal_out(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    with virtual_terminal() as path, pamconf.wired("su"), contextlib.ExitStack() as stack:
        with names.hanging():
            visits = stack.enter_context(spray())
            for _ in range(2):
                status, out = communicate(su_at(path, taro, jiro), taro.password, token.next())
                assert status == 0 and f"logged in as {taro.name}\n" in out, out
            assert len(answered(visits)) < SPRAYED - 2, "nobody hung"
            # who hangs is refused at last, and not asked to come again
            soon(lambda: answered(visits), seconds=20)
            assert answered(visits)[0].verdict() == UNAVAILABLE
            assert case.log("the name service did not answer within 10 s")
        # then all is as before: they are asked as anybody is
        soon(lambda: len(answered(visits)) >= SPRAYED - 4)
        let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))
    assert len(authd.workers()) == authd.POOL
    assert not case.log("asked again")


def test_who_tries_many_names_is_one_in_the_queue(case):
    jiro, (taro, token) = users.new("jiro"), enroll.person(kind="hotp")
    with names.hanging(), contextlib.ExitStack() as stack:
        visits = [stack.enter_context(Visit(jiro)) for _ in range(6)]
        for number, visit in enumerate(visits):
            visit.send(begin(f"unknown{number}"))
        with Visit(taro) as visit:
            start = time.monotonic()
            visit.ask()
            assert time.monotonic() - start < 15, "the name service is given ten for each"
            assert visit.answer(token.next()) == ALLOWED


def test_an_id_that_nobody_has_asks_for_no_names(case):
    nobody = users.User("", "", 170000, 170000, "/")  # as one of a user namespace
    with names.hanging(), Visit(nobody) as visit:
        start = time.monotonic()
        visit.send(begin("made-up"))
        assert visit.verdict() == UNAVAILABLE
        assert time.monotonic() - start < PROMPT_SECONDS
    assert case.log("user=UNKNOWN .*may only authenticate the user it runs as")


PROMPT_SECONDS = 5  # the name service is given ten


def test_a_users_program_that_makes_up_another_user_asks_no_directory(case):
    taro, token = enroll.person(kind="hotp")
    with names.hanging(), Visit(taro) as visit:
        visit.ask()
        start = time.monotonic()
        assert visit.answer(token.next(), user="made-up") == DENIED
        assert time.monotonic() - start < PROMPT_SECONDS
    assert audit.last()["reason"] == "user-changed", audit.last()


def test_another_user_in_an_answer_is_looked_for_before_anything_is_held(case):
    taro, token = enroll.person(kind="hotp")
    code = token.next()
    with names.hanging(), Visit(ROOT) as visit:
        visit.ask(taro, service="su")
        visit.send(authd_client.reply(code, user="made-up"))
        assert visit.receive() == TAKEN
        start = time.monotonic()
        exits(enroll.run("--yes", "rekey"), 0)  # it waits for whoever holds the key
        assert time.monotonic() - start < PROMPT_SECONDS
        assert not select.select([visit], [], [], 0)[0], "nobody hung"
        # nothing was consumed, either
        assert authd_client.once(ROOT, code, of=taro, service="su") == ALLOWED


# One address.


WAITING, AT_ONCE = 64, 30
GATEWAY, OTHER = "192.0.2.7", "198.51.100.7"


def over_ssh(user, visit, rhost=GATEWAY):
    visit.ask(user, service="sshd", tty="ssh", rhost=rhost)


def test_of_one_address_only_so_many_wait_at_the_question(case):
    taro, token = enroll.person(kind="hotp")
    with contextlib.ExitStack() as stack:
        visits = [stack.enter_context(Visit(ROOT)) for _ in range(WAITING)]
        for visit in visits:
            over_ssh(taro, visit)
        time.sleep(0.1)  # the last one's worker lingers for the answer, and then gives it back
        with Visit(ROOT) as late:
            late.send(begin(taro, service="sshd", tty="ssh", rhost="::ffff:" + GATEWAY))
            assert late.receive()[1:].decode().startswith("Too many logins at once.")
            assert late.verdict() == DENIED
        told = {"result": "denied", "reason": "too-many-logins", "user": taro.name}
        assert told.items() <= audit.last().items(), audit.last()
        assert f"too many logins at once from host {GATEWAY}" in audit.last()["detail"]
        with Visit(ROOT) as visit:
            over_ssh(taro, visit, OTHER)
            assert visit.answer(token.next()) == ALLOWED
        visits[-1].hang_up()  # no other process has it
        soon(lambda: case.log("result=no-dialog"))
        with Visit(ROOT) as visit:
            over_ssh(taro, visit)
            assert visit.answer(token.next()) == ALLOWED
    assert enroll.facts(taro)["failures"] == 0


def test_who_guesses_waits_and_so_do_others_there_for_a_moment(case):
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    with contextlib.ExitStack() as stack:
        visits = [stack.enter_context(Visit(ROOT)) for _ in range(2 * AT_ONCE)]
        for visit in visits:
            over_ssh(taro, visit)
        for visit in visits:
            visit.send(authd_client.reply(token.wrong()))
        assert {visit.receive() for visit in visits} == {TAKEN}
        assert {visit.verdict() for visit in visits} == {DENIED}
    with Visit(ROOT) as visit, Visit(ROOT) as elsewhere:
        over_ssh(hanako, visit)
        over_ssh(hanako, elsewhere, OTHER)
        start = time.monotonic()
        visit.send(authd_client.reply(other.wrong()))
        assert elsewhere.answer(other.next()) == ALLOWED
        visit.receive()  # it has been looked at, at last
        assert time.monotonic() - start > 0.5
        assert visit.verdict() == DENIED
    with Visit(ROOT) as visit:
        over_ssh(hanako, visit)
        assert visit.answer(other.next()) == ALLOWED
    audit.check_chain()


# A flood of refusals.


FLOOD, FOLDED_AT_ONCE = 2000, 5


def refused_of(user, since=0):
    return [event for event in audit.events()[since:] if event.get("user") == user.name and event["result"] != "allowed"]


def stands_for(lines):
    return sum(int(event.get("repeats", 1)) for event in lines)


def give_up(user, times, **claims):
    """So many logins that are cancelled at the question, one after the other."""
    packet = begin(user, **claims)
    for _ in range(times):
        connection, _ = connect()
        with connection:
            connection.send(packet)
            assert connection.recv(4096)[:1] == b"A"
            connection.send(b"Ng")
            while not (said := connection.recv(4096)).startswith(b"V"):
                assert said
            assert said[1:2] == b"g"


def test_refusals_that_repeat_are_a_few_lines_that_add_up(case):
    taro, _ = enroll.person(kind="hotp")
    hanako, _ = enroll.person("hanako", kind="hotp")
    jiro, token = enroll.person("jiro", kind="hotp")
    claims = {"service": "su", "tty": "pts/1"}
    authd.restart()
    before = len(audit.events())
    give_up(taro, FLOOD // 2, **claims)
    give_up(hanako, 1, **claims)
    assert audit.last()["user"] == hanako.name  # at once
    with Visit(ROOT) as visit:  # wrong codes and logins have lines of their own
        visit.ask(jiro, **claims)
        assert visit.answer(token.wrong()) == DENIED
    assert audit.last()["reason"] == "code-wrong" and "repeats" not in audit.last()
    assert authd_client.once(ROOT, token.next(), of=jiro, **claims) == ALLOWED
    assert audit.last()["result"] == "allowed"
    give_up(taro, FLOOD // 2, **claims)
    assert len(refused_of(taro, before)) < 50  # a line a minute, however slow this machine is
    authd.restart()
    lines = refused_of(taro, before)
    assert stands_for(lines) == FLOOD, lines
    folded = [event for event in lines if "repeats" in event]
    assert folded and len(lines) - len(folded) <= FOLDED_AT_ONCE + authd.POOL, lines
    first = folded[0]
    assert first["since"] <= first["time"] and first["result"] == "given-up" and first["tty"] == "pts/1", first
    told = case.log(rf"result=given-up .*user={taro.name}\b")
    assert len(told) == len(lines) and any(f"repeats={first['repeats']} since=" in line for line in told), told
    audit.check_chain()
    exits(enroll.run("verify"), 0)


def test_a_code_that_is_wrong_has_a_line_each_time(case):
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 50}):
        before = len(audit.events())
        for _ in range(12):
            with Visit(ROOT) as visit:
                visit.ask(taro, service="su")
                assert visit.answer(token.wrong()) == DENIED
        lines = refused_of(taro, before)
    assert len(lines) == 12 and not any("repeats" in event for event in lines)
    assert {event["reason"] for event in lines} == {"code-wrong"}


def test_a_used_code_that_is_tried_again_and_again_is_a_few_lines(case):
    taro, token = enroll.person(kind="hotp")
    code = token.next()
    assert authd_client.once(ROOT, code, of=taro, service="su") == ALLOWED
    before = len(audit.events())
    for _ in range(AT_ONCE):
        assert authd_client.once(ROOT, code, of=taro, service="su") == DENIED
    start = time.monotonic()
    for _ in range(5):
        assert authd_client.once(ROOT, code, of=taro, service="su") == DENIED
    assert time.monotonic() - start > 0.5, "nobody waited"
    authd.restart()
    lines = refused_of(taro, before)
    assert {event["reason"] for event in lines} == {"code-used"}
    assert stands_for(lines) == AT_ONCE + 5 and len(lines) < 12, lines
    assert {event["token"] for event in lines} == {enroll.tokens(taro)[0]["token"]}


def test_a_right_code_at_a_lock_is_not_lost_among_wrong_ones(case):
    taro, token = enroll.person(kind="hotp")
    before = len(audit.events())
    for code in [token.wrong()] * 12 + [token.next()] + [token.wrong()] * 3:
        assert authd_client.once(ROOT, code, of=taro, service="sshd", tty="ssh", rhost=OTHER) == DENIED
    authd.restart()
    lines = refused_of(taro, before)
    assert [stands_for([event]) for event in lines if "token" in event] == [1], lines
    assert stands_for(lines) == 16, lines


def test_tries_at_a_lock_are_folded_and_the_lock_is_not(case):
    taro, token = enroll.person(kind="hotp")
    before = len(audit.events())
    for _ in range(30):
        with Visit(ROOT) as visit:
            visit.ask(taro, service="su")
            assert visit.answer(token.wrong()) == DENIED
    authd.restart()
    lines = refused_of(taro, before)
    wrong = [event for event in lines if event["reason"] == "code-wrong"]
    locked = [event for event in lines if event["reason"] == "locked"]
    assert len(wrong) == 5 and "locked until" in wrong[-1]["detail"], wrong
    assert len(locked) < 12 and stands_for(locked) == 25, locked
    # nothing is left without a line
    with clock.off_by(3600), Visit(ROOT) as visit:
        visit.ask(taro, service="su")
        assert visit.answer(token.next()) == ALLOWED
    assert not case.log("no line in the audit trail")
    audit.check_chain()


def test_what_was_folded_outlives_a_configuration_that_is_not_valid(case):
    taro, token = enroll.person(kind="hotp")
    authd.restart()
    before = len(audit.events())
    for _ in range(30):
        with Visit(ROOT) as visit:
            visit.ask(taro, service="su")
            assert visit.answer(token.wrong()) == DENIED
    valid = product.CONFIG.read_text()
    product.CONFIG.write_text(valid + "\nnonsense\n")
    try:
        authd.stop()  # there is no later: syslog has to do
    finally:
        product.CONFIG.write_text(valid)
    authd.start()
    written = stands_for(refused_of(taro, before))
    [line] = case.log(r"not in the audit trail")
    told = int(re.search(r"repeats=(\d+)", line)[1])
    assert written + told == 30 and told > 10, (written, told)
    assert not case.log("have no line")


# Memory.


MEGABYTE = 1024  # in kB, as the kernel has it
GROWTH_MB, TOTAL_MB = 10, 16


def memory():
    """Of all its processes, what is shared counted once: kB."""
    sizes = [re.search(r"(?m)^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())[1]
             for pid in authd.processes()]
    return sum(map(int, sizes))


def half_open(count):
    """Logins that stay at the question, each of another name and address."""
    kept = []
    for number in range(count):
        connection, greeting = connect()
        kept.append((connection, greeting))
        if greeting == HELLO:
            connection.send(begin(f"name{number}-" + "x" * 200, service="s" * 200, tty="t" * 200,
                                  rhost=f"10.1.{number // 250}.{number % 250}"))
            assert connection.recv(4096)[:1] == b"A"
    return kept


def test_its_memory_is_bounded_whatever_comes(case):
    taro, token = enroll.person(kind="hotp")
    authd.restart()
    assert authd_client.once(ROOT, token.next(), of=taro) == ALLOWED
    before, most = memory(), 0
    for _ in range(2000):
        hang_up([connect()])
    for number in range(2000):
        give_up(f"stranger{number}", 1, service=f"service{number % 100}", rhost=f"10.2.{number // 250}.{number % 250}")
    for _ in range(3):
        kept = half_open(PLACES)
        assert [greeting for _, greeting in kept].count(HELLO) == SHARED
        most = max(most, memory())
        for connection, greeting in kept:
            if greeting == HELLO:
                connection.send(b"R" * 60000)  # far too long for an answer
        most = max(most, memory())
        hang_up(kept)
        soon(lambda: connect_and_leave() == HELLO)
    assert authd_client.once(ROOT, token.next(), of=taro) == ALLOWED
    most = max(most, memory())
    transcript.tell("memory", f"{before} kB before, {most} kB at most")
    assert most < TOTAL_MB * MEGABYTE and most - before < GROWTH_MB * MEGABYTE, (before, most)
    audit.check_chain()


def connect_and_leave():
    one = connect()
    hang_up([one])
    return one[1]


# A flood of su.


FLOOD_OF_SU = Path(__file__).resolve().parents[1] / "support/flood_of_su"


@contextlib.contextmanager
def flood_of_su(caller, user):
    """The caller runs su to the user, forty at a time, and gives up at the second question."""
    # by its text: who is not root may not see the folder that it lies in
    argv = ["/usr/bin/python3", "-ISBc", FLOOD_OF_SU.read_text(), user.name, "40", "1"]
    with subprocess.Popen(argv, preexec_fn=lambda: become(caller), cwd="/", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as flood:
        try:
            assert flood.stdout.readline() == "floods\n"
            yield
        finally:
            flood.kill()


def test_others_log_in_while_one_user_floods_su(case):
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    jiro, kuro = users.new("jiro"), users.new("kuro")
    authd.restart()
    before = len(audit.events())
    with pamconf.wired("su", "login", "sshd"), ssh.Server():
        with flood_of_su(jiro, taro):
            for _ in range(3):
                let_in(programs.su(hanako, [hanako.password, other.next()], caller=kuro))
                let_in(programs.su(taro, [taro.password, token.next()], caller=kuro))
                let_in(programs.login(hanako, [hanako.password, other.next()]))
                let_in(ssh.login(hanako, [hanako.password, other.next()]))
            assert case.log(rf"caller={jiro.uid}\b")
        authd.restart()
    lines = [event for event in audit.events()[before:] if event.get("caller") == str(jiro.uid)]
    total = stands_for(lines)
    assert total > 60 and len(lines) < total / 2, (len(lines), total)
    assert not [event for event in audit.events()[before:]
                if event["result"] != "allowed" and event.get("caller") != str(jiro.uid)]
    assert enroll.facts(taro)["failures"] == enroll.facts(hanako)["failures"] == 0
    audit.check_chain()
