# SPDX-License-Identifier: BSD-2-Clause
"""System calls that fail for this process, and for what it becomes and starts."""

import ctypes
import os
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, ARGUMENTS = 0, 16  # where struct seccomp_data has them; of an argument the lower half
NUMBERS = {"x86_64": {"getsockopt": 55, "socket": 41}, "aarch64": {"getsockopt": 209, "socket": 198}}


def _load_argument(index):
    return LOAD, 0, 0, ARGUMENTS + 8 * index


def _install(lines):
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, ctypes.get_errno()
    assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0, ctypes.get_errno()


def _number(call):
    return NUMBERS[os.uname().machine][call]


def fail_where(call, index, value, errnum):
    """The call fails so where its argument of that index, from 0, has the value."""
    _install([(LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 3, _number(call)), _load_argument(index),
              (JUMP_IF_EQUAL, 0, 1, value), (RETURN, 0, 0, FAIL | errnum), (RETURN, 0, 0, ALLOW)])


def fail_unless(call, index, value, errnum):
    """The same where it has another value."""
    _install([(LOAD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, 3, _number(call)), _load_argument(index),
              (JUMP_IF_EQUAL, 1, 0, value), (RETURN, 0, 0, FAIL | errnum), (RETURN, 0, 0, ALLOW)])
