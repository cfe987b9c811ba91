#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the pictures of docs/pictures anew: sounds out of free material and a painted film, then `--plot`, `map plot`.

    scripts/make_pictures.py [FIELD.ogg ...]

Needs a release build and the packages of [demo] and [bench] (scripts/packages.txt): the CC0 recordings
of sonic-pi-samples, and espeak-ng. The field recording is made of the files named, cross-faded; without
any, its picture is left as it is. docs/rooms/plot.md says which were taken.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = pathlib.Path("/usr/share/sonic-pi/samples")
OUT = ROOT / "docs" / "pictures"
RATE = 44100
SIZE, FPS = (480, 270), 60  # of the film: px, pictures a second
TALK = ["Good evening. This is the news of sound.", "A loud passage follows a quiet one, and the meter knows.",
        "Between two sentences there is a pause.", "What has no level has a reason.",
        "Rain fell on the roof of the old station for most of the night.",
        "The choir sang in the hall, and nobody coughed.", "Eleven trains left on time."]
SPEECH = [("en-gb", "Sonique listens to sound.", 1.4),
          ("en-us+f3", "It finds where something happens, how loud it is, and where its energy lies.", 1.1),
          ("en-gb", "Every figure has a unit, and every gap has a reason.", 1.8),
          ("en-us+f3", "She sells sea shells by the sea shore. The shells she sells are surely sea shells.", 0.9)]


def load(path, rate=RATE, channels=2):
    """A file as (frames, channels) float32."""
    got = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", str(channels),
                          "-ar", str(rate), "-"], stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(got, "<f4").reshape(-1, channels)


def save(path, blocks, rate=RATE, channels=2):
    to = subprocess.Popen(["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(rate), "-ac",
                           str(channels), "-i", "-", "-sample_fmt", "s16", path],
                          stdin=subprocess.PIPE)
    for block in blocks:
        to.stdin.write(np.ascontiguousarray(block, "<f4").tobytes())
    to.stdin.close()
    if to.wait():
        sys.exit(f"{path}: ffmpeg failed")


def say(folder, voice, text, speed=150, pitch=50):
    path = folder / "said.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", path, text],
                   check=True)
    return path


class Desk:
    """Samples by name, and sections of random material from one seed."""

    def __init__(self, folder):
        self.folder, self.rng, self.cache = folder, np.random.default_rng(7), {}
        self.names = sorted(p.stem for p in SAMPLES.glob("*.flac"))

    def get(self, name):
        if name not in self.cache:
            self.cache[name] = load(SAMPLES / f"{name}.flac")
        return self.cache[name]

    def pick(self, *starts):
        return self.get(self.rng.choice([n for n in self.names if n.startswith(starts)]))

    @staticmethod
    def place(x, y, at_s, gain):
        at = int(at_s * RATE)
        n = min(len(y), len(x) - at)
        if n > 0:
            x[at:at + n] += gain * y[:n]

    def pads(self, x, gain):
        t = 0.0
        while t < len(x) / RATE:
            self.place(x, self.pick("ambi"), t, gain * self.rng.uniform(.3, 1))
            t += self.rng.uniform(2, 8)

    def hits(self, x, gain, a_second, *starts):
        t = 0.0
        while t < len(x) / RATE:
            pan = self.rng.uniform(0, .5)
            self.place(x, self.pick(*starts) * np.array([1 - pan, .5 + pan], "f4"), t,
                       gain * self.rng.uniform(.3, 1))
            t += self.rng.exponential(1 / a_second)

    def loops(self, x, gain):
        t = 0.0
        while t < len(x) / RATE:
            y, g = self.pick("loop"), gain * self.rng.uniform(.5, 1)
            times = int(self.rng.integers(1, max(2, 24 * RATE // len(y))))
            for i in range(times):
                self.place(x, y, t + i * len(y) / RATE, g)
            t += times * len(y) / RATE * self.rng.uniform(.7, 1)

    def talk(self, x, gain):
        t = 0.5
        while t < len(x) / RATE - 8:
            voice = self.rng.choice(["en-gb", "en-us+f3", "en-gb+m3", "en-us+f2"])
            y = load(say(self.folder, voice, self.rng.choice(TALK), int(self.rng.integers(135, 170)),
                         int(self.rng.integers(35, 65))))
            self.place(x, y, t, gain * self.rng.uniform(.6, 1))
            t += len(y) / RATE + self.rng.exponential(1.6) + .2


def music(desk):
    """Six loops that come and go over a minute."""
    x = np.zeros((64 * RATE, 2), "f4")
    for name, first, last, step, gain in [
            ("loop_mika", 0, 64, 8, .48), ("loop_garzul", 16, 48, 8, .54), ("loop_safari", 24, 56, 8, .42),
            ("guit_em9", 4, 24, 10, .3), ("drum_cymbal_open", 16, 49, 16, .6),
            ("bass_woodsy_c", 32, 44, 3.5, .36)]:
        for at in np.arange(first, last, step):
            desk.place(x, desk.get(name), at, gain)
    n = np.arange(len(x)) / RATE
    return np.tanh(x * np.minimum(np.minimum(n / 3, (64 - n) / 8), 1)[:, None])


def pluck(hz, seconds, rng):
    """A string: noise in a loop that loses its highs (Karplus and Strong)."""
    n, out = int(RATE / hz), np.zeros(int(seconds * RATE), "f4")
    ring = rng.uniform(-1, 1, n)
    for at in range(0, len(out), n):
        part = out[at:at + n]
        part[:] = ring[:len(part)]
        ring = .498 * (ring + np.roll(ring, 1))
    return out


def song(desk):
    """Sixteen bars of four chords on strings and a bass, over drums, 92 BPM."""
    beat = 60 / 92
    x = np.zeros((int((16 * 4 + 4) * beat * RATE), 2), "f4")
    chords = [(57, 60, 64), (53, 57, 60), (48, 55, 64), (55, 59, 62)]  # A minor, F, C, G
    for bar in range(16):
        for half in range(8):
            t = (4 * bar + half / 2) * beat
            note = (chords[bar % 4] * 3)[half]
            y = pluck(440 * 2 ** ((note + 12 * (half % 2) - 69) / 12), 1.6, desk.rng)
            pan = .35 + .3 * (half % 2)
            desk.place(x, y[:, None] * np.array([1 - pan, pan], "f4"), t, .5)
            desk.place(x, desk.get("drum_cymbal_closed"), t, .12 if half % 2 else .2)
        for at, length in ((0, 2), (2, 1), (3, 1)):
            y = pluck(440 * 2 ** ((chords[bar % 4][0] - 24 - 69) / 12), length * beat, desk.rng)
            desk.place(x, np.repeat(y[:, None], 2, 1), (4 * bar + at) * beat, .55)
        if bar >= 4:
            for at, name, gain in ((0, "bd_haus", .7), (1, "sn_dolf", .3), (2, "bd_haus", .6), (3, "sn_dolf", .3)):
                desk.place(x, desk.get(name), (4 * bar + at) * beat, gain)
    return np.tanh(x)


def speech(desk):
    yield np.zeros((int(.7 * 22050), 1))
    for voice, text, pause_s in SPEECH:
        yield load(say(desk.folder, voice, text), 22050, 1) * .8
        yield np.zeros((int(pause_s * 22050), 1))


def hour(desk):
    """Talk, pads, loops and drums in sections, with gaps between them."""
    plan = [(330, lambda x: desk.talk(x, .5)), 12,
            (420, lambda x: (desk.pads(x, .5), desk.hits(x, .15, .4, "perc", "elec"))), 6,
            (480, lambda x: (desk.loops(x, .35), desk.hits(x, .2, .15, "bass"))), 15,
            (420, lambda x: (desk.talk(x, .35), desk.pads(x, .06))), 9,
            (300, lambda x: desk.hits(x, .5, 3, "tabla", "drum", "bd", "sn")), 20,
            (420, lambda x: (desk.pads(x, .25), desk.hits(x, .4, .3, "guit", "ambi_piano"))), 8,
            (540, lambda x: desk.loops(x, .5)), 10, (360, lambda x: desk.talk(x, .18)), 14,
            (300, lambda x: (desk.pads(x, .6), desk.hits(x, .2, 1.2, "bd", "glitch")))]
    for part in plan:
        if isinstance(part, int):
            yield np.zeros((part * RATE, 2), "f4")
            continue
        x = np.zeros((part[0] * RATE, 2), "f4")
        part[1](x)
        ends = np.minimum(np.arange(len(x)), np.arange(len(x))[::-1]) / (2 * RATE)
        yield np.tanh(x * np.minimum(ends, 1).astype("f4")[:, None]) * .93


def field(paths):
    """One after the other, cross-faded over a second."""
    fade = np.linspace(0, 1, RATE, dtype="f4")[:, None]
    tail = None
    for path in paths:
        x = load(path).copy()
        if tail is not None:
            x[:RATE] = x[:RATE] * fade + tail * (1 - fade)
        yield x[:-RATE]
        tail = x[-RATE:]
    yield tail


class Painter:
    """Things of grained colour, moved by fractions of a pixel, on a picture of SIZE."""

    def __init__(self, rng):
        self.rng = rng
        self.x, self.y = np.meshgrid(np.arange(SIZE[0], dtype="f4"), np.arange(SIZE[1], dtype="f4"))

    def grain(self, colour, contrast=36):
        """512 x 512 of smooth noise that repeats itself, around a colour."""
        f = np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(512)]))
        noise = np.fft.fft2(self.rng.normal(size=(512, 512)))
        g = np.fft.ifft2(noise * np.where((f > .004) & (f < .15), 1 / np.maximum(f, .004) ** .8, 0)).real
        return (np.array(colour, "f4") + contrast * np.clip(g / g.std(), -2, 2)[:, :, None]).astype("f4")

    def look(self, grain, dx=0.0, dy=0.0):
        """The grain shifted by (dx, dy) px, linear between its points."""
        ix, iy = int(np.floor(-dx)), int(np.floor(-dy))
        fx, fy = -dx - ix, -dy - iy
        g = np.roll(grain, (-iy, -ix), (0, 1))[:SIZE[1] + 1, :SIZE[0] + 1]
        g = g[:, :-1] * (1 - fx) + g[:, 1:] * fx
        return g[:-1] * (1 - fy) + g[1:] * fy

    def lay(self, picture, grain, cover, dx=0.0, dy=0.0):
        """A thing over the picture: cover (h, w) 0 .. 1."""
        rows = np.flatnonzero(cover.any(1))
        if len(rows):
            at = slice(rows[0], rows[-1] + 1)
            c = cover[at, :, None]
            picture[at] += c * (self.look(grain, dx, dy)[at] - picture[at])

    def disc(self, x, y, radius):
        return np.clip(radius + .5 - np.hypot(self.x - x, self.y - y), 0, 1)

    def box(self, x, y, width, height):
        return (np.clip(np.minimum(self.x - x, x + width - self.x) + .5, 0, 1) *
                np.clip(np.minimum(self.y - y, y + height - self.y) + .5, 0, 1))


def film(rng):
    """Eighteen seconds: three things swing at rates of their own; after a cut a walking camera, a flash, a fade."""
    p = Painter(rng)
    wall, brass, reed, steel, street = (p.grain(*c) for c in (
        ((118, 110, 102), 30), ((205, 150, 50),), ((70, 150, 70),), ((90, 120, 190),), ((150, 105, 85), 22)))
    for n in range(18 * FPS):
        t, tau = n / FPS, 2 * np.pi
        if t < 12:
            picture = p.look(wall)
            x = 110 + 34 * np.sin(tau * .5 * t)
            p.lay(picture, brass, p.disc(x, 140, 42), x, 0)
            y = 12 * np.sin(tau * 2 * t)
            p.lay(picture, reed, p.box(215, 90 + y, 70, 110), 0, y)
            x = 1.6 * np.sin(tau * 18 * t) if t >= 5 else 0
            p.lay(picture, steel, p.box(360 + x, 40, 60, 190), x, 0)
        else:
            s = min(t, 16) - 12
            picture = p.look(street, -50 * s + 2.5 * np.sin(tau * 2 * s), 2 * np.sin(tau * 4 * s))
            if abs(t - 15) < .04:
                picture += 90
            picture *= np.clip((17.6 - t) / 1.2, 0, 1)
        yield np.clip(np.rint(picture), 0, 255).astype("u1")


def save_film(path, pictures):
    to = subprocess.Popen(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
                           "%dx%d" % SIZE, "-r", str(FPS), "-i", "-", "-c:v", "libx264", "-crf", "16",
                           "-pix_fmt", "yuv420p", path], stdin=subprocess.PIPE)
    for picture in pictures:
        to.stdin.write(picture.tobytes())
    to.stdin.close()
    if to.wait():
        sys.exit(f"{path}: ffmpeg failed")


def squeeze(path):
    """The same PNG at zlib's best."""
    old, at, head, data = path.read_bytes(), 8, b"", b""
    while at < len(old):
        length, kind = struct.unpack(">I4s", old[at:at + 8])
        if kind == b"IDAT":
            data += old[at + 8:at + 8 + length]
        elif kind != b"IEND":
            head += old[at:at + 12 + length]
        at += 12 + length

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    data = zlib.compress(zlib.decompress(data), 9)
    path.write_bytes(old[:8] + head + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def draw(source, name, command="listen"):
    to = OUT / f"{command}-{name}.png"
    subprocess.run([ROOT / "build" / "sonique", command, "--quiet", "--force", "--plot", to, source],
                   stdout=subprocess.DEVNULL, check=True)
    squeeze(to)


def draw_map(source, name, template):
    to = OUT / f"map-{name}.png"
    subprocess.run([ROOT / "build" / "sonique", "map", "plot", template, source, "--quiet", "--force", "-o", to],
                   stdout=subprocess.DEVNULL, check=True)
    squeeze(to)


def main(paths):
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        desk = Desk(folder)
        save(folder / "music.flac", [music(desk)])
        save(folder / "song.flac", [song(desk)])
        save(folder / "speech.wav", speech(desk), 22050, 1)
        save(folder / "hour.flac", hour(desk))
        if paths:
            save(folder / "field.flac", field(paths))
        for sound in sorted(folder.glob("*.flac")) + [folder / "speech.wav"]:
            draw(sound, sound.stem)
        draw(SAMPLES / "drum_snare_hard.flac", "one-shot")
        save_film(folder / "film.mp4", film(np.random.default_rng(7)))
        draw(folder / "film.mp4", "film", "watch")
        draw_map(folder / "film.mp4", "film", "techno")


if __name__ == "__main__":
    main(sys.argv[1:])
