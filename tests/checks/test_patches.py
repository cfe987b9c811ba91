#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every patch is what docs/patches.md promises: valid, in tune, at the common level, without clicks, silent at
the end.

Each patch plays its phrase, and four notes: the lowest, the middle and the highest of its range, and the middle
one at velocity 1. The measures are those of scripts/patch_pages.py; the first tests try these on sounds whose
answers are known.
"""
import concurrent.futures
import functools
import json
import math
import os
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]
import tap  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None
try:
    import numpy as np
    import patch_pages as pages
except ImportError:
    np = pages = None

CENTS, SETTLED = 3, 6  # from the sixth part on of what is heard
OFF_DB, OFF_FLOOR_DBFS = 6, -90  # of what is over 8 kHz round a note's end: over what was before; and not counted
SPEAKS_DBFS = -70
AT_ONCE = 16  # patches in one rendering
HELD_S, SHORT_S = 2.5, 0.6


def load(path):
    return json.loads((ROOT / path).read_text())


def need(*what):
    for thing, name in what:
        if not thing:
            raise tap.Skip(f"{name} is not there")


def broken(complaints):
    assert not complaints, "\n".join(sorted(complaints))


def breaches(schema, document, name):
    schema = load(schema)
    check = jsonschema.validators.validator_for(schema)(schema)
    return [f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message}" for e in check.iter_errors(document)]


# ---- the measures

def tone(hz, seconds=2.5, level=0.1):
    t = np.arange(int(seconds * pages.RATE)) / pages.RATE
    return level * np.sin(2 * np.pi * hz * t)[:, None] * np.ones(2)


def test_measure_of_loudness():
    need((np, "numpy"))
    # BS.1770-4: a sine of 997 Hz, full scale, in one channel is -3.01 LUFS
    one_side = tone(997, 4, 1) * [1, 0]
    assert abs(pages.loudness(one_side) + 3.01) < 0.02, pages.loudness(one_side)
    # half of it silent: the gate leaves it out
    gated = pages.loudness(np.vstack([one_side, np.zeros((8 * pages.RATE, 2))]))
    assert abs(gated + 3.01) < 0.4, gated
    assert pages.loudness(np.zeros((pages.RATE, 2))) == -70


def test_measure_of_pitch():
    need((np, "numpy"))
    for note, cents in ((28, 2.5), (45, -4), (69, 0), (96, 7)):
        hz = 440 * 2**((note - 69 + cents / 100) / 12)
        got = pages.pitch_error(tone(hz), note)
        assert abs(got - cents) < 0.3, (note, cents, got)
        many = sum(tone(hz * k, level=0.1 / k) for k in range(1, 13))
        got = pages.pitch_error(many, note)
        assert abs(got - cents) < 0.3, (note, cents, got)
    # a bell: what is not at an octave doesn't count
    assert abs(pages.pitch_error(tone(440) + tone(440 * 2.99), 69)) < 0.3
    assert pages.pitch_error(tone(440), 74) is None


def test_measure_of_fading():
    need((np, "numpy"))
    held = tone(440)
    assert pages.is_sustained(held)
    assert not pages.is_sustained(held * np.exp(-np.arange(len(held)) / pages.RATE)[:, None])


# ---- the files

def test_patches_keep_to_their_schema():
    need((jsonschema, "python3-jsonschema"))
    complaints = []
    for path in sorted((ROOT / "patches").glob("*.json")):
        patch = json.loads(path.read_text())
        complaints += breaches("schemas/patch-1.schema.json", patch, path.name)
        if patch.get("id") != path.stem:
            complaints.append(f"{path.name}: its id is {patch.get('id')}")
    broken(complaints)


def test_general_midi_names_each_program_once():
    need((jsonschema, "python3-jsonschema"))
    table = load("patches/tables/general_midi.json")
    complaints = breaches("schemas/general-midi-1.schema.json", table, "general_midi.json")
    named = [n for first, last, _ in table["programs"] for n in range(first, last + 1)]
    if named != list(range(128)):
        complaints.append("general_midi.json: not every program once and in order")
    for patch in {table["drums"], *(row[2] for row in table["programs"])}:
        if not (ROOT / "patches" / f"{patch}.json").is_file():
            complaints.append(f"general_midi.json: there is no patch {patch}")
    broken(complaints)


def test_no_two_patches_say_the_same():
    seen = {}
    for path in sorted((ROOT / "patches").glob("*.json")):
        patch = json.loads(path.read_text())
        for key in ("name", "about", "taste"):
            other = seen.setdefault((key, patch[key].lower()), path.name)
            assert other == path.name, f"{path.name} has the {key} of {other}"


# ---- their sound

class Heard:
    """A patch's phrase and its four notes, each with what follows it."""

    def __init__(self, patch, phrase, notes, sound):
        self.patch, self.phrase = patch, phrase
        ends = [row[0] for row in notes[1:]] + [len(sound) / pages.RATE]
        self.note = [row[2] for row in notes]
        self.length = [int(row[1] * pages.RATE) for row in notes]
        self.sound = [sound[int(row[0] * pages.RATE):int(end * pages.RATE)] for row, end in zip(notes, ends)]
        self.held = [s[:n] for s, n in zip(self.sound, self.length)]
        self.sustained = pages.is_sustained(self.held[1])


def notes_of(patch):
    low, high = patch.get("range", (0, 127))
    middle = min(max(60, low), high)
    after = patch.get("params", {}).get("amp_release_s", 0.1) + 0.6
    if any(route["to"] == "amp_release_s" for route in patch.get("matrix", ())):
        after *= 3
    at, notes = 0, []
    for pitch, velocity, length in ((low, 100, HELD_S), (middle, 100, HELD_S), (high, 100, HELD_S), (middle, 1, SHORT_S)):
        notes.append((at, length, pitch, velocity))
        at += length + math.ceil(20 * after) / 20  # on the score's grid
    return notes


def need_program():
    need((np, "numpy"), (pages and os.access(pages.PROGRAM, os.X_OK), "the program"))


@functools.lru_cache(None)
def heard():
    """All patches of the voice engine that no recording is needed for."""
    need_program()
    listed = [p for p in pages.patches() if p["engine"] == "voice" and pages.plays_by_itself(p)]
    listed.sort(key=lambda p: p.get("params", {}).get("amp_release_s", 0.1))
    groups = [listed[i:i + AT_ONCE] for i in range(0, len(listed), AT_ONCE)]

    def listen(group):
        notes = {p["id"]: notes_of(p) for p in group}
        sounds = pages.play_notes(notes, 1)
        return [Heard(p, pages.play_phrase(p["id"]), notes[p["id"]], sounds[p["id"]]) for p in group]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return [h for group in pool.map(listen, groups) for h in group]


def test_the_program_takes_them_all():
    need_program()
    listed = {json.loads(line)["id"] for line in pages.run("patches", "--json").splitlines()}
    missing = [p["id"] for p in pages.patches() if p["id"] not in listed]
    broken([f"{name}: sonique patches does not list it" for name in missing])


def test_kits_are_heard():
    need_program()
    wrong, kits = [], [p["id"] for p in pages.patches() if p["engine"] == "drums"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, phrase in zip(kits, pool.map(pages.play_phrase, kits)):
            peak = pages.decibels(np.abs(phrase).max())
            if not pages.KIT_DBFS[0] <= peak <= pages.KIT_DBFS[1]:
                wrong.append(f"{name}: peak {peak:.1f} dBFS")
    broken(wrong)


def test_levels_are_alike():
    wrong = []
    for h in heard():
        text, good = pages.level_of(h.phrase, h.sustained)
        peak = pages.decibels(np.abs(h.phrase).max())
        if not good:
            wrong.append(f"{h.patch['id']}: {text}, peak {peak:.1f} dBFS")
    broken(wrong)


def test_pitch_is_right_over_the_range():
    wrong = []
    for h in heard():
        if h.patch["family"] not in pages.PITCHED:
            continue
        for note, held in list(zip(h.note, h.held))[:3]:
            loud = pages.levels(held) > 0.03 * pages.levels(held).max()
            last = max((np.flatnonzero(loud)[-1] + 1) * pages.RATE // 50, pages.RATE // 4)
            cents = pages.pitch_error(held[max(pages.RATE // 20, last // SETTLED):last], note)
            if cents is None or abs(cents) > CENTS:
                wrong.append(f"{h.patch['id']}: note {note}: {cents if cents is None else round(cents, 1)} cents")
    broken(wrong)


def test_velocity_one_speaks_and_more_is_louder():
    wrong = []
    for h in heard():
        soft, loud = (pages.decibels(pages.levels(s).max()) for s in (h.sound[3], h.sound[1]))
        if soft < SPEAKS_DBFS:
            wrong.append(f"{h.patch['id']}: {soft:.0f} dBFS at velocity 1")
        if soft > loud - 0.5:
            wrong.append(f"{h.patch['id']}: {soft:.1f} dBFS at velocity 1, {loud:.1f} at 100")
    broken(wrong)


def test_all_end_in_silence():
    for h in heard():
        for sound in h.sound[:3]:
            assert not sound[-pages.RATE // 50:].any(), f"{h.patch['id']}: something is left after its end"


def test_no_click_at_the_end_of_a_note():
    """Over 8 kHz, the 5 ms round the end against the 50 ms before."""
    wrong = []
    for h in heard():
        if not h.sustained:
            continue
        for note, sound, end in list(zip(h.note, h.sound, h.length))[:3]:
            high = pages.over_8khz(sound)
            half, before = pages.RATE * 25 // 10000, pages.RATE // 20
            at = pages.decibels(pages.rms(high[end - half:end + half]))
            was = pages.decibels(pages.rms(high[end - half - before:end - half]))
            if at > OFF_FLOOR_DBFS and at - was > OFF_DB:
                wrong.append(f"{h.patch['id']}: note {note}: {at - was:+.1f} dB over 8 kHz, {at:.0f} dBFS")
    broken(wrong)


def test_slow_ones_begin_without_a_click():
    """Attacks of 20 ms and more: over 8 kHz, the first 5 ms are not louder than the sound's own loudest 50 ms."""
    wrong = []
    for h in heard():
        if h.patch.get("params", {}).get("amp_attack_s", 0.005) < 0.02:
            continue
        high = pages.over_8khz(h.held[1])
        first = pages.decibels(pages.rms(high[:pages.RATE * 5 // 1000]))
        own = pages.decibels(pages.levels(high, 0.05).max())
        if first > OFF_FLOOR_DBFS and first > own:
            wrong.append(f"{h.patch['id']}: {first - own:+.1f} dB over 8 kHz at the start")
    broken(wrong)


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
