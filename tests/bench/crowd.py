# SPDX-License-Identifier: BSD-2-Clause
"""Many processes at once, each with its own user and the right codes."""

import statistics

from . import places, stacks, table, verify

PROCESSES = [1, 2, 4, 8, 16]
MILLISECONDS = 400


class Runs:
    """One stack at one number of processes. Users are enrolled anew for each run, so that
    what one has left out of step does not count for the next."""

    def __init__(self, stack, processes):
        self.stack = stack
        self.processes = processes
        self.speeds, self.accepted, self.refused = [], 0, 0

    def run(self):
        stack, users = self.stack, [f"crowd{i + 1}" for i in range(self.processes)]
        stack.enrol("hotp", *users)
        stack.select()
        line, = stacks.program("crowd", self.processes, MILLISECONDS, stack.service, "crowd",
                               stack.first_counter)
        self.speeds.append(float(line[0]))
        self.accepted += int(line[1])
        self.refused += int(line[2])

    def speed(self):
        return statistics.median(self.speeds)

    def cell(self):
        part = 100 * self.refused / (self.accepted + self.refused)
        return f"{self.speed():,.0f}" + (f", {part:.0f} % refused" if self.refused else "")


def measure(where, rounds, budgets):
    for number in range(max(PROCESSES)):
        places.user(f"crowd{number + 1}")
    everything = [Runs(kind(place), processes)
                  for processes in PROCESSES for place in where for kind in verify.KINDS]
    turns = 3 if rounds < 100 else 7
    for _ in range(turns):
        for runs in everything:
            runs.run()
    print("Processes at once, each with its own user and right HOTP codes, "
          f"{MILLISECONDS} ms long: accepted logins a second,\nmedian of {turns} runs, and how many "
          "of all were refused. Loading the module for each login is in the time.\n")
    for place in where:
        here = [runs for runs in everything if runs.stack.place is place]
        _show(place, here)
        _judge(place, [runs for runs in here if runs.stack.name == "ours"], budgets)


def _show(place, here):
    titles = dict.fromkeys(runs.stack.title for runs in here)
    table.show(place.title, ("processes", *map(str, PROCESSES)),
               [(title, *(runs.cell() for runs in here if runs.stack.title == title))
                for title in titles])


def _judge(place, ours, budgets):
    refused = sum(runs.refused for runs in ours)
    budgets.refused(refused)
    budgets.add(f"refused, 1 to 16 processes, {place.title}", str(refused), "0", refused == 0)
    ratio = ours[PROCESSES.index(8)].speed() / ours[0].speed()
    budgets.add(f"speed of 8 processes to 1, {place.title}", table.times(ratio), "1.00 x",
                ratio >= 1)
