# SPDX-License-Identifier: BSD-2-Clause
"""Drives the real login programs in a throwaway root (tests/root/enter).

A case is a function test_* of a file case_*.py. It gets one argument, whose log(pattern)
gives the lines that syslog has received since the case began. It fails by an exception;
then all that its programs said is shown. Cases of one file share one root and run in order,
so each makes users of its own and changes files only for the length of a with block.
"""
