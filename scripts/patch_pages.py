#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the page of the patches, docs/patches.md, and their spectrograms, docs/images/patches_*.png.

    scripts/patch_pages.py

Plays each patch's phrase with the program (SNQ_PROGRAM, else build/sonique) and measures what it plays:
this is also what tests/checks/test_patches.py measures with. The same program makes the same bytes.

Measures
    loudness    integrated, ITU-R BS.1770-4: K-weighting as a frequency response on the whole signal
    sustained   the mean of the last half second of a note held for 2.5 s is at most FALLEN_DB under its loudest
                5 ms
    pitch       the mean over partials of how far their energy's centre lies from where it should be, in cents.
                With eight harmonic partials or more of all these, else of those at octaves only: bells' and
                drums' others are where the metal wants them.
    brightness  the centre of the spectrum's magnitudes between 20 and 500 ms
"""
import concurrent.futures
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATCHES = ROOT / "patches"
PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
FAMILIES = ["bass", "lead", "keys", "pluck", "pad", "voice", "texture", "effect", "drums"]
TITLES = {"bass": "Basses", "lead": "Leads", "keys": "Keys", "pluck": "Plucks", "pad": "Pads", "voice": "Voices",
          "texture": "Textures", "effect": "Effects", "drums": "Drum kits"}
PITCHED = ("bass", "lead", "keys", "pluck", "pad", "voice")
RATE = 48000
FALLEN_DB = -12
SUSTAINED_LUFS, SUSTAINED_BY = -20, 2
STRUCK_DBFS, STRUCK_BY = -9, 3
PEAK_DBFS = -3
KIT_DBFS = (-12, -2.5)
UNHEARD_DB = -80


# ---- playing

def patches():
    """All patches, family by family, by id."""
    found = [json.loads(path.read_text()) for path in sorted(PATCHES.glob("*.json"))]
    return sorted(found, key=lambda p: (FAMILIES.index(p["family"]), p["id"]))


def plays_by_itself(patch):
    """Without recordings of the user's or a bank of the machine's."""
    return patch["engine"] in ("voice", "drums") and not any(patch.get("recordings", ()))


def read_wav(path):
    """(frames, channels) of a WAV file of floats or whole numbers."""
    data, at, form = pathlib.Path(path).read_bytes(), 12, None
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind == b"fmt ":
            form = struct.unpack_from("<HHIIHH", data, at + 8)
        if kind == b"data":
            break
        at += 8 + size + size % 2
    raw, bits = data[at + 8:at + 8 + size], form[5]
    if bits == 32:
        x = np.frombuffer(raw, "<f4").astype(float)
    elif bits == 16:
        x = np.frombuffer(raw, "<i2") / 2**15
    else:
        u = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        x = ((u[:, 0] << 8 | u[:, 1] << 16 | u[:, 2] << 24) >> 8) / 2**23
    return x.reshape(-1, form[1])


def run(*arguments):
    """What the program prints, with the tree's own patches only."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                          env=dict(os.environ, SNQ_DATA=str(ROOT)))
    if done.returncode:
        raise RuntimeError(f"sonique {' '.join(map(str, arguments))}: {done.stderr[-600:]}")
    return done.stdout


def play_phrase(patch_id):
    """The patch's own phrase, with its effects, as long as it is heard."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "phrase.wav"
        run("patches", patch_id, "--play", path)
        return heard_part(read_wav(path))


def heard_part(x):
    """x without what is under UNHEARD_DB at its end; four seconds at least."""
    loud = np.flatnonzero(np.abs(x).max(axis=1) > 10**(UNHEARD_DB / 20))
    return x[:max(loud[-1] + 1 if loud.size else 0, 4 * RATE)]


def play_notes(notes, threads=4):
    """{patch id: [(start s, length s, pitch, velocity) …]} to {patch id: (frames, channels)}, in one piece."""
    tracks = [{"name": name, "patch": name,
               "notes": [{"at": 2 * at, "length": 2 * length, "pitch": pitch, "velocity": velocity}
                         for at, length, pitch, velocity in row]} for name, row in notes.items()]
    with tempfile.TemporaryDirectory() as folder:
        score = pathlib.Path(folder) / "notes.json"
        score.write_text(json.dumps({"schema": "sonique/score/1", "tempo": [{"at": 0, "bpm": 120}], "tracks": tracks}))
        out = pathlib.Path(folder) / "out"
        run("render", score, "-o", out, "--dry", "--threads", str(threads))
        return {name: read_wav(out / "stems" / f"{name}.wav") for name in notes}


# ---- measuring

def decibels(value):
    return 20 * np.log10(max(float(value), 1e-10))


def rms(x):
    return np.sqrt(np.mean(np.square(x))) if x.size else 0.0


def filtered(x, gain):
    """x with the frequency response gain(Hz)."""
    size = 1 << int(len(x) + RATE // 4 - 1).bit_length()
    spectrum = np.fft.rfft(x, size, axis=0) * gain(np.fft.rfftfreq(size, 1 / RATE))[:, None]
    return np.fft.irfft(spectrum, size, axis=0)[:len(x)]


def k_weighting(hz):
    """Magnitude and phase of BS.1770's two filters at 48 kHz."""
    z = np.exp(-2j * np.pi * hz / RATE)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2)
    return shelf * (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)


def loudness(x):
    """LUFS; -70 for silence."""
    y = np.cumsum(np.vstack([np.zeros(x.shape[1]), filtered(x, k_weighting)**2]), axis=0)
    size, hop = int(0.4 * RATE), int(0.1 * RATE)
    at = np.arange(0, max(1, len(x) - size + 1), hop)
    power = (y[np.minimum(at + size, len(x))] - y[at]).sum(axis=1) / size
    level = -0.691 + 10 * np.log10(power + 1e-20)
    if not (level > -70).any():
        return -70.0
    gate = -0.691 + 10 * np.log10(power[level > -70].mean()) - 10
    return -0.691 + 10 * np.log10(power[(level > -70) & (level > gate)].mean())


def levels(x, seconds=0.02):
    """RMS of each stretch of so many seconds."""
    size = int(seconds * RATE)
    whole = len(x) // size
    return np.sqrt(np.square(x[:whole * size]).reshape(whole, -1).mean(axis=1))


def is_sustained(held):
    """Whether what a note held for 2.5 s sounds like goes on."""
    return decibels(rms(held[-RATE // 2:])) - decibels(levels(held, 0.005).max()) > FALLEN_DB


def level_of(phrase, sustained):
    """(text, whether it keeps to the convention)"""
    peak = decibels(np.abs(phrase).max())
    if sustained:
        lufs = loudness(phrase)
        return f"{lufs:.1f} LUFS", abs(lufs - SUSTAINED_LUFS) <= SUSTAINED_BY and peak <= PEAK_DBFS
    return f"{peak:.1f} dBFS", abs(peak - STRUCK_DBFS) <= STRUCK_BY and peak <= PEAK_DBFS


def partials(x, note):
    """(which, cents off, energy) of each multiple of the note's frequency that is there."""
    size = 1 << (2 * len(x) - 1).bit_length()
    energy = np.square(np.abs(np.fft.rfft(x.sum(axis=1) * np.hanning(len(x)), size)))
    note_hz, loudest, found = 440 * 2**((note - 69) / 12), energy.max(), []
    for which in (0.5, *range(1, 17)):
        hz = which * note_hz
        half = max(hz * (2**(50 / 1200) - 1), 3 * RATE / len(x))
        if half > 0.45 * note_hz or hz + half > 15000:
            continue
        at = np.arange(int((hz - half) * size / RATE), int((hz + half) * size / RATE) + 2)
        part = energy[at]
        if part.max() > 1e-3 * loudest:
            centre = (part * at).sum() / part.sum() * RATE / size
            found.append((which, 1200 * np.log2(centre / hz), part.sum()))
    return found


def pitch_error(x, note):
    """Cents; None without a partial."""
    found = partials(x, note)
    if sum(which >= 1 for which, _, _ in found) < 8:
        found = [p for p in found if p[0] in (0.5, 1, 2, 4, 8, 16)]
    if not found:
        return None
    weight = np.array([energy for _, _, energy in found])**0.5
    return float((weight * [cents for _, cents, _ in found]).sum() / weight.sum())


def brightness(x):
    x = x[int(0.02 * RATE):int(0.5 * RATE)].sum(axis=1)
    magnitude = np.abs(np.fft.rfft(x * np.hanning(len(x))))
    return float((magnitude * np.fft.rfftfreq(len(x), 1 / RATE)).sum() / max(magnitude.sum(), 1e-12))


def over_8khz(x):
    return filtered(x, lambda hz: (hz >= 8000).astype(float))


# ---- pictures

CELL, LABEL, COLUMNS = (340, 200), 14, 4
LOW_HZ, HIGH_HZ, FLOOR_DB, TOP_DB, SHADES = 30, 18000, -100, -15, 28
# three by five dots a letter, a row a digit (4 2 1: left, middle, right)
LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz0123456789_", (
    "25755 65656 34443 65556 74647 74644 34553 55755 72227 11152 55655 44447 57755 65555 25552 65644 25573 65655 34216 "
    "72222 55557 55552 55775 55255 55222 71247 25552 26227 61247 61216 55711 74616 34652 71244 25252 25312 00007").split()))


def palette():
    """SHADES colours from black over blue and orange to pale yellow, and white."""
    at = np.linspace(0, 1, SHADES)[:, None]
    stops = np.array([[0, 0, 0], [30, 20, 90], [120, 35, 130], [215, 70, 80], [250, 155, 60], [255, 245, 190]])
    place = at[:, 0] * (len(stops) - 1)
    below = np.minimum(place.astype(int), len(stops) - 2)
    part = (place - below)[:, None]
    return np.vstack([np.rint(stops[below] * (1 - part) + stops[below + 1] * part), [[255, 255, 255]]]).astype(np.uint8)


def spectrogram(x):
    """(height, width) of shades: octaves upwards, time to the right, the whole phrase."""
    width, height = CELL[0] - 4, CELL[1] - 2
    size, mono = 4096, x.sum(axis=1) / x.shape[1]
    mono = np.concatenate([np.zeros(size // 2), mono, np.zeros(size)])
    starts = np.linspace(0, len(x), width, endpoint=False).astype(int)
    frames = np.stack([mono[at:at + size] for at in starts]) * np.hanning(size)
    magnitude = np.abs(np.fft.rfft(frames, axis=1)) * 4 / size
    hz = np.geomspace(LOW_HZ, HIGH_HZ, height)[::-1]
    rows = np.stack([np.interp(hz, np.fft.rfftfreq(size, 1 / RATE), row) for row in magnitude], axis=1)
    shade = (20 * np.log10(rows + 1e-9) - FLOOR_DB) / (TOP_DB - FLOOR_DB)
    return np.clip(np.rint(shade * (SHADES - 1)), 0, SHADES - 1).astype(np.uint8)


def write_text(canvas, x, y, text):
    for letter in text:
        for row, dots in enumerate(LETTERS.get(letter, "00000")):
            for column in range(3):
                if int(dots) & (4 >> column):
                    canvas[y + 2 * row:y + 2 * row + 2, x + 2 * column:x + 2 * column + 2] = SHADES
        x += 8


def sheet(cells):
    """[(id, spectrogram) …] as one canvas of colours' numbers."""
    rows = -(-len(cells) // COLUMNS)
    canvas = np.zeros((rows * (CELL[1] + LABEL), COLUMNS * CELL[0]), np.uint8)
    for i, (name, picture) in enumerate(cells):
        y, x = i // COLUMNS * (CELL[1] + LABEL), i % COLUMNS * CELL[0]
        write_text(canvas, x + 2, y + 2, name)
        canvas[y + LABEL:y + LABEL + picture.shape[0], x:x + picture.shape[1]] = picture
    return canvas


def write_png(path, canvas):
    """Eight bits a dot, by the palette."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = canvas.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), canvas]).tobytes()
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
                     + chunk(b"PLTE", palette().tobytes()) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


# ---- the page

HEAD = """# The patches

{count} sounds, each a file in [`patches/`](../patches). This page is written by `scripts/patch_pages.py`, which plays each one's phrase and
measures it; `sonique patches ID --play OUT.wav` plays the same. `tests/checks/test_patches.py` holds them to what is said here.

**Level.** With its effects the phrase of a patch that sustains has {lufs} ± {by} LUFS, that of one that is struck or plucked a peak of {peak} ± {peak_by} dBFS;
none of these is over {most} dBFS, no drum kit over {kit}. So a choice between two patches is one of sound, not of loudness. **Pitch** is
within 3 cents from the lowest to the highest note of the range. **Velocity** makes every one louder and most brighter, and at 1 each
still speaks. After its end each is silent, exactly.

In the pictures a phrase goes from left to right, 30 Hz to 18 kHz from the bottom up, an octave as high as the next; black is 85 dB under
the brightest.
"""

FACTS = """
## What the named instruments go by

No recording is in them. What they take from real ones is known from the literature; figures in a patch that are not here are by ear and eye.

| patch | what it keeps | from |
|---|---|---|
| `solo_brass`, `brass_section` | overtones grow with the envelope of loudness, and with velocity; carrier and modulator of one frequency; attack of some tens of ms | Chowning 1973; Risset and Mathews 1969 |
| `reed` | carrier to modulator 1 : 2, which makes odd partials, as a closed cylinder does | Chowning 1973; Fletcher and Rossing, ch. 15 |
| `flute`, `pan_flute` | few partials, breath that leads the tone, vibrato in loudness rather than pitch; a stopped pipe's twelfth | Fletcher and Rossing, ch. 16 |
| `vibraphone`, `marimba` | bars tuned to 1 : 4 : 10; partials of a marimba's bar die about as much sooner as they are higher | Bork 1995; Fletcher and Rossing, ch. 19 |
| `bell_keys` | a free uniform bar's 1 : 2.756 : 5.404 : 8.933 | Fletcher and Rossing, ch. 2, 19 |
| `tubular_bells` | partials as 9² : 11² : 13² : 15², nearly 2 : 3 : 4, whose missing fundamental is the note; 3² to 7² weaker below | Fletcher and Rossing, ch. 19 |
| `timpani` | modes at 1 : 1.50 : 1.99 : 2.44 : 2.89 of the principal one; the (0,1) at 0.82 dies at once | Rossing 1982 |
| `electric_piano` | a bar and a tine fourteen times as high that is there only while it is struck | as four-operator synthesizers did it in the 1980s |
| `drawbar_organ`, `rock_organ` | pipes of 16, 5⅓, 8, 4, 2⅔, 2, 1⅓ and 1 feet; fifths are tempered, as the tone wheels have them | common knowledge |
| `grand_piano` | decay and brightness by key: long and dull below, short above; level and brightness by velocity. No inharmonicity, no sympathetic strings | Fletcher and Rossing, ch. 12 |

J. Chowning, "The synthesis of complex audio spectra by means of frequency modulation", JAES 21(7), 1973. J.-C. Risset, M. Mathews,
"Analysis of musical-instrument tones", Physics Today 22(2), 1969. T. D. Rossing, "The physics of kettledrums", Scientific American
247(5), 1982. I. Bork, "Practical tuning of xylophone bars and resonators", Applied Acoustics 46, 1995. N. H. Fletcher, T. D. Rossing,
"The Physics of Musical Instruments", 2nd edition, 1998.
"""


def heard(patch):
    """(level's text, spectrogram) of a patch's phrase; no spectrogram of what others' sounds are played with."""
    if not plays_by_itself(patch):
        return "as its recordings", None
    phrase = play_phrase(patch["id"])
    low, high = patch.get("range", (0, 127))
    middle = min(max(60, low), high)
    if patch["engine"] == "drums":
        return level_of(phrase, False)[0], spectrogram(phrase)
    held = play_notes({patch["id"]: [(0, 2.5, middle, 100)]}, 1)[patch["id"]][:int(2.5 * RATE)]
    return level_of(phrase, is_sustained(held))[0], spectrogram(phrase)


def range_of(patch):
    low, high = patch.get("range", (0, 127))
    names = "C C♯ D D♯ E F F♯ G G♯ A A♯ B".split()
    return f"{names[low % 12]}{low // 12 - 1} – {names[high % 12]}{high // 12 - 1}"


def main():
    listed = patches()
    images = ROOT / "docs" / "images"
    images.mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        result = dict(zip([p["id"] for p in listed], pool.map(heard, listed)))
    page = [HEAD.format(count=len(listed), lufs=SUSTAINED_LUFS, by=SUSTAINED_BY, peak=STRUCK_DBFS, peak_by=STRUCK_BY,
                        most=PEAK_DBFS, kit=KIT_DBFS[1])]
    for family in FAMILIES:
        own = [p for p in listed if p["family"] == family]
        if not own:
            continue
        page.append(f"\n## {TITLES[family]}\n\n| id | what it is | when, and when not | range | level |\n|---|---|---|---|---|\n")
        for p in own:
            page.append(f"| `{p['id']}` | {p['about']} | {p['taste']} | {range_of(p)} | {result[p['id']][0]} |\n")
        cells = [(p["id"], result[p["id"]][1]) for p in own if result[p["id"]][1] is not None]
        if cells:
            path = images / f"patches_{family}.png"
            write_png(path, sheet(cells))
            page.append(f"\n![Spectrograms, by rows: {', '.join(name for name, _ in cells)}](images/{path.name})\n")
    page.append(FACTS)
    (ROOT / "docs" / "patches.md").write_text("".join(page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
