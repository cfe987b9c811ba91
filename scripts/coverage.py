#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Covered lines, room by room: builds with GCC's --coverage, runs the tests, asks gcovr.

    scripts/coverage.py              the table; exit status 1 when a room is under its floor or a test failed
    scripts/coverage.py dsp          and the lines of that room that no test reaches
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import builds  # noqa: E402

FLOOR = {"base": 90.0, "score": 90.0, "dsp": 90.0, "listen": 90.0, "watch": 90.0, "fx": 90.0,
         "synth": 90.0, "mix": 90.0, "compose": 90.0, "map": 90.0}  # % of lines


def lines_of(folder):
    """file: {line: count} as gcovr sums it up over all that ran."""
    done = subprocess.run(
        ["gcovr", "--root", str(builds.ROOT), "--filter", "src/", "--json", "-",
         "--exclude-unreachable-branches", "--gcov-ignore-parse-errors", str(folder)],
        cwd=builds.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"gcovr: {done.stderr[-4000:]}")
    found = collections.defaultdict(dict)
    for item in json.loads(done.stdout)["files"]:
        for line in item["lines"]:
            if not line.get("gcovr/noncode"):
                known = found[item["file"]]
                number = line["line_number"]
                known[number] = known.get(number, 0) + line["count"]
    return found


def spans(numbers):
    """3, 4, 5, 9 as "3-5 9"."""
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(f"{a}-{b}" if a != b else str(a) for a, b in runs)


def main(shown):
    folder = builds.folder_of("coverage")
    # from scratch: notes of files that moved or went would be merged with today's and confuse gcovr
    shutil.rmtree(folder, ignore_errors=True)
    tests = subprocess.run([sys.executable, str(builds.ROOT / "scripts" / "run_tests.py"),
                            "coverage"], check=False).returncode
    rooms = collections.defaultdict(lambda: [0, 0])
    for file, lines in sorted(lines_of(folder).items()):
        room = file.split("/")[1]
        missed = [number for number, count in lines.items() if count == 0]
        rooms[room][0] += len(lines) - len(missed)
        rooms[room][1] += len(lines)
        if room in shown:
            share = 100 * (1 - len(missed) / len(lines)) if lines else 100
            print(f"{share:6.1f} %  {file}  {spans(missed)}")
    low = []
    print(f"{'room':10} {'lines':>7} {'covered':>8}")
    for room, (hit, total) in rooms.items():
        share = 100 * hit / total if total else 100.0
        if share < FLOOR.get(room, 0):
            low.append(room)
        print(f"{room:10} {total:7} {share:7.1f} %{'  under ' + str(FLOOR[room]) if room in low else ''}")
    for room in FLOOR:
        if room not in rooms:
            low.append(room)
            print(f"{room:10}       no line of it was built")
    if tests:
        print("tests failed: lines that only they reach count as missed")
    return 1 if low or tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
