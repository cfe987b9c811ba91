#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Builds, runs all tests, counts each test function, and ends with one line:

    412 passed, 0 failed, 3 skipped

    scripts/run_tests.py release asan --fuzz-briefly 3 --checks    what `make test` runs
    scripts/run_tests.py release --only tempo      tests whose name contains "tempo"
    scripts/run_tests.py --fuzz 60                 each fuzz target for a minute
    scripts/run_tests.py asan --slowest 20         and where the processor's time went

What runs: the Meson tests of the named builds (scripts/builds.py), and with --checks every
scripts/check_*, tests/checks/test_* and tests/e2e/test_*. A program that prints TAP ("1..N", "ok 1 - name",
"not ok 2 - name", "# SKIP"), as cmocka does when asked, is counted test by test; any other is one
test: exit status 0 passed, 77 skipped. A crash, a sanitizer's report, a timeout, a plan not
fulfilled and a build that fails are failures with a name. Success is quiet: one line a build and
the names of what was skipped. Exit status 1 when anything failed.

A fuzz target (tests/fuzz/README.md) is one test. --fuzz goes on from what earlier runs found, which
the build folder keeps; --fuzz-briefly runs the corpus of the tree and, always from the same seed, some
seconds of mutations: what fails there fails again.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import builds  # noqa: E402

ROOT = builds.ROOT
SKIP_STATUS = 77
CHECK_TIMEOUT_S = 300
TIMEOUT_MIN_S = 120  # Meson's own default of 30 s is tight on a loaded machine
TAIL_LINES = 60
FUZZ = "tests/fuzz"

# cmocka prints "not ok 3 # SKIP name" for a skipped test; TAP proper prints "ok 3 # SKIP why".
# What a test prints without a newline stands before its own result line, so: search, not match.
RESULT = re.compile(r"(?<!\w)(not ok|ok) (\d+)(?: - (.*?))?(\s*# SKIP\s*(.*))?$")
PLAN = re.compile(r"^1\.\.(\d+)(\s*# SKIP.*)?$")


@dataclass
class Task:
    """One program to run."""

    name: str
    command: list
    timeout_s: float
    env: dict = field(default_factory=dict)
    folder: str = str(ROOT)
    alone: bool = False


@dataclass
class Result:
    """What became of it."""

    passed: int = 0
    skipped: list = field(default_factory=list)  # names
    failed: list = field(default_factory=list)  # (name, detail)
    cpu_s: dict = field(default_factory=dict)  # by program: its processor time, its children's too

    def add(self, other):
        self.cpu_s.update(other.cpu_s)
        self.passed += other.passed
        self.skipped += other.skipped
        self.failed += other.failed


def tail(text, lines=TAIL_LINES):
    kept = text.rstrip().splitlines()
    return "\n".join((["..."] if len(kept) > lines else []) + kept[-lines:])


def describe_exit(status):
    if status is None:
        return "timed out"
    if status < 0:
        try:
            return f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"killed by signal {-status}"
    return f"exit status {status}"


def read_tap(name, text):
    """(result, tests planned, tests reported, group that could not be set up) of a TAP text."""
    result, planned, reported, setup_failed = Result(), 0, 0, False
    since = []  # lines since the last result: what a failing test said
    open_failure = None  # the failure that "# ..." lines after it belong to
    for line in text.splitlines():
        plan = PLAN.match(line)
        found = RESULT.search(line)
        if plan:
            planned += int(plan[1])
            since, open_failure = [], None
            if plan[2]:
                result.skipped.append(name)
        elif found:
            test = (found[3] or found[5] or f"test {found[2]}").strip()
            since += [line[:found.start()]] if found.start() else []
            open_failure = None
            if int(found[2]) == 0:  # cmocka: a group's setup or teardown failed
                setup_failed = True
                open_failure = [f"{name}: {test}", list(since)]
            else:
                reported += 1
                if found[4] is not None:
                    result.skipped.append(f"{name}: {test}")
                elif found[1] == "ok":
                    result.passed += 1
                else:
                    open_failure = [f"{name}: {test}", list(since)]
            if open_failure:
                result.failed.append(open_failure)
            since = []
        elif open_failure and line.startswith("#") and not line.startswith("# not ok"):
            open_failure[1].append(line)
        else:
            since.append(line)
            open_failure = None
    result.failed = [(test, tail("\n".join(said).strip("\n"))) for test, said in result.failed]
    return result, planned, reported, setup_failed


def judge(task, status, text):
    """The result of a program that ended with `status` (None: timed out) and printed `text`."""
    result, planned, reported, setup_failed = read_tap(task.name, text)
    is_tap = any(PLAN.match(line) for line in text.splitlines())
    if not is_tap:
        if status == 0:
            return Result(passed=1)
        if status == SKIP_STATUS:
            return Result(skipped=[task.name])
        return Result(failed=[(f"{task.name}: {describe_exit(status)}", tail(text))])
    if reported < planned and not setup_failed:
        result.failed.append((f"{task.name}: {describe_exit(status)} after {reported} of "
                              f"{planned} tests", tail(text)))
    elif status != 0 and not result.failed and not (status == SKIP_STATUS and result.skipped):
        result.failed.append((f"{task.name}: {describe_exit(status)} after its tests", tail(text)))
    return result


def wait(process, timeout_s):
    """(exit status as Popen has it, None: timed out; processor seconds) of a process."""
    watched = os.pidfd_open(process.pid)
    try:
        ended = select.select([watched], [], [], timeout_s)[0]
    finally:
        os.close(watched)
    if not ended:
        os.killpg(process.pid, signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode if ended else None, used.ru_utime + used.ru_stime


def run(task):
    """Run one program in a process group of its own, which a timeout ends as a whole."""
    env = {**os.environ, **task.env, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    with tempfile.TemporaryFile("w+", errors="replace") as out:
        try:
            process = subprocess.Popen(task.command, cwd=task.folder, env=env, stdout=out,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                       start_new_session=True)
        except OSError as error:
            return Result(failed=[(task.name, str(error))])
        try:
            status, cpu_s = wait(process, task.timeout_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        try:
            os.killpg(process.pid, signal.SIGKILL)  # and what it may have left behind
        except ProcessLookupError:
            pass
        out.seek(0)
        result = judge(task, status, out.read())
        result.cpu_s[task.name] = cpu_s
        return result


def run_all(tasks):
    """All of them, as many at a time as there are cores; first those that may take long, so that no
    core waits for them at the end; those that want to be alone come last."""
    total = Result()
    tasks = sorted(tasks, key=lambda task: -task.timeout_s)
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    show = sys.stderr.isatty()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run, task): task for task in tasks if not task.alone}
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            total.add(future.result())
            if show:
                print(f"\r\033[K{done}/{len(tasks)} {futures[future].name}"[:100], end="",
                      file=sys.stderr, flush=True)
    for task in tasks:
        if task.alone:
            total.add(run(task))
    if show:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    total.skipped.sort()
    total.failed.sort()
    return total


def tasks_of_build(name, only):
    """The Meson tests of a build that has been made."""
    build, folder = builds.BUILDS[name], builds.folder_of(name)
    tests = json.loads(subprocess.run(["meson", "introspect", "--tests", str(folder)], check=True,
                                      capture_output=True, text=True).stdout)
    common = {"SNQ_ROOT": str(ROOT), "SNQ_PROGRAM": str(folder / "sonique"),
              "SNQ_MODULES": str(folder), "SNQ_DATA": str(ROOT), **build.env}
    if (ROOT.parent / "shared").is_dir():
        common["SNQ_SHARED"] = str(ROOT.parent / "shared")
    if build.compiler == "clang":
        common["ASAN_SYMBOLIZER_PATH"] = "/usr/bin/llvm-symbolizer"
    # On kernels with much address randomness this release of ThreadSanitizer can't place its shadow.
    before = ["setarch", "-R"] if name == "tsan" else []
    return [Task(name=test["suite"][0].split(":")[-1] + "/" + test["name"],
                 command=before + test["cmd"],
                 timeout_s=max(test["timeout"], TIMEOUT_MIN_S) * build.slowness,
                 env={**common, **test["env"]},
                 folder=test["workdir"] or str(folder),
                 alone=not test["is_parallel"])
            for test in tests if only in test["name"]]


def tasks_of_checks(only):
    """The checks of the tree itself, the checks of these checks, and the command as users run it."""
    found = sorted((ROOT / "scripts").glob("check_*")) + sorted(
        (ROOT / "tests" / "checks").glob("test_*")) + sorted(
        (ROOT / "tests" / "e2e").glob("test_*"))
    program = {"SNQ_ROOT": str(ROOT), "SNQ_DATA": str(ROOT), "SNQ_PROGRAM": str(builds.folder_of("release") / "sonique")}
    if (ROOT.parent / "shared").is_dir():
        program["SNQ_SHARED"] = str(ROOT.parent / "shared")
    return [Task(f"{'e2e' if path.parent.name == 'e2e' else 'checks'}/{path.stem}", [str(path)],
                 CHECK_TIMEOUT_S, program)
            for path in found if only in path.stem]  # one that is not executable fails


def fuzz_targets(only=""):
    """The names of the fuzz targets: "flac_reader" of tests/fuzz/fuzz_flac_reader.c, ..."""
    return [source.stem[len("fuzz_"):] for source in sorted((ROOT / FUZZ).glob("fuzz_*.c"))
            if only in source.stem]


def fuzz_program(target):
    """Where it is in a build's folder, and so Meson's name of it."""
    return f"{FUZZ}/fuzz_{target}"


def fuzz_options(target):
    """libFuzzer's options from <target>.options, a line each, and the dictionary <target>.dict."""
    of = ROOT / FUZZ / f"{target}.options"
    lines = of.read_text().splitlines() if of.is_file() else []
    words = ROOT / FUZZ / f"{target}.dict"
    return [line for line in lines if line and not line.startswith("#")] + (
        [f"-dict={words}"] if words.is_file() else [])


def tasks_of_fuzzing(seconds, only, briefly=False):
    """Every fuzz target, from its corpus where it has one. New inputs stay in the build folder, for
    the next run; briefly: from the tree alone, the same seed every time."""
    folder = builds.folder_of("fuzz")
    tasks = []
    for target in fuzz_targets(only):
        name = f"fuzz_{target}"
        grown = folder / ("corpus-brief" if briefly else "corpus") / name
        if briefly:
            shutil.rmtree(grown, ignore_errors=True)
        grown.mkdir(parents=True, exist_ok=True)
        given = ROOT / FUZZ / f"corpus_{target}"
        tasks.append(Task(
            f"fuzz/{name}",
            [str(folder / fuzz_program(target)), f"-max_total_time={seconds}", "-timeout=20",
             "-rss_limit_mb=2048", "-verbosity=0", f"-artifact_prefix={folder}/{name}-",
             "-error_exitcode=1",  # its own, 77, means "skipped" here
             *(["-seed=1"] if briefly else []), *fuzz_options(target), str(grown),
             *([str(given)] if given.is_dir() else [])],
            seconds + 120, {**builds.ASAN_ENV, "SNQ_ROOT": str(ROOT),
                            "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer"}))
    return tasks


def report(title, result, seconds, slowest=0):
    """One line, then what was skipped, then what failed and why, then where the time went."""
    print(f"{title}: {result.passed} passed, {len(result.failed)} failed, "
          f"{len(result.skipped)} skipped ({seconds:.0f} s, the tests {sum(result.cpu_s.values()):.0f} s of CPU)")
    for name in result.skipped:
        print(f"  skipped {name}")
    for name, detail in result.failed:
        print(f"  FAILED {name}")
        if detail:
            print("    " + detail.replace("\n", "\n    "))
    suites = collections.Counter()
    for name, cpu_s in result.cpu_s.items():
        suites[name.split("/")[0]] += cpu_s
    for kind, seconds_of in (("suite", suites), ("test", result.cpu_s)):
        for name, cpu_s in sorted(seconds_of.items(), key=lambda item: -item[1])[:slowest]:
            print(f"  {kind:5} {cpu_s:7.1f} s of CPU  {name}")
    sys.stdout.flush()


def section(title, build_name, make_tasks, targets=(), slowest=0):
    """Build (all, or these targets), run, report: one part of the run."""
    start = time.monotonic()
    try:
        if build_name:
            builds.make(build_name, targets)
    except builds.BuildFailed as failure:
        result = Result(failed=[(f"{title}: the build", tail(str(failure), 4 * TAIL_LINES))])
    else:
        result = run_all(make_tasks())
    report(title, result, time.monotonic() - start, slowest)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build", nargs="*", help=", ".join(builds.BUILDS))
    parser.add_argument("--checks", action="store_true", help="run the checks of the tree as well")
    fuzzing = parser.add_mutually_exclusive_group()
    fuzzing.add_argument("--fuzz", type=int, metavar="S", help="run each fuzz target for S seconds")
    fuzzing.add_argument("--fuzz-briefly", type=int, metavar="S",
                         help="the same from the corpora in the tree alone, with a fixed seed")
    parser.add_argument("--only", default="", metavar="TEXT", help="tests whose name contains TEXT")
    parser.add_argument("--slowest", type=int, default=0, metavar="N",
                        help="print the N suites and N tests that took the most processor time")
    args = parser.parse_args()
    if any(name not in builds.BUILDS for name in args.build):
        parser.error(f"builds are {', '.join(builds.BUILDS)}")
    total = Result()
    for name in args.build:
        total.add(section(builds.BUILDS[name].title, name,
                          lambda name=name: tasks_of_build(name, args.only), slowest=args.slowest))
    fuzz_s = args.fuzz or args.fuzz_briefly or 0
    targets = [fuzz_program(target) for target in fuzz_targets(args.only)] if fuzz_s else []
    if targets:
        total.add(section(builds.BUILDS["fuzz"].title, "fuzz",
                          lambda: tasks_of_fuzzing(fuzz_s, args.only, bool(args.fuzz_briefly)),
                          targets, args.slowest))
    if args.checks:
        total.add(section("checks", None, lambda: tasks_of_checks(args.only), slowest=args.slowest))
    if not (total.passed or total.failed or total.skipped):
        total.failed.append(("no test ran", ""))
        print("FAILED: no test ran")
    print(f"{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
