# SPDX-License-Identifier: MIT
"""Looking at the processes of a run."""
import pathlib
import time


def descendants(pid):
    """Living (not defunct) processes below `pid`."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        todo += children.get(todo[0], [])
        found += children.get(todo.pop(0), [])
    return found


def gone(pids, seconds=5.0):
    """Whether all of them have ended within some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        alive = []
        for pid in pids:
            try:
                state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state not in "ZX":
                alive.append(pid)
        if not alive:
            return True
        time.sleep(0.01)
    return False
