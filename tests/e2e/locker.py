# SPDX-License-Identifier: BSD-2-Clause
"""Screen lockers that ask each question on their own, on an X server without a screen."""

import time
from contextlib import contextmanager

from e2e import desktop, users
from e2e.desktop import until

SETTINGS = """timeout: 9:00:00
lock: True
lockTimeout: 0:00:00
passwdTimeout: 0:00:30
splash: False
mode: blank
fade: False
unfade: False
dpmsEnabled: False
"""
LOCALES = {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}


def xscreensaver_command(user, screen, *arguments):
    with desktop.program(user, ["xscreensaver-command", *arguments], screen.env) as command:
        out, _ = command.communicate(timeout=10)
    return out


def is_locked(user, screen):
    return "locked" in xscreensaver_command(user, screen, "-time")


def wake(screen):
    """A key that types nothing; right after the lock it may pass unseen."""
    if not screen.shows_more_than_black():
        screen.press("Shift_L")
        time.sleep(0.5)
    return screen.shows_more_than_black()


class Locker(desktop.Display):
    """What a locked screen shows, and who types there."""

    area = ""  # where on 800x600 it asks
    told = ""  # where it tells of a refusal
    refusal = ""  # what it says then: mfa-authd gives a reason only to programs that run as root

    def __init__(self, display, language):
        super().__init__(display.name)
        self.language = language
        self.env["LANG"] = LOCALES[language]
        self.has_begun = False

    def begin(self, user):
        """Up to the question that comes after the password."""
        until(lambda: wake(self), "the dialogue")
        self.has_begun = True
        self.answer(user.password)

    def answer(self, text):
        time.sleep(1)  # it draws before it listens
        self.type(text, delay_ms=150)  # it draws anew for each key, and loses those that come meanwhile


class XScreenSaver(Locker):
    area = "260x130+255+285"
    told = "420x60+300+235"
    refusal = "Authentication failed!"

    def begin(self, user):
        if self.has_begun:
            until(lambda: not self.shows_more_than_black(), "the end of the refusal")
        super().begin(user)

    def is_in(self, user):
        return not is_locked(user, self)


class XSecureLock(Locker):
    area = told = "800x50+0+240"
    refusal = "Password:"
    process = None

    def is_in(self, _):
        return self.process.poll() == 0


@contextmanager
def xscreensaver(user, language="en"):
    """The user's screen is locked by it within the block."""
    users.give(user, ".xscreensaver", SETTINGS)
    with desktop.display() as display:
        screen = XScreenSaver(display, language)
        with desktop.program(user, ["xscreensaver", "--no-splash", "--verbose"], screen.env):
            until(lambda: "XScreenSaver" in xscreensaver_command(user, screen, "-version"), "xscreensaver")
            xscreensaver_command(user, screen, "-lock")
            until(lambda: is_locked(user, screen), "the lock")
            yield screen


@contextmanager
def xsecurelock(user, language="en"):
    """The user's screen is locked by it within the block."""
    with desktop.display() as display:
        screen = XSecureLock(display, language)
        env = {**screen.env, "XSECURELOCK_PAM_SERVICE": "xscreensaver", "XSECURELOCK_SAVER": "saver_blank"}
        with desktop.program(user, ["xsecurelock"], env) as screen.process:
            until(screen.windows, "xsecurelock's window")
            yield screen
