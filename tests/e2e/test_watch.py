#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique watch` as a user runs it: exit statuses, refusals, ranges, outputs, signals, workers.

Works on films made here with ffmpeg; accuracy is measured on the shared films where they are.
"""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402
from processes import descendants, gone  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent)}
BANDS = ["ulf", "lf", "mf", "hf", "uhf"]
PROPERTIES = {
    "directional": {"primary_direction", "direction_variance", "direction_coherence", "mean_velocity",
                    "mean_velocity_norm"},
    "oscillatory": {"primary_frequency", "frequency_bandwidth", "frequency_coherence", "amplitude_mean",
                    "amplitude_mean_norm", "amplitude_variance", "phase_coherence"},
    "chaotic": {"entropy", "lyapunov_exponent", "predictability_score"},
    "ambient": {"spatial_correlation", "temporal_consistency", "homogeneity"},
}


def watch(*arguments, env=None, **more):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), "watch", *map(str, arguments)], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250,
                          env={**ENV, **(env or {})}, **more)


def documents(done):
    return [json.loads(line, parse_constant=lambda c: 1 / 0)
            for line in done.stdout.decode().splitlines()]


def film(path, source="testsrc2=s=96x64:r=25", seconds=2.0, *more):
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-t", str(seconds),
                    *more, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


class Folder:
    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        return pathlib.Path(self.temporary.name)

    def __exit__(self, *_):
        self.temporary.cleanup()


def test_exit_statuses_and_refusals():
    with Folder() as folder:
        good = film(folder / "good.mkv")
        text, sound, empty = folder / "text.mp4", folder / "sound.m4a", folder / "empty.mp4"
        text.write_text("no film\n" * 50)
        empty.write_bytes(b"")
        film(sound, "sine=r=8000", 1)
        done = watch("--json", good)
        assert done.returncode == 0 and len(documents(done)) == 1, done.stderr
        done = watch("--json", "--quiet", text, good, sound, empty, folder / "missing.mp4")
        assert done.returncode == 1
        assert [d["video"]["path"] for d in documents(done)] == [str(good)]
        lines = done.stderr.decode().splitlines()
        assert len(lines) == 4, lines
        assert lines[0].startswith(f"sonique: {text}: ") and "no video" in lines[1], lines
        for wrong in ([], ["--frobnicate"], ["--range", "5", good], ["--range", "3:2", good],
                      ["--range", "a:b", good], ["--range", "10f:2", good], ["--range", "1.5f:3f", good],
                      ["--fps", "0", good], ["--fps", "x", good], ["--preset", "best", good],
                      ["--threads", "0", good], ["--plot", "x.jpg", good], ["--flow", good],
                      ["--flow", good, good, "x.flo", good], ["--plot", "x.png", good, good]):
            done = watch(*wrong)
            assert done.returncode == 2, (wrong, done)
            assert done.stdout == b"" and done.stderr.strip(), wrong
        done = watch("--help")
        assert done.returncode == 0 and b"--stabilize" in done.stdout and b"--json" in done.stdout
        modules = folder / "modules"
        modules.mkdir()
        done = watch("--quiet", good, env={"SNQ_MODULES": str(modules)})
        assert done.returncode == 3 and b"libsnq_media_av" in done.stderr, done


def test_the_document():
    with Folder() as folder:
        path = film(folder / "film.mkv", "mandelbrot=s=160x96:r=20", 6)
        document = documents(watch("--json", "--quiet", "--windows", path))[0]
        assert list(document) == ["schema", "video", "warnings", "motion", "drift", "camera", "jitter",
                                  "bands", "picture", "events", "windows"]
        assert document["video"] == {"path": str(path), "width": 160, "height": 96, "fps": 20,
                                     "frames": 120, "duration_s": 6, "range": {"start_s": 0, "end_s": 6}}
        assert list(document["bands"]) == BANDS
        for name, band in document["bands"].items():
            lo, hi = band["range_hz"]
            effective = [max(lo, 2 / 6), min(hi, 9)]
            if effective[1] > effective[0]:
                assert all(abs(a - b) < 0.01 for a, b in zip(band["effective_hz"], effective)), band
            if not band["observable"]:
                assert band["observable_reason"] and band["motion_types"] is None
                continue
            types = band["motion_types"]
            assert {t: set(v["properties"]) - {k + "_reason" for k in PROPERTIES[t]}
                    for t, v in types.items()} == PROPERTIES, name
            shares = [v["percentage"] for v in types.values()]
            assert shares[0] is None or abs(sum(shares) - 1) < 1e-4
        assert not document["bands"]["ulf"]["observable"] and not document["bands"]["uhf"]["observable"]
        windows = document["windows"]
        steps = windows["t_s"]
        assert steps[:3] == [0, 0.25, 0.5] and abs(steps[-1] - 6) < 0.3
        for columns in (v for k, v in windows.items() if k != "t_s"):
            assert columns and all(len(values) == len(steps) for values in columns.values())
        speed, norm = (windows["picture"][name] for name in ("mean_speed", "mean_speed_norm"))
        assert all(v > 0 and abs(v / 96 - n) < 1e-5 for v, n in zip(speed, norm)), speed
        assert "windows" not in documents(watch("--json", "--quiet", path))[0]
        assert "ms" in documents(watch("--json", "--quiet", "--timings", path))[0]
        table = watch("--quiet", path).stdout.decode()
        assert "160 x 96" in table and "Motion" in table and "not" not in table.splitlines()[0]


def test_ranges_and_rates():
    with Folder() as folder:
        path = film(folder / "film.mkv", seconds=4)
        for text, start, end in (("1:3", 1, 3), ("25f:75f", 1, 3), ("2:-1", 2, 4), ("0:1.6", 0, 1.6)):
            video = documents(watch("--json", "--quiet", "--range", text, path))[0]["video"]
            assert (video["range"], video["frames"]) == ({"start_s": start, "end_s": end}, 100), video
        video = documents(watch("--json", "--quiet", "--fps", 250, path))[0]["video"]
        assert (video["fps"], video["duration_s"]) == (250, 0.4)
        done = watch("--json", "--quiet", "--range", "10:20", path)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done


def test_few_and_odd_pictures():
    with Folder() as folder:
        one = film(folder / "one.mkv", "testsrc2=s=64x48", 1, "-frames:v", "1")
        still = film(folder / "still.png", "testsrc2=s=64x48", 1, "-frames:v", "1")
        for path in (one, still):
            document = documents(watch("--json", "--quiet", path))[0]
            assert document["motion"] is None and document["motion_reason"] == "a single picture"
            assert document["video"]["frames"] == 1 and document["picture"]["luma_mean"] > 0
        tiny = film(folder / "tiny.mkv", "testsrc2=s=16x16:r=25", 1, "-c:v", "ffv1")
        assert watch("--json", "--quiet", tiny).returncode == 0
        small = film(folder / "small.mkv", "testsrc2=s=8x8:r=25", 1, "-c:v", "ffv1")
        done = watch("--json", "--quiet", small)
        assert done.returncode == 1 and b"8 x 8" in done.stderr, done
        whole = film(folder / "whole.mkv", seconds=4).read_bytes()
        (folder / "cut.mkv").write_bytes(whole[:len(whole) // 2])
        document = documents(watch("--json", "--quiet", folder / "cut.mkv"))[0]
        assert "truncated" in [w["code"] for w in document["warnings"]], document["warnings"]
        assert 10 < document["video"]["frames"] < 90


def test_the_same_bytes_whatever_the_threads():
    with Folder() as folder:
        for index in range(3):
            film(folder / f"{index}.wav", "sine=r=8000", 1)  # no business of the eyes
            film(folder / f"{index}.mkv", f"mandelbrot=s={96 + 32 * index}x80:r=25", 2 + index)
        wanted = watch("--json", "--quiet", "--windows", "--threads", 1, folder)
        assert wanted.returncode == 0 and len(documents(wanted)) == 3
        for threads in (2, 4, 12):
            assert watch("--json", "--quiet", "--windows", "--threads", threads, folder).stdout == wanted.stdout


def read_flow(path):
    raw = path.read_bytes()
    magic, width, height = struct.unpack("<fii", raw[:12])
    assert magic == struct.unpack("<f", b"PIEH")[0] and len(raw) == 12 + 8 * width * height
    return width, height, struct.unpack(f"<{2 * width * height}f", raw[12:])


def test_the_flow_of_a_pair():
    with Folder() as folder:
        a = film(folder / "a.png", "mandelbrot=s=120x80", 1, "-frames:v", "1", "-vf", "crop=96:64:8:8")
        b = film(folder / "b.png", "mandelbrot=s=120x80", 1, "-frames:v", "1", "-vf", "crop=96:64:6:7")
        out = folder / "out.flo"
        done = watch("--quiet", "--flow", a, b, out)
        assert done.returncode == 0 and not done.stderr, done
        width, height, flow = read_flow(out)
        assert (width, height) == (96, 64)
        u, v = sorted(flow[::2]), sorted(flow[1::2])
        assert abs(u[len(u) // 2] - 2) < 0.1 and abs(v[len(v) // 2] - 1) < 0.1
        before = out.read_bytes()
        done = watch("--quiet", "--flow", b, a, out)
        assert done.returncode == 1 and b"exists" in done.stderr and out.read_bytes() == before
        assert watch("--quiet", "--force", "--preset", "fine", "--flow", b, a, out).returncode == 0
        assert out.read_bytes() != before
        other = film(folder / "other.png", "testsrc2=s=32x32", 1, "-frames:v", "1")
        (folder / "text.png").write_text("no picture")
        for pair in ((a, other), (a, folder / "missing.png"), (folder / "text.png", a), (a, folder)):
            done = watch("--quiet", "--flow", *pair, folder / "none.flo")
            assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done
        assert watch("--quiet", "--force", "--flow", a, b, a).returncode == 1, "an input stays"
        left = sorted(p.name for p in folder.iterdir())
        assert left == ["a.png", "b.png", "other.png", "out.flo", "text.png"], left


def test_plots():
    with Folder() as folder:
        path = film(folder / "film.mkv", "mandelbrot=s=128x96:r=25", 3)
        first, second = folder / "a.png", folder / "b.png"
        for out in (first, second):
            done = watch("--quiet", "--json", path, "--plot", out)
            assert done.returncode == 0 and "windows" not in documents(done)[0], done
        assert first.read_bytes() == second.read_bytes(), "the same input, the same picture"
        head = first.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">I", head[16:20])[0] >= 800
        assert watch("--quiet", path, "--plot", first).returncode == 1, "what is there stays"
        film(folder / "one.mkv", "testsrc2=s=64x48", 1, "-frames:v", "1")
        (folder / "text.mkv").write_text("no film")
        plots = folder / "plots"
        done = watch("--quiet", "--json", folder, "--plot", f"{plots}/")
        assert done.returncode == 1 and len(documents(done)) == 2, done
        assert sorted(p.name for p in plots.iterdir()) == ["film.png", "one.png"]
        assert documents(watch("--quiet", "--json", path))[0] == documents(
            watch("--quiet", "--json", path, "--plot", folder / "c.png"))[0]


def start(*arguments):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.Popen([str(PROGRAM), "watch", *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, env=ENV)


def test_an_interrupt_leaves_nothing():
    with Folder() as folder:
        path = film(folder / "film.mkv", "mandelbrot=s=320x180:r=25", 30, "-c:v", "libx264")
        with start("--quiet", "--json", path, "--plot", folder / "out.png") as running:
            time.sleep(0.5)
            below = descendants(running.pid)
            assert below, "workers"
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=20) == -signal.SIGINT and not running.stdout.read()
        assert gone(below)
        assert [p.name for p in folder.iterdir()] == ["film.mkv"]


def test_killed_workers_change_nothing():
    with Folder() as folder:
        path = film(folder / "film.mkv", "mandelbrot=s=320x180:r=25", 20, "-c:v", "libx264")
        wanted = watch("--quiet", "--json", path).stdout
        with start("--quiet", "--json", path) as running:
            for _ in range(3):
                time.sleep(0.3)
                workers = [p for p in descendants(running.pid)
                           if "worker" in pathlib.Path(f"/proc/{p}/comm").read_text()]
                for pid in workers:
                    os.kill(pid, signal.SIGKILL)
            assert running.stdout.read() == wanted
            assert running.wait(timeout=60) == 0


def test_shared_films_are_named_and_measured():
    films, scorer = SHARED / "data" / "synth_video", SHARED / "truth" / "score_watch.py"
    if not films.is_dir() or not scorer.is_file():
        raise tap.Skip("no shared films")
    done = watch("--quiet", "--json", films)
    assert done.returncode == 0, done
    with Folder() as folder:
        (folder / "seen.jsonl").write_bytes(done.stdout)
        scored = subprocess.run(["/usr/bin/python3", str(scorer), str(films), str(folder / "seen.jsonl")],
                                capture_output=True, check=False)
    if b"No module named" in scored.stderr:
        raise tap.Skip("the scorer lacks a module")
    score = json.loads(scored.stdout.decode().splitlines()[-1])
    for key in ("freq_ok", "region_freq_ok", "type_ok", "shape_ok", "band_type_ok", "direction_ok", "drift_ok",
                "quiet_ok", "onset_ok"):
        assert score[key] == 1.0, (key, score)
    assert score["leak_worst"] < 0.02 and score["false_changes"] == 0, score


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
