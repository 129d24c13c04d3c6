# SPDX-License-Identifier: BSD-2-Clause
"""A person with a YubiKey at a screen: each question and each problem once, and then the touch
that lets in. Whatever the screen shows must be readable, in each language."""

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass

from e2e import enroll, pamconf, picture, prepare, product, softkey, users
from e2e.case_yubikey import holder, waiting
from e2e.desktop import until
from e2e.locales import japanese_locale
from e2e.softkey import Key

EXAMPLES = prepare.REPOSITORY / "docs/examples/pam.d"
ZONE = {"factors": "yubikey hotp", "yubikey_any_session": "yes", "yubikey_timeout": "8s", "max_failures": 1}

FIRST = "YubiKey: Enter, touch; or %s"


@dataclass
class Person:
    """Who sits there: the user, with a password, and the key in the port."""

    user: users.User
    key: Key
    say: object  # the product's words in the person's language
    case: object


def explaining(service):
    """The service's sample file, for a site that gives reasons."""
    text = (EXAMPLES / service).read_text()
    text = re.sub(r"(?m)^auth +required +pam_unix\.so$", "auth requisite pam_unix.so nodelay", text)
    return re.sub(r"(?m)^(auth +required +pam_mfa\.so)$", r"\1 explain", text)


@contextmanager
def at(case, service, language, text=None):
    """Somebody with a YubiKey, and the service wired as the sample has it, or as the text, within the block."""
    softkey.fresh()
    taro, key = holder()
    enroll.give(taro, "hotp")
    with japanese_locale(), product.config(host={"language": language}, zone=ZONE), \
            pamconf.wired("su"), pamconf.written(service, text or explaining(service)):
        yield Person(taro, key, picture.words(language), case)


def again(say, problem):
    """The question after a problem, as lib/login/prompt.c has it."""
    return say("%s %s: ") % (say(problem), say("Enter or %s") % say("code"))


def begin_of(reason):
    """What of a reason must be readable; programs may cut the advice after it."""
    return re.split("[;、]", reason)[0]


def see(screen, name, text, area=None):
    picture.shown(screen, f"{screen.language}-{name}", text, area or screen.area)


def is_asked(screen, person, name):
    """At the screen, whose pictures have the name in front: what is asked, and why again."""
    say, key = person.say, person.key
    screen.begin(person.user)
    see(screen, f"{name}-1-question", say(FIRST) % say("code"))
    key.unplug()
    screen.answer("")
    see(screen, f"{name}-2-no-key", again(say, "No YubiKey."))
    key.plug()
    key.touch(False)
    with waiting(person.user, users.new("jiro"), key):
        screen.answer("")
        see(screen, f"{name}-3-in-use", say("Don't touch yet (%s).").split("(%s)")[0])
    key.unplug()  # which ends the other login's turn
    key.plug()
    until(lambda: key.show()["waiting"] == "0", "the end of the other login's turn")


def is_refused(screen, person, name):
    """From there on: not touched, a wrong code, and what remains after it."""
    say, key = person.say, person.key

    def see_refusal(what, reason):
        see(screen, f"{name}-{what}", screen.refusal or begin_of(say(reason)), screen.told)

    key.faults("touch-after=never", "touch-ms=300")
    screen.answer("")
    see(screen, f"{name}-4-not-touched", again(say, "Not touched."))
    key.faults()
    screen.answer("000000")
    see_refusal("5-wrong-code", "Authentication failed.")
    if not screen.refusal:
        screen.begin(person.user)
        screen.answer("000000")
        see_refusal("6-locked", "Too many failures; locked. Ask your system administrator, or wait.")
    screen.begin(person.user)
    see(screen, f"{name}-7-question", say(FIRST) % say("code"))


def is_let_in(screen, person):
    person.key.touch(True)
    screen.answer("")
    until(lambda: screen.is_in(person.user), "the touch lets in")


def goes_through(screen, person, name):
    """All of it."""
    is_asked(screen, person, name)
    is_refused(screen, person, name)
    is_let_in(screen, person)


def screen_said(screen, name, text):
    """Whether it says this within the next two seconds; OCR would take longer than that is shown."""
    paths = []
    for number in range(4):
        time.sleep(0.4)
        paths.append(screen.shoot(f"{name}-{number}"))
    shown = [path for path in paths if not text or picture.reads(path, screen.area, screen.language, text)[1]]
    for path in shown[:1]:
        path.rename(path.with_name(f"{name}.png"))
    for path in paths:
        path.unlink(missing_ok=True)
    return bool(shown)


def goes_through_in_one_line(screen, person, name):
    """At a program that shows no question: the line is the password, and then the key is asked."""
    user, key = person.user, person.key
    before = enroll.facts(user)["failures"]
    key.unplug()
    screen.answer(user)
    until(lambda: person.case.log("result=denied reason=key-absent"), "the refusal")
    assert screen_said(screen, f"{name}-1-no-key", screen.wrong), screen.wrong
    time.sleep(2)  # no key is taken while the refusal is shown
    key.plug()
    key.touch(False)
    screen.answer(user)
    key.await_blinking()
    if screen.busy:
        picture.shown(screen, f"{name}-2-touch", screen.busy, screen.area)
    else:
        screen.shoot(f"{name}-2-touch")
    assert not screen.is_in(user)
    key.touch(True)
    until(lambda: screen.is_in(user), "the touch lets in")
    assert enroll.facts(user)["failures"] == before
