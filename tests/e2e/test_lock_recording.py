#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique compose --lock NAME=FILE` as a user runs it: a piece around recordings whose tempo and key are known.

The recordings are made here: drums and a bass at 97.3 BPM, the bass in F# minor, as loops cut to the sample and as takes with
something before the first beat.
"""
import array
import hashlib
import json
import math
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import wave

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import schemas  # noqa: E402
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
RATE, BPM = 44100, 97.3
BEAT = 60 / BPM
WORK = tempfile.TemporaryDirectory()
FOLDER = pathlib.Path(WORK.name)


def sonique(*arguments):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL,
                          check=False, timeout=250, env=ENV)


def good(*arguments):
    done = sonique(*arguments)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def refused(code, words, *arguments):
    done = sonique(*arguments)
    text = done.stderr.decode()
    assert done.returncode == code, (arguments, done.returncode, text)
    for word in words:
        assert word in text, (word, text)
    return text


# ---------------------------------------------------------------- recordings

def write_wav(name, samples):
    path = FOLDER / name
    with wave.open(str(path), "wb") as to:
        to.setnchannels(1)
        to.setsampwidth(2)
        to.setframerate(RATE)
        to.writeframes(array.array("h", (int(32767 * max(-1.0, min(1.0, x))) for x in samples)).tobytes())
    return path


def put(samples, at_s, sound):
    start = round(at_s * RATE)
    for i, x in enumerate(sound[:max(0, len(samples) - start)]):
        samples[start + i] += x


def boom():
    return [0.8 * math.exp(-i / RATE / 0.08) * math.sin(2 * math.pi * (50 * i / RATE + 4 * (1 - math.exp(-30 * i / RATE))))
            for i in range(RATE // 4)]


def rattle():
    chance = random.Random(1)
    return [math.exp(-i / RATE / 0.05) * (0.3 * chance.uniform(-1, 1) + 0.3 * math.sin(2 * math.pi * 190 * i / RATE))
            for i in range(RATE // 5)]


def tick():
    chance = random.Random(2)
    noise = [chance.uniform(-1, 1) for _ in range(RATE // 20 + 1)]
    return [0.2 * math.exp(-i / RATE / 0.012) * (noise[i + 1] - noise[i]) for i in range(RATE // 20)]


def drums(name, bars, lead_s=0.0, tail_s=0.0):
    """Four to a bar: boom, rattle, boom, rattle; ticks between."""
    samples = [0.0] * round((4 * bars * BEAT + lead_s + tail_s) * RATE)
    sounds = (boom(), rattle())
    ticking = tick()
    for k in range(8 * bars):
        put(samples, lead_s + k * BEAT / 2, ticking)
        if k % 2 == 0:
            put(samples, lead_s + k * BEAT / 2, sounds[k // 2 % 2])
    return write_wav(name, samples)


def note(pitch, seconds):
    hz, n = 440 * 2 ** ((pitch - 69) / 12), round(seconds * RATE)
    return [0.3 * sum(math.sin(2 * math.pi * hz * h * i / RATE) / h for h in range(1, 5)) * math.exp(-i / RATE / 0.5)
            * min(1, i / 150) * min(1, (n - i) / 800) for i in range(n)]


def bass(name, bars):
    """F# minor: its tonic most of the time, and what makes it minor."""
    samples = [0.0] * round(4 * bars * BEAT * RATE)
    tones = {pitch: note(pitch, 0.48 * BEAT) for pitch in (42, 44, 45, 47, 49, 52, 40)}
    lines = ((42, 42, 45, 42, 49, 49, 47, 45), (42, 42, 44, 45, 47, 45, 49, 49))
    for bar in range(bars):
        for k, pitch in enumerate(lines[bar % 2]):
            put(samples, (4 * bar + k / 2) * BEAT, tones[pitch])
    return write_wav(name, samples)


_made = {}


def recording(name):
    """Made once."""
    if name not in _made:
        _made[name] = {"drums": lambda: drums("Drum Loop.WAV", 4), "take": lambda: drums("take.wav", 6, 0.4567, 0.9),
                       "bass": lambda: bass("bass.wav", 4)}[name]()
    return _made[name]


# ---------------------------------------------------------------- sessions

_pieces = {}


def piece(name):
    """Composed once."""
    if name not in _pieces:
        arguments = {
            "drums": ("warm lofi, 8 bars", "--tracks", "drums,bass", "--lock", f"drums={recording('drums')}"),
            "take": ("warm lofi, 8 bars", "--tracks", "drums,bass", "--lock", f"drums={recording('take')}"),
            "bass": ("boom bap, 8 bars", "--tracks", "drums,bass,harmony", "--lock", f"bass={recording('bass')}"),
        }[name]
        good("compose", *arguments, "-o", FOLDER / name, "--quiet")
        _pieces[name] = FOLDER / name
    return _pieces[name]


def read(path, name):
    return json.loads((path / name).read_text())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(path):
    return {str(p.relative_to(path)): digest(p) for p in sorted(path.rglob("*")) if p.is_file()}


def left_side(path):
    with wave.open(str(path)) as w:
        assert (w.getnchannels(), w.getsampwidth(), w.getframerate()) == (2, 3, 48000)
        raw = w.readframes(w.getnframes())
    return [int.from_bytes(raw[i:i + 3], "little", signed=True) / 2 ** 23 for i in range(0, len(raw), 6)]


def attack_near(samples, at_s, reach_s=0.03):
    """Where within reach_s the level rises most over 2 ms."""
    step, first = 48, int((at_s - reach_s) * 48000)
    levels = [sum(abs(x) for x in samples[max(0, first + k * step):max(0, first + (k + 1) * step)])
              for k in range(int(2 * reach_s * 1000) + 2)]
    rises = [levels[k] + levels[k + 1] - levels[k - 1] - levels[k - 2] for k in range(2, len(levels) - 1)]
    return (first + (rises.index(max(rises)) + 2) * step) / 48000


def track_of(path, name):
    return [t for t in read(path, "score.json")["tracks"] if t["name"] == name][0]


# ---------------------------------------------------------------- tests

def test_tempo_and_key_are_the_recordings():
    for name in ("drums", "take", "bass"):
        s = read(piece(name), "session.json")
        assert abs(s["context"]["bpm"] / BPM - 1) < 0.002, (name, s["context"]["bpm"])
        assert abs(s["brief"]["tempo"]["bpm"] / BPM - 1) < 0.002
        heard = read(piece(name), "report.json")["listen"]["tempo"]["bpm"]
        assert min(abs(heard * level / BPM - 1) for level in (0.5, 1, 2)) < 0.005, (name, heard)
    context = read(piece("bass"), "session.json")["context"]
    assert (context["tonic"], context["mode"]) == ("F#", "minor"), context["tonic"]
    assert abs(read(piece("drums"), "session.json")["context"]["bpm"] - BPM) < 1e-3  # a loop says it by its length


def test_what_the_session_holds():
    path = piece("drums")
    s = read(path, "session.json")
    track = [t for t in s["tracks"] if t["name"] == "drums"][0]
    assert track["recording"] == "locked/drums.WAV" and track["stem"] == "stems/drums.wav"
    assert s["locks"] == ["drums"]
    assert digest(path / "locked" / "drums.WAV") == digest(recording("drums"))
    assert sorted(p.name for p in (path / "locked").iterdir()) == ["drums.WAV"]
    for name, schema in (("session.json", "session-1"), ("report.json", "report-1"), ("score.json", "score-1")):
        assert not schemas.errors(read(path, name), schema + ".schema.json"), name


def test_the_recording_lies_on_the_grid():
    for name in ("drums", "take"):
        path = piece(name)
        samples, grid = left_side(path / "stems" / "drums.wav"), read(path, "report.json")["beats_s"]
        beats = 32 if name == "drums" else 24  # the loop goes on, the take ends
        off = [attack_near(samples, t) - t for t in grid[1:beats]]
        assert len(off) == beats - 1 and max(map(abs, off)) < 0.010, (name, max(map(abs, off)))
        assert abs(sum(off)) / len(off) < 0.004, (name, sum(off) / len(off))
        after = max(map(abs, samples[round((grid[beats - 1] + 1.8) * 48000):] or [0.0]))
        assert after == 0.0, (name, after)


def test_the_loop_is_repeated():
    samples = left_side(piece("drums") / "stems" / "drums.wav")
    start = round(16 * BEAT * 48000)
    assert max(map(abs, samples[:2000])) > 0.01
    assert samples[:200000] == samples[start:start + 200000]


def test_the_notes_say_when_it_hits():
    t = track_of(piece("drums"), "drums")
    kinds = {36: 0, 38: 0, 42: 0}
    for n in t["notes"]:
        place = n["at"] % 2
        near = min((0, 0.5, 1, 1.5, 2), key=lambda p: abs(place - p))
        assert abs(place - near) * BEAT < 0.012, n
        assert n["pitch"] == {0: 36, 0.5: 42, 1: 38, 1.5: 42, 2: 36}[near], n
        kinds[n["pitch"]] += 1
    assert kinds == {36: 16, 38: 16, 42: 32}, kinds


def test_the_others_play_with_it():
    coherence = read(piece("drums"), "report.json")["rhythmic_coherence"]
    assert coherence["with"] == "drums" and coherence["value"] >= 0.8, coherence
    assert coherence["value"] - coherence["control"] >= 0.2, coherence
    coherence = read(piece("bass"), "report.json")["rhythmic_coherence"]
    assert coherence["track"] == "bass" and coherence["value"] >= 0.8, coherence
    scale = {(6 + k) % 12 for k in (0, 2, 3, 5, 7, 8, 9, 10, 11)}  # F# minor, its sixth and seventh either way
    pitches = [n["pitch"] % 12 for t in read(piece("bass"), "score.json")["tracks"] if t["name"] not in ("drums", "bass")
               for n in t["notes"] if t["kind"] in ("harmony", "melody", "pad")]
    assert pitches and sum(p in scale for p in pitches) >= 0.95 * len(pitches)


def test_it_stays_when_others_are_made_anew():
    path = FOLDER / "anew"
    good("compose", "warm lofi, 8 bars", "--tracks", "drums,bass", "--lock", f"drums={recording('drums')}", "-o", path, "--quiet")
    assert digests(path) == digests(piece("drums"))  # and on any day
    before = digests(path)
    refused(1, ["drums", "recording"], "unlock", path, "drums")
    refused(1, ["drums", "recording"], "regenerate", path, "--track", "drums")
    assert digests(path) == before
    good("regenerate", path, "--track", "bass", "--quiet")
    after = digests(path)
    for name in ("stems/drums.wav", "locked/drums.WAV"):
        assert after[name] == before[name], name
    assert after["stems/bass.wav"] != before["stems/bass.wav"]
    assert track_of(path, "drums") == track_of(piece("drums"), "drums")
    good("undo", path, "--quiet")
    after = digests(path)
    for name in ("stems/drums.wav", "stems/bass.wav", "mix.wav", "score.json"):
        assert after[name] == before[name], name
    good("regenerate", path, "--quiet", "--threads", "1")  # rendered as its files say: the same
    assert digest(path / "mix.wav") == before["mix.wav"]


def test_the_same_on_one_thread():
    path = FOLDER / "one"
    good("compose", "warm lofi, 8 bars", "--tracks", "drums,bass", "--lock", f"drums={recording('drums')}", "-o", path, "--quiet",
         "--threads", "1")
    assert digests(path) == digests(piece("drums"))


def test_what_the_prompt_says_wins():
    path = FOLDER / "said"
    said = good("compose", "lofi at 90 bpm in C major, 4 bars", "--tracks", "drums,bass", "--lock", f"bass={recording('bass')}", "-o",
                path, "--quiet")
    assert "not stretched" in said and "not transposed" in said, said
    context = read(path, "session.json")["context"]
    assert (context["bpm"], context["tonic"], context["mode"]) == (90, "C", "major")
    said = good("compose", "lofi at 194.6 bpm, 4 bars", "--tracks", "drums,bass", "--lock", f"bass={recording('bass')}", "-o", path,
                "--quiet", "--force")
    assert "not stretched" not in said, said  # twice as fast is the same grid
    assert "shorter than the recording" in said, said


def test_without_a_pulse():
    chance = random.Random(5)
    hiss = write_wav("hiss.wav", [0.1 * chance.uniform(-1, 1) for _ in range(4 * RATE)])
    path = FOLDER / "hiss"
    said = good("compose", "house, 4 bars", "--tracks", "drums,bass", "--lock", f"Sea Shore={hiss}", "-o", path, "--quiet")
    assert "no pulse" in said, said
    s = read(path, "session.json")
    assert 110 <= s["context"]["bpm"] <= 135
    track = [t for t in s["tracks"] if t["name"] == "Sea Shore"][0]
    assert track["kind"] == "texture" and track["recording"] == "locked/Sea Shore.wav"
    samples = left_side(path / track["stem"])
    assert max(map(abs, samples[:100])) > 0 and max(map(abs, samples[4 * 48000:])) == 0


def test_several_and_variations():
    path = FOLDER / "two"
    good("compose", "4 bars", "--tracks", "harmony", "--lock", f"drums={recording('drums')}", "--lock", f"bass={recording('bass')}",
         "--variations", "2", "-o", path, "--quiet")
    for k in ("01", "02"):
        s = read(path / k, "session.json")
        assert sorted(s["locks"]) == ["bass", "drums"], s["locks"]
        assert digest(path / k / "locked" / "bass.wav") == digest(recording("bass"))
    assert digest(path / "01" / "stems" / "bass.wav") == digest(path / "02" / "stems" / "bass.wav")
    assert read(path / "01", "session.json")["seed"] != read(path / "02", "session.json")["seed"]


def test_hostile_files():
    out = FOLDER / "never"
    words = FOLDER / "words.wav"
    words.write_text("these are words and no sound\n" * 50)
    cut = FOLDER / "cut.flac"
    cut.write_bytes(b"fLaC\0\0\0\x22" + bytes(range(40)))
    empty = FOLDER / "empty.wav"
    empty.write_bytes(b"")
    none = write_wav("none.wav", [])
    riff = FOLDER / "riff.wav"
    riff.write_bytes(recording("drums").read_bytes()[:44])
    pipe = FOLDER / "pipe.wav"
    os.mkfifo(pipe)
    for path in (words, cut, empty, none, riff, pipe, FOLDER, FOLDER / "not there.wav", "/dev/zero"):
        done = sonique("compose", "lofi, 4 bars", "-o", out, "--quiet", "--lock", f"drums={path}")
        text = done.stderr.decode()
        assert done.returncode == 1 and text.count("\n") == 1 and str(path) in text, (path, done.returncode, text)
        assert not done.stdout
    assert not [p.name for p in FOLDER.iterdir() if "never" in p.name]


def test_silence_is_a_recording():
    path = FOLDER / "silent"
    quiet = write_wav("silence.wav", [0.0] * RATE)
    good("compose", "lofi, 2 bars", "--tracks", "drums,bass", "--lock", f"drums={quiet}", "-o", path, "--quiet")
    assert not any(left_side(path / "stems" / "drums.wav"))


def test_wrong_usage():
    for name in ("a/b", "..", ".hidden", "x" * 33, "caf\u00e9", "a\nb"):
        refused(2, ["--lock"], "compose", "x", "-o", FOLDER / "never", "--lock", f"{name}=x.wav")
    refused(2, ["twice"], "compose", "x", "-o", FOLDER / "never", "--lock", "a=x.wav", "--lock", "A=y.wav")
    refused(2, ["--score-only"], "compose", "x", "-o", FOLDER / "never", "--lock", "a=x.wav", "--score-only")
    assert not (FOLDER / "never").exists()


def test_stopped_in_the_middle():
    out = FOLDER / "stopped"
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    with subprocess.Popen([str(PROGRAM), "compose", "lofi, 64 bars", "-o", str(out), "--quiet", "--lock",
                           f"drums={recording('drums')}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, env=ENV) as run:
        time.sleep(0.7)
        run.send_signal(signal.SIGINT)
        run.wait(timeout=60)
    assert not [p.name for p in FOLDER.iterdir() if "stopped" in p.name]


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
