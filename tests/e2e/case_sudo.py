# SPDX-License-Identifier: BSD-2-Clause
"""sudo: every state of the caller's authenticator."""

from e2e import ways
from e2e.ways import SUDO


def test_sudo_lets_in_with_password_and_code(case):
    ways.lets_in_with_password_and_code(SUDO, case)


def test_sudo_refuses_wrong_password_with_right_code(case):
    ways.refuses_wrong_password_with_right_code(SUDO, case)


def test_sudo_refuses_wrong_used_and_old_codes(case):
    ways.refuses_wrong_used_and_old_codes(SUDO, case)


def test_sudo_refuses_the_unenrolled(case):
    ways.refuses_the_unenrolled(SUDO, case)


def test_sudo_refuses_the_suspended_until_resumed(case):
    ways.refuses_the_suspended_until_resumed(SUDO, case)


def test_sudo_refuses_the_locked_until_unlocked(case):
    ways.refuses_the_locked_until_unlocked(SUDO, case)


def test_sudo_lock_ends_by_itself(case):
    ways.lock_ends_by_itself(SUDO, case)
