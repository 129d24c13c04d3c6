# SPDX-License-Identifier: BSD-2-Clause
"""What is printed."""


def show(title, heads, rows):
    """A table: the first column to the left, the others to the right."""
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    print(title)
    for line in lines:
        rest = "".join(f"  {cell:>{width}}" for cell, width in zip(line[1:], widths[1:]))
        print(f"  {line[0]:<{widths[0]}}{rest}".rstrip())
    print(flush=True)


def us(value):
    if value is None:
        return "-"
    return f"{value:.2f} us" if value < 10 else f"{value:,.0f} us"


def times(value):
    return f"{value:.2f} x"


class Budgets:
    """Collects what was promised, what came out, and refusals of right codes by us."""

    def __init__(self):
        self._rows = []
        self._refused = 0

    def add(self, name, measured, budget, is_met):
        self._rows.append((name, measured, budget, "met" if is_met else "NOT MET"))

    def refused(self, count):
        self._refused += count

    def show(self):
        """Returns the exit status."""
        show("Budgets", ("", "measured", "budget", ""), self._rows)
        if self._refused:
            print(f"bench: pam_mfa refused {self._refused} right codes")
        return 1 if self._refused else 0
