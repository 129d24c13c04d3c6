# SPDX-License-Identifier: BSD-2-Clause
"""lightdm with the GTK greeter: what it shows, whom it lets in."""

import re
import time

from e2e import enroll, greeter, pamconf, prepare, product
from e2e.locales import japanese_locale
from e2e.checks import module_lines
from e2e.desktop import until

LAYER = "desktop"


def example():
    text = (prepare.REPOSITORY / "docs/examples/pam.d/lightdm").read_text()
    return pamconf.written("lightdm", text.replace("pam_unix.so", "pam_unix.so nodelay", 1))


def drawn(screen, name):
    """A picture of the screen once it has settled."""
    time.sleep(0.7)
    return screen.shoot(name)


def test_lightdm_refuses_a_wrong_code_and_lets_in_with_the_right_one(case):
    taro, token = enroll.person(kind="hotp")
    with japanese_locale(), product.config({"language": "ja"}), example(), greeter.lightdm() as screen:
        screen.answer(taro.name)
        screen.answer(taro.password)
        drawn(screen, "lightdm-question")
        asked = screen.questions()
        screen.answer(token.wrong())
        until(lambda: screen.questions() > asked, "the greeter's next try for the same user")
        assert screen.results()[-1] == 7 and not screen.is_in(taro)
        drawn(screen, "lightdm-refused")
        screen.answer(taro.password)
        screen.answer(token.next())
        until(lambda: screen.is_in(taro), "the session")
        assert screen.results()[-1] == 0
    lines = [re.search(r"result=(\S+) reason=(\S+)", line).groups() for line in module_lines(case)]
    assert lines == [("denied", "code-wrong"), ("allowed", "code-right")], lines


def test_autologin_is_in_unless_the_gate_of_its_service_refuses(case):
    taro, _ = enroll.person()
    stack = "auth required pam_permit.so\naccount required pam_mfa.so\naccount required pam_unix.so\nsession required pam_unix.so\n"
    with pamconf.written("lightdm-autologin", stack):
        assert greeter.autologin(taro)
        with product.config(zone={"gate": "lightdm-autologin"}):
            assert not greeter.autologin(taro)
