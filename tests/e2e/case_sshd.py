# SPDX-License-Identifier: BSD-2-Clause
"""sshd, keyboard-interactive: every state of a person's authenticator."""

from e2e import entry_points
from e2e.entry_points import SSHD


def test_sshd_lets_in_with_password_and_code(case):
    entry_points.lets_in_with_password_and_code(SSHD, case)


def test_sshd_refuses_wrong_password_with_right_code(case):
    entry_points.refuses_wrong_password_with_right_code(SSHD, case)


def test_sshd_refuses_wrong_used_and_old_codes(case):
    entry_points.refuses_wrong_used_and_old_codes(SSHD, case)


def test_sshd_refuses_the_unenrolled(case):
    entry_points.refuses_the_unenrolled(SSHD, case)


def test_sshd_refuses_the_unknown(case):
    entry_points.refuses_the_unknown(SSHD, case)


def test_sshd_refuses_the_suspended_until_resumed(case):
    entry_points.refuses_the_suspended_until_resumed(SSHD, case)


def test_sshd_refuses_the_locked_until_unlocked(case):
    entry_points.refuses_the_locked_until_unlocked(SSHD, case)


def test_sshd_lock_ends_by_itself(case):
    entry_points.lock_ends_by_itself(SSHD, case)
