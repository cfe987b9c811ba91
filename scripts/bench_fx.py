# SPDX-License-Identifier: MIT
"""The group `fx` of `make bench`: what effects cost in ns of CPU a stereo frame, ours and others'.

Ours in one process (bench/bench_fx.c), with all that being an effect costs. ffmpeg and sox each take a
minute of the same kind of sound, noise whose level swings by 20 dB, from a WAV of floats to nowhere; what
they take for doing nothing on the way is taken off. A biquad is a fifth of what five of them take, without
what none takes, for each program alike. Faust's zita_rev1 (with its two-band eq and its mix, as ours has
cuts and a mix) becomes C++ here, and is played by a loop in one process; the quicker of Faust's two ways to write
it counts.

On a machine that is shared the figures follow its load: what counts is the row, all of whose programs ran in
turns.
"""
import json
import pathlib
import shutil
import subprocess

import numpy

import truth
from bench_results import Figure

HELPER = truth.PROGRAM.parent / "bench" / "bench_fx"
RATE_HZ, SECONDS, RUNS, HELPER_RUNS = 48000, 60, 5, 5
BIQUAD_NS, COMPRESSOR_NS, LIMITER_NS, REVERB_NS, MASTER_X = 1.5, 10, 8, 18, 150
BANDS = ((30, 0), (250, 3), (800, -3), (2500, 2), (8000, 3))
FFMPEG = {
    "nothing": "anull",
    "five biquads": ",".join(["highpass=f=30", *(f"equalizer=f={hz}:t=q:w=1:g={db}" for hz, db in BANDS[1:])]),
    "compressor": "acompressor=threshold=0.063:ratio=4:attack=10:release=120:makeup=1",
    "limiter": "alimiter=level_in=2:limit=0.89:level=disabled",
}
SOX = {
    "nothing": [],
    "five biquads": ["highpass", "30", *(word for hz, db in BANDS[1:] for word in ("equalizer", hz, "1q", db))],
    "compressor": ["compand", "0.01,0.12", "6:-70,-70,-24,-24,0,-18"],
    "reverb": ["reverb", "50", "50", "100"],
}
ZITA = 'import("stdfaust.lib"); process = dm.zita_rev1;\n'
# What Faust's class leans on, and a loop around it: blocks of 64 frames, the best of five runs.
AROUND = r"""
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <algorithm>
#include <immintrin.h>
#ifndef FAUSTFLOAT
#define FAUSTFLOAT float
#endif
struct Soundfile;
struct Meta { void declare(const char*, const char*) {} };
struct UI {
    void openTabBox(const char*) {} void openHorizontalBox(const char*) {} void openVerticalBox(const char*) {}
    void closeBox() {} void declare(FAUSTFLOAT*, const char*, const char*) {}
    void addButton(const char*, FAUSTFLOAT*) {} void addCheckButton(const char*, FAUSTFLOAT*) {}
    void addVerticalSlider(const char*, FAUSTFLOAT*, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
    void addHorizontalSlider(const char*, FAUSTFLOAT*, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
    void addNumEntry(const char*, FAUSTFLOAT*, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
};
struct dsp { virtual ~dsp() {} };
<<includeIntrinsic>>
<<includeclass>>
int main() {
    enum { N = 64, BLOCKS = 7500 };
    static float in[2][48000], out[2][N];
    _mm_setcsr(_mm_getcsr() | 0x8040);
    for (int i = 0; i < 48000; i++)
        for (int c = 0; c < 2; c++)
            in[c][i] = (std::rand() / (float)RAND_MAX - 0.5f) * 0.3f;
    mydsp *d = new mydsp;
    d->init(48000);
    double best = 1e9;
    for (int run = 0; run < 5; run++) {
        const clock_t from = clock();
        for (int b = 0; b < BLOCKS; b++) {
            float *x[2] = { in[0] + b % 750 * N, in[1] + b % 750 * N }, *y[2] = { out[0], out[1] };
            d->compute(N, x, y);
        }
        best = std::min(best, (clock() - from) * 1e9 / CLOCKS_PER_SEC / (N * (double)BLOCKS));
    }
    std::printf("%.3f %g\n", best, out[0][0]);
}
"""


def noise(path):
    """A minute as bench_fx has it; the same every time."""
    chance = numpy.random.default_rng(1)
    at = numpy.arange(RATE_HZ * SECONDS) / RATE_HZ
    level = 10 ** ((-12 + 10 * numpy.sin(2 * numpy.pi * 3 * at)) / 20) / 2
    sound = (level[:, None] * chance.standard_normal((len(at), 2))).astype("<f4")
    raw = path.with_suffix(".f32")
    raw.write_bytes(sound.tobytes())
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", raw,
                    "-c:a", "pcm_f32le", path], check=True, stdin=subprocess.DEVNULL)
    raw.unlink()
    return path


def zitas(runs, folder):
    """[program, ...]: zita_rev1 in Faust's scalar and in its vector form."""
    if not (shutil.which("faust") and shutil.which("g++")):
        runs.lack("zita_rev1 (Debian's faust, g++)")
        return []
    (folder / "zita.dsp").write_text(ZITA, encoding="utf-8")
    (folder / "around.cpp").write_text(AROUND, encoding="utf-8")
    made = []
    for name, options in (("scalar", []), ("vector", ["-vec", "-lv", "1", "-vs", "32"])):
        source, program = folder / f"zita.{name}.cpp", folder / f"zita.{name}"
        subprocess.run(["faust", *options, "-a", "around.cpp", "-o", source.name, "zita.dsp"], cwd=folder, check=True,
                       capture_output=True)
        subprocess.run(["g++", "-O3", "-march=native", "-ffast-math", "-o", program, source], check=True,
                       capture_output=True)
        made.append(program)
    return made


def others(runs, folder):
    """{(program, effect): command}"""
    path, commands = noise(folder / "swinging.wav"), {}
    for name, graph in FFMPEG.items():
        commands["ffmpeg", name] = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-filter_threads", "1",
                                    "-i", path, "-af", graph, "-f", "null", "-"]
    if shutil.which("sox"):
        for name, effect in SOX.items():
            commands["sox", name] = ["sox", "--single-threaded", path, "-n", *effect]
    else:
        runs.lack("sox (Debian's sox)")
    return commands


def net(runs, program, name, parts):
    """ns a frame of a part of an effect."""
    taken_s = runs.best(f"fx {program} {name}") - runs.best(f"fx {program} nothing")
    return 1e9 * taken_s / (RATE_HZ * SECONDS) / parts


def peers(runs, commands):
    """{effect: {program: ns}}"""
    rows = {}
    for program, name in commands:
        if name == "five biquads":
            rows.setdefault("biquad", {})[program] = net(runs, program, name, len(BANDS))
        elif name != "nothing":
            rows.setdefault(name, {})[program] = net(runs, program, name, 1)
    return rows


def measure(runs, commands, programs):
    """Everybody in turns: ours and Faust's keep what they print."""
    ours, zita = runs.taken.setdefault("fx ours", []), runs.taken.setdefault("fx zita", [])
    for _ in range(RUNS):
        runs.in_turn({f"fx {program} {name}": command for (program, name), command in commands.items()}, 1)
        done = subprocess.run([HELPER, "speed", str(HELPER_RUNS)], check=True, capture_output=True)
        ours.append(json.loads(done.stdout))
        zita += [{"ns": float(subprocess.run([program], check=True, capture_output=True).stdout.split()[0])}
                 for program in programs]


OURS = {"biquad": ("eq 5 biquads", BIQUAD_NS), "compressor": ("compressor", COMPRESSOR_NS),
        "limiter": ("limiter", LIMITER_NS), "reverb": ("reverb", REVERB_NS)}


def shown(value):
    return "-" if value is None else f"{value:.2f}"


def against(runs, rows):
    """Ours beside the others'."""
    programs = ("ffmpeg", "sox", "faust")
    figures = {}
    lines = [f"{'ns a stereo frame':<24}{'ours':>8}{'asked':>8}" + "".join(f"{name:>9}" for name in programs)
             + "   ours takes of the best"]
    for name, (row, asked) in OURS.items():
        value = runs.best("fx ours", row)
        if name == "biquad":
            value = (value - runs.best("fx ours", "eq, nothing on")) / len(BANDS)
        figures[f"fx.{name}.ours_ns"] = Figure(value, "ns", asked, runs.noise("fx ours", row))
        for program, ns in rows.get(name, {}).items():
            figures[f"fx.{name}.{program}_ns"] = Figure(ns, "ns", ours=False)
        best = min(rows.get(name, {}).values(), default=None)
        lines.append(f"  {name:<22}{value:8.2f}{asked:8}"
                     + "".join(f"{shown(rows.get(name, {}).get(program)):>9}" for program in programs)
                     + (f"{value / best:12.2f}" if best else ""))
    return figures, lines


def alone(runs):
    """Each of ours, and the master chain."""
    first = runs.taken["fx ours"][0]
    ghz = max(one["ghz"] for one in runs.taken["fx ours"])
    figures, lines = {}, [f"ours in one process ({first['kernels']}, at {ghz:.1f} GHz)   ns a stereo frame   cycles"]
    for name in [name for name in first if name not in ("kernels", "ghz")]:
        value = runs.best("fx ours", name)
        key = name.replace(", ", "_").replace(" ", "_")
        figures[f"fx.speed.{key}_ns"] = Figure(value, "ns", noise=runs.noise("fx ours", name))
        lines.append(f"  {name:<38}{value:16.2f}{value * ghz:9.0f}")
    real = 1e9 / RATE_HZ / runs.best("fx ours", "master chain")
    figures["fx.master_x"] = Figure(real, "x", MASTER_X)
    lines.append(f"  the master chain plays {real:.0f}x real time (asked: {MASTER_X}x)")
    return figures, lines


def fx(runs, material):
    if not HELPER.exists():
        raise truth.Skip(f"no {HELPER.name}")
    folder = pathlib.Path(material.folder) / "fx"
    folder.mkdir(exist_ok=True)
    commands, programs = others(runs, folder), zitas(runs, folder)
    measure(runs, commands, programs)
    rows = peers(runs, commands)
    if programs:
        rows.setdefault("reverb", {})["faust"] = runs.best("fx zita", "ns")
    figures, lines = against(runs, rows)
    found, said = alone(runs)
    return {**figures, **found}, lines + said
