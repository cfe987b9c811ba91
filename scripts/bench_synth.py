# SPDX-License-Identifier: MIT
"""The group `synth` of `make bench`: one sound made by csound, scsynth and us.

Sixteen sawtooths, each through a resonant low-pass whose cutoff a sine of its own sweeps from 100 to 5000
Hz, placed between two sides: a minute at 48 kHz as a WAV of floats, control values every 64 frames. Voice
v = 0 .. 15: 55 * 2^(v / 4) Hz, swept at 0.1 + 0.3 v Hz (bench/bench_synth.c has the same). The time of a
second's sound is taken off, so that a program's start doesn't count.

csound reads a text; scsynth, without its language beside it, an instrument and a score in its own binary
formats, which are written here: SynthDef2 and bundles of Open Sound Control, as SuperCollider's reference
manual describes them ("Synth Definition File Format", "Non-Realtime Synthesis").
"""
import json
import math
import pathlib
import shutil
import struct
import subprocess

import numpy

import truth
from bench_results import Figure

HELPER = truth.PROGRAM.parent / "bench" / "bench_synth"
RATE_HZ, VOICES, LONG_S, SHORT_S, LEVEL, BLOCK = 48000, 16, 60, 1, 0.05, 64
LOW_HZ, HIGH_HZ = 100, 5000
VOICE_NS, LADDER_NS, FILTER_NS, LADDER_ALONE_NS = 3, 7, 1.2, 5
ALIAS_DB, ALIAS_HZ, ALIAS_UNDER_HZ = -70, (5000, 5010), 10000
# 5000: as asked; the others have no aliases that fall on overtones
SAWS_HZ = (1010, 2510, 5000, 5010, 7010)
RUNS, QUIETEST = 3, 0.005
OUT = {"sonique": "ours.wav", "csound": "csound.wav", "scsynth": "scsynth.wav"}


def voices():
    """(Hz, Hz of the sweep, place from 0 to 1) of each."""
    return [(55 * 2 ** (v / 4), 0.1 + 0.3 * v, v / (VOICES - 1)) for v in range(VOICES)]


# ---- csound

# lowres, a little cheaper than rezzy, ends in numbers that are none on this sweep
CSOUND_FILTERS = {"none": "a1", "rezzy": "rezzy(a1, k2, 4)", "zdf_ladder": "zdf_ladder(a1, k2, 6)"}


def csound_text(name, seconds):
    filtered = CSOUND_FILTERS[name]
    notes = "\n".join(f"i 1 0 {seconds} {hz:.6f} {sweep:.6f} {place:.6f}" for hz, sweep, place in voices())
    return f"""<CsoundSynthesizer>
<CsInstruments>
sr = {RATE_HZ}
ksmps = {BLOCK}
nchnls = 2
0dbfs = 1
instr 1
  k1 lfo 1, p5
  k2 = {LOW_HZ} * {HIGH_HZ / LOW_HZ} ^ (0.5 + 0.5 * k1)
  a1 vco2 {LEVEL}, p4
  a2 = {filtered}
  a3, a4 pan2 a2, p6
  outs a3, a4
endin
</CsInstruments>
<CsScore>
{notes}
</CsScore>
</CsoundSynthesizer>
"""


def csound(folder, name, seconds):
    path = folder / f"csound.{name}.{seconds}.csd"
    path.write_text(csound_text(name, seconds), encoding="utf-8")
    return ["csound", "-d", "-m0", "-W", "-f", "-o", folder / OUT["csound"], path]


# ---- scsynth

IR, KR, AR = 0, 1, 2
SC_FILTERS = {"none": None, "RLPF": ("RLPF", [0.25]), "MoogFF": ("MoogFF", [2.4, 0])}


def short_string(text):
    return bytes([len(text)]) + text.encode()


class Graph:
    """An instrument: its unit generators in the order in which they run."""

    def __init__(self, name, params):
        self.name, self.params, self.constants, self.units = name, params, [], []
        if params:
            self.unit("Control", KR, [], len(params))

    def constant(self, value):
        if value not in self.constants:
            self.constants.append(value)
        return self.constants.index(value)

    def unit(self, kind, rate, inputs, outputs=1, special=0):
        """inputs: numbers, or (unit, output). Returns the unit's number."""
        wires = [(-1, self.constant(wire)) if not isinstance(wire, tuple) else wire for wire in inputs]
        self.units.append(short_string(kind) + struct.pack(">biih", rate, len(wires), outputs, special)
                          + b"".join(struct.pack(">ii", *wire) for wire in wires) + bytes([rate] * outputs))
        return len(self.units) - 1

    def packed(self):
        names = b"".join(short_string(name) + struct.pack(">i", i) for i, name in enumerate(self.params))
        return (b"SCgf" + struct.pack(">ih", 2, 1) + short_string(self.name)
                + struct.pack(f">i{len(self.constants)}f", len(self.constants), *self.constants)
                + struct.pack(f">i{len(self.params)}f", len(self.params), *[0.0] * len(self.params))
                + struct.pack(">i", len(self.params)) + names
                + struct.pack(">i", len(self.units)) + b"".join(self.units) + struct.pack(">h", 0))


def voice_graph(name):
    graph = Graph("voice", ["hz", "sweep", "place"])
    sound = graph.unit("Saw", AR, [(0, 0)])
    if SC_FILTERS[name]:
        kind, settings = SC_FILTERS[name]
        sine = graph.unit("SinOsc", KR, [(0, 1), 0])
        cutoff = graph.unit("LinExp", KR, [(sine, 0), -1, 1, LOW_HZ, HIGH_HZ])
        sound = graph.unit(kind, AR, [(sound, 0), (cutoff, 0), *settings])
    sides = graph.unit("Pan2", AR, [(sound, 0), (0, 2), LEVEL], 2)
    graph.unit("Out", AR, [0, (sides, 0), (sides, 1)], 0)
    return graph


def saw_graph():
    graph = Graph("saw", ["hz"])
    sound = graph.unit("Saw", AR, [(0, 0)])
    graph.unit("Out", AR, [0, (sound, 0)], 0)
    return graph


def padded(text):
    """A string or a blob's bytes, filled up to four."""
    return text + bytes(-len(text) % 4)


def message(address, *arguments):
    tags, data = ",", b""
    for value in arguments:
        if isinstance(value, bytes):
            tags, data = tags + "b", data + struct.pack(">i", len(value)) + padded(value)
        elif isinstance(value, str):
            tags, data = tags + "s", data + padded(value.encode() + b"\0")
        elif isinstance(value, float):
            tags, data = tags + "f", data + struct.pack(">f", value)
        else:
            tags, data = tags + "i", data + struct.pack(">i", value)
    return padded(address.encode() + b"\0") + padded(tags.encode() + b"\0") + data


def bundle(seconds, *messages):
    """With its length before it, as a score holds it."""
    body = b"#bundle\0" + struct.pack(">Q", round(seconds * 2 ** 32))
    body += b"".join(struct.pack(">i", len(one)) + one for one in messages)
    return struct.pack(">i", len(body)) + body


def sc_score(graph, notes, seconds):
    settings = [[part for name, value in note.items() for part in (name, float(value))] for note in notes]
    started = [message("/s_new", graph.name, 1000 + i, 1, 0, *words) for i, words in enumerate(settings)]
    return bundle(0, message("/d_recv", graph.packed())) + bundle(0, *started) + bundle(seconds, message("/c_set", 0, 0.0))


def scsynth(folder, graph, notes, seconds, channels=2, tag=""):
    score, out = folder / f"scsynth.{graph.name}{tag}.{seconds}.osc", folder / OUT["scsynth"]
    score.write_bytes(sc_score(graph, notes, seconds))
    return ["scsynth", "-N", score, "_", out, RATE_HZ, "WAV", "float", "-o", channels, "-z", BLOCK]


def sc_choir(folder, name, seconds):
    notes = [{"hz": hz, "sweep": sweep, "place": 2 * place - 1} for hz, sweep, place in voices()]
    return scsynth(folder, voice_graph(name), notes, seconds, tag=f".{name}")


# ---- what is measured

def ours(folder, name, seconds):
    return [HELPER, "render", name, seconds, folder / OUT["sonique"]]


# what is compared: (program, its filter): how to ask for it
LOW_PASS = {("sonique", "svf"): ours, ("csound", "rezzy"): csound, ("scsynth", "RLPF"): sc_choir}
FOUR_POLE = {("sonique", "ladder"): ours, ("csound", "zdf_ladder"): csound, ("scsynth", "MoogFF"): sc_choir}
BARE = {("sonique", "none"): ours, ("csound", "none"): csound, ("scsynth", "none"): sc_choir}
KINDS = {"no filter": BARE, "two poles, resonant": LOW_PASS, "four poles, ladder": FOUR_POLE}


def programs(runs):
    here = {"sonique"}
    for name, package in (("csound", "csound"), ("scsynth", "supercollider-server")):
        if shutil.which(name):
            here.add(name)
        else:
            runs.lack(f"{name} (Debian's {package})")
    return here


def check_sound(runs, folder, program, name, command):
    """Whoever makes silence, or no numbers, is quick for nothing."""
    runs.once(command)
    size = math.sqrt(float(numpy.mean(samples(folder / OUT[program]) ** 2)))
    if not QUIETEST < size < 1:
        runs.fault(f"{program} {name} is no such sound: its effective level is {size:.3g}")


def choirs(runs, folder, here):
    """{(program, filter): ns a voice-sample}, start-up taken off."""
    commands = {}
    for kind in KINDS.values():
        for (program, name), ask in kind.items():
            if program in here:
                check_sound(runs, folder, program, name, ask(folder, name, SHORT_S))
                for seconds in (LONG_S, SHORT_S):
                    commands[f"synth {program} {name} {seconds}"] = ask(folder, name, seconds)
    runs.in_turn(commands, RUNS)
    per_ns, ns = 1e9 / ((LONG_S - SHORT_S) * RATE_HZ * VOICES), {}
    for program, name in [key for kind in KINDS.values() for key in kind if key[0] in here]:
        taken_s = [runs.best(f"synth {program} {name} {seconds}") for seconds in (LONG_S, SHORT_S)]
        ns[program, name] = per_ns * (taken_s[0] - taken_s[1])
    return ns


def choir_figures(ns):
    figures, lines = {}, [f"{VOICES} saws, swept, {LONG_S} s to a WAV            ns a voice-sample   x real time   ours takes"]
    for words, kind in KINDS.items():
        own = next(ns[key] for key in kind if key[0] == "sonique")
        for program, name in kind:
            if (program, name) not in ns:
                continue
            value = ns[program, name]
            figures[f"synth.choir.{program}.{name}_ns"] = Figure(value, "ns", ours=program == "sonique")
            share = f"{own / value:13.2f}" if program != "sonique" else ""
            real = 1e9 / (value * RATE_HZ * VOICES)
            lines.append(f"  {words + ': ' + program + ' ' + name:<42}{value:14.2f}{real:13.0f}x{share}")
    for words, kind in (("two_poles", LOW_PASS), ("ladder", FOUR_POLE)):
        others = [ns[key] for key in kind if key in ns and key[0] != "sonique"]
        if others:
            own = next(ns[key] for key in kind if key[0] == "sonique")
            figures[f"synth.choir.{words}_faster"] = Figure(min(others) / own, "times")
    return figures, lines


def speeds(runs):
    """What each kernel costs, in one process."""
    taken = runs.taken.setdefault("synth speed", [])
    for _ in range(RUNS):
        done = subprocess.run([HELPER, "speed", "10"], check=True, capture_output=True)
        taken.append(json.loads(done.stdout))
    asked = {"saw+svf+lfo": VOICE_NS, "saw+ladder+lfo": LADDER_NS, "svf": FILTER_NS, "ladder": LADDER_ALONE_NS}
    figures, lines = {}, [f"in one process ({taken[0]['kernels']})      ns a voice-sample   asked"]
    for name in [name for name in taken[0] if name != "kernels"]:
        figure = Figure(runs.best("synth speed", name), "ns", asked.get(name), runs.noise("synth speed", name))
        figures[f"synth.speed.{name}_ns"] = figure
        lines.append(f"  {name:<38}{figure.value:11.2f}{asked.get(name, '-'):>8}")
    return figures, lines


def samples(path):
    """The first side of a WAV of floats, by its chunks: Python's own reader knows integers alone."""
    data = pathlib.Path(path).read_bytes()
    at, channels = 12, 1
    while at + 8 <= len(data):
        kind, size = data[at:at + 4], struct.unpack("<I", data[at + 4:at + 8])[0]
        if kind == b"fmt ":
            channels = struct.unpack("<H", data[at + 10:at + 12])[0]
        if kind == b"data":
            body = data[at + 8:at + 8 + size]
            return numpy.frombuffer(body[:len(body) // 4 * 4], "<f4")[::channels].astype(float)
        at += 8 + size + size % 2
    raise truth.Skip(f"no samples in {path}")


def alias_db(sound, hz):
    """(the strongest line under 10 kHz that is no overtone, the sum of all those) against the fundamental."""
    n = 1 << 16
    sound = sound[-n:]
    at = numpy.arange(n) / n
    terms = (0.27105140069342, -0.43329793923448, 0.21812299954311, -0.06592544638803, 0.01081174209837,
             -0.00077658482522, 0.00001388721735)  # Blackman-Harris of seven terms: side lobes under -180 dB
    window = sum(term * numpy.cos(2 * math.pi * k * at) for k, term in enumerate(terms))
    power = numpy.abs(numpy.fft.rfft(sound * window)) ** 2
    bins, half = numpy.arange(len(power)) * RATE_HZ / n, 9 * RATE_HZ / n
    first = power[numpy.abs(bins - hz) < half]
    other = (bins > 20) & (bins < ALIAS_UNDER_HZ) & (numpy.abs(bins - hz * numpy.maximum(numpy.round(bins / hz), 1)) >= half)
    return (10 * math.log10(power[other].max() / first.max() + 1e-30), 10 * math.log10(power[other].sum() / first.sum() + 1e-30))


def aliases(runs, folder, here):
    figures, lines = {}, [f"aliases of a sawtooth under {ALIAS_UNDER_HZ / 1000:g} kHz      strongest dB    sum dB   asked"]
    for hz in SAWS_HZ:
        commands = {"sonique": [HELPER, "saw", hz, 2, folder / OUT["sonique"]],
                    "scsynth": scsynth(folder, saw_graph(), [{"hz": hz}], 2, 1, f".{hz}")}
        for program, command in commands.items():
            if program not in here:
                continue
            runs.once(command)
            line, total = alias_db(samples(folder / OUT[program]), hz)
            asked = ALIAS_DB if program == "sonique" and hz in ALIAS_HZ else None
            figures[f"synth.alias.{hz}.{program}_db"] = Figure(line, "dB", asked, ours=program == "sonique")
            lines.append(f"  {hz} Hz, {program:<28}{line:14.1f}{total:10.1f}{asked or '-':>8}")
    return figures, lines


def synth(runs, material):
    if not HELPER.exists():
        raise truth.Skip(f"no {HELPER.name}")
    folder, here = material.folder, programs(runs)
    figures, lines = choir_figures(choirs(runs, folder, here))
    for found, said in (speeds(runs), aliases(runs, folder, here)):
        figures.update(found)
        lines += said
    return figures, lines
