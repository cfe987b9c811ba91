# SPDX-License-Identifier: MIT
"""The group `render` of `make bench`: a three-minute piece of eight tracks to stems and sum (dry), to stems and
record (mixed), and a minute of drums.

The piece is made here, always the same: bass, wobble, pad, keys, lead, pluck, reese and texture, up to
thirty-two voices at once, 120 BPM. The drums are 808 hits at 128 BPM as a MIDI file, played by us and by
FluidSynth (dry, FluidR3_GM) into a WAV; a piece ten times as long tells the time of each second without
the start, which for FluidSynth is the loading of 150 MB.
"""
import json
import pathlib
import random
import shutil
import struct

import truth
from bench_results import Figure

SONG_S, SONG_WALL_S, MIXED_WALL_S, SONG_MB, DRUMS_X, HITS, SHORT, LONG = 180, 1.5, 2.0, 250, 600, 808, 1, 10
RUNS = 5
SOUNDFONT = pathlib.Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
PROGRESSION = (45, 41, 36, 43)


def note(at, length, pitch, velocity=90):
    return {"at": round(at, 6), "length": round(length, 6), "pitch": pitch, "velocity": velocity}


def track(name, patch, notes):
    return {"name": name, "kind": "", "channel": 0, "gain_db": -6, "pan": 0, "patch": patch, "curves": [],
            "messages": [], "notes": sorted(notes, key=lambda n: (n["at"], n["pitch"], n["length"]))}


def song():
    quarters, chance = 2 * SONG_S, random.Random(4)
    root = lambda q: PROGRESSION[int(q) // 4 % 4]  # noqa: E731
    chord = lambda q: [root(q) + step for step in (12, 19, 24, 27, 31)]  # noqa: E731
    bars, pick = range(0, quarters, 4), lambda q: chance.choice([0, 3, 7, 12])  # noqa: E731
    tracks = [
        track("sub", "sub_bass", [note(q, 3.8, root(q) - 12) for q in bars]),
        track("wobble", "wobble_bass", [note(q, 3.8, root(q)) for q in bars]),
        track("pad", "warm_pad", [note(q, 3.9, p) for q in bars for p in chord(q)]),
        track("keys", "soft_keys", [note(q + .5, 1.4, p) for q in range(0, quarters, 2) for p in chord(q)[:4]]),
        track("lead", "saw_lead", [note(q / 2, .4, root(q / 2) + 36 + pick(q)) for q in range(2 * quarters)]),
        track("pluck", "short_pluck", [note(q / 4, .2, root(q / 4) + 24 + pick(q)) for q in range(4 * quarters)]),
        track("reese", "reese_bass", [note(q, 3.8, root(q) - 5) for q in bars]),
        track("texture", "noise_texture", [note(q, 7.8, p) for q in range(0, quarters, 8) for p in (60, 67, 72)])]
    return {"schema": "sonique/score/1", "title": "three minutes", "ticks_per_quarter": 960, "length": quarters,
            "tempo": [{"at": 0, "bpm": 120}], "metre": [{"at": 0, "beats_per_bar": 4, "beat_unit": 4}], "keys": [],
            "chords": [], "sections": [], "tracks": tracks}


def variable(value):
    """A number as MIDI files write times: seven bits a byte."""
    out = [value & 0x7f]
    while value := value >> 7:
        out.insert(0, value & 0x7f | 0x80)
    return bytes(out)


def drum_file(times):
    """808 hits a minute at 128 BPM, `times` times: kick and snare in turn on quarters, hats on sixteenths, ghosts between."""
    sixteenths, events = 512, []
    for minute in range(times):
        hits = [(s, 42, 60 + 10 * (s % 4 == 0)) for s in range(sixteenths)]
        hits += [(s, 36 if s % 8 == 0 else 38, 110) for s in range(0, sixteenths, 4)]
        hits += [(s, 38, 40) for s in range(3, sixteenths, 3)][:HITS - len(hits)]
        events += [(120 * (s + minute * sixteenths), key, velocity) for s, key, velocity in hits]
    assert len(events) == HITS * times
    body, now = b"\0\xff\x51\x03" + struct.pack(">I", 60_000_000 // 128)[1:], 0
    for at, key, velocity in sorted([*events, *((at + 60, key, 0) for at, key, _ in events)]):
        body += variable(at - now) + bytes((0x99, key, velocity))
        now = at
    body += b"\0\xff\x2f\0"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(body)) + body


def render(path, out, threads, *more):
    return [truth.PROGRAM, "render", "--quiet", "--force", "--threads", threads, path, "-o", out, *more]


def pieces(runs, folder):
    path = folder / "song.json"
    path.write_text(json.dumps(song()), encoding="utf-8")
    commands = {f"render song {n}": render(path, folder / "song", n, "--dry") for n in (1, 4)}
    commands |= {f"render mixed {n}": render(path, folder / "song", n) for n in (1, 4)}
    runs.in_turn(commands, RUNS, one_core=False)
    peak_mb, _, _, _ = runs.memory(commands["render song 4"])
    mixed_mb, _, _, _ = runs.memory(commands["render mixed 4"])
    mixed_s = runs.best("render mixed 4", "wall_s")
    wall_s = runs.best("render song 4", "wall_s")
    figures = {"render.song.wall_s": Figure(wall_s, "s", SONG_WALL_S, runs.noise("render song 4", "wall_s")),
               "render.song.cpu_s": Figure(runs.best("render song 1"), "s", noise=runs.noise("render song 1")),
               "render.song.peak_mb": Figure(peak_mb, "MB"),
               "render.mixed.wall_s": Figure(mixed_s, "s", MIXED_WALL_S, runs.noise("render mixed 4", "wall_s")),
               "render.mixed.cpu_s": Figure(runs.best("render mixed 1"), "s", noise=runs.noise("render mixed 1")),
               "render.mixed.peak_mb": Figure(mixed_mb, "MB", SONG_MB)}
    return figures, [f"{SONG_S} s of 8 tracks to stems and sum       wall s   CPU s   peak MB",
                     f"  4 threads (asked: {SONG_WALL_S} s){'':14}{wall_s:9.3f}"
                     f"{runs.best('render song 4'):8.3f}{peak_mb:10.1f}",
                     f"  1 thread{'':28}{runs.best('render song 1', 'wall_s'):9.3f}{runs.best('render song 1'):8.3f}",
                     f"  mixed, mastered (asked: {MIXED_WALL_S} s){'':7}{mixed_s:9.3f}"
                     f"{runs.best('render mixed 4'):8.3f}{mixed_mb:10.1f}",
                     f"  1 thread{'':28}{runs.best('render mixed 1', 'wall_s'):9.3f}{runs.best('render mixed 1'):8.3f}"]


def drums(runs, folder):
    for times in (SHORT, LONG):
        (folder / f"drums.{times}.mid").write_bytes(drum_file(times))
    commands = {f"render drums sonique {n}": render(folder / f"drums.{n}.mid", folder / "drums", 1, "--dry", "--patch", "drums=kit_808")
                for n in (SHORT, LONG)}
    names = ["sonique"]
    if shutil.which("fluidsynth") and SOUNDFONT.exists():
        names.append("fluidsynth")
        commands.update({f"render drums fluidsynth {n}": [
            "fluidsynth", "-ni", "-R0", "-C0", "-q", "-r", 48000, "-F", folder / "fluidsynth.wav", SOUNDFONT,
            folder / f"drums.{n}.mid"] for n in (SHORT, LONG)})
    else:
        runs.lack("fluidsynth and FluidR3_GM (Debian's fluidsynth, fluid-soundfont-gm)")
    runs.in_turn(commands, RUNS)
    figures, lines = {}, ["60 s of drums, 808 hits, to a WAV      CPU s   x real time   without the start   asked"]
    for name in names:
        one, ten = (runs.best(f"render drums {name} {n}") for n in (SHORT, LONG))
        slope = 60 * (LONG - SHORT) / (ten - one)
        own = name == "sonique"
        figures[f"render.drums.{name}_x"] = Figure(slope, "x", DRUMS_X if own else None, ours=own)
        lines.append(f"  {name:<34}{one:8.3f}{60 / one:13.0f}x{slope:19.0f}x{DRUMS_X if own else '-':>8}")
    return figures, lines


def render_group(runs, material):
    folder = material.folder
    figures, lines = pieces(runs, folder)
    found, said = drums(runs, folder)
    return {**figures, **found}, lines + said


render_group.__name__ = "render"
