#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique render` and `sonique patches` as a user runs them: stems, sums, refusals, and a film that moves a bass.

Works on scores written here; python3-numpy measures what came out.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}


def sonique(*arguments, env=None, **more):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250,
                          env={**ENV, **(env or {})}, **more)


def numpy():
    try:
        import numpy as np
    except ImportError:
        raise tap.Skip("python3-numpy is not installed") from None
    return np


class Folder:
    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        return pathlib.Path(self.temporary.name)

    def __exit__(self, *_):
        self.temporary.cleanup()


def note(at, length, pitch, velocity=100):
    return {"at": at, "length": length, "pitch": pitch, "velocity": velocity}


def track(name, notes, **more):
    return {"name": name, "kind": name, "channel": 0, "gain_db": 0, "pan": 0, "notes": notes, "curves": [],
            "messages": [], **more}


def piece(tracks, length=8, bpm=120):
    return {"schema": "sonique/score/1", "title": "a test", "ticks_per_quarter": 960, "length": length,
            "tempo": [{"at": 0, "bpm": bpm}], "metre": [{"at": 0, "beats_per_bar": 4, "beat_unit": 4}],
            "keys": [], "chords": [], "sections": [], "tracks": tracks}


def band():
    """A small band: four tracks."""
    drums = [note(q, 0.25, 36) for q in range(8)] + [note(q, 0.25, 38) for q in range(1, 8, 2)] + \
        [note(q / 2, 0.1, 42, 80) for q in range(16)]
    bass = [note(q * 2, 1.5, 33 + q) for q in range(4)]
    harmony = [note(q * 4, 3.5, p) for q in range(2) for p in (48, 55, 60, 64)]
    melody = [note(q, 0.5, 72 + q % 5) for q in range(8)]
    return piece([track("drums", sorted(drums, key=lambda n: (n["at"], n["pitch"], n["length"])), channel=9),
                  track("bass", bass, patch="sub_bass"), track("harmony", harmony, pan=-0.3),
                  track("melody", melody, gain_db=-3)])


def write(folder, score, name="score.json"):
    path = folder / name
    path.write_text(json.dumps(score))
    return path


def samples(path):
    """A 24 bit WAV as an array (frames, channels), -1..1."""
    np = numpy()
    data = path.read_bytes()
    at = 12
    while data[at:at + 4] != b"data":
        at += 8 + int.from_bytes(data[at + 4:at + 8], "little")
    size = int.from_bytes(data[at + 4:at + 8], "little")
    raw = np.frombuffer(data[at + 8:at + 8 + size], np.uint8).reshape(-1, 3).astype(np.int32)
    value = raw[:, 0] | raw[:, 1] << 8 | raw[:, 2] << 16
    return ((value ^ 0x800000) - 0x800000).reshape(-1, 2) / 8388608.0


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


def test_stems_and_their_sum():
    np = numpy()
    with Folder() as folder:
        out = folder / "out"
        done = sonique("render", write(folder, band()), "-o", out, "--json", "--quiet", "--dry")
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        assert "master" not in document
        names = [s["file"] for s in document["stems"]]
        assert names == ["stems/drums.wav", "stems/bass.wav", "stems/harmony.wav", "stems/melody.wav"], names
        assert sorted(digests(out)) == sorted(names + ["mix.wav", "score.json", "score.mid"])
        stems = [samples(out / n) for n in names]
        mix = samples(out / "mix.wav")
        assert all(s.shape == mix.shape for s in stems) and len(mix) >= 4 * 48000
        assert document["duration_s"] == round(len(mix) / 48000, 6)
        for stem, about in zip(stems, document["stems"]):
            peak = np.abs(stem).max()
            assert peak > 0.01, (about, peak)
            assert abs(20 * np.log10(peak) - about["peak_dbfs"]) < 0.02, about
        if not document["mix"]["clipped_samples"]:
            assert np.abs(sum(stems) - mix).max() < 5 / 8388608
        assert np.abs(stems[2][:, 0]).mean() > np.abs(stems[2][:, 1]).mean(), "pan to the left"
        quiet = [np.abs(s[-200:]).max() for s in stems]
        assert max(quiet) < 2e-3, quiet


def test_mix_and_master():
    np = numpy()
    with Folder() as folder:
        out, score = folder / "out", write(folder, band())
        done = sonique("render", score, "-o", out, "--json", "--quiet", "--premaster", "--lanes")
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        stems = [samples(out / s["file"]) for s in document["stems"] if "lane" not in s]
        lanes = [samples(out / s["file"]) for s in document["stems"] if "lane" in s]
        premaster, mix = samples(out / "premaster.wav"), samples(out / "mix.wav")
        assert all(s.shape == mix.shape for s in stems + lanes) and premaster.shape == mix.shape
        away = np.sqrt(((sum(stems) - premaster) ** 2).mean()) / np.sqrt((premaster ** 2).mean())
        assert away < 1e-5, away
        # a stem is more than its lanes: the room that its track stands in; but they stand where it stands
        start = slice(0, 2000)
        assert np.abs(sum(lanes)[start] - stems[0][start]).max() < 0.2 * np.abs(stems[0][start]).max()
        master = document["master"]
        assert abs(master["integrated_lufs"] + 14) < 0.3 and master["true_peak_dbtp"] <= -1, master
        assert np.abs(mix).max() <= 10 ** (-1 / 20)
        heard = json.loads(sonique("listen", out / "mix.wav", "--json", "--quiet", "--only", "loudness").stdout)
        assert abs(heard["loudness"]["integrated_lufs"] - master["integrated_lufs"]) < 0.05, heard["loudness"]
        assert heard["loudness"]["true_peak_dbtp"] <= -0.99, heard["loudness"]
        # what it was mixed by, mixes it again; and may be changed
        plan = json.loads((out / "mix.json").read_text())
        assert [s["name"] for s in plan["strips"]] == ["drums", "bass", "harmony", "melody"]
        before = digests(out)
        done = sonique("render", score, "-o", folder / "again", "--quiet", "--premaster", "--lanes", "--mix", out / "mix.json")
        assert done.returncode == 0, done.stderr.decode()
        assert digests(folder / "again") == before
        plan["master"]["target_lufs"] = -20
        plan["strips"][0]["mute"] = True
        done = sonique("render", score, "-o", folder / "other", "--quiet", "--json", "--mix", write(folder, plan, "own.json"))
        document = json.loads(done.stdout)
        assert abs(document["master"]["integrated_lufs"] + 20) < 0.3
        assert document["stems"][0]["peak_dbfs"] is None
        plan["strips"][1]["group"] = "nowhere"
        done = sonique("render", score, "-o", folder / "bad", "--quiet", "--mix", write(folder, plan, "own.json"))
        assert done.returncode == 1 and b"nowhere" in done.stderr and not (folder / "bad").exists(), done.stderr


def test_same_bytes_for_any_number_of_threads():
    with Folder() as folder:
        score = write(folder, band())
        for threads in (1, 2, 4, 1):
            done = sonique("render", score, "-o", folder / "out", "--force", "--quiet", "--threads", threads)
            assert done.returncode == 0, done.stderr.decode()
            now = digests(folder / "out")
            assert threads == 1 and "first" not in locals() or now == first, threads  # noqa: F821
            first = now


def test_lanes_formats_and_choices():
    np = numpy()
    with Folder() as folder:
        score = write(folder, band())
        done = sonique("render", score, "-o", folder / "lanes", "--lanes", "--json", "--quiet", "--dry")
        assert done.returncode == 0, done.stderr.decode()
        lanes = [s for s in json.loads(done.stdout)["stems"] if "lane" in s]
        assert [s["lane"] for s in lanes] == ["kick", "snare", "hat_closed"], lanes
        assert [s["file"] for s in lanes][0] == "stems/lanes/drums.kick.wav"
        whole = samples(folder / "lanes" / "stems" / "drums.wav")
        parts = sum(samples(folder / "lanes" / s["file"]) for s in lanes)
        assert np.sqrt(((whole - parts) ** 2).mean()) < 0.05 * np.sqrt((whole ** 2).mean())
        for name in ("flac", "opus"):
            done = sonique("render", score, "-o", folder / name, "--format", name, "--quiet")
            assert done.returncode == 0, done.stderr.decode()
            assert (folder / name / f"mix.{name}").stat().st_size > 10000
        done = sonique("render", score, "-o", folder / "other", "--patch", "bass=reese_bass", "--json", "--quiet")
        assert json.loads(done.stdout)["stems"][1]["patch"] == "reese_bass"


def one_shot(path, hz, seconds=0.2):
    """A tone that dies away, as a WAV of 16 bits."""
    np = numpy()
    t = np.arange(int(44100 * seconds)) / 44100
    x = (np.sin(2 * np.pi * hz * t) * np.exp(-20 * t) * 20000).astype("<i2").tobytes()
    path.write_bytes(b"RIFF" + (36 + len(x)).to_bytes(4, "little") + b"WAVEfmt " + bytes((16, 0, 0, 0, 1, 0, 1, 0)) +
                     (44100).to_bytes(4, "little") + (88200).to_bytes(4, "little") + bytes((2, 0, 16, 0)) + b"data" +
                     len(x).to_bytes(4, "little") + x)


def test_a_kit_of_ones_own():
    np = numpy()
    with Folder() as folder:
        kit = folder / "kit"
        kit.mkdir()
        for name, hz in (("Kick.wav", 80), ("snare_1.wav", 300), ("HH closed.wav", 5000)):
            one_shot(kit / name, hz)
        (kit / "broken.wav").write_bytes(b"RIFF")
        drums = [note(0, 0.25, 36), note(1, 0.25, 38), note(2, 0.25, 42)]
        score = write(folder, piece([track("drums", drums, channel=9)], 4))
        done = sonique("render", score, "-o", folder / "out", "--kit", kit, "--json", "--quiet")
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        assert document["stems"][0]["patch"] == "sample_kit"
        assert [w["code"] for w in document["warnings"]] == ["kit_file"], document["warnings"]
        x = samples(folder / "out" / "stems" / "drums.wav").mean(1)
        for second, hz in ((0, 80), (0.5, 300), (1, 5000)):
            part = x[int(second * 48000):][:9600]
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
            assert abs(spectrum.argmax() * 48000 / (1 << 16) / hz - 1) < 0.05, (second, hz)
        # a closed hat ends an open one, however many voices lie between
        one_shot(kit / "open hat.wav", 3000, 3)
        (kit / "open hat.wav").write_bytes((kit / "open hat.wav").read_bytes()[:44] + bytes((0, 64)) * 4 * 33075)
        drums = [note(0, 0.1, 46)] + [note(0.1 + i / 40, 0.1, 36) for i in range(12)] + [note(1, 0.1, 42)]
        for choked in (1, 0):
            score = write(folder, piece([track("drums", drums if choked else drums[:-1], channel=9)], 4))
            done = sonique("render", score, "-o", folder / "hats", "--kit", kit, "--quiet", "--force", "--dry")
            assert done.returncode == 0, done.stderr.decode()
            after = np.abs(samples(folder / "hats" / "mix.wav")[int(0.75 * 48000):int(1.2 * 48000)]).max()
            assert after < 1e-4 if choked else after > 0.05, (choked, after)
        done = sonique("render", score, "-o", folder / "other", "--kit", folder / "nothing", "--quiet")
        assert done.returncode == 1 and b"nothing" in done.stderr and not (folder / "other").exists(), done


def test_recordings_of_ones_own():
    """A wave table and a one-shot in the user's data folder, played by patches of the user's."""
    np = numpy()
    with Folder() as folder:
        own = folder / "sonique"
        for name in ("patches", "recordings"):
            (own / name).mkdir(parents=True)
        cycle = (np.sin(6 * np.pi * np.arange(2048) / 2048) * 20000).astype("<i2").tobytes()  # its third overtone alone
        head = b"WAVEfmt " + bytes((16, 0, 0, 0, 1, 0, 1, 0)) + (22050).to_bytes(4, "little") + \
            (44100).to_bytes(4, "little") + bytes((2, 0, 16, 0)) + b"data" + len(cycle).to_bytes(4, "little")
        (own / "recordings" / "thirds.wav").write_bytes(b"RIFF" + (36 + len(cycle)).to_bytes(4, "little") + head + cycle)
        one_shot(own / "recordings" / "ping.wav", 1000, 0.5)
        for name, source, recording, params in (("mine", "wave", "thirds", {"osc1_waveform": "table"}),
                                                ("pinger", "sample", "ping", {})):
            (own / "patches" / f"{name}.json").write_text(json.dumps({
                "schema": "sonique/patch/1", "id": name, "name": name, "family": "lead", "about": "Mine.", "taste": "Mine.",
                "engine": "voice", "range": [0, 127], "sources": [source], "recordings": [recording],
                "params": {"filter_model": "off", "amp_sustain": 1, **params}, "matrix": []}))
        env = {"XDG_DATA_HOME": str(folder), "SNQ_DATA": ""}
        if not (PROGRAM.parent.parent / "patches").is_dir():
            raise tap.Skip("this build is not beside its data")
        score = write(folder, piece([track("a", [note(0, 1, 69)], patch="mine"), track("b", [note(2, 1, 72)], patch="pinger")], 4))
        done = sonique("render", score, "-o", folder / "out", "--quiet", env=env)
        assert done.returncode == 0, done.stderr.decode()
        for name, hz, at in (("a", 3 * 440, 0.1), ("b", 2000, 1.0)):
            part = samples(folder / "out" / "stems" / f"{name}.wav").mean(1)[int(at * 48000):][:8192]
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
            assert abs(spectrum.argmax() * 48000 / (1 << 16) / hz - 1) < 0.01, (name, spectrum.argmax() * 48000 / (1 << 16))
        assert b"(yours)" in sonique("patches", env=env).stdout
        (own / "recordings" / "thirds.wav").write_bytes(b"RIFF")
        done = sonique("render", score, "-o", folder / "other", "--quiet", env=env)
        assert done.returncode == 1 and b"thirds.wav" in done.stderr, done


def test_refusals_leave_nothing():
    with Folder() as folder:
        score = write(folder, band())
        good = json.loads(score.read_text())
        (folder / "empty").write_bytes(b"")
        (folder / "text").write_text("no score\n")
        (folder / "half.json").write_text(score.read_text()[:300])
        bad = dict(good, tracks=[dict(good["tracks"][1], notes=[note(0, 1, 140)])])
        write(folder, bad, "bad.json")
        (folder / "half.mid").write_bytes(b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk\x00\x00\x01\x00\x00\x90")
        out = folder / "out"
        for name, says in (("empty", "neither"), ("text", "neither"), ("half.json", "line"),
                           ("bad.json", "pitch"), ("half.mid", "offset"), ("missing", "No such")):
            done = sonique("render", folder / name, "-o", out, "--quiet")
            assert done.returncode == 1, (name, done)
            assert says in done.stderr.decode(), (name, done.stderr)
            assert len(done.stderr.decode().splitlines()) == 1 and not done.stdout, done
        for wrong in ([score], ["-o", out], [score, score, "-o", out], [score, "-o", out, "--format", "au"],
                      [score, "-o", out, "--patch", "bass"], [score, "-o", out, "--threads", "0"]):
            assert sonique("render", *wrong).returncode == 2, wrong
        for choice, says in (("nobody=sub_bass", "no track"), ("bass=no_such_patch", "no patch")):
            done = sonique("render", score, "-o", out, "--patch", choice, "--quiet")
            assert done.returncode == 1 and says in done.stderr.decode(), done
        assert not out.exists()
        out.mkdir()
        (out / "notes.txt").write_text("mine")
        done = sonique("render", score, "-o", out, "--quiet")
        assert done.returncode == 1 and b"--force" in done.stderr and os.listdir(out) == ["notes.txt"]
        done = sonique("render", score, "-o", out, "--quiet", "--force")
        assert done.returncode == 0 and (out / "notes.txt").read_text() == "mine" and (out / "mix.wav").exists()
        assert not [n for n in os.listdir(folder) if n.startswith(".")], os.listdir(folder)
        done = sonique("render", score, "-o", folder / "x", env={"SNQ_DATA": str(folder)})
        assert done.returncode == 3 and b"SNQ_DATA" in done.stderr, done


def test_an_interrupt_leaves_nothing():
    with Folder() as folder:
        long = piece([track("harmony", [note(q, 1, p) for q in range(0, 6000) for p in (48, 52, 55)])], 6000)
        score = write(folder, long)
        with subprocess.Popen([str(PROGRAM), "render", str(score), "-o", str(folder / "out"), "--quiet"],
                              env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            while running.poll() is None and not [n for n in os.listdir(folder) if n.startswith(".out")]:
                time.sleep(0.02)
            time.sleep(0.2)
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == -signal.SIGINT
        assert os.listdir(folder) == ["score.json"], os.listdir(folder)


def test_patches():
    with Folder() as folder:
        done = sonique("patches", "--json")
        assert done.returncode == 0, done.stderr.decode()
        patches = [json.loads(line) for line in done.stdout.splitlines()]
        ids = {p["id"] for p in patches}
        assert {"wobble_bass", "sub_bass", "warm_pad"} <= ids
        table = sonique("patches").stdout.decode()
        assert all(i in table for i in ids)
        done = sonique("patches", "wobble_bass")
        assert done.returncode == 0 and b"lfo" in done.stdout
        assert sonique("patches", "no_such_patch").returncode == 1
        done = sonique("patches", "wobble_bass", "--play", folder / "w.wav")
        assert done.returncode == 0, done.stderr.decode()
        np = numpy()
        assert 0.02 < np.abs(samples(folder / "w.wav")).max() <= 1.0
        assert sonique("patches", "wobble_bass", "--play", folder / "w.wav").returncode == 1
        assert sonique("patches", "wobble_bass", "--play", folder / "w.xyz").returncode == 2


def modulation_hz(x, rate=48000):
    """Rate at which the brightness of x goes up and down: the line of its centroid's spectrum."""
    np = numpy()
    size, hop = 2048, 256
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hz = np.fft.rfftfreq(size, 1 / rate)
    centroid = np.log((power * hz).sum(1) / power.sum(1))
    centroid -= centroid.mean()
    n = 1 << 18
    spectrum = np.abs(np.fft.rfft(centroid * np.hanning(len(centroid)), n))
    step = rate / hop / n
    lo = int(0.2 / step)
    return (lo + spectrum[lo:].argmax()) * step


def test_a_film_moves_a_bass():
    """The windows of `sonique watch` drive the wobble's rate and cutoff through two linear maps."""
    film = SHARED / "data" / "synth_video" / "osc_2hz.mp4"
    candidates = [film] if film.is_file() else sorted((SHARED / "data" / "synth_video").glob("osc_2hz*.m*"))
    if not candidates or not candidates[0].is_file():
        raise tap.Skip("no shared films")
    done = sonique("watch", "--json", "--quiet", "--windows", candidates[0])
    assert done.returncode == 0, done.stderr.decode()
    windows = json.loads(done.stdout)["windows"]
    steps, columns = windows["t_s"], windows["mf"]
    rate = columns["oscillatory.primary_frequency"]
    moves = columns["oscillatory.amplitude_mean_norm"]
    assert all(v is None or abs(v - 2.0) < 0.25 for v in rate)

    def curve(target, values, gain, offset):
        return {"target": target, "points": [{"at": 2 * t, "value": gain * v + offset, "shape": "linear"}
                                             for t, v in zip(steps, values) if v is not None]}
    seconds = max(16, steps[-1])
    score = piece([track("bass", [note(0, 2 * seconds, 36)], patch="wobble_bass",
                         curves=[curve("lfo_rate", rate, 1.5, 0.5), curve("filter_cutoff", moves, 1000, 400)])],
                  2 * seconds)
    wanted = 1.5 * sorted(v for v in rate if v is not None)[sum(v is not None for v in rate) // 2] + 0.5
    with Folder() as folder:
        done = sonique("render", write(folder, score), "-o", folder / "out", "--quiet")
        assert done.returncode == 0, done.stderr.decode()
        x = samples(folder / "out" / "mix.wav").mean(1)
    got = modulation_hz(x[48000:int(seconds * 48000) - 24000])
    assert abs(got / wanted - 1) < 0.02, (got, wanted)


def test_midi_of_another_program():
    if shutil.which("python3") is None:
        raise tap.Skip("no python3")
    try:
        import mido
    except ImportError:
        raise tap.Skip("python3-mido is not installed") from None
    with Folder() as folder:
        midi = mido.MidiFile(ticks_per_beat=480)
        for channel, program, notes in ((0, 0, (60, 64, 67)), (1, 33, (36,)), (9, 0, (36, 38, 42))):
            part = mido.MidiTrack()
            midi.tracks.append(part)
            part.append(mido.Message("program_change", channel=channel, program=program, time=0))
            for _ in range(4):
                for i, pitch in enumerate(notes):
                    part.append(mido.Message("note_on", channel=channel, note=pitch, velocity=90, time=0))
                for i, pitch in enumerate(notes):
                    part.append(mido.Message("note_off", channel=channel, note=pitch, time=0 if i else 480))
        midi.save(folder / "song.mid")
        done = sonique("render", folder / "song.mid", "-o", folder / "out", "--json", "--quiet")
        assert done.returncode == 0, done.stderr.decode()
        document = json.loads(done.stdout)
        table = json.loads((ROOT / "patches" / "tables" / "general_midi.json").read_text())
        wanted = [next(p[2] for p in table["programs"] if p[0] <= n <= p[1]) for n in (0, 33)] + [table["drums"]]
        assert [s["patch"] for s in document["stems"]] == wanted, document["stems"]
        assert all(s["peak_dbfs"] > -40 for s in document["stems"]), document
        part = midi.tracks[0]
        part.append(mido.Message("program_change", channel=0, program=73, time=0))
        part.append(mido.Message("note_on", channel=0, note=72, velocity=90, time=0))
        part.append(mido.Message("note_off", channel=0, note=72, time=480))
        midi.save(folder / "two.mid")
        done = sonique("render", folder / "two.mid", "-o", folder / "two", "--json", "--quiet")
        stems = [s["patch"] for s in json.loads(done.stdout)["stems"]]
        assert stems == [*wanted, next(p[2] for p in table["programs"] if p[0] <= 73 <= p[1])], stems
        again = mido.MidiFile(folder / "out" / "score.mid")
        assert sum(m.type == "note_on" and m.velocity > 0 for t in again.tracks for m in t) == 28


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
