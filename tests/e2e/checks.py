# SPDX-License-Identifier: BSD-2-Clause
"""What cases assert again and again."""

import re
import time


def let_in(outcome, prompts=2):
    """The program gave what was asked for, after so many questions."""
    assert outcome.let_in and outcome.status == 0, outcome
    assert len(outcome.prompts) == prompts, outcome


def refused(outcome, prompts=2):
    """The program gave nothing, but asked all its questions."""
    assert not outcome.let_in and outcome.status != 0, outcome
    assert len(outcome.prompts) == prompts, outcome


def module_lines(case, since=0):
    """What the module has written to syslog in this case."""
    return case.log(r"\bpam_mfa\(")[since:]


def one_line(case, pattern, since=0):
    """The module wrote exactly one line, and it says this."""
    lines = module_lines(case, since)
    assert len(lines) == 1 and re.search(pattern, lines[0]), (pattern, lines)
    return lines[0]


def stood_for(lines):
    """How many refusals these lines of syslog tell of. Those that repeat are told of together, at the latest when the
    service restarts."""
    found = [re.search(r" repeats=(\d+) ", line) for line in lines]
    return sum(int(repeats[1]) if repeats else 1 for repeats in found)


def exits(done, status, pattern=""):
    """A run of mfa-enroll ended with this status and said this on either output."""
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == status, (done.args, done.returncode, said)
    assert re.search(pattern, said), (pattern, said)


def soon(truth, seconds=10):
    """What is not true yet becomes so; gives what was found."""
    end = time.monotonic() + seconds
    while not (found := truth()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)
    return found
