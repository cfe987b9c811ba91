# SPDX-License-Identifier: MIT
"""Figures of `make bench`: what they are, where a run of them is kept, how two runs compare.

A figure has a unit, and the unit says which way is better. It may carry what was asked of it, and its
noise: how far two runs of the same program differ, in its own unit. It is worse when it is more than
WORSE away from the stored one to the wrong side, and by more than the noise of both.

The last stored run of a machine is bench/results/<machine>.json, where the machine is its processor
and its number of cores:

    {"machine": {"cpu", "cores"}, "commit", "modified", "figures": {key: {"value", "unit", ...}}}
"""
import json
import math
import os
import pathlib
import platform
import re
import subprocess
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
WORSE = 0.10
LESS_IS_BETTER = {"s", "ms", "ns", "MB", "%", "px", "dB"}  # dB: of what shouldn't be there
# x: times real time; times: as fast as something else; score: how right, 0 to 1
MORE_IS_BETTER = {"x", "files/s", "times", "score"}


@dataclass
class Figure:
    """One measured number."""

    value: float
    unit: str
    asked: float = None  # at least or at most, as the unit says
    noise: float = 0.0
    ours: bool = True  # False: another program's, to see whether the machine is the same

    def __post_init__(self):
        assert self.unit in LESS_IS_BETTER | MORE_IS_BETTER, self.unit

    @property
    def less_is_better(self):
        return self.unit in LESS_IS_BETTER

    def misses(self):
        """Whether it is on the wrong side of what was asked."""
        if self.asked is None:
            return False
        return self.value > self.asked if self.less_is_better else self.value < self.asked

    def loss(self, before):
        """How much worse than `before`, in the figure's unit; negative when better."""
        return (self.value - before.value) * (1 if self.less_is_better else -1)

    def noticeable(self, before):
        """Whether the two differ by more than WORSE and their noise."""
        return abs(self.value - before.value) > max(WORSE * abs(before.value),
                                                    self.noise + before.noise)

    def worse(self, before):
        return self.ours and self.loss(before) > 0 and self.noticeable(before)

    def better(self, before):
        return self.ours and self.loss(before) < 0 and self.noticeable(before)

    def to_json(self):
        out = {"value": rounded(self.value), "unit": self.unit}
        if self.asked is not None:
            out["asked"] = self.asked
        if self.noise:
            out["noise"] = rounded(self.noise)
        if not self.ours:
            out["ours"] = False
        return out

    @staticmethod
    def from_json(row):
        return Figure(row["value"], row["unit"], row.get("asked"), row.get("noise", 0.0),
                      row.get("ours", True))


def rounded(value):
    """Four digits that count: more is noise."""
    return float(f"{value:.4g}")


def machine():
    """{"cpu", "cores"} of this machine: the processor's name, family and model, and the cores we may use."""
    said = {}
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            said.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    name = said.get("model name") or platform.machine()
    name = " ".join(re.sub(r"\((R|TM|C)\)|\bCPU\b|\bProcessor\b|@.*", " ", name, flags=re.I).split())
    # a virtual machine's name may be no more than "Xeon"
    if "cpu family" in said and "model" in said:
        name += f" family {said['cpu family']} model {said['model']}"
    return {"cpu": name, "cores": len(os.sched_getaffinity(0))}


def slug(who):
    """The name of a machine's file."""
    return re.sub(r"[^a-z0-9]+", "-", f"{who['cpu']} {who['cores']} cores".lower()).strip("-")


def commit():
    """(id, modified) of the tree, or (None, False) outside of git."""
    def git(*arguments):
        return subprocess.run(["git", "--no-optional-locks", "-C", str(ROOT), *arguments], check=True,
                              capture_output=True, text=True).stdout.strip()
    try:
        return (git("rev-parse", "--short=12", "HEAD"),
                bool(git("status", "--porcelain", "--untracked-files=no")))
    except (OSError, subprocess.CalledProcessError):
        return None, False


def document(who, figures):
    """A run as JSON."""
    done, modified = commit()
    return {"machine": who, "commit": done, "modified": modified,
            "figures": {key: figure.to_json() for key, figure in figures.items()}}


def write(path, run):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def load(path):
    """(run, its figures), or (None, {}) when nothing is stored there."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None, {}
    return run, {key: Figure.from_json(row) for key, row in run["figures"].items()}


def verdict(now, before):
    """What to write beside a figure; either may be None."""
    if now is None:
        return "not measured now"
    words = []
    if before is None:
        words.append("new")
    elif now.worse(before):
        words.append("WORSE")
    elif now.better(before):
        words.append("better")
    if now.misses():
        words.append(f"ASKED {'at most' if now.less_is_better else 'at least'} {now.asked:g}")
    return ", ".join(words)


def doubtful(figures, stored):
    """Keys that a second look should settle: worse than stored, or not what was asked."""
    return [key for key, now in figures.items()
            if now.misses() or (key in stored and now.worse(stored[key]))]


def ratio(now, before):
    return now.value / before.value if before.value > 0 and now.value > 0 else None


def rows(figures, stored):
    """(key, now, before, ratio, verdict) of each figure of either run, in this run's order."""
    for key in [*figures, *(key for key in stored if key not in figures)]:
        now, before = figures.get(key), stored.get(key)
        yield (key, now, before, ratio(now, before) if now and before else None,
               verdict(now, before))


def yardstick(figures, stored):
    """How fast the other programs were against the stored run (geometric mean), or None."""
    ratios = [ratio(now, stored[key]) for key, now in figures.items()
              if not now.ours and now.unit == "x" and key in stored]
    logs = [math.log(r) for r in ratios if r]
    return math.exp(sum(logs) / len(logs)) if logs else None


def number(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(figures, stored):
    """The lines of the comparison."""
    lines = [f"{'figure':<38}{'now':>10}{'before':>10}  {'unit':<8}{'ratio':>6}"]
    for key, now, before, times, words in rows(figures, stored):
        lines.append(f"{key:<38}{number(now.value) if now else '-':>10}"
                     f"{number(before.value) if before else '-':>10}  {(now or before).unit:<8}"
                     f"{f'{times:.2f}' if times else '-':>6}  {words}".rstrip())
    return lines
