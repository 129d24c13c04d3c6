# SPDX-License-Identifier: BSD-2-Clause
"""sudo: every state of the caller's authenticator."""

from e2e import entry_points
from e2e.entry_points import SUDO


def test_sudo_lets_in_with_password_and_code(case):
    entry_points.lets_in_with_password_and_code(SUDO, case)


def test_sudo_refuses_wrong_password_with_right_code(case):
    entry_points.refuses_wrong_password_with_right_code(SUDO, case)


def test_sudo_refuses_wrong_used_and_old_codes(case):
    entry_points.refuses_wrong_used_and_old_codes(SUDO, case)


def test_sudo_refuses_the_unenrolled(case):
    entry_points.refuses_the_unenrolled(SUDO, case)


def test_sudo_refuses_the_suspended_until_resumed(case):
    entry_points.refuses_the_suspended_until_resumed(SUDO, case)


def test_sudo_refuses_the_locked_until_unlocked(case):
    entry_points.refuses_the_locked_until_unlocked(SUDO, case)


def test_sudo_lock_ends_by_itself(case):
    entry_points.lock_ends_by_itself(SUDO, case)
