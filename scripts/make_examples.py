#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the demonstration scores of examples/: pieces by rule and dice, the same ones every time.

    scripts/make_examples.py [FOLDER]

Places are quarter notes. A piece is a function that fills a Piece; the lists below are its material."""
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KICK, RIM, SNARE, CLAP, CLOSED, PEDAL, OPEN, RIDE, CRASH, SHAKER = 36, 37, 38, 39, 42, 44, 46, 51, 49, 82
CHORDS = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "maj7": (0, 4, 7, 11), "9": (0, 4, 10, 14),
          "m9": (0, 3, 10, 14), "maj9": (0, 4, 11, 14), "sus2": (0, 2, 7), "add9": (0, 4, 7, 14), "m11": (0, 3, 10, 17)}
STEPS = {"C": 0, "C#": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}


def split(name):
    root = name[:2] if name[1:2] in ("#", "b") else name[:1]
    return STEPS[root], CHORDS[name[len(root):]]


def voiced(name, low, close_to=None):
    """The chord's pitches from `low` up; the inversion whose mean is nearest to that of close_to."""
    root, above = split(name)
    first = low + (root - low) % 12
    rows = []
    for turn in range(len(above)):
        row = sorted(first + a % 12 + (12 if k < turn else 0) + (12 if a > 12 and k >= turn else 0) for k, a in enumerate(above))
        rows += [row, [p - 12 for p in row]]
    rows = [r for r in rows if min(r) >= low]
    want = sum(close_to) / len(close_to) if close_to else low + 8
    return min(rows, key=lambda r: abs(sum(r) / len(r) - want))


class Piece:
    def __init__(self, title, bpm, length, seed, beats=4):
        self.rng = random.Random(seed)
        self.length = length
        self.tracks = {}
        self.document = {"schema": "sonique/score/1", "title": title, "ticks_per_quarter": 960, "length": length,
                         "tempo": [{"at": 0, "bpm": bpm}], "metre": [{"at": 0, "beats_per_bar": beats, "beat_unit": 4}]}

    def track(self, name, kind, patch, gain_db=0, pan=0, **more):
        t = {"name": name, "kind": kind, **({"patch": patch} if isinstance(patch, str) else {"program": patch}),
             "channel": 9 if kind == "drums" else len(self.tracks) % 9, "gain_db": gain_db, "pan": pan, "notes": [], **more}
        if kind == "drums" and not isinstance(patch, str):
            del t["program"]
        self.tracks[name] = t
        return t

    def tempo(self, *points):
        self.document["tempo"] = [{"at": at, "bpm": bpm} for at, bpm in points]

    def note(self, name, at, length, pitch, velocity, loose_ms=0, **more):
        if loose_ms:
            more["timing_ms"] = round(self.rng.gauss(0, loose_ms), 1)
        self.tracks[name]["notes"].append({"at": round(at, 4), "length": round(length, 4), "pitch": int(pitch),
                                           "velocity": max(1, min(127, round(velocity))), **more})

    def hits(self, name, key, pattern, at, velocity, step=0.25, swing=0.0, spread=6, loose_ms=0, length=0.2):
        """x a hit, X an accent, o a soft one; swing delays every second step by that part of it."""
        for i, mark in enumerate(pattern):
            if mark in "xXo":
                loud = velocity * {"x": 1, "X": 1.14, "o": 0.55}[mark] + self.rng.uniform(-spread, spread)
                self.note(name, at + (i + (swing if i % 2 else 0)) * step, length, key, loud, loose_ms)

    def curve(self, name, target, *points, shape="linear"):
        row = [{"at": at, "value": value, "shape": shape} for at, value in points]
        row[-1]["shape"] = "step"
        self.tracks[name].setdefault("curves", []).append({"target": target, "points": row})

    def pedal(self, name, down, up):
        row = self.tracks[name].setdefault("messages", [])
        row += [{"at": down, "status": 176, "a": 64, "b": 127}, {"at": up, "status": 176, "a": 64, "b": 0}]

    def sections(self, *rows):
        self.document["sections"] = [{"at": at, "length": length, "name": name, "energy": energy} for at, length, name, energy in rows]

    def write(self, folder, name):
        for t in self.tracks.values():
            t["notes"].sort(key=lambda n: (n["at"], n["pitch"]))
            t.get("messages", []).sort(key=lambda m: m["at"])
        text = json.dumps({**self.document, "tracks": list(self.tracks.values())}, separators=(",", ":"))
        text = text.replace(',{"at"', ',\n{"at"').replace('{"name"', '\n{"name"')
        (pathlib.Path(folder) / f"{name}.json").write_text(text + "\n")


def snowfall():
    """A piano alone, few notes."""
    p = Piece("Snowfall", 58, 96, 1)
    p.track("piano", "melody", "grand_piano")
    p.tempo((0, 58), (28, 55), (32, 60), (60, 57), (64, 61), (84, 56), (88, 50), (92, 44))
    row = ["Dadd9", "Bm7", "Gmaj7", "Asus2", "Dadd9", "F#m7", "Gmaj7", "A"]
    tune = [(1, 3, 78, 52), (4, 1.5, 76, 46), (5.5, 2.5, 74, 50), (9, 3, 73, 48), (12.5, 1, 71, 44), (13.5, 2.5, 69, 40),
            (17, 2, 66, 46), (19, 1, 69, 50), (20, 3.5, 74, 58), (25, 1.5, 73, 50), (26.5, 1.5, 71, 46), (28, 3.5, 69, 42)]
    for verse in range(3):
        base = verse * 32
        loud = (0.86, 1.12, 0.78)[verse]
        for bar, name in enumerate(row):
            at = base + 4 * bar
            if at >= 92:
                break
            root = 38 + (split(name)[0] - 38) % 12
            root -= 12 if root > 45 else 0
            chord = voiced(name, 54)
            p.note("piano", at, 3.8, root, 50 * loud, 8)
            p.note("piano", at + (0.04 if verse else 0), 3.6, root + 7, 40 * loud, 8)
            if verse == 1 or bar % 2:
                for k, pitch in enumerate(chord):
                    p.note("piano", at + 1 + 0.5 * k, 2.5, pitch, (34 + 3 * k) * loud, 12)
            p.pedal("piano", at + 0.05, at + 3.9)
        for at, length, pitch, velocity in tune:
            if base + at < 90:
                p.note("piano", base + at, length, pitch + (12 if verse == 1 and at > 16 else 0), velocity * loud, 14)
                if verse == 1 and at in (4, 12.5, 20):
                    p.note("piano", base + at + 0.5, 2, pitch + 12, 38, 10)
    for k, pitch in enumerate((38, 45, 57, 62, 66, 76)):
        p.note("piano", 92 + 0.16 * k, 4, pitch, 44 - 2 * k)
    p.pedal("piano", 92.05, 95.9)
    p.sections((0, 32, "Alone", 0.2), (32, 32, "Wind", 0.4), (64, 32, "Alone", 0.15))
    return p


def concrete():
    """Techno: everything on all the time, or nearly."""
    p = Piece("Concrete", 132, 128, 2)
    p.track("drums", "drums", "kit_909", 0)
    p.track("rumble", "bass", "deep_bass", -4)
    p.track("acid", "bass", "acid_bass", -6, 0.1)
    p.track("stab", "harmony", "dub_stab", -5, -0.2)
    p.track("metal", "texture", "metal_pad", -6)
    p.track("pulse", "melody", "short_pluck", -2, 0.35)
    p.track("noise", "effect", "riser", -10)
    p.track("boom", "effect", "impact", -8)
    line = [0, 0, 12, 0, 3, 0, 0, 10, 0, 0, 15, 12, 0, -2, 0, 3]
    for bar in range(32):
        at, full = 4 * bar, bar >= 8
        rest = 16 <= bar < 20
        if not rest:
            p.hits("drums", KICK, "x...x...x...x...", at, 116, spread=2)
        if bar >= 2:
            p.hits("drums", CLOSED, "..o...o...o...oo" if rest else "xoxoxoxoxoxoxoxo", at, 74)
        if bar >= 4 and not rest:
            p.hits("drums", OPEN, "..x...x...x...x.", at, 88, spread=3)
        if full and not rest:
            p.hits("drums", CLAP, "....x.......x...", at, 98)
            p.hits("drums", RIM, "...x..x....x..x." if bar % 4 == 3 else "......x....x....", at, 66)
            p.hits("drums", RIDE, "..x...x...x...x.", at, 62) if bar >= 20 else None
        if bar % 8 == 7 and bar < 31:
            p.hits("drums", SNARE, "........o.o.xxXX", at, 92)
        for i in range(16):
            if not rest and i % 4:
                p.note("rumble", at + i / 4, 0.22, 29 + (3 if bar % 8 == 7 and i > 11 else 0), 74 + 12 * (i % 4 == 2))
            if bar >= 4 and (i * 7 + bar) % 5 != 2:
                above = line[(i + 4 * (bar % 2)) % 16]
                p.note("acid", at + i / 4, 0.34 if i % 8 == 3 else 0.2, 41 + above, 84 + 30 * (i % 3 == 0))
            if full and i in (3, 6, 11, 14) and not (bar % 2 and i == 6):
                p.note("pulse", at + i / 4, 0.2, (65, 72, 68, 77)[(i + bar) % 4], 84)
        if bar >= 6:
            for k, pitch in enumerate((53, 60, 63, 67) if bar % 4 < 2 else (51, 58, 61, 65)):
                p.note("stab", at + 0.75, 0.3, pitch, 92 - 3 * k)
                if bar % 2:
                    p.note("stab", at + 2.5, 0.25, pitch, 76)
        if bar % 4 == 0 and bar >= 8:
            for pitch in (41, 48, 53):
                p.note("metal", at, 15.5, pitch, 74)
        if bar in (8, 20):
            p.note("boom", at, 3, 36, 108)
    for at in (16, 64):
        p.note("noise", at, 15.9, 53, 96)
    p.curve("acid", "filter_cutoff", (0, 260), (32, 420), (64, 2200), (80, 340), (112, 2800), (128, 500), shape="exponential")
    p.sections((0, 32, "Floor", 0.6), (32, 32, "Press", 0.9), (64, 16, "Air", 0.4), (80, 48, "Press", 1.0))
    return p


def second_cup():
    """Lo-fi: seventh chords, a lazy beat, dust."""
    p = Piece("Second cup", 76, 96, 3)
    p.track("drums", "drums", "kit_lofi", 2)
    p.track("bass", "bass", "upright_bass", -2)
    p.track("keys", "harmony", "lofi_keys", -5, -0.15)
    p.track("guitar", "melody", "nylon_guitar", 2, 0.3)
    p.track("haze", "texture", "warm_pad", -12)
    p.track("dust", "texture", "vinyl_texture", -19)
    row, before = ["Fmaj9", "Em7", "Dm9", "Am7", "Bbmaj9", "Am7", "Dm9", "G9"], None
    licks = [[(0.5, 76, 0.4), (1, 79, 0.4), (1.5, 77, 1), (3, 74, 0.8)], [(1, 71, 0.4), (1.5, 74, 0.4), (2, 76, 1.5)],
             [(0.5, 77, 0.4), (1.0, 76, 0.4), (1.5, 74, 0.4), (2.5, 69, 1.2)], [(2, 72, 0.4), (2.5, 74, 0.4), (3, 76, 0.9)]]
    for bar in range(24):
        at, name, beat = 4 * bar, row[bar % 8], 2 <= bar < 22
        root = 40 + (split(name)[0] - 40) % 12
        root -= 12 if root > 46 else 0
        chord = voiced(name, 55, before)
        before = chord
        for k, pitch in enumerate(chord):
            p.note("keys", at + 0.03 * k, 1.7, pitch, 72 - 4 * k, 9)
            p.note("keys", at + 2.5 + 0.02 * k, 1.2, pitch, 60 - 4 * k, 9)
        if beat:
            p.hits("drums", KICK, ("x......x..x.....", "x.....x...x....o")[bar % 2], at, 104, swing=0.24, loose_ms=5)
            p.hits("drums", SNARE, "....x.......x..o" if bar % 4 == 3 else "....x.......x...", at, 92, swing=0.24, loose_ms=8)
            p.hits("drums", CLOSED, "xoxoxoxoxoxoxoxo" if bar >= 10 else "x.x.x.x.x.x.x.x.", at, 62, swing=0.28, spread=9, loose_ms=6)
        if bar >= 1:
            p.note("bass", at, 1.6, root, 92, 7)
            p.note("bass", at + 1.75 + 0.06, 0.6, root, 74, 7)
            p.note("bass", at + 2.5, 1.2, root + (7 if root < 44 else -5), 84, 7)
            if bar % 2:
                p.note("bass", at + 3.56, 0.4, root + 2 if bar % 4 == 1 else root + 10 - 12, 70, 7)
        if 6 <= bar < 22 and bar % 4 != 3 or bar in (11, 19):
            for start, pitch, length in licks[(bar * 3) % 4]:
                p.note("guitar", at + start + (0.06 if (start * 4) % 2 else 0), length, pitch - (12 if bar % 8 > 5 else 0), 78 + 8 * (start == 1), 10)
        if bar % 2 == 0 and bar >= 10:
            for pitch in chord[:3]:
                p.note("haze", at, 7.8, pitch, 66)
    p.note("dust", 0, 95.5, 60, 90)
    p.sections((0, 8, "Kettle", 0.3), (8, 32, "Cup", 0.5), (40, 48, "Rain", 0.6), (88, 8, "Last sip", 0.3))
    return p


def tideline():
    """Ambient: chords that take their time, nothing to count by."""
    p = Piece("Tideline", 60, 120, 4)
    p.track("sea", "texture", "wave_texture", -12)
    p.track("ground", "texture", "drone", -4)
    p.track("breath", "harmony", "air_pad", -6)
    p.track("glass", "harmony", "glass_pad", -5, -0.2)
    p.track("bowed", "melody", "bowed_pad", -4, 0.25)
    p.track("sparks", "texture", "grain_shimmer", -12)
    p.track("drops", "melody", "kalimba", 0, -0.3)
    row = ["Dmaj9", "Bm11", "Gmaj9", "F#m7", "Em9", "Gmaj9", "Asus2", "Dmaj9"]
    before = None
    for i, name in enumerate(row):
        at = 14 * i + (4 if i else 0)
        chord = voiced(name, 52, before)
        before = chord
        for k, pitch in enumerate(chord):
            p.note("breath", at + 0.4 * k, 15 - 0.4 * k, pitch, 62 + 5 * (i in (3, 4, 5)))
            if i % 2 and k < 3:
                p.note("glass", at + 3 + 1.1 * k, 10, pitch + 12, 58)
        if 2 <= i < 7:
            for k, above in enumerate((0, 2)):
                p.note("bowed", at + 2 + 6 * k, 6.5, chord[-1 - above % len(chord)] + 12, 64)
        if 1 <= i < 7:
            p.note("sparks", at + 6, 9, chord[0] + 12, 56)
        start = at + p.rng.uniform(1, 3)
        while 1 <= i < 7 and start < at + 12:
            p.note("drops", start, 1.5, p.rng.choice(chord) + p.rng.choice((0, 12, 12)), p.rng.uniform(36, 70))
            start += p.rng.choice((1.5, 2.5, 2.75, 4))
    for at, pitch in ((0, 38), (32, 35), (60, 40), (88, 38)):
        p.note("ground", at, 31 if at < 88 else 27, pitch, 64)
    for at in (0, 24, 52, 80, 98):
        p.note("sea", at, 18, 60, 72)
    p.curve("breath", "mix.gain_db", (0, -16), (12, -6), (60, -3), (100, -6), (118, -18))
    p.sections((0, 32, "Out", 0.2), (32, 56, "Far", 0.4), (88, 32, "Back", 0.2))
    return p


def undertow():
    """Drum and bass: a broken beat, two basses, strings above."""
    p = Piece("Undertow", 174, 192, 5)
    p.track("drums", "drums", "kit_rock", 0)
    p.track("top", "drums", "kit_909", -1)
    p.track("sub", "bass", "sub_bass", -4)
    p.track("reese", "bass", "reese_bass", -4)
    p.track("strings", "harmony", "string_ensemble", -6)
    p.track("bells", "melody", "crystal_pluck", -4, 0.25)
    p.track("chop", "melody", "vocal_chop", -6, -0.25)
    p.track("rise", "effect", "riser", -13)
    p.track("boom", "effect", "impact", -8)
    roots, chords, before = [33, 33, 29, 31], ["Am9", "Am9", "Fmaj9", "G"], None
    for bar in range(48):
        at, drop = 4 * bar, bar >= 16 and not 32 <= bar < 36
        part = bar // 2 % 4
        if drop:
            p.hits("drums", KICK, ("x.........x.....", "x.....x...x.....")[bar % 2], at, 116, spread=3)
            p.hits("drums", SNARE, "....X..o.o..X..o" if bar % 2 else "....X..o....X...", at, 102, spread=4)
            p.hits("drums", CLOSED, "x.xox.x.x.xox.xo", at, 78, spread=8)
            p.hits("top", SHAKER, "oxoxoxoxoxoxoxox", at, 74)
            if bar % 8 == 7:
                p.hits("drums", SNARE, "..........oxoxxX", at, 96)
            if bar % 16 == 0:
                p.note("drums", at, 2, CRASH, 104)
        elif bar >= 8:
            p.hits("top", CLOSED, "x.o.x.o.x.o.x.oo", at, 70)
            p.hits("drums", RIM, "....x.......x...", at, 70)
        if drop or 12 <= bar < 16:
            root = roots[part]
            p.note("sub", at, 3.0 if bar % 2 == 0 else 1.4, root, 100)
            p.note("sub", at + (3.25 if bar % 2 == 0 else 2.5), 0.7, root + (0 if bar % 2 else 7), 96)
        if drop:
            for start, length, above in (((0.0, 1.4, 12), (1.5, 0.4, 12), (2.0, 1.4, 15)) if bar % 2 == 0 else ((0.5, 0.9, 12), (1.75, 0.7, 24), (2.75, 1.1, 10))):
                p.note("reese", at + start, length, roots[part] + above, 96)
        if bar % 2 == 0:
            chord = voiced(chords[part], 55, before)
            before = chord
            for k, pitch in enumerate(chord):
                p.note("strings", at, 7.8, pitch, 66 + (10 if drop else 0))
        if bar >= 4 and bar % 8 != 7:
            for i in (0, 3, 6, 8, 11, 14):
                if (i + bar) % 4 != 1:
                    p.note("bells", at + i / 4, 0.3, before[(i + bar) % len(before)] + 12, 70 + 18 * (i % 4 == 0))
        if bar % 8 in (3, 6) and bar >= 8:
            p.note("chop", at + 1.5, 0.5, 69 if part % 2 else 72, 98)
            p.note("chop", at + 3.25, 0.3, 76, 84)
        if bar in (16, 36):
            p.note("boom", at, 4, 33, 110)
    for at in (48, 132):
        p.note("rise", at, 15.9 if at == 48 else 11.9, 57, 92)
    p.curve("reese", "filter_cutoff", (0, 500), (64, 700), (96, 1800), (128, 600), (144, 900), (192, 2600), shape="exponential")
    p.sections((0, 64, "Shore", 0.4), (64, 64, "Under", 0.95), (128, 16, "Breath", 0.3), (144, 48, "Under", 1.0))
    return p


def corner_store():
    """Funk: a band in a room."""
    p = Piece("Corner store", 104, 96, 6)
    p.track("drums", "drums", "kit_acoustic", 3)
    p.track("bass", "bass", "slap_bass", -2)
    p.track("clav", "harmony", "clavinet", -6, -0.35)
    p.track("rhodes", "harmony", "electric_piano", -5, 0.25)
    p.track("brass", "harmony", "brass_section", -8, 0.1)
    p.track("sax", "melody", "saxophone", -4)
    p.track("guitar", "harmony", "muted_guitar", 0, 0.45)
    tune = [(0, 0.75, 69), (0.75, 0.5, 72), (1.5, 0.4, 74), (2, 1.5, 76), (4.5, 0.4, 79), (5, 0.5, 76), (5.5, 0.4, 74), (6, 1.6, 72),
            (8.5, 0.5, 74), (9, 0.4, 72), (9.5, 0.4, 69), (10, 1.5, 67), (12, 0.4, 69), (12.5, 0.4, 72), (13, 0.4, 74), (13.5, 2, 69)]
    row, before = ["Am9", "Am9", "D9", "D9", "Fmaj9", "G9", "Am9", "Am9"], None
    for bar in range(24):
        at, name = 4 * bar, row[bar % 8]
        root = 33 + (split(name)[0] - 33) % 12
        root -= 12 if root > 40 else 0
        before = voiced(name, 56, before)
        p.hits("drums", KICK, ("x..x..x...x.....", "x..x......xx..o.")[bar % 2], at, 108, loose_ms=3)
        p.hits("drums", SNARE, "....X..o.o..X..o", at, 100, spread=5, loose_ms=4)
        p.hits("drums", CLOSED, "x.xox.xox.xox.x." if bar % 4 != 3 else "x.xox.xox.xox...", at, 72, spread=10, loose_ms=3)
        if bar % 4 == 3:
            p.note("drums", at + 3.5, 0.5, OPEN, 90)
        if bar % 8 == 0:
            p.note("drums", at, 2, CRASH, 96)
        for start, length, above, loud in ((0, 0.4, 0, 112), (0.75, 0.2, 12, 98), (1.5, 0.3, 0, 94), (1.75, 0.2, 10, 88), (2.5, 0.4, 12, 104), (3, 0.2, 10, 90), (3.5, 0.4, 7, 96)):
            if not (bar % 2 and start == 1.75):
                p.note("bass", at + start, length, root + above, loud, 3)
        if bar >= 4:
            for i, mark in enumerate("x.ox..xo.xo.x.xo"):
                if mark != ".":
                    for pitch in before[:2] if mark == "o" else before[1:]:
                        p.note("clav", at + i / 4, 0.16 if mark == "o" else 0.22, pitch, 92 if mark == "x" else 62, 4)
        for pitch in before:
            p.note("rhodes", at, 1.4, pitch, 76, 6)
            p.note("rhodes", at + 2.5, 1.2, pitch, 66, 6)
        if bar >= 8:
            for i, mark in enumerate("..x...xo..x...x."):
                if mark != ".":
                    p.note("guitar", at + i / 4, 0.12, before[1] + 12, 84 if mark == "x" else 60, 4)
        if bar >= 8 and bar % 4 in (1, 3):
            for k, pitch in enumerate(before):
                p.note("brass", at + 1.5, 0.25, pitch, 104)
                p.note("brass", at + 2.25, 0.25, pitch + (2 if bar % 4 == 3 else 0), 110)
                if bar % 8 == 7:
                    p.note("brass", at + 3, 0.9, pitch, 96 - 2 * k)
        if bar % 4 == 0 and bar >= 8:
            for start, length, pitch in tune:
                p.note("sax", at + start, length, pitch, 94 + 8 * (start == 2), 8)
    p.sections((0, 16, "Door", 0.5), (16, 16, "Aisle", 0.7), (32, 64, "Counter", 0.9))
    return p


PIECES = {"snowfall": snowfall, "concrete": concrete, "second_cup": second_cup, "tideline": tideline, "undertow": undertow,
          "corner_store": corner_store}


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples"
    for name, piece in PIECES.items():
        piece().write(folder, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
