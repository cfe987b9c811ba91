#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The group `synth` of `make bench`: the binary formats that are written for scsynth, and the measure of
aliases, on what is known by other ways."""
import math
import pathlib
import struct
import sys
import tempfile

import numpy

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]
import bench_results as results  # noqa: E402
import bench_synth as synth  # noqa: E402
import tap  # noqa: E402


def expect(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


class Reader:
    """Bytes from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values if len(values) > 1 else values[0]

    def text(self):
        size = self.take(">B")
        self.at += size
        return self.data[self.at - size:self.at].decode()


def read_instrument(data):
    """Of one SynthDef2: (name, params, [(kind, rate, special, [input, ...], outputs), ...]); an input is a number or (unit,
    output)."""
    read = Reader(data)
    expect((read.take(">4s"), read.take(">i"), read.take(">h")), (b"SCgf", 2, 1))
    name = read.text()
    constants = [read.take(">f") for _ in range(read.take(">i"))]
    starts = [read.take(">f") for _ in range(read.take(">i"))]
    params = {}
    for _ in range(read.take(">i")):
        key = read.text()
        params[key] = read.take(">i")
    expect(sorted(params.values()), list(range(len(starts))))
    units = []
    for _ in range(read.take(">i")):
        kind = read.text()
        rate, inputs, outputs, special = read.take(">biih")
        wires = [read.take(">ii") for _ in range(inputs)]
        wires = [constants[output] if unit < 0 else (unit, output) for unit, output in wires]
        expect([read.take(">b") for _ in range(outputs)], [rate] * outputs)
        units.append((kind, rate, special, wires, outputs))
    expect(read.take(">h"), 0)
    expect(read.at, len(data))
    return name, params, units


def test_an_instrument_reads_back():
    name, params, units = read_instrument(synth.voice_graph("RLPF").packed())
    expect((name, params), ("voice", {"hz": 0, "sweep": 1, "place": 2}))
    expect([unit[0] for unit in units], ["Control", "Saw", "SinOsc", "LinExp", "RLPF", "Pan2", "Out"])
    for i, unit in enumerate(units):  # only what ran before is there to be heard
        assert all(wire[0] < i and wire[1] < units[wire[0]][4] for wire in unit[3] if isinstance(wire, tuple))
    expect(units[4], ("RLPF", synth.AR, 0, [(1, 0), (3, 0), 0.25], 1))
    expect(units[3][3], [(2, 0), -1.0, 1.0, 100.0, 5000.0])
    expect(units[-1][3:], ([0.0, (5, 0), (5, 1)], 0))


def test_bare_instruments_have_no_filter():
    expect([unit[0] for unit in read_instrument(synth.voice_graph("none").packed())[2]], ["Control", "Saw", "Pan2", "Out"])
    expect([unit[0] for unit in read_instrument(synth.saw_graph().packed())[2]], ["Control", "Saw", "Out"])


def test_messages_are_as_the_standard_says():
    # the two examples of the Open Sound Control 1.0 specification
    expect(synth.message("/oscillator/4/frequency", 440.0),
           b"/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0")
    expect(synth.message("/foo", 1000, -1, "hello", 1.234, 5.678),
           b"/foo\0\0\0\0,iisff\0\0\0\0\x03\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d")
    expect(synth.message("/d", b"abcde"), b"/d\0\0,b\0\0\0\0\0\x05abcde\0\0\0")


def test_a_score_is_bundles_in_time():
    data = synth.sc_score(synth.saw_graph(), [{"hz": 100}], 2.5)
    times, at = [], 0
    while at < len(data):
        size = struct.unpack_from(">i", data, at)[0]
        expect((data[at + 4:at + 12], size % 4), (b"#bundle\0", 0))
        times.append(struct.unpack_from(">Q", data, at + 12)[0] / 2 ** 32)
        at += 4 + size
    expect((at, times), (len(data), [0, 0, 2.5]))


def saw(hz, overtones, seconds=2):
    at = numpy.arange(int(seconds * synth.RATE_HZ)) / synth.RATE_HZ
    return sum(numpy.sin(2 * math.pi * hz * k * at) / k for k in range(1, overtones + 1))


def test_aliases_of_a_clean_saw_are_none():
    assert synth.alias_db(saw(5010, 4), 5010)[0] < -180


def test_aliases_are_measured():
    at = numpy.arange(2 * synth.RATE_HZ) / synth.RATE_HZ
    sound = saw(1010, 20) + 0.001 * numpy.sin(2 * math.pi * 3555 * at) + 0.1 * numpy.sin(2 * math.pi * 15555 * at)
    line, total = synth.alias_db(sound, 1010)
    assert abs(line + 60) < 0.6 and abs(total + 60) < 0.1, (line, total)
    # what a saw without any care does: the overtones over half the rate come back
    line, _ = synth.alias_db(2 * ((5010 * at) % 1) - 1, 5010)
    assert -25 < line < -12, line


def test_waves_of_floats_are_read():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.wav"
        body = struct.pack("<6f", 0.5, 9, -0.25, 9, 1, 9)
        form = struct.pack("<HHIIHH", 3, 2, 48000, 384000, 8, 32)
        path.write_bytes(b"RIFF\0\0\0\0WAVE" + b"odd \x01\0\0\0z\0" + b"fmt " + struct.pack("<I", len(form)) + form
                         + b"data" + struct.pack("<I", len(body)) + body)
        expect(list(synth.samples(path)), [0.5, -0.25, 1])


def test_figures_of_choirs():
    ns = {("sonique", "none"): 2, ("sonique", "svf"): 3, ("sonique", "ladder"): 5, ("csound", "none"): 6, ("csound", "rezzy"): 9,
          ("csound", "zdf_ladder"): 25, ("scsynth", "none"): 5, ("scsynth", "RLPF"): 8.1, ("scsynth", "MoogFF"): 18}
    figures, lines = synth.choir_figures(ns)
    expect(round(figures["synth.choir.two_poles_faster"].value, 3), 2.7)
    expect(round(figures["synth.choir.ladder_faster"].value, 3), 3.6)
    expect(figures["synth.choir.scsynth.RLPF_ns"], results.Figure(8.1, "ns", ours=False))
    expect(len(lines), 10)
    alone, lines = synth.choir_figures({key: value for key, value in ns.items() if key[0] == "sonique"})
    expect((len(alone), len(lines)), (3, 4))


def test_what_is_no_sound_is_a_fault():
    class Runs:
        faults = []

        def once(self, command):
            form = struct.pack("<HHIIHH", 3, 1, 48000, 192000, 4, 32)
            body = struct.pack("<2f", *command)
            pathlib.Path(folder, synth.OUT["csound"]).write_bytes(b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", len(form)) + form
                                                                   + b"data" + struct.pack("<I", len(body)) + body)

        def fault(self, text):
            self.faults.append(text)

    with tempfile.TemporaryDirectory() as folder:
        for said, bad in (((0.1, -0.1), 0), ((0, 0), 1), ((math.nan, 0.1), 2), ((50, 50), 3)):
            synth.check_sound(Runs(), pathlib.Path(folder), "csound", "rezzy", said)
            expect(len(Runs.faults), bad)


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
