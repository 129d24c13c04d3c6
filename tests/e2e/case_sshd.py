# SPDX-License-Identifier: BSD-2-Clause
"""sshd, keyboard-interactive: every state of a person's authenticator."""

from e2e import ways
from e2e.ways import SSHD


def test_sshd_lets_in_with_password_and_code(case):
    ways.lets_in_with_password_and_code(SSHD, case)


def test_sshd_refuses_wrong_password_with_right_code(case):
    ways.refuses_wrong_password_with_right_code(SSHD, case)


def test_sshd_refuses_wrong_used_and_old_codes(case):
    ways.refuses_wrong_used_and_old_codes(SSHD, case)


def test_sshd_refuses_the_unenrolled(case):
    ways.refuses_the_unenrolled(SSHD, case)


def test_sshd_refuses_the_unknown(case):
    ways.refuses_the_unknown(SSHD, case)


def test_sshd_refuses_the_suspended_until_resumed(case):
    ways.refuses_the_suspended_until_resumed(SSHD, case)


def test_sshd_refuses_the_locked_until_unlocked(case):
    ways.refuses_the_locked_until_unlocked(SSHD, case)


def test_sshd_lock_ends_by_itself(case):
    ways.lock_ends_by_itself(SSHD, case)
