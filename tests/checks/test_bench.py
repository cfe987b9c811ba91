#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make bench`: figures compare the right way round, a stored run comes back as it went, and bench_run
counts the time and memory of every process of a command."""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]
import bench  # noqa: E402
import bench_eyes  # noqa: E402
import bench_peers  # noqa: E402
import bench_results as results  # noqa: E402
import tap  # noqa: E402
from bench_results import Figure  # noqa: E402

BENCH_RUN = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique")).parent \
    / "bench" / "bench_run"
PYTHON = "/usr/bin/python3"


def expect(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def test_less_time_and_more_speed_are_better():
    for unit in ("s", "ms", "ns", "MB", "%", "px", "dB"):
        assert Figure(112, unit).worse(Figure(100, unit)) and not Figure(88, unit).worse(Figure(100, unit))
        assert Figure(88, unit).better(Figure(100, unit)) and not Figure(112, unit).better(Figure(100, unit))
    for unit in ("x", "files/s", "times", "score"):
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
    # how right another program is tells nothing of the machine
    score = {"s": Figure(0.5, "score", ours=False)}
    expect(results.yardstick({"s": Figure(0.25, "score", ours=False)}, score), None)


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


def test_what_peers_say():
    # lines as aubiotrack, `aubio onset`, vamp-simple-host print them
    expect(bench_peers.times("0.500000\n1.25\n"), [0.5, 1.25])
    expect(bench_peers.times("2.725687\t\n3.053604\t\n"), [2.725687, 3.053604])
    expect(bench_peers.times(" 0.220589569: \n 12.5: 3\n"), [0.220589569, 12.5])
    expect(bench_peers.times("Running 2 plugins\n1.5x\n"), [])
    # the gaps are 0.5, 0.5, 0.5 and 3: their median tells
    expect(bench_peers.beats_said("1.0\n1.5\n2.0\n2.5\n5.5\n")["tempo"], {"bpm": 120.0})
    for few in ("", "1.0\n", "1.0\n1.0\n"):
        expect(bench_peers.beats_said(few)["tempo"], {"bpm": None})
    expect(bench_peers.onsets_said("0.5\n"), {"onsets_s": [0.5]})
    read = {(peer.name, peer.job): peer.read for peer in bench_peers.PEERS}
    expect(read["soundstretch", "beats"]("Done!\nDetected BPM rate 165.7\n"), {"tempo": {"bpm": 165.7}})
    expect(read["soundstretch", "beats"]("Couldn't detect BPM rate.\n"), {"tempo": {"bpm": None}})
    expect(read["bpm-tools", "beats"]("118.497\n"), {"tempo": {"bpm": 118.497}})
    expect(read["vamp-examples", "beats"](" 0.002902494, 9.999092971: 140.119 140.1 bpm\n"), {"tempo": {"bpm": 140.119}})


def peer_of(*command, needs=(), job="beats", fills=bench_peers.TEMPO):
    return bench_peers.Peer("other", "other-tools", job, needs, lambda path: list(command),
                            bench_peers.tempo_said(r"^([\d.]+)$"), fills)


def test_a_peer_that_gives_up_says_nothing():
    expect(peer_of("/bin/echo", "97.5").hear("x.wav"), {"tempo": {"bpm": 97.5}})
    expect(peer_of("/bin/sh", "-c", "echo 97.5; exit 1").hear("x.wav"), {})


def with_peers(peers, body):
    was, bench_peers.PEERS = bench_peers.PEERS, peers
    try:
        return body()
    finally:
        bench_peers.PEERS = was


def test_peers_that_are_missing_are_named():
    here, gone, half = peer_of("true", needs=("sh", "/bin/sh")), peer_of("no", needs=("no-such-program",)), \
        peer_of("no", needs=("sh", "/no/such/file"))
    expect(with_peers([gone, here, half], bench_peers.there),
           ([here], ["other beats (no no-such-program: Debian's other-tools)",
                     "other beats (no /no/such/file: Debian's other-tools)"]))


def test_parts_make_documents():
    parts = {("a", "beats"): [{"beats_s": [1]}, {}], ("a", "onsets"): [{"onsets_s": [2]}, {"onsets_s": []}],
             ("b", "beats"): [{"tempo": {"bpm": 3}}, {}]}
    expect(bench_peers.merged(parts, ["x/1.wav", "x/2.wav"]),
           {"a": [{"file": {"path": "x/1.wav"}, "beats_s": [1], "onsets_s": [2]}, {"file": {"path": "x/2.wav"}, "onsets_s": []}],
            "b": [{"file": {"path": "x/1.wav"}, "tempo": {"bpm": 3}}, {"file": {"path": "x/2.wav"}}]})


def test_accuracy_asks_for_what_a_program_can_have():
    asked = []

    def scorer(script, folder, documents):
        asked.append((script, folder, [sorted(document) for document in documents]))
        return {**dict.fromkeys(bench_peers.MEASURES, 0.5), "files": 1}

    def ours(paths, *only):
        return [{"file": {"path": str(path)}, "only": only} for path in paths]
    truth = bench_peers.truth
    kept, truth.ask_scorer, truth.listen = (truth.ask_scorer, truth.listen), scorer, ours
    try:
        scores = bench_peers.accuracy(bench_peers.Pieces("set", "folder", ["1.wav"]), [peer_of("/bin/echo", "97.5")])
    finally:
        truth.ask_scorer, truth.listen = kept
    expect(scores, {"sonique": dict.fromkeys(bench_peers.MEASURES, 0.5), "other": {"tempo_acc1": 0.5, "tempo_acc2": 0.5}})
    expect(asked, [("score_music.py", "folder", [["file", "only"]]), ("score_music.py", "folder", [["file", "tempo"]])])
    lines = bench_peers.accuracy_lines("set", scores)
    expect([line.split() for line in lines[1:]], [["sonique"] + ["0.500"] * 5, ["other", "0.500", "0.500", "-", "-", "-"]])


class NoPieces:
    """Material of one file, and of two sets: one lacks its data."""

    scored = None
    peer_scores = bench.Material.peer_scores

    def __init__(self):
        self.asked = []
        self.peer_sets = {"lost": self.lost, "had": self.had}

    def coded(self, name):
        return f"{name}.wav"

    def lost(self):
        raise bench.truth.Skip("no data")

    def had(self):
        self.asked.append("had")
        return bench_peers.Pieces("what was had", None, [])


def test_the_group_of_peers():
    runs, material = Scripted(*([2.0, 4.0] * 5 + [1.0] * 5 + [2.5] * 5)), NoPieces()
    here = [peer_of("true")]
    kept, bench_peers.accuracy = bench_peers.accuracy, lambda which, peers: {"sonique": {"onset_F": .9}, "other": {"onset_F": .8}}
    try:
        figures, lines = with_peers([*here, peer_of("no", needs=("no-such-program",))], lambda: bench.peers(runs, material))
        material.peer_scores(runs, here)
    finally:
        bench_peers.accuracy = kept
    expect({key: (figure.value, figure.unit, figure.ours) for key, figure in figures.items()},
           {"peers.beats.sonique_x": (120, "x", True), "peers.beats.other_x": (60, "x", False),
            "peers.onsets.sonique_x": (240, "x", True), "peers.onsets_beats.sonique_x": (96, "x", True),
            "peers.had.onset_F.sonique": (.9, "score", True), "peers.had.onset_F.other": (.8, "score", False)})
    expect(runs.lacking, ["other beats (no no-such-program: Debian's other-tools)", "accuracy on lost (no data)"])
    expect(material.asked, ["had"])
    assert any("0.50" in line and "other" in line for line in lines), lines


PEERS_OF_FLOW = ("DIS fast", "DIS medium", "DIS medium, finest scale 0")


def flow_said(fast_ms=3.0, fast_px=.2):
    """What peer_flow.py says, of one size."""
    def row(cpu_ms, wall_ms, kinds=()):
        return {"cpu_ms": cpu_ms, "wall_ms": wall_ms, **dict.fromkeys(kinds, 1.0)}
    own = ("push_ms", "cells_ms", "line_ms", "line_cpu_ms")
    table = {"DIS fast": row(6, 6), "DIS medium": row(20, 20), "DIS medium, finest scale 0": row(80, 80),
             "fast": row(fast_ms, 3, own), "default": row(8, 8, own), "fine": row(26, 26, own)}
    table.update({f"{name}, 4 threads": row(2 * times["cpu_ms"], times["wall_ms"] / 4, own if name in bench_eyes.OURS else ())
                  for name, times in list(table.items())})
    for name in bench_eyes.OURS:
        table[f"{name}, 4 threads"]["line_ms"] = .25
    errors = {pair: {"DIS fast": .3, **dict.fromkeys(PEERS_OF_FLOW[1:], .1), "fast": fast_px, "default": .1, "fine": .05}
              for pair in (bench_eyes.truth.REAL_PAIR, "osc_320x240_30")}
    return {"speed": {"640x360": table, "320x180": table}, "error_px": errors}


def with_flow(said, runs):
    was, bench_eyes.ask_peer = bench_eyes.ask_peer, lambda: said
    try:
        return bench_eyes.flow(runs, None)
    finally:
        bench_eyes.ask_peer = was


def test_the_group_of_flow():
    runs = Scripted()
    figures, lines = with_flow(flow_said(), runs)
    expect({key: (figure.value, figure.unit, figure.asked) for key, figure in figures.items() if figure.asked is not None},
           {"flow.error_real.fast": (.2, "px", .3), "flow.error_mean.fast": (.2, "px", .3),
            "flow.640x360.fine_ms": (26, "ms", 25), "flow.640x360.default_of_DIS_medium": (40, "%", 45),
            "flow.640x360.fast_of_DIS_fast": (50, "%", 60), **{f"flow.640x360.{name}_speedup": (4, "times", 3.3)
                                                               for name in bench_eyes.OURS}})
    expect({key for key, figure in figures.items() if not figure.ours and key.startswith("flow.640x360")},
           {f"flow.640x360.{name}_ms" for name in ("DIS_fast", "DIS_medium", "DIS_finest")})
    expect(figures["flow.320x180.fine_ms"].asked, None)
    assert any("less right than DIS fast on none" in line for line in lines), lines
    # a second look: the best of both counts
    expect(with_flow(flow_said(fast_ms=2.4), runs)[0]["flow.640x360.fast_of_DIS_fast"].value, 40)
    figures, lines = with_flow(flow_said(fast_ms=99, fast_px=.4), runs)
    expect(figures["flow.640x360.fast_of_DIS_fast"].value, 40)
    assert figures["flow.error_real.fast"].misses() and any("less right than DIS fast on flow10, osc" in line for line in lines)


class Film(Scripted):
    """Runs that look at no film."""

    def __init__(self, *seconds, peak_kb=50 << 10, says=(b"same", b"same")):
        super().__init__(*seconds)
        self.peak_kb, self.says, self.commands = peak_kb, list(says), []

    def once(self, command, *options):
        self.commands.append(list(map(str, command)))
        if "--out" in options:
            options[-1].write_bytes(self.says.pop(0))
            return {}
        watched = {"sum_peak_kb": self.peak_kb, "peak_pss_kb": None, "processes": 3}
        return {"cpu_s": self.seconds.pop(0) if self.seconds else 1.0, "wall_s": 1.0, "watched": watched}


class Folder:
    """Material of clips that are there already."""

    def __init__(self, name):
        self.folder = pathlib.Path(name)
        for clip in ("small.mp4", "long.mp4"):
            (self.folder / clip).write_bytes(b"")


def looked(group, runs):
    kept = bench_eyes.truth.there, bench_eyes.length_s
    bench_eyes.truth.there, bench_eyes.length_s = pathlib.Path, lambda path: 10.0
    try:
        with tempfile.TemporaryDirectory() as name:
            return {key: (figure.value, figure.misses()) for key, figure in group(runs, Folder(name))[0].items()}
    finally:
        bench_eyes.truth.there, bench_eyes.length_s = kept


def test_the_group_of_watch():
    good = Film(*[2.0, 1.25] * 9, *[.5] * 5)
    expect(looked(bench_eyes.watch, good), {"watch.720p.x": (5, False), "watch.720p.ffmpeg_x": (8, False),
                                            "watch.720p.of_decoding": (.625, False), "watch.small.cpu_s": (.5, False),
                                            "watch.small.peak_mb": (50, False)})
    expect(good.faults, [])
    expect({command[command.index("--threads") + 1] for command in good.commands if "watch" in command}, {"1", "4"})
    bad = Film(*[2.5, 1.25] * 9, *[.95] * 5, peak_kb=61 << 10, says=(b"one", b"other"))
    expect(sorted(key for key, row in looked(bench_eyes.watch, bad).items() if row[1]),
           ["watch.720p.of_decoding", "watch.small.cpu_s", "watch.small.peak_mb"])
    expect(bad.faults, ["other bytes than with one thread on small.mp4: --threads 4"])


def test_the_group_of_long_film():
    expect(looked(bench_eyes.watch_long, Film(peak_kb=199 << 10)), {"watch_long.peak_mb": (199, False)})
    expect(looked(bench_eyes.watch_long, Film(peak_kb=201 << 10)), {"watch_long.peak_mb": (201, True)})


def test_without_the_shared_folder_the_eyes_are_skipped():
    def nothing(_path):
        raise bench.truth.Skip("no data")
    was, bench.truth.there = bench.truth.there, nothing
    try:
        figures, skipped = measured(Scripted(), {}, bench_eyes.flow, bench_eyes.watch, bench_eyes.watch_long)
    finally:
        bench.truth.there = was
    expect((figures, skipped), ({}, ["flow", "watch", "watch_long"]))


def peer_flow():
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        import peer_flow as module  # pylint: disable=import-outside-toplevel
    except ImportError as why:
        raise tap.Skip(str(why)) from why
    finally:
        sys.path.pop(0)
    return module


def test_each_pair_keeps_its_best():
    module = peer_flow()
    first = {"cpu_ms": [1.0, 5.0], "wall_ms": [2.0, 6.0]}
    expect(module.best_of(None, first), first)
    expect(module.best_of(first, {"cpu_ms": [2.0, 4.0], "wall_ms": [1.0, 7.0]}), {"cpu_ms": [1.0, 4.0], "wall_ms": [1.0, 6.0]})
    expect([module.fewer(24, size, 4) for size in ((320, 180), (640, 360), (1280, 720), (7680, 4320))], [24, 24, 6, 4])


def test_flow_is_timed_pair_by_pair():
    program = BENCH_RUN.with_name("bench_flow")
    if not os.access(program, os.X_OK):
        raise tap.Skip("bench_flow is not built")
    with tempfile.NamedTemporaryFile() as frames:
        frames.write(random.Random(1).randbytes(4 * 64 * 48))
        frames.flush()
        said = [json.loads(subprocess.run([program, "speed", frames.name, "64", "48", preset, threads, "2"], check=True,
                                          capture_output=True).stdout) for preset, threads in (("fast", "1"), ("fine", "2"))]
    for row in said:
        expect({kind: len(times) for kind, times in row.items()}, dict.fromkeys(("cpu_ms", "wall_ms", "push_ms", "cells_ms"), 3))
        assert all(ms > 0 for times in row.values() for ms in times), row
        assert all(push <= whole for push, whole in zip(row["push_ms"], row["wall_ms"])), row


def test_the_line_is_timed_as_a_whole():
    program = BENCH_RUN.with_name("bench_flow")
    if not os.access(program, os.X_OK):
        raise tap.Skip("bench_flow is not built")
    module = peer_flow()
    with tempfile.NamedTemporaryFile() as frames:
        frames.write(random.Random(1).randbytes(7 * 64 * 48))
        frames.flush()
        for threads in (1, 3):
            said = module.time_line(program, frames.name, (64, 48), "default", threads)
            expect({kind: len(times) for kind, times in said.items()}, {"line_ms": 1, "line_cpu_ms": 1})
            assert all(times[0] > 0 for times in said.values()), said


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
