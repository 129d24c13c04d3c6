# SPDX-License-Identifier: BSD-2-Clause
"""As case_pictures, for the greeters and lockers that few sites have."""

from e2e import greeter, locker, one_line, touching
from e2e.case_pictures import at_lightdm, at_locker

LAYER = "pictures"
CASE_SECONDS = 150
LONG = True


def test_lightdm_slick_in_english(case):
    at_lightdm(case, greeter.SLICK, "lightdm-slick", "en")


def test_lightdm_slick_in_japanese(case):
    at_lightdm(case, greeter.SLICK, "lightdm-slick", "ja")


def test_lightdm_arctica_in_english(case):
    at_lightdm(case, greeter.ARCTICA, "lightdm-arctica", "en")


def test_lightdm_arctica_in_japanese(case):
    at_lightdm(case, greeter.ARCTICA, "lightdm-arctica", "ja")


def test_xscreensaver_in_english(case):
    at_locker(case, locker.xscreensaver, "en")


def test_xscreensaver_in_japanese(case):
    at_locker(case, locker.xscreensaver, "ja")


def test_xsecurelock_in_english(case):
    at_locker(case, locker.xsecurelock, "en")


def test_xsecurelock_in_japanese(case):
    at_locker(case, locker.xsecurelock, "ja")


def in_one_line(case, service, program):
    """As i3lock's sample file has it."""
    text = (touching.EXAMPLES / "i3lock").read_text().replace("use_first_pass", "use_first_pass nodelay")
    text += "account required pam_mfa.so\n@include common-account\n@include common-session\n"
    with touching.at(case, service, "en", text) as person, program(person.user) as screen:
        touching.goes_through_in_one_line(screen, person, service)


def test_swaylock_takes_the_password_and_then_a_touch(case):
    in_one_line(case, "swaylock", one_line.swaylock)


def test_sddm_takes_the_password_and_then_a_touch(case):
    in_one_line(case, "sddm", one_line.sddm)
