# SPDX-License-Identifier: BSD-2-Clause
"""Screen lockers, which authenticate as the user, on a real X server; and vlock."""

import re
import time

from e2e import desktop, enroll, locker, pamconf, prepare, users
from e2e.desktop import until
from e2e.terminal import PROMPT, Terminal

LAYER = "desktop"
EXAMPLES = prepare.REPOSITORY / "docs/examples/pam.d"


def example(service):
    """The sample file of the service, word for word but for pam_unix's delay."""
    text = (EXAMPLES / service).read_text()
    return pamconf.written(service, re.sub(r"(?m)^(auth.*pam_unix\.so)(.*)$", r"\1 nodelay\2", text))


def verdicts(case, service, event="verify"):
    return [re.search(r"result=(\S+)", line)[1] for line in case.log(rf"mfa-authd.*event={event} .*service={service} ")]


def test_i3lock_takes_password_and_code_in_one_line(case):
    taro, token = enroll.person(kind="hotp")
    refusals = [taro.password + token.wrong(), taro.password, "wrong" + token.next(), token.next()]
    with desktop.display() as screen, example("i3lock"), \
            desktop.program(taro, ["i3lock", "-n", "-c", "204060"], screen.env) as locker:
        until(lambda: screen.windows() or locker.poll() is not None, "i3lock's window")
        time.sleep(0.5)  # for the keyboard, which no window tells of
        for number, line in enumerate(refusals, 1):
            screen.type(line)
            until(lambda: len(verdicts(case, "i3lock")) == number, "the verdict")
            time.sleep(2.2)  # i3lock takes no key while it shows the refusal
            assert locker.poll() is None, "i3lock let in"
        assert verdicts(case, "i3lock") == ["denied", "denied", "allowed", "allowed"]
        screen.type(taro.password + token.next())
        assert locker.wait(10) == 0
        assert verdicts(case, "i3lock")[4:] == ["allowed"]
    assert not any(taro.password in line for line in case.log())


def answer_both(case, screen, password, code):
    """Wakes the screen and answers its two questions; gives the verdict."""
    before = len(verdicts(case, "xscreensaver"))
    until(lambda: locker.wake(screen), "the dialogue")
    screen.answer(password)
    time.sleep(0.5)
    screen.answer(code)
    until(lambda: len(verdicts(case, "xscreensaver")) > before, "the verdict")
    return verdicts(case, "xscreensaver")[before]


def test_xscreensaver_asks_both_questions(case):
    taro = users.new(password="5309127")
    token = enroll.give(taro, "hotp")
    with example("xscreensaver"), locker.xscreensaver(taro) as screen:
        assert answer_both(case, screen, taro.password, token.wrong()) == "denied"
        until(lambda: not screen.shows_more_than_black(), "the end of the refusal")
        assert not screen.is_in(taro)
        assert answer_both(case, screen, taro.password, token.next()) == "allowed"
        until(lambda: screen.is_in(taro), "the screen")


def test_vlock_is_a_root_program_of_another_real_user(case):
    """The effective user decides: it may ask for root too."""
    taro, token = enroll.person(kind="hotp")
    wrong, right = [taro.password, token.wrong()], [taro.password, token.next()]
    with example("vlock"), Terminal(["vlock", "-c"], user=taro) as terminal:
        # After the user, root may try: here with the user's own answers.
        for answers in ([*wrong, *wrong], right):
            terminal.expect(r"press \[ENTER\]")
            terminal.press("\n")
            for answer in answers:
                terminal.expect(PROMPT)
                time.sleep(0.4)  # at each question it throws away what has been typed already
                terminal.answer(answer)
        assert terminal.wait() == 0
    assert verdicts(case, "vlock", "auth") == ["denied", "denied", "allowed"], case.log()
    assert not verdicts(case, "vlock")
