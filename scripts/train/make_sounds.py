#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make sounds without a pulse, whose truth is known: voices, weather, machines, drones, lone notes.

usage: make_sounds.py OUTDIR --count N --seed S [--seconds 30] [--jobs 2]

They show the networks what has no beat, no key and no chords. Writes NNN.flac (a fifth NNN.mp3, 96 kbit/s) and
NNN.json:
  pulse 0; key null; chords null; kind (below); duration_s; traits
  onsets   seconds, those within 30 ms of the first of a group merged into it; only what stands out of the rest.
           Empty where nothing begins (slow swells); null where not exactly known
  atonal   true where nothing holds a pitch; absent otherwise (drones, notes, hum, vibrato)

Kinds, evenly: speech words babble rain sea wind fire thunder birds noise drone notes hits knocks engine glide traffic
mixture (two or three of the others, at once or in turn).

Nothing repeats regularly between 0.25 and 2 s. Rates of tremolo, vibrato, cylinders and beating partials lie above 4.5 Hz
or below 0.25 Hz; gaps between events are log-normal or exponential, those of the few lone notes pairwise no multiples;
and each sound made is measured: regularity() looks for lines in the spectrum of the envelope between 0.5 and 4 Hz, and
what shows one is drawn again. The same options and the same versions of the programs give the same files, whatever
the number of jobs.

Needs numpy, scipy, and Debian's espeak-ng, fluidsynth, ffmpeg, fluid-soundfont-gm, timgm6mb-soundfont and
musescore-general-soundfont-lossless."""
import argparse
import concurrent.futures
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

import numpy as np
from scipy import signal

RATE = 44100
FONTS = ("FluidR3_GM", "TimGM6mb", "MuseScore_General_Full")
FONT_DIR = "/usr/share/sounds/sf2"
REDRAWS = 12
LINE_MAX = 24.0        # of regularity(): README.md says what it reads on random and on regular sounds
MERGE_S = .03

# Everyday words, as a voice may meet them: what they say doesn't matter, how the language sounds does.
WORDS = {
    "en-gb en-us en-gb-scotland en-029": "water morning seven little through bread never yellow window people carry strange "
                                         "thirty kitchen although river quickly answer mother stone",
    "de": "Wasser Morgen sieben klein durch Brot niemals gelb Fenster Leute tragen seltsam Küche obwohl Fluss schnell Antwort",
    "fr-fr fr-be fr-ch": "eau matin sept petit travers pain jamais jaune fenêtre gens porter étrange cuisine rivière vite réponse",
    "es es-419": "agua mañana siete pequeño pan nunca amarillo ventana gente llevar extraño cocina aunque río rápido respuesta",
    "it": "acqua mattina sette piccolo attraverso pane giallo finestra gente portare strano cucina sebbene fiume risposta",
    "pt pt-br": "água manhã sete pequeno através pão nunca amarelo janela gente levar estranho cozinha embora rio resposta",
    "nl": "water morgen zeven klein door brood nooit geel venster mensen dragen vreemd keuken hoewel rivier antwoord",
    "sv": "vatten morgon sju liten genom bröd aldrig gul fönster folk bära konstig kök fastän älv snabbt svar",
    "da": "vand morgen syv lille gennem brød aldrig gul vindue folk bære mærkelig køkken skønt flod hurtigt svar",
    "nb": "vann morgen sju liten gjennom brød aldri gul vindu folk bære merkelig kjøkken selv elv raskt svar",
    "fi": "vesi aamu seitsemän pieni läpi leipä koskaan keltainen ikkuna ihmiset kantaa outo keittiö vaikka joki vastaus",
    "pl": "woda ranek siedem mały przez chleb nigdy żółty okno ludzie nosić dziwny kuchnia chociaż rzeka szybko odpowiedź",
    "cs": "voda ráno sedm malý skrz chléb nikdy žlutý okno lidé nosit divný kuchyně ačkoli řeka rychle odpověď",
    "hu": "víz reggel hét kicsi keresztül kenyér soha sárga ablak emberek hordani furcsa konyha habár folyó válasz",
    "ro": "apă dimineață șapte mic prin pâine niciodată galben fereastră oameni purta ciudat bucătărie deși râu răspuns",
    "tr": "su sabah yedi küçük boyunca ekmek asla sarı pencere insanlar taşımak garip mutfak rağmen nehir çabuk cevap",
    "el": "νερό πρωί επτά μικρό μέσα ψωμί ποτέ κίτρινο παράθυρο άνθρωποι κρατώ παράξενο κουζίνα ποτάμι γρήγορα απάντηση",
    "ru": "вода утро семь маленький сквозь хлеб никогда жёлтый окно люди нести странный кухня хотя река быстро ответ",
    "uk": "вода ранок сім малий крізь хліб ніколи жовтий вікно люди нести дивний кухня хоча річка швидко відповідь",
    "bg": "вода сутрин седем малък през хляб никога жълт прозорец хора нося странен кухня въпреки река бързо отговор",
    "ar": "ماء صباح سبعة صغير خلال خبز أبدا أصفر نافذة ناس حمل غريب مطبخ نهر سريع جواب",
    "he": "מים בוקר שבע קטן דרך לחם לעולם צהוב חלון אנשים לשאת מוזר מטבח נהר מהר תשובה",
    "fa": "آب صبح هفت کوچک نان هرگز زرد پنجره مردم بردن عجیب آشپزخانه رود تند پاسخ",
    "hi": "पानी सुबह सात छोटा रोटी कभी पीला खिड़की लोग उठाना अजीब रसोई नदी जल्दी जवाब",
    "ta": "தண்ணீர் காலை ஏழு சிறிய ரொட்டி மஞ்சள் ஜன்னல் மக்கள் ஆறு வேகமாக பதில்",
    "id": "air pagi tujuh kecil melalui roti kuning jendela orang membawa aneh dapur sungai cepat jawaban",
    "vi": "nước sáng bảy nhỏ qua bánh vàng cửa sổ người mang lạ bếp sông nhanh trả lời",
    "sw": "maji asubuhi saba ndogo kupitia mkate kamwe manjano dirisha watu beba ajabu jikoni mto haraka jibu",
    "ja": "みず あさ ななつ ちいさい パン きいろ まど ひと はこぶ ふしぎ だいどころ かわ はやく こたえ",
    "ko": "물 아침 일곱 작은 빵 결코 노란 창문 사람 나르다 이상한 부엌 강 빨리 대답",
    "cmn": "水 早上 七 小 面包 从不 黄色 窗户 人们 拿 奇怪 厨房 河 快 回答",
    "la": "aqua mane septem parvus per panis numquam flavus fenestra homines portare mirus culina flumen celeriter responsum",
    "ka": "წყალი დილა შვიდი პატარა პური ყვითელი ფანჯარა ხალხი უცნაური მდინარე სწრაფად პასუხი",
    "hy": "ջուր առավոտ յոթ փոքր հաց երբեք դեղին պատուհան մարդիկ տարօրինակ խոհանոց գետ արագ պատասխան",
}
VARIANTS = ("", "", "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "croak", "whisper", "whisperf",
            "klatt", "klatt2", "klatt3", "klatt4", "steph", "Andy", "grandma", "grandpa", "Annie", "belinda", "ed", "linda", "max",
            "quincy", "shelby", "travis", "zac", "robosoft")


@dataclass
class Sound:
    """x (frames) at RATE; onsets in seconds, or None where not exactly known."""
    x: np.ndarray
    onsets: list = None
    atonal: bool = True
    traits: list = field(default_factory=list)


# ---- Building blocks

def pick(rng, items):
    return items[int(rng.integers(len(items)))]


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def db(x):
    return 10 ** (x / 20)


def wander(rng, n, hz, low=0.0, high=1.0):
    """A curve (n) that ambles between LOW and HIGH: about HZ turning points a second, at irregular distances."""
    length = n / RATE
    at = [-rng.uniform(0, 1) / hz]
    while at[-1] < length:
        at.append(at[-1] + rng.uniform(.6, 1.7) / hz)
    value = rng.uniform(low, high, len(at))
    t = np.arange(n) / RATE
    i = np.searchsorted(at, t, "right") - 1
    at = np.asarray(at + [at[-1] + 1])
    f = (t - at[i]) / (at[i + 1] - at[i])
    f = .5 - .5 * np.cos(np.pi * f)
    value = np.append(value, value[-1])
    return value[i] * (1 - f) + value[i + 1] * f


def shaped(rng, n, gain):
    """Gaussian noise of RMS 1 whose amplitude spectrum follows gain(hz)."""
    size = 1 << (n - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(size))
    spectrum *= gain(np.fft.rfftfreq(size, 1 / RATE))
    x = np.fft.irfft(spectrum, size)[:n]
    return x / (np.sqrt(np.mean(x * x)) + 1e-12)


def coloured(rng, n, slope_db, low=20.0, high=20000.0):
    """Noise with so many dB an octave (white 0, pink -3, brown -6), its band ending in soft edges of 12 dB an octave."""
    def gain(hz):
        hz = np.maximum(hz, 1.0)
        return (hz / 1000) ** (slope_db / 6.02) / np.sqrt((1 + (low / hz) ** 4) * (1 + (hz / high) ** 4))
    return shaped(rng, n, gain)


def place(out, at_s, piece, gain=1.0):
    """Add PIECE to OUT, as much of it as there is room for."""
    at = int(round(at_s * RATE))
    end = min(len(out), at + len(piece))
    if 0 <= at < end:
        out[at:end] += gain * piece[:end - at]


def irregular(rng, seconds, median, sigma, least):
    """Times with log-normal gaps: no grid."""
    times, t = [], rng.uniform(0, median)
    while t < seconds - .1:
        times.append(float(t))
        t += max(least * rng.uniform(1, 1.5), median * np.exp(sigma * rng.standard_normal()))
    return times


def far_apart(rng, count, seconds, least=2.2):
    """A few times, none on a grid with another two: no gap is about as long or twice as long as another."""
    count = max(1, min(count, int(seconds / 5)))
    for _ in range(5000):
        t = np.sort(rng.uniform(.1, seconds - .6, count))
        gaps = np.diff(t)
        if len(gaps) and gaps.min() < least:
            continue
        ratio = np.abs(np.log2(gaps[:, None] / gaps[None, :]))[np.triu_indices(len(gaps), 1)]
        if not np.any((ratio < .1) | (np.abs(ratio - 1) < .08)):
            return [float(v) for v in t]
    return [float(t[0])]


def tone(rng, phase, tilt_db, top):
    """Harmonics of a tone with PHASE (frames, radians): so many dB an octave, as far up as TOP; odd ones alone at times."""
    step = 2 if rng.random() < .25 else 1
    y = np.zeros(len(phase))
    for k in range(1, top + 1, step):
        y += k ** (tilt_db / 6.02) * rng.uniform(.4, 1) * np.sin(k * phase + rng.uniform(0, 6.28))
    return y


def faded(x, begin_s, end_s):
    a, b = min(len(x) // 2, int(begin_s * RATE)), min(len(x) // 2, int(end_s * RATE))
    x[:a] *= .5 - .5 * np.cos(np.pi * np.arange(a) / max(a, 1))
    x[len(x) - b:] *= .5 + .5 * np.cos(np.pi * np.arange(b) / max(b, 1))
    return x


def unit(x):
    return x / (np.abs(x).max() + 1e-12)


# ---- Voices

def say(voice, text, speed, pitch, gap):
    wav = subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-g", str(gap), "--stdin", "--stdout"],
                         input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    x = np.frombuffer(wav[44:len(wav) // 2 * 2], "<i2") / 32768
    loud = np.flatnonzero(np.abs(x) > .003)
    if not len(loud):
        return np.zeros(0)
    x = x[loud[0]:loud[-1] + 1]
    rate = struct.unpack_from("<I", wav, 24)[0]
    return signal.resample_poly(x, RATE, rate) if rate != RATE else x


class Speaker:
    def __init__(self, rng):
        self.languages = pick(rng, sorted(WORDS))
        self.code = pick(rng, self.languages.split())
        self.words = WORDS[self.languages].split()
        variant = pick(rng, VARIANTS)
        self.voice = self.code + ("+" + variant if variant else "")
        self.speed, self.pitch = int(rng.integers(110, 261)), int(rng.integers(10, 91))
        self.gap = int(rng.integers(0, 25)) if rng.random() < .3 else 0

    def sentence(self, rng, least=3, most=15):
        words = []
        for _ in range(int(rng.integers(least, most + 1))):
            r = rng.random()
            if r < .06:
                words.append(str(int(rng.integers(0, 9999))))
            elif r < .2:                                # two words run into one: a name, a compound
                words.append(pick(rng, self.words) + pick(rng, self.words))
            else:
                words.append(pick(rng, self.words))
            if rng.random() < .12:
                words[-1] += ","
        return " ".join(words) + pick(rng, "...?!")

    def speaks(self, rng, text):
        return say(self.voice, text, max(110, min(260, self.speed + int(rng.integers(-15, 16)))),
                   max(0, min(99, self.pitch + int(rng.integers(-8, 9)))), self.gap)


def talk(rng, n, speakers, pause, sigma, least, most):
    """Sentences by one or several in turn, with log-normal pauses. Each is said at its own speed."""
    out, at = np.zeros(n), rng.uniform(0, 1.5)
    while at < n / RATE - .3:
        s = pick(rng, speakers)
        x = s.speaks(rng, s.sentence(rng, least, most))
        place(out, at, x, db(rng.uniform(-6, 0)))
        at += len(x) / RATE + np.clip(pause * np.exp(sigma * rng.standard_normal()), .05, 8) + .01
    return out


def speech(rng, n):
    speakers = [Speaker(rng) for _ in range(2 if rng.random() < .25 else 1)]
    x = talk(rng, n, speakers, rng.uniform(.15, 1.2), .8, 3, 15)
    return Sound(x, traits=["voice_" + s.voice for s in speakers])


def words(rng, n):
    s = Speaker(rng)
    return Sound(talk(rng, n, [s], rng.uniform(.7, 2.5), .8, 1, pick(rng, (1, 1, 2))), traits=["voice_" + s.voice])


def babble(rng, n):
    x, count = np.zeros(n), int(rng.integers(4, 11))
    for _ in range(count):
        y = talk(rng, n, [Speaker(rng)], rng.uniform(.1, .6), .7, 4, 16)
        x += room(rng, y, .25, 1.2) * db(rng.uniform(-14, 0))
    return Sound(x, traits=["voices_%d" % count])


# ---- Weather, water, fire, animals

def rain(rng, n):
    seconds = n / RATE
    if rng.random() < .25:                              # dripping
        times = irregular(rng, seconds, log_uniform(rng, .4, 2.5), rng.uniform(.6, 1), .1)
        x = coloured(rng, n, -3, 200, 6000) * db(rng.uniform(-70, -45))
        for t in times:
            x_len = int(.12 * RATE)
            u = np.arange(x_len) / RATE
            f = log_uniform(rng, 700, 3500)
            sweep = f * u + .5 * f * rng.uniform(0, 4) * u * u
            place(x, t, np.sin(2 * np.pi * sweep) * np.exp(-u / rng.uniform(.008, .03)) * np.minimum(1, u / .0015), rng.uniform(.2, 1))
        return Sound(x, times, traits=["dripping"])
    x = coloured(rng, n, rng.uniform(-5, 1), log_uniform(rng, 100, 1000), log_uniform(rng, 4000, 18000)) * .1
    per_s, drops = log_uniform(rng, 15, 600), np.zeros(n)
    for _ in range(10):                                 # ten kinds of drops
        hits = np.zeros(n)
        at = rng.integers(0, n, rng.poisson(per_s * seconds / 10))
        np.add.at(hits, at, rng.pareto(2.5, len(at)) * rng.choice((-1, 1), len(at)))
        u = np.arange(int(.03 * RATE)) / RATE
        drop = np.exp(-u / log_uniform(rng, .0005, .006))
        drop *= np.sin(2 * np.pi * log_uniform(rng, 500, 7000) * u) if rng.random() < .5 else rng.standard_normal(len(u))
        drops += signal.oaconvolve(hits, drop)[:n]
    x += drops / (np.sqrt(np.mean(drops ** 2)) + 1e-9) * .1 * log_uniform(rng, .15, 3)
    return Sound(x * db(wander(rng, n, .1, -8, 0)))


def swell(rng, rise_s, fall_s, power):
    a, b = int(rise_s * RATE), int(fall_s * RATE)
    up = .5 - .5 * np.cos(np.pi * np.arange(a) / a)
    down = .5 + .5 * np.cos(np.pi * np.arange(b) / b)
    return np.concatenate([up, down]) ** power


def sea(rng, n):
    seconds = n / RATE
    x = coloured(rng, n, -5, 30, 3000) * rng.uniform(.02, .15)
    for _ in range(int(rng.integers(2, 5))):
        band = coloured(rng, n, rng.uniform(-5, -1), log_uniform(rng, 40, 600), log_uniform(rng, 1500, 12000))
        level, median = np.zeros(n), rng.uniform(5, 11)
        for t in [0.0] + irregular(rng, seconds, median, .4, 3):
            place(level, t, swell(rng, rng.uniform(1.2, 3.5), rng.uniform(2.5, 6), rng.uniform(1, 2.5)), rng.uniform(.3, 1))
        x += band * level * rng.uniform(.3, 1)
    return Sound(x, [])


def wind(rng, n):
    gust = wander(rng, n, .22) ** 1.5
    x = coloured(rng, n, -6, 30, 500) * (.15 + gust)
    for _ in range(int(rng.integers(1, 4))):            # what it blows past: noise narrow about a wandering middle
        width, middle = log_uniform(rng, 8, 300), log_uniform(rng, 200, 2500)
        base = [shaped(rng, n, lambda hz: np.exp(-(hz / width) ** 2)) for _ in range(2)]
        phase = 2 * np.pi * np.cumsum(middle * 2 ** (wander(rng, n, .2, -.3, .3) + .8 * gust)) / RATE
        own = wander(rng, n, .2) * gust
        x += (base[0] * np.cos(phase) + base[1] * np.sin(phase)) * own * rng.uniform(.1, .8)
    return Sound(x, [])


def fire(rng, n):
    seconds = n / RATE
    x = coloured(rng, n, -6, 40, 900) * wander(rng, n, .24, .3, 1) * rng.uniform(.02, .2)
    at = rng.uniform(0, seconds, rng.poisson(log_uniform(rng, 1, 10) * seconds))
    for t in irregular(rng, seconds, rng.uniform(1, 4), 1, .3):      # bursts
        at = np.append(at, t + rng.exponential(.15, int(rng.integers(2, 25))))
    for t in at:
        u = np.arange(int(.04 * RATE)) / RATE
        crack = rng.standard_normal(len(u)) * np.exp(-u / log_uniform(rng, .0006, .008))
        if rng.random() < .5:
            crack = crack * np.sin(2 * np.pi * log_uniform(rng, 300, 6000) * u)
        place(x, t, crack, min(1, .05 * (1 + rng.pareto(1.3))))
    return Sound(x)


def thunder(rng, n):
    seconds = n / RATE
    x = np.zeros(n)
    if rng.random() < .6:
        x += rain(rng, n).x * db(rng.uniform(-25, -5))
    for t in far_apart(rng, int(rng.integers(1, 5)), seconds, 4):
        far = rng.random()                              # 0 overhead, 1 beyond the hills
        for k in range(int(rng.integers(3, 14))):
            size = int(rng.uniform(1, 5) * RATE)
            burst = coloured(rng, size, -6 - 3 * far, 15, 120 * 20 ** (1 - far) * rng.uniform(.5, 1))
            u = np.arange(size) / RATE
            attack = log_uniform(rng, .003, .05) if far < .4 else rng.uniform(.1, .6)
            burst *= np.minimum(1, u / attack) * np.exp(-u / rng.uniform(.3, 1.6)) * faded(np.ones(size), 0, .5)
            place(x, t + (rng.exponential(.8) if k else 0), burst, rng.uniform(.1, .5))
    return Sound(x)


def chirp(rng, base, manner, length):
    u = np.arange(int(length * RATE)) / RATE
    p = u / length
    depth = rng.uniform(.1, .9)
    bend = {"up": depth * p, "down": -depth * p, "arch": depth * np.sin(np.pi * p), "flat": .02 * p,
            "warble": depth * .3 * np.sin(2 * np.pi * rng.uniform(18, 60) * u)}[manner]
    y = np.sin(2 * np.pi * np.cumsum(base * 2 ** bend) / RATE)
    y += rng.uniform(0, .3) * np.sin(4 * np.pi * np.cumsum(base * 2 ** bend) / RATE)
    return y * np.minimum(1, u / .006) * np.minimum(1, (length - u) / (.4 * length))


def birds(rng, n):
    seconds, x = n / RATE, np.zeros(n)
    count, onsets, exact, traits = int(rng.integers(1, 5)), [], True, []
    for _ in range(count):
        base, stretch = log_uniform(rng, 450, 7000), log_uniform(rng, .6, 2)
        manners = [pick(rng, ("up", "down", "arch", "flat", "warble", "trill")) for _ in range(int(rng.integers(1, 4)))]
        gain = db(rng.uniform(-18, 0))
        for t in irregular(rng, seconds, log_uniform(rng, 1.2, 6), .7, .5):
            for _ in range(int(rng.integers(1, 9))):
                manner, f = pick(rng, manners), base * 2 ** rng.uniform(-.25, .25)
                if manner == "trill":
                    exact = False
                    rate = rng.uniform(12, 32)
                    for k in range(int(rng.integers(4, 20))):
                        place(x, t, chirp(rng, f, "down", .6 / rate), gain * rng.uniform(.5, 1))
                        t += rng.uniform(.8, 1.2) / rate
                else:
                    length = min(.8, .09 * stretch * np.exp(.5 * rng.standard_normal()) * (3000 / f) ** .3 + .02)
                    place(x, t, chirp(rng, f, manner, length), gain * rng.uniform(.5, 1))
                    onsets.append(t)
                    t += length
                t += .02 + .12 * stretch * np.exp(.7 * rng.standard_normal())
    if rng.random() < .5:
        x += .3 * unit(wind(rng, n).x) * db(rng.uniform(-35, -10))
    return Sound(x, onsets if exact else None, traits=["birds_%d" % count])


# ---- Steady and slow

def noise(rng, n):
    seconds, t = n / RATE, np.arange(n) / RATE
    slope = pick(rng, (0, -3, -6, rng.uniform(-8, 4)))
    low, high = (log_uniform(rng, 20, 2000), log_uniform(rng, 3000, 20000)) if rng.random() < .5 else (20, 20000)
    if rng.random() < .25:
        middle = log_uniform(rng, 80, 6000)
        low, high = middle / rng.uniform(1.05, 2), middle * rng.uniform(1.05, 2)
    x, atonal, traits = coloured(rng, n, slope, low, high) * .1, True, ["slope_%.1f_db_per_octave" % slope]
    if rng.random() < .35:
        mains = pick(rng, (50, 60)) * (1 + rng.uniform(-.001, .001))
        x *= db(rng.uniform(-45, 0))
        for k in range(1, int(rng.integers(3, 24))):
            x += .1 * rng.uniform(0, 1) * k ** -rng.uniform(.3, 1.5) * np.sin(2 * np.pi * k * mains * t + rng.uniform(0, 6.28))
        atonal, traits = False, traits + ["hum"]
    if rng.random() < .3:
        x *= db(wander(rng, n, .1, -20, 0))
    onsets = []
    if rng.random() < .35:                              # switched on, once to thrice
        gate = np.full(n, db(pick(rng, (-25, -35, -200))))
        onsets = far_apart(rng, int(rng.integers(1, 4)), seconds, 4)
        for k, at in enumerate(onsets):
            end = min(onsets[k + 1] if k + 1 < len(onsets) else seconds, at + rng.uniform(1.5, 15))
            gate[int(at * RATE):int((end - .7) * RATE)] = 1
        x *= signal.oaconvolve(gate, np.ones(132) / 132)[:n]        # 3 ms
        traits.append("switched")
    return Sound(x, onsets, atonal, traits)


INTERVALS = ((0,), (0,), (0,), (0, 12), (0, 7), (0, 5), (0, 7, 12), (0, 12, 24), (0, 2), (0, 6), (0, 1, 2), (0, 10), (0, 1), (0, 6, 11))


def partials_of(rng, notes):
    """(Hz, amplitude): harmonics, less the weaker of each two that would beat between 0.25 and 8 Hz."""
    tilt, found = rng.uniform(-15, -3), []
    for f in notes:
        found += [(k * f, k ** (tilt / 6.02) * rng.uniform(.3, 1)) for k in range(1, int(rng.integers(3, 25))) if k * f < 12000]
    kept = []
    for f, a in sorted(found, key=lambda p: -p[1]):
        if all(not .25 < abs(f - g) < 8 for g, _ in kept):
            kept.append((f, a))
    return kept


def synth_drone(rng, n):
    x, at = np.zeros(n), 0
    while at < n:                                       # sections that melt into each other
        size = min(n - at, int(rng.uniform(6, 40) * RATE))
        over = min(n - at - size, int(rng.uniform(1, 3) * RATE))
        root = log_uniform(rng, 40, 500)
        part, t = np.zeros(size + over), np.arange(size + over) / RATE
        for f, a in partials_of(rng, [root * 2 ** (k / 12) for k in pick(rng, INTERVALS)]):
            twin = f + rng.uniform(.03, .2)             # beats once in 5 .. 30 s
            phase = rng.uniform(0, 6.28, 2)
            y = np.sin(2 * np.pi * f * t + phase[0]) + rng.uniform(0, .9) * np.sin(2 * np.pi * twin * t + phase[1])
            part += a * y * wander(rng, len(t), .15, .2, 1)
        x[at:at + len(part)] += faded(part, rng.uniform(1, 3), over / RATE if over else .02)
        at += size
    if rng.random() < .4:
        x = unit(x) + coloured(rng, n, -3) * db(rng.uniform(-50, -25))
    return Sound(x, [], False, ["synth"])


PADS = (16, 17, 18, 19, 20, 21, 40, 41, 42, 43, 48, 49, 50, 51, 52, 53, 54, 58, 60, 61, 68, 70, 71, 73, 75, 79, 89, 91, 92, 94, 95, 109)


def font_drone(rng, n):
    seconds, program = n / RATE, pick(rng, PADS)
    events, t = [(0, bytes((0xC0, program)))], rng.uniform(0, 1)
    while t < seconds - 2:
        end = t + rng.uniform(5, 30)
        root = int(rng.integers(36, 70))
        for k in pick(rng, INTERVALS):
            a, b, note = t + rng.uniform(0, 1.5), end + rng.uniform(0, 1.5), min(root + k, 96)
            events += [(a, bytes((0x90, note, int(rng.integers(50, 110))))), (b, bytes((0x80, note, 0)))]
        t = end + rng.uniform(-.5, 1.5)
    x = played(rng, events, n)
    return Sound(x * db(wander(rng, n, .2, -10, 0)), None, False, ["program_%d" % program])


def drone(rng, n):
    return synth_drone(rng, n) if rng.random() < .55 else font_drone(rng, n)


# ---- Lone notes and hits

def variable(v):
    out = [v & 127]
    while v > 127:
        v >>= 7
        out.insert(0, v & 127 | 128)
    return bytes(out)


def played(rng, events, n):
    """Events (seconds, MIDI bytes) through one of the soundfonts; mono. Ticks of 0.1 ms."""
    font = os.path.join(FONT_DIR, pick(rng, FONTS) + ".sf2")
    track, now = struct.pack(">BBBB", 0, 0xFF, 0x51, 3) + (1000000).to_bytes(3, "big"), 0
    end = n / RATE + .1
    for at, data in sorted(events, key=lambda e: (e[0], e[1])) + [(end, b"\xFF\x2F\x00")]:
        tick = round(min(at, end) * 10000)
        track += variable(tick - now) + data
        now = tick
    with tempfile.TemporaryDirectory() as folder:
        mid, raw = os.path.join(folder, "x.mid"), os.path.join(folder, "x.raw")
        with open(mid, "wb") as f:
            f.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 10000) + b"MTrk" + struct.pack(">I", len(track)) + track)
        subprocess.run(["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE), "-T", "raw", "-O", "float",
                        "-o", "synth.dynamic-sample-loading=1", "-F", raw, font, mid], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        x = np.fromfile(raw, "<f4").reshape(-1, 2).mean(1).astype(float)
    return np.pad(x, (0, max(0, n - len(x))))[:n]


def sharp(x, t):
    """Whether the sound that begins at T comes out of near silence, within 25 ms, and rises within 60 ms."""
    at = int(t * RATE)
    power = signal.oaconvolve(x[max(at - 1300, 0):at + 13000] ** 2, np.ones(66) / 66)
    peak = power[1300:].max()
    if peak < 1e-9 or power[:1290].max() > peak * .01:
        return False
    first, most = (int(np.argmax(power[1300:] > peak * share)) for share in (.01, .25))
    return first < .025 * RATE and most - first < .06 * RATE


def notes(rng, n):
    seconds, events, programs = n / RATE, [], []
    times = far_apart(rng, pick(rng, (1, 1, 2, 3, 4, 5)), seconds)
    for k, t in enumerate(times):
        channel = k % 8
        if not programs or rng.random() < .4:
            programs.append(pick(rng, [p for p in range(104) if p not in (44, 96, 99, 101, 102, 103)]))
        note = int(np.clip(rng.normal(60, 13), 28, 100))
        length = min(log_uniform(rng, .1, 6), (times[k + 1] if k + 1 < len(times) else seconds) - t - .5)
        events += [(t - .002, bytes((0xC0 | channel, programs[-1]))), (t, bytes((0x90 | channel, note, int(rng.integers(30, 127))))),
                   (t + length, bytes((0x80 | channel, note, 0)))]
    x = played(rng, events, n)
    return Sound(x, times if all(sharp(x, t) for t in times) else None, False, ["program_%d" % p for p in programs])


def impact(rng, matter, base, ring):
    """One knock: modes of a body, struck a little differently each time. BASE Hz, RING s of the lowest mode."""
    u = np.arange(int(min(3, 7 * ring + .05) * RATE)) / RATE
    y = np.zeros(len(u))
    for k, ratio in enumerate(matter):
        f = base * ratio * 2 ** (.02 * rng.standard_normal())
        if f < 18000:
            y += rng.uniform(.2, 1) / (1 + .4 * k) * np.sin(2 * np.pi * f * u) * np.exp(-u * ratio ** .6 / ring)
    y += rng.uniform(.05, .7) * rng.standard_normal(len(u)) * np.exp(-u / log_uniform(rng, .001, .01))
    return unit(y * np.minimum(1, u / .0008 + .05))


MATTERS = {"wood": ((1, 2.57, 4.9, 6.2), (120, 1500), (.01, .06)), "metal": ((1, 1.52, 2.44, 3.6, 5.1, 6.9), (250, 4000), (.08, .6)),
           "glass": ((1, 2.3, 4.2, 6.7), (1200, 5000), (.03, .3)), "box": ((1, 1.5, 1.9, 2.8, 3.3), (60, 300), (.02, .08)),
           "skin": ((1, 1.59, 2.14, 2.3, 2.65), (50, 400), (.05, .3))}


def hits(rng, n):
    times = far_apart(rng, pick(rng, (1, 1, 2, 3, 4, 5)), n / RATE)
    if rng.random() < .4:
        x = np.zeros(n)
        for t in times:
            ratios, base, ring = MATTERS[pick(rng, sorted(MATTERS))]
            place(x, t, impact(rng, ratios, log_uniform(rng, *base), log_uniform(rng, *ring)), db(rng.uniform(-15, 0)))
        return Sound(x, times, traits=["synth"])
    kit, events = pick(rng, (0, 0, 8, 16, 24, 25, 32, 40, 48)), []
    for t in times:                                     # all but rattles and scrapes
        note = pick(rng, [k for k in range(35, 82) if k not in (58, 71, 72, 73, 74, 78, 79)])
        events += [(t, bytes((0x99, note, int(rng.integers(40, 127))))), (t + 1.5, bytes((0x89, note, 0)))]
    x = played(rng, [(0, bytes((0xC9, kit)))] + events, n)
    return Sound(x, times if all(sharp(x, t) for t in times) else None, traits=["kit_%d" % kit])


def knocks(rng, n):
    name = pick(rng, sorted(MATTERS) + ["step", "step"])
    times = irregular(rng, n / RATE, log_uniform(rng, .4, 3), rng.uniform(.45, .9), .12)
    ratios, base, ring = MATTERS["box" if name == "step" else name]
    base, ring, x = log_uniform(rng, *base), log_uniform(rng, *ring), np.zeros(n)
    scuff_hz = log_uniform(rng, 500, 6000)
    for t in times:
        gain = db(rng.uniform(-14, 0))
        place(x, t, impact(rng, ratios, base * 2 ** (.05 * rng.standard_normal()), ring), gain)
        if name == "step":
            size = int(rng.uniform(.06, .2) * RATE)
            place(x, t, coloured(rng, size, -3, 200, scuff_hz) * np.sin(np.pi * np.arange(size) / size), .15 * gain)
    return Sound(x, times, traits=["matter_" + name])


# ---- Machines and traffic, gliding tones

def engine(rng, n):
    """A cycle above 8.5 Hz, fired so many times each; no cylinder unlike the others, for that would be slower."""
    cycle = log_uniform(rng, 8.5, 40) * 2 ** wander(rng, n, .2, 0, rng.uniform(.02, 1))
    phase = 2 * np.pi * np.cumsum(cycle) / RATE
    fired = int(rng.integers(1, 7))
    pulse = np.maximum(0, np.cos(fired * phase)) ** rng.uniform(1, 12)
    x = coloured(rng, n, rng.uniform(-8, 0), log_uniform(rng, 30, 300), log_uniform(rng, 800, 9000)) * (rng.uniform(.05, .6) + pulse)
    x += rng.uniform(0, 1.5) * tone(rng, fired * phase, rng.uniform(-12, -3), 16)
    if rng.random() < .5:                               # gears and fans
        x += rng.uniform(0, .6) * tone(rng, phase * int(rng.integers(11, 60)), -9, 3) * (1 + .3 * np.cos(phase))
    return Sound(x * db(wander(rng, n, .2, -12, 0)))


def glide(rng, n):
    seconds, x, known, steady = n / RATE, np.zeros(n), True, rng.random() < .3
    for _ in range(int(rng.integers(1, 4))):
        wide = 0 if steady else rng.uniform(.1, 1.5)
        path = log_uniform(rng, 90, 1200) * 2 ** wander(rng, n, rng.uniform(.05, .24), -wide, wide)
        if not steady and rng.random() < .5:            # rubato steps with portamento
            known = False
            step = np.zeros(n)
            for t in irregular(rng, seconds, rng.uniform(.8, 3), .7, .3):
                u = np.clip((np.arange(n) / RATE - t) / rng.uniform(.05, .5), 0, 1)
                step += rng.uniform(-.7, .7) * (.5 - .5 * np.cos(np.pi * u))
            path = np.clip(path * 2 ** (.6 * step), 60, 3000)
        vibrato = 2 * np.pi * np.cumsum(wander(rng, n, .25, 4.8, 7.5)) / RATE
        phase = 2 * np.pi * np.cumsum(path * 2 ** (wander(rng, n, .2, 0, .06) * np.sin(vibrato))) / RATE
        y = tone(rng, phase, rng.uniform(-20, -5), min(int(rng.integers(2, 8)), max(1, int(19000 / path.max()))))
        if rng.random() < .5:                           # breath: separate tones, softly begun
            gate, t = np.zeros(n), rng.uniform(0, 2)
            while t < seconds:
                length = log_uniform(rng, .7, 7)
                place(gate, t, faded(np.ones(int(length * RATE)), rng.uniform(.08, .3), .3))
                t += length + log_uniform(rng, .2, 3)
            y, known = y * gate, False
        x += y * db(wander(rng, n, .2, -14, 0)) * db(rng.uniform(-10, 0))
    return Sound(faded(x, .6, .02), [] if known else None, not steady, ["steady"] if steady else [])


def traffic(rng, n):
    seconds = n / RATE
    x, horn = coloured(rng, n, -6, 25, 1500) * rng.uniform(.02, .15), False
    for t in [rng.uniform(-2, 2)] + irregular(rng, seconds, log_uniform(rng, 2, 9), .6, 1):
        rise, fall = rng.uniform(1.2, 4), rng.uniform(1.2, 5)
        level = swell(rng, rise, fall, rng.uniform(2, 6))
        size = len(level)
        pitch = 1.06 - .12 / (1 + np.exp(-(np.arange(size) / RATE - rise) * 3))     # it passes
        y = coloured(rng, size, rng.uniform(-6, -2), 60, log_uniform(rng, 1200, 6000))
        y += rng.uniform(0, 1) * tone(rng, 2 * np.pi * np.cumsum(log_uniform(rng, 35, 130) * pitch) / RATE, -9, 12)
        place(x, max(t, 0), y * level, db(rng.uniform(-14, 0)))
    if rng.random() < .25:
        horn = True
        for t in far_apart(rng, int(rng.integers(1, 4)), seconds, 3):
            u = 2 * np.pi * np.arange(int(rng.uniform(.3, 1.6) * RATE)) / RATE
            f = log_uniform(rng, 300, 500)
            place(x, t, faded(tone(rng, f * u, -4, 12) + tone(rng, f * 1.26 * u, -4, 12), .02, .06), rng.uniform(.1, .6))
    return Sound(x, None if horn else [], traits=["horn"] if horn else [])


def mixture(rng, n):
    names = [str(v) for v in rng.choice(sorted(set(KINDS) - {"mixture"}), int(rng.integers(2, 4)), replace=False)]
    parts = [KINDS[name](rng, n) for name in names]
    in_turn, x, onsets, end = rng.random() < .35, np.zeros(n), [], 0.0
    for k, part in enumerate(parts):
        if in_turn:                                     # one melts into the next
            begin, end = end, n / RATE if k == len(parts) - 1 else n / RATE * (k + rng.uniform(.7, 1.3)) / len(parts)
            a, b = int(begin * RATE), int(min(end + 1, n / RATE) * RATE)
            piece = faded(unit(part.x)[a:b].copy(), 1 if k else .001, 1)
            place(x, begin, piece, db(rng.uniform(-20, 0)))
            onsets += [t for t in part.onsets or [] if begin < t < end + 1]
        else:
            x += unit(part.x) * db(rng.uniform(-25, 0))
            onsets += part.onsets or []
    known = all(p.onsets is not None for p in parts)
    return Sound(x, onsets if known else None, all(p.atonal for p in parts), ["of_" + name for name in names] + ["in_turn"] * in_turn)


KINDS = {"speech": speech, "words": words, "babble": babble, "rain": rain, "sea": sea, "wind": wind, "fire": fire, "thunder": thunder,
         "birds": birds, "noise": noise, "drone": drone, "notes": notes, "hits": hits, "knocks": knocks, "engine": engine,
         "glide": glide, "traffic": traffic, "mixture": mixture}


# ---- The recording

def room(rng, x, least_s=.15, most_s=3.0):
    """Diffuse reverberation: decaying noise, the highs first; no echo."""
    long_s = log_uniform(rng, least_s, most_s)
    size = int(long_s * RATE)
    u = np.arange(size) / RATE
    tail = coloured(rng, size, -2, 80, 2500) * np.exp(-6.9 * u / long_s) + coloured(rng, size, 0, 2500) * np.exp(-14 * u / long_s)
    tail /= np.sqrt(np.sum(tail ** 2))
    return x + db(rng.uniform(-14, 3)) * signal.oaconvolve(x, tail)[:len(x)]


def filtered(x, gain):
    size = 1 << (len(x) + 4096 - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(x, size) * gain(np.fft.rfftfreq(size, 1 / RATE)), size)[:len(x)]


def recorded(rng, x, traits, voice):
    """Equaliser, telephone, room, overload, noise floor; peak 1."""
    x = unit(x)
    if rng.random() < .5:
        knots = np.geomspace(40, 16000, int(rng.integers(3, 7)))
        level = np.clip(rng.normal(0, 6, len(knots)), -14, 14)
        x = filtered(x, lambda hz: db(np.interp(np.log(np.maximum(hz, 20)), np.log(knots), level)))
        traits.append("eq")
    if rng.random() < (.25 if voice else .05):
        x = np.tanh(unit(filtered(x, lambda hz: 1 / np.sqrt((1 + (300 / np.maximum(hz, 1)) ** 8) * (1 + (hz / 3400) ** 12)))) *
                    log_uniform(rng, .5, 4))
        traits.append("telephone")
    if rng.random() < .35:
        x = room(rng, x)
        traits.append("room")
    if rng.random() < .06:
        x = np.tanh(unit(x) * log_uniform(rng, 1.5, 8))
        traits.append("overload")
    x = unit(x)
    if rng.random() < .5:
        level = rng.uniform(-95, -35)
        x = unit(x + coloured(rng, len(x), rng.uniform(-5, 1)) * db(level))
        traits.append("floor_%d_db" % round(level))
    return x


def regularity(x):
    """How far the strongest line in the envelope's spectrum, 0.5 .. 4 Hz, stands out of its neighbourhood (power ratio).

    Levels in five bands and over all, every 5 ms, in dB down to 55 below the loudest; their changes and their rises; spectra
    of 20 s (Hann) every 5 s. 0.02 dB of noise is assumed, so that what is all but still counts as still."""
    hop, size = 220, 1024
    rows = np.lib.stride_tricks.sliding_window_view(np.pad(x, (0, size)), size)[::hop]
    power = np.abs(np.fft.rfft(rows * np.hanning(size), axis=1)) ** 2
    edges = [0, 5, 14, 35, 93, 232, 513]                # 215, 600, 1500, 4000, 10000 Hz
    bands = np.stack([power.sum(1)] + [power[:, a:b].sum(1) for a, b in zip(edges, edges[1:])])
    level = 10 * np.log10(np.maximum(bands, max(bands[0].max() * 10 ** -5.5, 1e-12)))
    change = np.diff(level, axis=1)
    rows = np.concatenate([change, np.maximum(change, 0)])
    frame_hz, worst = RATE / hop, 0.0
    window = min(rows.shape[1], int(20 * frame_hz))
    for at in range(0, rows.shape[1] - window + 1, int(5 * frame_hz)):
        piece = rows[:, at:at + window]
        spectrum = np.abs(np.fft.rfft((piece - piece.mean(1, keepdims=True)) * np.hanning(window), axis=1)) ** 2
        hz = np.fft.rfftfreq(window, 1 / frame_hz)
        step = frame_hz / window
        span = int(.5 / step)
        lo, hi = int(np.ceil(.5 / step)), int(4 / step) + 1
        silence = window * (.02 * 2 * np.pi * hz / frame_hz) ** 2 + window * 1e-9
        for row in spectrum:
            around = np.lib.stride_tricks.sliding_window_view(row[lo - span:hi + span], 2 * span + 1)
            worst = max(worst, float(np.max(row[lo:hi] / (1.235 * np.exp(np.mean(np.log(around + 1e-30), 1)) + silence[lo:hi]))))
    return worst


def heard(x, onsets):
    """Those of ONSETS that stand out: 6 dB in some band over the 30 ms before. None if one in ten is in doubt."""
    merged = []
    for t in sorted(onsets):
        if 0 <= t < len(x) / RATE and (not merged or t - merged[-1] > MERGE_S):
            merged.append(t)
    size, kept, doubtful = int(.03 * RATE), [], 0
    edges = [3, 12, 36, 90, 240, size // 2]             # 100, 400, 1200, 3000, 8000 Hz
    for t in merged:
        at = int(t * RATE)
        slices = np.pad(x, (2 * size, 2 * size))[at + size - 220:at + 3 * size]
        before, after = (np.abs(np.fft.rfft(s * np.hanning(size))) ** 2 for s in (slices[:size], slices[220 + size:220 + 2 * size]))
        rise = max(10 * np.log10((after[a:b].sum() + 1e-7 * (b - a)) / (before[a:b].sum() + 1e-7 * (b - a)))
                   for a, b in zip(edges, edges[1:]))
        doubtful += 3 <= rise < 6
        if rise >= 6:
            kept.append(t)
    return kept if doubtful <= len(merged) / 10 else None


def stereo(rng, x, traits):
    """(channels, frames)"""
    manner = pick(rng, ("mono", "mono", "same", "pan", "wide", "wide"))
    traits.append(manner if manner != "same" else "two_of_the_same")
    if manner == "mono":
        return x[None]
    if manner == "same":
        return np.stack([x, x])
    if manner == "pan":
        p = wander(rng, len(x), .08) * np.pi / 2
        return np.stack([x * np.cos(p), x * np.sin(p)])
    u = np.arange(int(.02 * RATE)) / RATE
    scatter = rng.standard_normal(len(u)) * np.exp(-u / .004)
    side = signal.oaconvolve(x, scatter / np.sqrt(np.sum(scatter ** 2)))[:len(x)] * rng.uniform(.1, .8)
    return np.stack([x + side, x - side])


def encode(y, rate, path):
    part = path + ".part"
    codec = ["-c:a", "libmp3lame", "-b:a", "96k", "-f", "mp3"] if path.endswith(".mp3") else ["-c:a", "flac", "-f", "flac"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(rate), "-ac", str(len(y)), "-i", "-", "-map_metadata", "-1",
                    "-fflags", "+bitexact", "-flags:a", "+bitexact", *codec, part], input=y.T.astype("<i2").tobytes(), check=True)
    os.replace(part, path)


def kind_of(seed, index):
    """Each kind once in every so many, in an order of its own."""
    turn, place_in = divmod(index, len(KINDS))
    return list(KINDS)[np.random.default_rng([seed, 1 << 20, turn]).permutation(len(KINDS))[place_in]]


def draw(kind, rng, n):
    """One try: (channels, frames) at RATE, what is heard of its onsets, and the rest of its truth."""
    sound = KINDS[kind](rng, n)
    traits = list(sound.traits)
    x = recorded(rng, sound.x, traits, kind in ("speech", "words", "babble"))
    gain = rng.uniform(-45, 0)
    y = stereo(rng, x, traits)
    y *= db(gain) / (np.abs(y).max() + 1e-12)
    mono = np.rint(y.mean(0) * 32767) / 32767
    traits.append("peak_%d_db" % round(gain))
    return y, regularity(mono), None if sound.onsets is None else heard(mono, sound.onsets), sound.atonal, traits


def make(folder, seed, index, seconds):
    kind, n = kind_of(seed, index), int(seconds * RATE)
    for attempt in range(REDRAWS):
        rng = np.random.default_rng([seed, index, attempt])
        y, line, onsets, atonal, traits = draw(kind, rng, n)
        if line < LINE_MAX:
            break
    else:
        raise RuntimeError("%03d: %d draws of kind %s all repeat regularly" % (index, REDRAWS, kind))
    rate = pick(rng, (RATE, RATE, RATE, RATE, RATE, 48000, 48000, 32000, 22050, 16000))
    if rate != RATE:
        gcd = int(np.gcd(rate, RATE))
        y = signal.resample_poly(y, rate // gcd, RATE // gcd, axis=1)
    y = np.clip(np.rint(y * 32767), -32768, 32767)
    mp3 = rng.random() < .2
    truth = {"pulse": 0, "kind": kind, "onsets": None if onsets is None else [round(t, 6) for t in onsets]}
    if atonal:
        truth["atonal"] = True
    truth |= {"key": None, "chords": None, "traits": traits + ["rate_%d" % rate] + ["mp3"] * mp3,
              "duration_s": round(y.shape[1] / rate, 6)}
    stem = os.path.join(folder, "%03d" % index)
    encode(y, rate, stem + (".mp3" if mp3 else ".flac"))
    with open(stem + ".json.part", "w", encoding="utf-8") as f:
        json.dump(truth, f, ensure_ascii=False, indent=1)
        f.write("\n")
    os.replace(stem + ".json.part", stem + ".json")
    return index, kind, attempt, line


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("outdir")
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--seconds", type=float, default=30)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--verbose", action="store_true", help="say of each file its kind, the tries it took and its line")
    a = p.parse_args()
    if a.seconds < 20:
        p.error("--seconds %g: 20 is the least that can be measured" % a.seconds)
    lacking = [v for v in ("espeak-ng", "fluidsynth", "ffmpeg") if not shutil.which(v)]
    lacking += [v for v in (os.path.join(FONT_DIR, f + ".sf2") for f in FONTS) if not os.path.exists(v)]
    if lacking:
        p.exit(3, "make_sounds: needs %s (--help names the packages)\n" % ", ".join(lacking))
    os.makedirs(a.outdir, exist_ok=True)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with concurrent.futures.ProcessPoolExecutor(a.jobs) as pool:
        for job in concurrent.futures.as_completed([pool.submit(make, a.outdir, a.seed, i, a.seconds) for i in range(a.count)]):
            if a.verbose:
                print("%03d %s, try %d, line %.1f" % job.result(), flush=True)
            job.result()
    return 0


if __name__ == "__main__":
    sys.exit(main())
