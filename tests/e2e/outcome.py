# SPDX-License-Identifier: BSD-2-Clause
"""What came of one attempt to get in."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """let_in: whether the program gave what was asked for; status: its exit status, None
    when the driver hung up on it; prompts: what it asked, in order; text: all it said."""

    let_in: bool
    status: int | None
    text: str
    prompts: list = field(default_factory=list)

    def __bool__(self):
        raise TypeError("ask for let_in: an outcome is neither true nor false")
