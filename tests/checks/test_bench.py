#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make bench`: figures compare the right way round, a stored run comes back as it went, and bench_run
counts the time and memory of every process of a command."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]
import bench  # noqa: E402
import bench_results as results  # noqa: E402
import tap  # noqa: E402
from bench_results import Figure  # noqa: E402

BENCH_RUN = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique")).parent \
    / "bench" / "bench_run"
PYTHON = "/usr/bin/python3"


def expect(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def test_less_time_and_more_speed_are_better():
    for unit in ("s", "ms", "MB", "%"):
        assert Figure(112, unit).worse(Figure(100, unit)) and not Figure(88, unit).worse(Figure(100, unit))
        assert Figure(88, unit).better(Figure(100, unit)) and not Figure(112, unit).better(Figure(100, unit))
    for unit in ("x", "files/s", "times"):
        assert Figure(88, unit).worse(Figure(100, unit)) and not Figure(112, unit).worse(Figure(100, unit))
        assert Figure(112, unit).better(Figure(100, unit)) and not Figure(88, unit).better(Figure(100, unit))


def test_ten_percent_are_the_bound():
    assert not Figure(109.9, "s").worse(Figure(100, "s"))
    assert Figure(110.1, "s").worse(Figure(100, "s"))
    assert not Figure(90.1, "x").worse(Figure(100, "x"))
    assert Figure(89.9, "x").worse(Figure(100, "x"))


def test_within_the_noise_of_both_nothing_is_worse():
    assert Figure(3.0, "ms", noise=1.0).worse(Figure(1.0, "ms", noise=0.9))
    assert not Figure(3.0, "ms", noise=1.0).worse(Figure(1.0, "ms", noise=1.1))


def test_differences_may_be_negative():
    before = Figure(-0.5, "%", noise=0.2)
    assert Figure(2.0, "%", noise=0.2).worse(before)
    assert Figure(-2.0, "%", noise=0.2).better(before)
    expect(results.ratio(Figure(2.0, "%"), before), None)


def test_another_program_is_never_worse():
    assert not Figure(1, "x", ours=False).worse(Figure(100, "x", ours=False))
    expect(results.doubtful({"a.x": Figure(1, "x", ours=False)}, {"a.x": Figure(100, "x", ours=False)}), [])


def test_asked():
    assert Figure(61, "ms", 60).misses() and not Figure(60, "ms", 60).misses()
    assert Figure(699, "x", 700).misses() and not Figure(700, "x", 700).misses()
    assert not Figure(1, "x").misses()


def test_verdicts():
    old = Figure(100, "x")
    expect(results.verdict(Figure(100, "x"), old), "")
    expect(results.verdict(Figure(50, "x"), old), "WORSE")
    expect(results.verdict(Figure(200, "x"), old), "better")
    expect(results.verdict(Figure(50, "x"), None), "new")
    expect(results.verdict(None, old), "not measured now")
    expect(results.verdict(Figure(50, "x", 60), old), "WORSE, ASKED at least 60")
    expect(results.verdict(Figure(90, "ms", 60), Figure(90, "ms")), "ASKED at most 60")


def test_what_gets_a_second_look():
    now = {"a": Figure(50, "x"), "b": Figure(100, "x"), "c": Figure(1, "x", 2), "d": Figure(1, "x")}
    expect(results.doubtful(now, {"a": Figure(100, "x"), "b": Figure(100, "x")}), ["a", "c"])


def test_table_names_every_figure_of_both_runs():
    lines = results.table({"a": Figure(50, "x"), "b": Figure(3, "ms")},
                          {"a": Figure(100, "x"), "c": Figure(7, "MB")})
    expect([line.split() for line in lines[1:]],
           [["a", "50", "100", "x", "0.50", "WORSE"], ["b", "3", "-", "ms", "-", "new"],
            ["c", "-", "7", "MB", "-", "not", "measured", "now"]])


def test_yardstick_is_what_the_others_did():
    before = {"f": Figure(100, "x", ours=False), "g": Figure(100, "x", ours=False), "o": Figure(9, "x")}
    now = {"f": Figure(50, "x", ours=False), "g": Figure(200, "x", ours=False), "o": Figure(1, "x")}
    assert abs(results.yardstick(now, before) - 1) < 1e-12
    now["g"].value = 50
    assert abs(results.yardstick(now, before) - 0.5) < 1e-12
    expect(results.yardstick({"o": Figure(1, "x")}, before), None)


def test_a_stored_run_comes_back():
    figures = {"a": Figure(1234.5678, "x", 700), "b": Figure(0.00123456, "ms", noise=0.5),
               "c": Figure(5, "x", ours=False)}
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name) / "deeper" / "machine.json"
        expect(results.load(path), (None, {}))
        results.write(path, results.document({"cpu": "A", "cores": 2}, figures))
        run, back = results.load(path)
        expect(sorted(p.name for p in path.parent.iterdir()), ["machine.json"])
    expect(run["machine"], {"cpu": "A", "cores": 2})
    expect(back, {"a": Figure(1235.0, "x", 700), "b": Figure(0.001235, "ms", noise=0.5),
                  "c": Figure(5.0, "x", ours=False)})


def test_a_machine_is_a_file_name():
    expect(results.slug({"cpu": "AMD EPYC 7R13 family 25 model 1", "cores": 4}),
           "amd-epyc-7r13-family-25-model-1-4-cores")
    here = results.machine()
    assert here["cores"] >= 1 and "(" not in here["cpu"] and "@" not in here["cpu"]
    assert results.slug(here).replace("-", "").isalnum()


def test_thread_counts():
    expect([bench.thread_counts(cores) for cores in (1, 2, 3, 4, 64)],
           [[1], [1, 2], [1, 2], [1, 2, 4], [1, 2, 4, 8]])


class Scripted(bench.Runs):
    """Runs whose commands take the CPU seconds of a list."""

    def __init__(self, *seconds):
        super().__init__()
        self.seconds = list(seconds)

    def once(self, command, *options):
        return {"cpu_s": self.seconds.pop(0), "wall_s": 1.0}


def test_best_and_noise():
    runs = Scripted(3, 30, 1, 10, 1.5, 20)
    runs.in_turn({"a": [], "b": []}, 3)
    expect((runs.best("a"), runs.noise("a")), (1, 0.5))
    expect((runs.best("b"), runs.noise("b")), (10, 10))


def slow_group(runs, _material):
    runs.in_turn({"slow_group": []}, 1)
    return {"slow_group.s": Figure(runs.best("slow_group"), "s")}, ["measured"]


def measured(runs, stored, *groups):
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, sys.stdout = sys.stdout, nowhere
        try:
            return bench.measure(groups, runs, None, stored)
        finally:
            sys.stdout = out


def test_worse_is_measured_once_more_and_the_best_counts():
    stored = {"slow_group.s": Figure(1.0, "s")}
    runs = Scripted(1.5, 1.05)
    expect(measured(runs, stored, slow_group)[0]["slow_group.s"].value, 1.05)
    runs = Scripted(1.05, 99)
    expect(measured(runs, stored, slow_group)[0]["slow_group.s"].value, 1.05)
    expect(runs.seconds, [99])
    runs = Scripted(1.5, 1.6, 1.0)
    expect(measured(runs, stored, slow_group)[0]["slow_group.s"].value, 1.5)
    expect(runs.seconds, [1.0])


def test_a_group_that_fails_is_a_fault_and_the_others_go_on():
    def broken(_runs, _material):
        raise bench.Failed("no good")

    def lacking(_runs, _material):
        raise bench.Skipped("nothing there")
    runs = Scripted(1.0)
    figures, skipped = measured(runs, {}, broken, lacking, slow_group)
    expect((list(figures), skipped, runs.faults), (["slow_group.s"], ["lacking"], ["broken: no good"]))


def run(*arguments):
    if not os.access(BENCH_RUN, os.X_OK):
        raise tap.Skip("bench_run is not built")
    done = subprocess.run([BENCH_RUN, *arguments], check=True, capture_output=True, timeout=60)
    return json.loads(done.stdout)


def busy(seconds, megabytes=0):
    """A Python program that takes so much CPU and memory, then sleeps a little."""
    return ["-S", "-E", "-c", f"import time\nx = bytearray({megabytes} << 20)\n"
            f"while time.process_time() < {seconds}: pass\ntime.sleep(0.1)"]


def shell(*words):
    return " ".join("'" + str(word).replace("'", "'\\''") + "'" for word in words)


def test_status_and_output():
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name) / "out"
        said = run("--out", str(out), "/bin/sh", "-c", "echo hello; exit 3")
        expect((said["status"], said["watched"], out.read_text(encoding="utf-8")), (3, None, "hello\n"))
    expect(run("/bin/sh", "-c", "kill -KILL $$")["status"], 128 + 9)
    expect(run("/nonexistent/program")["status"], 127)
    expect(run("--cpu", str(max(os.sched_getaffinity(0))), "/bin/true")["status"], 0)


def test_peak_is_the_programs_own():
    # a small program, started by a large one: ru_maxrss of a plain subprocess would show the large one
    held = bytearray(200 << 20)
    said = run("--watch", "2", "/bin/sleep", "0.1")
    assert held and said["watched"]["sum_peak_kb"] < 20_000, said


def test_children_count():
    two = shell(PYTHON, *busy(0.3, 60)) + " & " + shell(PYTHON, *busy(0.2, 30)) + "; wait"
    said = run("--watch", "2", "/bin/sh", "-c", two)
    assert said["cpu_s"] >= 0.5, said
    watched = said["watched"]
    expect((said["status"], said["adopted"], said["left"], watched["processes"]), (0, 0, 0, 3))
    assert watched["sum_peak_kb"] > 90 << 10 > said["max_rss_kb"], said
    assert watched["cpu_seen_s"] <= 1.1 * said["cpu_s"] + 0.02, said
    if watched["peak_pss_kb"] is not None:
        assert 90 << 10 < watched["peak_pss_kb"] <= watched["sum_peak_kb"], said


def test_a_child_that_outlives_its_parent_counts():
    said = run("/bin/sh", "-c", shell(PYTHON, *busy(0.2)) + " & exit 0")
    assert said["cpu_s"] >= 0.2 and said["wall_s"] < 0.3, said  # busy, then asleep for 0.1 s
    expect((said["adopted"], said["left"]), (1, 0))


def test_a_child_that_stays_is_told_and_ended():
    said = run("/bin/sh", "-c", "/bin/sleep 47 & exit 0")
    expect((said["status"], said["adopted"], said["left"]), (0, 1, 1))


def test_children_nobody_waits_for_show():
    # SIGCHLD ignored: the kernel reaps them, and their time is nobody's
    said = run("--watch", "2", PYTHON, "-S", "-E", "-c", f"""
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.execv({PYTHON!r}, [{PYTHON!r}, *{busy(0.4)!r}])
while os.path.exists("/proc/%d" % child):
    time.sleep(0.01)
""")
    assert said["watched"]["cpu_seen_s"] > 1.1 * said["cpu_s"] + 0.02, said


def test_limit():
    said = run("--limit", "0.3", "/bin/sh", "-c", "/bin/sleep 47 & /bin/sleep 47; exit 0")
    expect(said["status"], 124)
    assert 0.3 <= said["wall_s"] < 5, said


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
