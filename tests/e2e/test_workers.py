#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The processes behind `sonique listen`: confinement, crashes, kills, order, interruption.

`sonique-misbehave` is the command with one more analyser, which does what the sample rate of a
recording tells it (tests/support/misbehave.h); it is built beside the tests.
"""
import json
import math
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import wave

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402
from processes import descendants, gone  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
MISBEHAVE = PROGRAM.parent / "tests" / "jobs" / "sonique-misbehave"
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent)}
RATE_HZ = 22050  # what misbehave.h adds to
DEEDS = {"segfault": 1, "abort": 2, "loop": 3, "recurse": 4, "hoard": 5, "starve": 6, "leave": 8,
         "babble": 9, "escape": 10, "scribble": 11, "fail": 12}
CRASHED = {"segfault", "abort", "recurse", "hoard", "leave", "babble", "scribble"}


def program(path=PROGRAM):
    if not os.access(path, os.X_OK):
        raise tap.Skip(f"{path.name} is not built")
    return str(path)


def run(path, *arguments, **more):
    return subprocess.run([program(path), "listen", *map(str, arguments)], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250, env=ENV, **more)


def documents(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def write_wav(path, seconds, rate=RATE_HZ, hz=440.0):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        frames = b"".join(struct.pack("<h", round(12000 * math.sin(2 * math.pi * hz * n / rate)))
                          for n in range(rate))
        for _ in range(int(seconds)):
            out.writeframes(frames)
        out.writeframes(frames[:2 * int(rate * (seconds - int(seconds)))])


def test_each_deed_costs_its_analyser_alone():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for deed, number in DEEDS.items():
            write_wav(folder / f"{deed}.wav", 6, RATE_HZ + number)
            write_wav(folder / f"{deed}-then.wav", 6, RATE_HZ)
        done = run(MISBEHAVE, "--json", "--quiet", "--threads", 4, folder)
        assert done.returncode == 0, done
        found = {pathlib.Path(d["file"]["path"]).stem: d for d in documents(done.stdout)}
        assert list(found) == sorted(found, key=lambda stem: f"{stem}.wav"), "the inputs' order"
        assert set(found) == {n for deed in DEEDS for n in (deed, f"{deed}-then")}
        for stem, document in found.items():
            plugins = {p["id"]: p for p in document["plugins"]}
            said = plugins.pop("misbehave")
            wanted = "ok" if stem.endswith("-then") else "crashed" if stem in CRASHED else \
                "timeout" if stem == "loop" else "failed"
            assert said["status"] == wanted, (stem, said)
            assert wanted == "ok" or said["message"], stem
            assert all(p["status"] == "ok" for p in plugins.values()), (stem, plugins)
            assert document["loudness"]["integrated_lufs"] is not None, stem
            assert document["spectrum"] and document["regions"], stem
        assert "SIGSEGV" in found["segfault"]["plugins"][2]["message"]
        assert "SIGABRT" in found["abort"]["plugins"][2]["message"]
        # what a worker tried to get at was refused, each thing
        doctor = json.loads(subprocess.run([program(), "doctor", "--json"], check=True,
                                           capture_output=True).stdout)
        if all(layer["holds"] for layer in doctor["confinement"]["layers"]):
            assert found["escape"]["plugins"][2]["message"] == "all refused", found["escape"]
        # and the innocent analysers say what they say without a misbehaving one
        alone = documents(run(PROGRAM, "--json", "--quiet", folder / "segfault.wav").stdout)[0]
        for key in ("file", "regions", "loudness", "dynamics", "spectrum", "stereo", "onsets_s", "tempo", "beats_s",
                    "meter", "key", "chords", "patterns", "warnings"):
            assert found["segfault"].get(key) == alone.get(key), key


def test_doctor_says_how_workers_are_confined():
    done = subprocess.run([program(), "doctor", "--json"], capture_output=True, check=False)
    assert done.returncode == 0
    confinement = json.loads(done.stdout)["confinement"]
    for layer in confinement["layers"]:
        if not layer["holds"]:
            assert layer["id"] in confinement["missing_reason"]
    if all(layer["holds"] for layer in confinement["layers"]):
        assert all(t["refused"] for t in confinement["tried"]), confinement


def test_kills_at_random_moments_change_nothing():
    """100 times SIGKILL over a run of 50 files: the same bytes as undisturbed."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rng = random.Random(3)
        for index in range(50):
            # short enough that none is hit over and over again: eight times in a row is too much
            write_wav(folder / f"{index:02}.wav", 6 + 3 * (index % 3), 22050, 110 * (1 + index % 7))
        wanted = run(PROGRAM, "--json", "--quiet", folder).stdout
        assert len(documents(wanted)) == 50
        out = folder / "w"
        kills = rounds = 0
        while kills < 100:
            rounds += 1
            assert rounds < 40, "the run is too short to be disturbed"
            with subprocess.Popen([program(), "listen", "--json", "--quiet", "--threads", "4", "--force",
                                   "--waveform", f"{out}/", str(folder)], stdout=subprocess.PIPE,
                                  env=ENV) as running, \
                    tempfile.TemporaryFile() as printed:
                reader = threading.Thread(
                    target=lambda: printed.write(running.stdout.read()), daemon=True)
                reader.start()
                while running.poll() is None and kills < 100:
                    time.sleep(rng.uniform(0.005, 0.05))
                    workers = descendants(running.pid)
                    if workers and running.poll() is None:
                        try:
                            os.kill(rng.choice(workers), signal.SIGKILL)
                            kills += 1
                        except ProcessLookupError:
                            pass
                last = descendants(running.pid)
                running.wait(timeout=120)
                reader.join()
                printed.seek(0)
                assert running.returncode == 0, running.returncode
                assert printed.read() == wanted
                assert gone(last)
            assert sorted(p.name for p in out.iterdir()) == [f"{i:02}.dat" for i in range(50)]


def write_beat(path, seconds, rate=RATE_HZ):
    """A drum machine of 120 BPM: low, high, high, high."""
    bar = b"".join(struct.pack("<h", round(
        20000 * math.sin(2 * math.pi * (900 if beat else 90) * n / rate) * math.exp(-n / rate / 0.03)))
        for beat in range(4) for n in range(rate // 2))
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        for _ in range(int(seconds) // 2):
            out.writeframes(bar)


def test_kills_while_clicks_are_written_change_nothing():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sound, out = folder / "long.wav", folder / "out.wav"
        write_beat(sound, 300)
        done = run(PROGRAM, "--json", "--quiet", sound, "--click", folder / "wanted.wav")
        assert done.returncode == 0, done
        seen = 0
        for _ in range(5):
            with subprocess.Popen([program(), "listen", "--json", "--quiet", str(sound), "--force",
                                   "--click", str(out)], stdout=subprocess.PIPE, env=ENV) as running:
                while running.poll() is None and \
                        not any(p.stat().st_size for p in folder.glob(".out.wav.*")):
                    time.sleep(0.001)
                workers = descendants(running.pid)
                if len(workers) > 1 and running.poll() is None:
                    try:
                        os.kill(workers[-1], signal.SIGKILL)
                        seen += 1
                    except ProcessLookupError:
                        pass
                printed, _ = running.communicate(timeout=120)
            assert running.returncode == 0 and printed == done.stdout
            assert out.read_bytes() == (folder / "wanted.wav").read_bytes()
        assert seen >= 3, "it was hardly ever seen at work"
        assert sorted(p.name for p in folder.iterdir()) == ["long.wav", "out.wav", "wanted.wav"]


def test_a_killed_engine_leaves_no_process():
    with tempfile.TemporaryDirectory() as name:
        sound = pathlib.Path(name) / "long.wav"
        write_wav(sound, 3000)
        for _ in range(5):
            with subprocess.Popen([program(), "listen", "--quiet", "--threads", "4",
                                   *[str(sound)] * 4],
                                  stdout=subprocess.DEVNULL, env=ENV) as running:
                time.sleep(0.15)
                below = descendants(running.pid)
                assert len(below) == 5, "a nursery and four workers"
                running.kill()
                running.wait()
                assert gone(below), below


def test_interruption_is_at_once_and_clean():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_wav(folder / "long.wav", 3000)
        os.link(folder / "long.wav", folder / "long2.wav")
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([program(), "listen", "--quiet", "--waveform", f"{folder}/w/",
                                   str(folder)], stdout=subprocess.DEVNULL, env=ENV,
                                  start_new_session=True) as running:
                time.sleep(0.2)
                below = descendants(running.pid)
                begun = time.monotonic()
                os.killpg(running.pid, number)  # as a terminal does: all of them
                running.wait(timeout=20)
                took = time.monotonic() - begun
                assert running.returncode == -number, running.returncode
                assert took < 1.0, took
                assert below and gone(below, 1.0)
            assert list((folder / "w").iterdir()) == []


def test_threads_do_not_change_a_byte():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for index in range(24):
            write_wav(folder / f"{index:02}.wav", 0.3 if index % 4 else 30, 22050 + index)
        (folder / "07.wav").write_bytes(b"no recording")
        runs = [run(PROGRAM, "--json", "--quiet", "--threads", n, folder) for n in (1, 3, 16)]
        assert all(r.returncode == 1 for r in runs)
        assert runs[0].stdout == runs[1].stdout == runs[2].stdout
        assert len(documents(runs[0].stdout)) == 23
        assert runs[0].stderr == runs[1].stderr == runs[2].stderr


def page_faults(paths):
    """Of the command and all its processes."""
    child = subprocess.Popen([program(), "listen", "--json", "--threads", "1", *map(str, paths)],
                             stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=ENV)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, child.returncode
    return usage.ru_minflt


def test_a_worker_keeps_its_memory_from_one_recording_to_the_next():
    built = pathlib.Path(program()).read_bytes()
    if b"__asan_init" in built or b"__tsan_init" in built:
        raise tap.Skip("a sanitizer's allocator keeps what it likes")
    with tempfile.TemporaryDirectory() as name:
        paths = [pathlib.Path(name) / f"{k}.wav" for k in range(110)]
        write_wav(paths[0], 1)
        for path in paths[1:]:
            path.write_bytes(paths[0].read_bytes())
        # what the 100 more cost: their results in the engine, no megabyte fetched anew for each
        per_file = (page_faults(paths) - page_faults(paths[:10])) / 100
    assert per_file < 50, per_file


def test_the_hostile_set_four_at_a_time():
    shared = os.environ.get("SNQ_SHARED")
    if not shared or not (pathlib.Path(shared) / "data/hostile.tar").exists():
        raise tap.Skip("no shared folder")
    with tempfile.TemporaryDirectory() as name, \
            tarfile.open(pathlib.Path(shared) / "data/hostile.tar") as tar:
        tar.extractall(name)
        files = sorted(p for p in pathlib.Path(name).rglob("*") if p.is_file())
        begun = time.monotonic()
        four = run(PROGRAM, "--json", "--quiet", "--threads", 4, *files)
        took = time.monotonic() - begun
        assert took < 60, took
        one = run(PROGRAM, "--json", "--quiet", "--threads", 1, *files)
        assert four.returncode == 1 and four.stdout == one.stdout and four.stderr == one.stderr
        refused = four.stderr.decode().splitlines()
        assert len(refused) + len(documents(four.stdout)) == len(files)
        assert not any("crashed" in line or "stopped" in line for line in refused), refused


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
