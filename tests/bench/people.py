# SPDX-License-Identifier: BSD-2-Clause
"""The same login with more and more people enrolled."""

import re
import subprocess
import tempfile
from pathlib import Path

from . import places, stacks, table

COUNTS = [1, 100, 1000, 10000, 100000]
TIME_LIMIT, INSTRUCTIONS_LIMIT = 1.10, 1.05


class Crowded:
    """The stores of one number of people, on one file system for all numbers."""

    def __init__(self, place, count):
        self.count = count
        self.ours = stacks.Ours(self._part(place))
        self.oath = stacks.Oath(self.ours.place)

    def _part(self, place):
        name = f"{place.name}-{self.count}"
        part = places.Place(name, place.title, Path(f"/var/lib/bench-{name}"), place.log,
                            place.peers / str(self.count))
        for source, path in ((place.store / str(self.count), part.store), (part.peers, None)):
            source.mkdir(mode=0o755)
            if path is not None:
                path.mkdir()
                subprocess.run(["mount", "--bind", source, path], check=True)
        return part

    def plan(self):
        """The user who logs in is the last that is enrolled with us, and the middle one of
        pam_oath's file."""
        ours, oath = stacks.series(self.ours, "totp"), stacks.series(self.oath, "hotp")
        people = [f"person{number}" for number in range(1, self.count)]
        half = len(people) // 2
        self.oath.enrol("hotp", *people[:half], "bench-hotp", *people[half:])
        if people:
            stacks.program("enrol", self.ours.config, "hotp", f"person*{len(people)}")
        return [ours, oath]


def instructions(words, *options, program="bench-load"):
    """callgrind's count of a login, in one of its programs; options narrow down what is counted."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *options,
               stacks.PROGRAMS / "bench-load", *words]
    done = subprocess.run(command, check=True, text=True, capture_output=True)
    if "accepted" not in done.stdout:
        raise SystemExit(f"bench: {words[0]}: a right code was refused under callgrind")
    pid = re.search(rf"==(\d+)== Command: \S*{program}\b", done.stderr)[1]
    return int(re.search(rf"==0*{pid}== Collected : (\d+)", done.stderr)[1])


def measure(folder, rounds, most, budgets):
    counts = [count for count in COUNTS if count <= most]
    with tempfile.TemporaryDirectory(dir="/tmp") as memory:
        place = places.memory(Path(memory), megabytes=sum(counts) // 40 + 64)
        crowds = [Crowded(place, count) for count in counts]
        plan = [f"bare write {place.peers}/bare"]
        for crowd in crowds:
            plan += crowd.plan()
        subprocess.run(["sync"], check=True)
        stacks.wait_for_step()
        lines = stacks.program("login", min(rounds, 200), *plan)
        got = {line[0]: float(line[1]) for line in lines}
        budgets.refused(sum(int(line[3]) for line in lines if ".ours." in line[0]))
        _show(place, crowds, got, budgets)


def _count_instructions(crowd):
    crowd.ours.enrol("totp", "bench-totp")
    crowd.ours.select()
    stacks.wait_for_step()
    return instructions((crowd.ours.service, "bench-totp", stacks.code("totp")),
                        "--toggle-collect=pam_authenticate")


def _show(place, crowds, got, budgets):
    print("The same with more people enrolled; ext4 in a file in memory, so that enrolling is "
          "quick and the disk\ndoes not hide differences. pam_google_authenticator keeps a file a "
          "user, as we do: not measured.\n")
    rows, ours, counted = [], [], []
    for crowd in crowds:
        name = f"{place.name}-{crowd.count}"
        ours.append(got[f"{name}.ours.totp"])
        counted.append(_count_instructions(crowd))
        oath = got[f"{name}.oath.hotp"]
        rows.append((f"{crowd.count:,}", table.us(ours[-1]), table.times(ours[-1] / ours[0]),
                     f"{counted[-1]:,}", table.times(counted[-1] / counted[0]),
                     table.us(oath), table.times(oath / ours[-1])))
    title = f"{place.title}; bare write {table.us(got['bare'])}"
    table.show(title, ("enrolled", "pam_mfa", "to 1", "instructions", "to 1", "pam_oath",
                             "to pam_mfa"), rows)
    title = f"{crowds[-1].count:,} enrolled to 1: "
    _judge(title + "time", ours, TIME_LIMIT, budgets)
    _judge(title + "instructions", counted, INSTRUCTIONS_LIMIT, budgets)


def _judge(title, values, limit, budgets):
    worst = max(values) / values[0]
    budgets.add(title, table.times(worst), table.times(limit), worst <= limit)
