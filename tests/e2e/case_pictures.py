# SPDX-License-Identifier: BSD-2-Clause
"""What greeters and lockers show of the questions, read by OCR: nothing is cut or covered.
Each picture stays in build/tests/e2e/pictures."""

from e2e import greeter, locker, one_line, picture, touching

LAYER = "desktop"
CASE_SECONDS = 150  # OCR needs a processor


def test_what_is_cut_or_covered_is_not_read(case):
    """By OCR of pictures in which a person sees the same."""
    assert picture.says("YubiKey:Enter\n後タッチかコ一ド:", "YubiKey: Enter 後タッチかコード: ")
    assert picture.says("sgに失敗しました。", "認証に失敗しました。")
    for seen, wanted in (("One-time password (YubiKey: Ente", "One-time password (YubiKey: Enter, then touch): "),
                         ("YUDIKeY\nsr、タッチ) かコード:", "YubiKey (Enter、タッチ) かコード: "),
                         ("Don't touch yet (su, pts/0, taro1). Enter or code:", "Not touched. Enter or code: "),
                         ("Touch your YubiKey when it blinks.", "YubiKey: Enter, touch; or code: "), ("", "Enter: ")):
        assert not picture.says(seen, wanted), seen


def at_lightdm(case, kind, name, language):
    with touching.at(case, "lightdm", language) as person, greeter.lightdm(kind, language) as screen:
        touching.goes_through(screen, person, name)


def at_locker(case, lock, language):
    """Both kinds of lockers use the one sample file."""
    with touching.at(case, "xscreensaver", language) as person, lock(person.user, language) as screen:
        touching.goes_through(screen, person, lock.__name__)


def test_lightdm_gtk_in_english(case):
    at_lightdm(case, greeter.GTK, "lightdm-gtk", "en")


def test_lightdm_gtk_in_japanese(case):
    at_lightdm(case, greeter.GTK, "lightdm-gtk", "ja")


def test_xscreensaver_shows_japanese_whole(case):
    """The screen that cuts most; what it says of refusals is in the long form."""
    with touching.at(case, "xscreensaver", "ja") as person, locker.xscreensaver(person.user, "ja") as screen:
        touching.is_asked(screen, person, "xscreensaver")
        touching.is_let_in(screen, person)


def test_i3lock_takes_the_password_and_then_a_touch(case):
    text = (touching.EXAMPLES / "i3lock").read_text().replace("use_first_pass", "use_first_pass nodelay")
    with touching.at(case, "i3lock", "en", text) as person, one_line.i3lock(person.user) as screen:
        touching.goes_through_in_one_line(screen, person, "i3lock")
