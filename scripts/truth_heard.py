# SPDX-License-Identifier: MIT
"""From a film of which is known what it does to what is heard of it: a measure for each destination of the matrix.

Each measure is numpy's alone, of the stems and the mix that `sonique sonify VIDEO -o DIR` writes. The films: sways of known
frequency (../shared/truth/synth_video.py), and `scenes`, in which brightness, colour and speed go their own ways, each in steps.
"""
import csv
import json
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from truth_sonify import ROOT, spearman

# ---- films

SCENE_S = 8
SIZE = 192, 108
FPS = 25
# Scene by scene; no two of them have a rank correlation over .3, and none rises with the piece.
LUMA = .5, .25, .8, .35, .65, .12
COLOUR = .1, .25, .05, .33, .15, .0  # how much less blue there is than red and green
SPEED = .2, .32, .0, .05, .5, .13  # heights a second


def noise(height, width, seed):
    """A picture of soft grains of one mean, periodic both ways: -1 .. 1."""
    import numpy
    rng = numpy.random.default_rng(seed)
    fy, fx = numpy.meshgrid(numpy.fft.fftfreq(height), numpy.fft.fftfreq(width), indexing="ij")
    rho = numpy.hypot(fx, fy)
    shape = numpy.where((rho > .01) & (rho < .15), 1 / numpy.maximum(rho, 1e-6) ** .8, 0)
    grain = numpy.fft.ifft2(shape * numpy.exp(2j * numpy.pi * rng.random((height, width)))).real
    return numpy.clip(grain / grain.std() / 3, -1, 1)


def moved(picture, across):
    """Periodic, by any part of a pixel."""
    import numpy
    phase = numpy.exp(-2j * numpy.pi * numpy.fft.fftfreq(picture.shape[1]) * across)
    return numpy.fft.ifft(numpy.fft.fft(picture, axis=1) * phase, axis=1).real


def scenes(path):
    """Six scenes, 48 s: each has its own brightness, colour and speed (a pan)."""
    import numpy
    width, height = SIZE
    maker = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(FPS),
         "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-pix_fmt", "yuv444p", "-colorspace", "bt709",
         "-vf", "scale=out_color_matrix=bt709", str(path)], stdin=subprocess.PIPE)
    at = 0.0
    for scene, (luma, colour, speed) in enumerate(zip(LUMA, COLOUR, SPEED)):
        grain = noise(height, width, scene)
        for _ in range(SCENE_S * FPS):
            at += speed * height / FPS
            value = luma * (1 + .5 * moved(grain, at))
            picture = numpy.stack([value, value, value * (1 - colour / luma)], -1)  # yellow: as light as grey, nearly
            maker.stdin.write((picture.clip(0, 1) * 255 + .5).astype(numpy.uint8).tobytes())
    maker.stdin.close()
    if maker.wait():
        raise RuntimeError("ffmpeg could not write the film of scenes")
    return path


# ---- matrices

LUMA_SOURCE, COLOUR_SOURCE, SPEED_SOURCE = "picture.luma_mean", "picture.saturation_mean", "motion.mean_speed"
FROM = {LUMA_SOURCE: (0, 1), COLOUR_SOURCE: (0, .35), SPEED_SOURCE: (0, .5)}


def follows(source, destination, to, **more):
    """A mapping: straight from what the scenes have of the source to `to`."""
    return {"id": destination.replace(".", "_"), "source": source, "destination": destination, "enabled": True,
            "attack_s": 0, "release_s": 0, "transferFunction": {"type": "linear", "inputRange": FROM[source], "outputRange": to,
                                                                 **more}}


def stands(destination, value, other):
    """A destination held at a value; `other` is any other one, since a range has two ends."""
    return follows(LUMA_SOURCE, destination, [other, value], type="custom", expression="1")


def matrix(path, mappings, genre):
    path.write_text(json.dumps({"schema": "sonique/map-template/1", "id": path.stem, "name": path.stem, "mappings": mappings,
                                "metadata": {"targetGenre": genre}}))
    return path


# ---- what is heard

def read(path):
    """(samples, channels' mean; rate)"""
    import numpy
    with wave.open(str(path)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        raw = numpy.frombuffer(file.readframes(file.getnframes()), numpy.uint8).reshape(-1, width)
    whole = numpy.zeros(len(raw), numpy.int32)
    for k in range(width):
        whole |= raw[:, k].astype(numpy.int32) << (8 * (4 - width + k))
    return (whole / 2 ** 31).reshape(-1, channels).mean(1), rate


def spectra(sound, length, hop):
    """(power (looks, bins), frequencies, middle of each look)"""
    import numpy
    x, rate = sound
    looks = (len(x) - length) // hop + 1
    cut = numpy.arange(length) + hop * numpy.arange(looks)[:, None]
    power = numpy.abs(numpy.fft.rfft(x[cut] * numpy.hanning(length))) ** 2
    return power, numpy.fft.rfftfreq(length, 1 / rate), (numpy.arange(looks) * hop + length / 2) / rate


def by_scene(sound, measure, first_s=.8, last_s=SCENE_S - .2):
    """measure(part of the sound) of each scene: but its beginning, in which the curve still moves."""
    x, rate = sound
    return [measure((x[int((k * SCENE_S + first_s) * rate):int((k * SCENE_S + last_s) * rate)], rate)) for k in range(len(LUMA))]


def by_bars(sound, measure):
    """The same of whole bars that lie within a scene: what is composed follows bar by bar."""
    return by_scene(sound, measure, 2, SCENE_S - 2)


def decibels(power):
    import numpy
    return float(10 * numpy.log10(power + 1e-12))


def level(sound):
    """dB of mean power."""
    return decibels((sound[0] ** 2).mean())


def share_over(sound, hz, below=None):
    """dB: power over a frequency beside all, or beside what is below another."""
    power, at, _ = spectra(sound, 4096, 2048)
    mean = power.mean(0)
    return decibels(mean[at > hz].sum()) - decibels(mean[at < below].sum() if below else mean.sum())


def brightness(sound):
    """Centre of the spectrum in Hz."""
    power, at, _ = spectra(sound, 4096, 2048)
    mean = power.mean(0)
    return float((mean * at).sum() / (mean.sum() + 1e-12))


def strokes(sound, low_hz, high_hz, rise=4.0, least_db=-20):
    """A second: how often a band gets `rise` times as strong within 20 ms and is at least that strong beside its strongest."""
    import numpy
    power, at, _ = spectra(sound, 512, 256)
    band = power[:, (at >= low_hz) & (at <= high_hz)].sum(1)
    before = numpy.array([band[max(0, i - 4):max(1, i - 1)].min() for i in range(len(band))])
    up = (band > rise * before) & (band > band.max() * 10 ** (least_db / 10))
    count, last = 0, -100
    for i in numpy.flatnonzero(up):
        count += i - last > 10
        last = i
    return count / (len(sound[0]) / sound[1])


def onsets(sound, low_hz, high_hz, length=256, least_db=-40):
    """When a band becomes at least four times as strong."""
    import numpy
    power, at, when = spectra(sound, length, length // 4)
    band = power[:, (at >= low_hz) & (at <= high_hz)].sum(1)
    before = numpy.array([band[max(0, i - 16):max(1, i - 3)].min() for i in range(len(band))])
    up = numpy.flatnonzero((band > 4 * before) & (band > band.max() * 10 ** (least_db / 10)))
    return numpy.array([when[i] for k, i in enumerate(up) if k == 0 or i - up[k - 1] > 38])


def beat_s(sound):
    """How far strokes of the kick lie apart: of the lags from 0.3 to 0.67 s the one at which its band is most like itself."""
    import numpy
    power, at, when = spectra(sound, 2048, 240)
    band = numpy.sqrt(power[:, (at >= 30) & (at <= 110)].sum(1))
    rise = numpy.clip(numpy.diff(band), 0, None)
    step = when[1] - when[0]
    lags = numpy.arange(int(.3 / step), int(.67 / step) + 1)
    alike = [float(rise[:-8 * lag] @ rise[8 * lag:]) for lag in lags]  # coarse, by eight beats
    fine = numpy.arange(8 * lags[int(numpy.argmax(alike))] - 8, 8 * lags[int(numpy.argmax(alike))] + 9)
    return float(fine[int(numpy.argmax([rise[:-lag] @ rise[lag:] for lag in fine]))] * step / 8)


def chroma(sound):
    """Power of each pitch class, from C."""
    import numpy
    power, at, _ = spectra(sound, 16384, 8192)
    heard = (at > 60) & (at < 1500)
    of = (numpy.round(12 * numpy.log2(at[heard] / 440)).astype(int) + 9) % 12
    return numpy.bincount(of, power[:, heard].mean(0), 12)


def many_tones(sound):
    """Entropy (bits) of the pitch classes of a moment."""
    import numpy
    power, at, _ = spectra(sound, 16384, 4096)
    heard = (at > 120) & (at < 1500)
    of = numpy.round(12 * numpy.log2(at[heard] / 440)).astype(int) % 12
    parts = numpy.sqrt(numpy.array([numpy.bincount(of, row[heard], 12) for row in power]))
    parts /= parts.sum(1, keepdims=True) + 1e-12
    return float((-parts * numpy.log2(parts + 1e-12)).sum(1).mean())


def resonates(sound):
    """dB: partials about the cutoff of 400 Hz beside the lowest."""
    power, at, _ = spectra(sound, 8192, 4096)
    mean = power.mean(0)
    return decibels(mean[(at > 330) & (at < 480)].sum()) - decibels(mean[at < 200].sum())


def changed(before, after):
    """dB by scene: what is other in the second of two renderings of the same notes, beside the first."""
    import numpy
    one, two = (by_scene(sound, lambda part: part[0]) for sound in (before, after))
    rests = [b - a * (a @ b) / (a @ a + 1e-12) for a, b in zip(one, two)]
    return [decibels(float(r @ r)) - decibels(float(numpy.dot(a, a))) for r, a in zip(rests, one)]


# ---- the wobble

SWAYS_HZ = 1.2, 1.6, 2.0, 2.4, 2.9, 3.4, 4.1, 4.8
PUBLISHED = "basic_dubstep"


def sway_film(shared, folder, hz, seconds=12):
    """A picture that sways to and fro, 160 by 120, 30 a second."""
    name = f"sway_{hz:g}"
    spec = folder / f"{name}.spec.json"
    spec.write_text(json.dumps([{"name": name, "motion": "osc", "freq": hz, "amp": 3, "size": "160x120", "fps": 30,
                                 "seconds": seconds}]))
    subprocess.run([sys.executable, str(shared / "truth" / "synth_video.py"), str(folder), "--spec", str(spec)], check=True,
                   capture_output=True)
    return folder / f"{name}_160x120_30.mp4"


def published_rate(hz):
    """What templates/basic_dubstep.json makes of a frequency."""
    row = next(m for m in json.loads((ROOT / "templates" / f"{PUBLISHED}.json").read_text())["mappings"]
               if m["destination"] == "wobble_bass.lfo_rate")["transferFunction"]
    (x0, x1), (y0, y1) = row["inputRange"], row["outputRange"]
    place = min(max((hz - x0) / (x1 - x0), 0), 1)
    return y0 + (y1 - y0) * place ** row["exponent"]


@dataclass
class Wobble:
    """Of one clip, all in Hz."""

    sway: float  # of the picture, truly
    wanted: float  # by the transfer function at that
    told: float  # by curves.csv, mean
    heard: float
    plays: float  # part of the film in which the bass is heard


def wobble(folder, sway):
    """The strongest swing of the bass's brightness from 0.5 to 10 Hz, where it plays."""
    import numpy
    power, at, when = spectra(read(folder / "stems" / "bass.wav"), 1920, 480)
    level_db = 10 * numpy.log10(power.sum(1) + 1e-12)
    plays = level_db > level_db.max() - 35
    bright = numpy.log((power * at).sum(1) / (power.sum(1) + 1e-12) + 1)
    rates = numpy.arange(.5, 10, .005)
    swing = numpy.zeros(len(rates), complex)
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], plays.astype(int), [0]])))
    for a, b in zip(edges[::2], edges[1::2]):
        if b - a >= 100:  # a second
            t, part = when[a:b], bright[a:b]
            part = part - numpy.polyval(numpy.polyfit(t - t[0], part, 1), t - t[0])
            swing += numpy.exp(-2j * numpy.pi * numpy.outer(rates, t)) @ (numpy.hanning(b - a) * part)
    with (folder / "curves.csv").open(newline="") as file:
        told = [float(row["wobble_bass.lfo_rate (hz)"]) for row in csv.DictReader(file)]
    return Wobble(sway, published_rate(sway), sum(told) / len(told), float(rates[numpy.abs(swing).argmax()]), float(plays.mean()))


def wobbles(session, films):
    """[Wobble] of [(film, its true frequency)]; `session(film, template, name)` makes a folder."""
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda job: session(job[0], PUBLISHED, f"{job[0].stem}_wobble"), films))
    return [wobble(folder, hz) for folder, (_, hz) in zip(made, films)]


def correlation(a, b):
    import numpy
    return float(numpy.corrcoef(a, b)[0, 1])


# ---- the others

@dataclass
class Piece:
    """The scenes with one matrix."""

    name: str
    genre: str
    mappings: list
    folder: object = field(default=None)

    def stem(self, name):
        return read(self.folder / "stems" / f"{name}.wav")

    def mix(self):
        return read(self.folder / "mix.wav")

    def drums(self):
        """With the percussion."""
        (a, rate), (b, _) = self.stem("drums"), self.stem("percussion")
        return a + b, rate

    def beats(self):
        """(times, beats)"""
        with (self.folder / "curves.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        return [float(r["time_s"]) for r in rows], [float(r["beat"]) for r in rows]


def choice(destination, low, high):
    """One where colours are dull, the other where they are strong."""
    return follows(COLOUR_SOURCE, destination, [low, high], type="custom", expression=f"x > {STRONG / .35}")


STRONG = .2
IS_STRONG = [colour > STRONG for colour in COLOUR]
REST = [stands("atmosphere.reverb_size", 0, 1), stands("atmosphere.modulation_depth", 0, 1)]
DULL = stands("wobble_bass.filter_cutoff", 400, 401)


def pieces():
    """{name: Piece}: destinations that don't meet in one stem share a piece."""
    made = [
        Piece("levels", "techno", [follows(LUMA_SOURCE, "atmosphere.pad_intensity", [0, 1]),
                                   follows(SPEED_SOURCE, "wobble_bass.filter_cutoff", [150, 8000], scale="log")]),
        Piece("dirt", "techno", [DULL, follows(LUMA_SOURCE, "wobble_bass.distortion_amount", [0, 1]),
                                 follows(COLOUR_SOURCE, "rhythm.hat_density", [0, 1])]),
        Piece("quality", "techno", [DULL, follows(SPEED_SOURCE, "wobble_bass.filter_resonance", [.7, 20], scale="log"),
                                    follows(COLOUR_SOURCE, "rhythm.percussion_complexity", [0, 1])]),
        Piece("rest", "techno", REST),
        Piece("space", "techno", [REST[1], DULL, follows(SPEED_SOURCE, "atmosphere.reverb_size", [0, 1]),
                                  choice("wobble_bass.filter_type", "lowpass", "highpass")]),
        Piece("depth", "techno", [REST[0], follows(COLOUR_SOURCE, "atmosphere.modulation_depth", [0, 1])]),
        Piece("balance", "techno", [follows(LUMA_SOURCE, "global.mix_balance", [0, 1]), stands("global.bpm", 124, 100),
                                    stands("rhythm.kick_pattern", "four_on_floor", "none"),
                                    stands("wobble_bass.filter_cutoff", 8000, 8001), stands("wobble_bass.distortion_amount", 0, 1),
                                    choice("wobble_bass.waveform", "sine", "sawtooth")]),
        Piece("kicks", "techno", [choice("rhythm.kick_pattern", "none", "four_on_floor"),
                                  follows(LUMA_SOURCE, "rhythm.swing_amount", [0, .5]), stands("rhythm.hat_density", 1, .5)]),
        Piece("energy", "techno", [follows(LUMA_SOURCE, "global.energy", [0, 1])]),
        Piece("dynamics", "techno", [follows(LUMA_SOURCE, "global.energy", [0, 1]), stands("global.dynamics_range", 1, .5)]),
        Piece("texture", "ambient", [follows(COLOUR_SOURCE, "atmosphere.texture_density", [0, 1]),
                                     follows(LUMA_SOURCE, "harmony.chord_complexity", [1, 5]),
                                     stands("harmony.key", "C", "D"), stands("harmony.scale", "major", "minor")]),
        Piece("key", "ambient", [stands("harmony.key", "E", "D"), stands("harmony.scale", "minor", "major")]),
    ]
    return {piece.name: piece for piece in made}


@dataclass
class Heard:
    """One destination: a rank correlation with what the film does, or another figure, and the least that it may be."""

    destination: str
    value: float
    floor: float
    note: str
    series: list = field(default_factory=list)


def swings(piece):
    """How late the second of two sixteenths is, by scene, as a part of a step: 0 .. 0.5 wanted."""
    import numpy
    at = onsets(piece.stem("drums"), 8000, 18000)
    place = numpy.interp(at, *piece.beats()) % .5
    between = (place > .2) & (place < .46)
    return [float(numpy.median(place[between & (at > k * SCENE_S + 2) & (at < (k + 1) * SCENE_S - 2)])) * 4 - 1
            for k in range(len(LUMA))]


def third_db(sound, tonic):
    """dB: the major third beside the minor one."""
    of = chroma(sound)
    return decibels(of[(tonic + 4) % 12]) - decibels(of[(tonic + 3) % 12])


def slope(truth, values):
    import numpy
    return float(numpy.polyfit(truth, values, 1)[0])


def rank(destination, truth, series, what, floor=.9):
    return Heard(destination, spearman(truth, series), floor, what, series)


def of_levels(levels):
    bass, pads = levels.stem("bass"), by_scene(levels.stem("pad"), level)
    return [rank("wobble_bass.filter_cutoff", SPEED, by_scene(bass, brightness), "Hz, centre of the bass, by speed"),
            rank("atmosphere.pad_intensity", LUMA, pads, "dB of pads, by brightness"),
            Heard("atmosphere.pad_intensity.slope", 1 - abs(slope(LUMA, pads) / 24 - 1), .8, "of 24 dB from dark to bright")]


def of_dirt(dirt):
    return [rank("wobble_bass.distortion_amount", LUMA, by_scene(dirt.stem("bass"), lambda part: share_over(part, 1000)),
                 "dB over 1 kHz, by brightness"),
            rank("rhythm.hat_density", COLOUR, by_bars(dirt.stem("drums"), lambda part: strokes(part, 7000, 18000, 4, -40)),
                 "strokes a second over 7 kHz, by colour")]


def of_quality(quality):
    return [rank("wobble_bass.filter_resonance", SPEED, by_scene(quality.stem("bass"), resonates), "dB at the cutoff, by speed"),
            rank("rhythm.percussion_complexity", COLOUR, by_bars(quality.drums(), lambda part: strokes(part, 200, 18000)),
                 "strokes a second over 200 Hz, by colour")]


def of_balance(balance):
    tones, drums = (by_scene(balance.stem(name), level) for name in ("pad", "drums"))
    sides = [a - b for a, b in zip(tones, drums)]
    times, beats = balance.beats()
    told_s, kicks_s = (times[-1] - times[0]) / (beats[-1] - beats[0]), beat_s(balance.stem("drums"))
    return [rank("global.mix_balance", LUMA, sides, "dB of pads over drums, by brightness"),
            Heard("global.mix_balance.slope", 1 - abs(slope(LUMA, sides) / 24 - 1), .8, "of 24 dB from dark to bright"),
            Heard("global.bpm", 1 - abs(60 / kicks_s / 124 - 1), .94, "kicks beside the matrix's tempo"),
            Heard("global.bpm.told", 1 - abs(told_s / kicks_s - 1), .99, "kicks beside the tempo that the curves tell"),
            rank("wobble_bass.waveform", IS_STRONG, by_scene(balance.stem("bass"), lambda part: share_over(part, 1000)),
                 "dB over 1 kHz, sine or saw by colour", .8)]


def of_kicks(kicks):
    late = swings(kicks)
    return [rank("rhythm.kick_pattern", IS_STRONG, by_bars(kicks.stem("drums"), lambda part: strokes(part, 30, 110)),
                 "strokes a second under 110 Hz, none or four on the floor by colour", .8),
            rank("rhythm.swing_amount", LUMA, late, "parts of a step that sixteenths are late, by brightness"),
            Heard("rhythm.swing_amount.value", 1 - max(abs(s - luma / 2) for s, luma in zip(late, LUMA)), .9, "1 - the worst error")]


def of_energy(energy):
    return [rank("global.energy", LUMA, by_scene(energy.mix(), level), "dB of all, by brightness", .75)]


def of_dynamics(energy, dynamics):
    loud, louder = (by_scene(piece.mix(), level) for piece in (energy, dynamics))
    return [rank("global.energy.full", LUMA, louder, "the same with the whole dynamics_range", .85),
            Heard("global.dynamics_range", slope(LUMA, louder) / slope(LUMA, loud), 1.2, "1 beside 0.6: how much steeper")]


def of_texture(texture):
    return [rank("atmosphere.texture_density", COLOUR, by_scene(texture.stem("texture"), level), "dB of textures, by colour"),
            rank("harmony.chord_complexity", LUMA, by_bars(texture.stem("pad"), many_tones),
                 "bits of a moment's tones, by brightness", .75)]


def of_key(texture, key):
    thirds = third_db(texture.stem("pad"), 0), -third_db(key.stem("pad"), 4)
    most = max(range(12), key=list(chroma(key.mix())).__getitem__)
    return [Heard("harmony.key", float(most in (4, 7, 11)), 1, "the strongest tone is of E minor's triad"),
            Heard("harmony.scale", min(thirds), 3, "dB: the mode's third over the other's")]


def of_space(rest, space):
    return [rank("atmosphere.reverb_size", SPEED, changed(rest.stem("drums"), space.stem("drums")),
                 "dB that are other than with the least, by speed"),
            rank("wobble_bass.filter_type", IS_STRONG, by_scene(space.stem("bass"), lambda part: share_over(part, 500, 200)),
                 "dB over 500 Hz beside below 200, low or high by colour", .8)]


def of_depth(rest, depth):
    return [rank("atmosphere.modulation_depth", COLOUR, changed(rest.stem("pad"), depth.stem("pad")),
                 "dB that are other than at rest, by colour")]


MEASURES = of_levels, of_dirt, of_quality, of_balance, of_kicks, of_energy, of_dynamics, of_texture, of_key, of_space, of_depth

# what a test that is run often has time for
QUICK = of_levels, of_dirt, of_quality, of_balance, of_kicks, of_energy, of_texture


def needs(measure):
    """The names of the pieces that it is of."""
    return measure.__code__.co_varnames[:measure.__code__.co_argcount]


def heard(session, film, folder, measures=MEASURES):
    """[Heard] of `film`, the scenes; `session(film, template, name)` makes a folder."""
    named = {name for measure in measures for name in needs(measure)}
    made = {name: piece for name, piece in pieces().items() if name in named}

    def one(piece):
        piece.folder = session(film, matrix(folder / f"{piece.name}.json", piece.mappings, piece.genre), f"scenes_{piece.name}")
    with ThreadPoolExecutor() as pool:
        list(pool.map(one, made.values()))
    return [row for measure in measures for row in measure(*(made[name] for name in needs(measure)))]
