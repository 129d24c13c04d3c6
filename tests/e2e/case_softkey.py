# SPDX-License-Identifier: BSD-2-Clause
"""The software YubiKey itself, used by Yubico's own programs through the stand-in for libusb."""

import subprocess
import time

from e2e import users
from e2e.softkey import Key, fresh

NEEDS_PRODUCT = False
SECRET = "0b" * 20
HI_THERE = "b617318655057264e28bc0b6fb378c8ef146be00"  # RFC 2202, the first case


def run(*argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, **more)


def given(*argv, **more):
    done = run(*argv, **more)
    assert done.returncode == 0, done
    return done.stdout.strip()


def ask(slot=2):
    return run("ykchalresp", f"-{slot}", "Hi There")


def test_without_a_key_there_is_none(case):
    fresh()
    assert "no yubikey present" in run("ykinfo", "-s").stderr


def test_ykinfo_shows_what_the_key_is(case):
    fresh()
    Key(serial=7654321, firmware="5.2.7", slot1="static", slot2=f"hmac:{SECRET}")
    for flag, value in (("-s", "7654321"), ("-v", "5.2.7"), ("-1", "1"), ("-2", "1"), ("-p", "1")):
        assert given("ykinfo", "-q", flag) == value, flag


def test_programs_with_an_empty_environment_reach_it(case):
    fresh()
    Key(serial=7654321)
    assert given("ykinfo", "-q", "-s", env={}, executable="/usr/bin/ykinfo") == "7654321"
    assert given("sudo", "-i", "ykinfo", "-q", "-s") == "7654321"


def test_only_root_may_open_it(case):
    fresh()
    taro, key = users.new(), Key(serial=7654321)
    done = run("runuser", "-u", taro.name, "--", "ykinfo", "-s")
    assert done.returncode and "Access denied" in done.stderr, done
    done = run("runuser", "-u", taro.name, "--", "softkeyctl", "unplug", str(key.number))
    assert done.returncode and "Permission denied" in done.stderr, done
    assert key.show()["plugged"] == "1"


def test_ykpersonalize_programs_what_ykchalresp_asks(case):
    fresh()
    key = Key(serial=7654321)
    given("ykpersonalize", "-2", "-y", f"-a{SECRET}", "-ochal-resp", "-ochal-hmac", "-ohmac-lt64",
          "-oserial-api-visible")
    assert key.show()["slot2"] == "hmac" and key.show()["writes"] == "1"
    assert given("ykchalresp", "-2", "Hi There") == HI_THERE
    given("ykpersonalize", "-2", "-y", "-z")
    assert key.show()["slot2"] == "empty"


def test_touch_and_its_time_out(case):
    fresh()
    key = Key(slot2=f"hmac:{SECRET}:touch")
    key.faults("touch-after=never", "touch-ms=200")
    assert "timeout" in ask().stderr
    key.faults("touch-after=never")
    with subprocess.Popen(["ykchalresp", "-2", "Hi There"], stdout=subprocess.PIPE, text=True) as asking:
        end = time.monotonic() + 10
        while key.show()["waiting"] == "0" and time.monotonic() < end:
            time.sleep(0.02)
        assert key.show()["waiting"] == "1"
        key.touch(True)
        assert asking.communicate(timeout=10)[0].strip() == HI_THERE


def test_faults(case):
    fresh()
    key = Key(serial=7654321, slot2=f"hmac:{SECRET}")
    for words, said in ((["mute"], "timeout"), (["bad-crc"], "checksum"), (["denied"], "Access denied"),
                        (["answer-after=never"], "timeout")):
        key.faults(*words)
        done = ask()
        assert done.returncode and said in done.stderr, (words, done)
    key.faults("answer-after=4")
    assert ask().stdout.strip() == HI_THERE


def test_pulled_out_at_each_transfer(case):
    fresh()
    key = Key(slot2=f"hmac:{SECRET}")
    assert ask().stdout.strip() == HI_THERE
    for number in range(1, int(key.show()["transfers"])):
        key.faults(f"unplug-after={number}")
        done = ask()
        assert done.returncode and not done.stdout, (number, done)
        assert key.show()["plugged"] == "0"
        key.plug()
    key.faults()
    assert ask().stdout.strip() == HI_THERE


def test_several_keys_each_with_its_serial(case):
    fresh()
    keys = [Key(serial=100 + number) for number in range(3)]
    assert [given("ykinfo", "-q", "-s", f"-n{number}") for number in range(3)] == ["100", "101", "102"]
    keys[1].unplug()
    assert [given("ykinfo", "-q", "-s", f"-n{number}") for number in range(2)] == ["100", "102"]


def test_two_programs_at_once_disturb_each_other(case):
    fresh()
    Key(slot2=f"hmac:{SECRET}")
    failed = 0
    for _ in range(20):
        pair = [subprocess.Popen(["ykchalresp", "-2", "Hi There"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True) for _ in range(2)]
        for asking in pair:
            said = asking.communicate(timeout=30)[0].strip()
            assert said in ("", HI_THERE), said
            failed += asking.returncode != 0
    assert failed > 0
    for _ in range(5):
        given("ykchalresp", "-2", "Hi There")  # alone, it is sound


def test_a_program_that_dies_gives_the_key_back(case):
    fresh()
    key = Key(slot2=f"hmac:{SECRET}:touch")
    key.touch(False)
    with subprocess.Popen(["ykchalresp", "-2", "Hi There"], stdout=subprocess.DEVNULL) as asking:
        end = time.monotonic() + 10
        while key.show()["waiting"] == "0" and time.monotonic() < end:
            time.sleep(0.02)
        asking.kill()
    key.touch(True)
    assert ask().stdout.strip() == HI_THERE


def test_typed_codes(case):
    fresh()
    key = Key(slot1="otp:00123456789a:010203040506:" + "61" * 16, slot2="hotp:" + b"12345678901234567890".hex())
    assert [key.type(2) for _ in range(3)] == ["755224", "287082", "359152"]
    codes = [key.type(1) for _ in range(3)]
    assert len(set(codes)) == 3
    assert all(len(code) == 44 and code.startswith("ccbdefghijkl") for code in codes)
