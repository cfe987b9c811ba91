#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Renders accompaniments in real genres, with the key, beats, chords and tuning known exactly.

    scripts/train/make_accompaniments.py OUTDIR --count N --seed S [--seconds 45] [--jobs 3] [--at-random SHARE]

MMA (Musical MIDI Accompaniment) brings rhythm patterns of some two hundred styles, from ballads over
bossa nova to polkas; this script invents the chords, the melody, the form, the ensemble, the way of
playing and the recording. Writes NNN.flac (or .mp3, .ogg) and NNN.json. The same options and the same
versions of mma, fluidsynth, ffmpeg and the soundfonts give the same files.

Needs the programs mma (with its library of styles), fluidsynth and ffmpeg, Python's mido, numpy and
scipy, and at least one of the soundfonts in FONTS. MMA's library is read where it is installed.

Truth (seconds from the first sample of the decoded file; keys as in the music of the truth set):
  key "F# minor" (the longest), mode ("dorian" ...), key_spans;  bpm (the longest), tempo_spans
  beats, downbeats; beats_per_bar and beat_unit as written (6 and 8); pulses_per_bar (2: in 6/8 the
  beat is the dotted quarter, and bpm counts those). The beat is MMA's own, whatever level one might
  tap, except in 2/4 styles that are written at double tempo (polka, march, samba ...): there the
  beat is two of MMA's. 12/8 styles are 4/4 with three notes to the beat
  onsets: every note; those within 30 ms of the first of a group are merged into it
  chords [{start_s, end_s, label, bass}] in Harte's notation without inversions; ninths, sixths and
  thirteenths are named by the triad or seventh chord in them. null where nothing plays chords: then
  implied_chords says what the bass follows
  tuning_hz (A4 under the names used, within 50 cents of 440), played_a4_hz (what was tuned to)
  key, tuning_hz null for drums alone ("atonal": true);  sections, traits, genre, groove, soundfont,
  programs, snr_db, music_end_s, duration_s; midi_offset_s is the time of the first bar

Shares (drawn for each piece alone, so a set varies about them):
  metre     4/4 58 %, 3/4 16, 6/8 13, 2/4 8, 5/4 5; grooves even over MMA's files, then in each file
  tempo     about the style's own, 0.55 to 1.5 times, 45 to 215 a minute
  ensemble  as the style has it 57 %, no drums 11, piano alone 20 (a quarter of it with drums),
            drums and bass 8, drums alone 3; instruments at random 8; melody 65, doubled in a fifth
  harmony   major 45 %, minor 35, modal 10, blues 10; two-chord bars, sevenths and so on by family
  playing   to the grid 50 %, else every note off by 3 to 12 ms (sigma); rubato in 4 % 10, a new
            tempo 8, drift in 3 % 8; new key 12
  sound     away from A4 = 440 25 %, noise 15, mono 15, MP3 17, Ogg 8, EQ or compression 30
  start     silence 15 %, in mid-phrase 15; the end is cut in 55
"""
import argparse
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from multiprocessing import Pool

import mido
import numpy as np
from scipy.io import wavfile

RATE = 44100
TICKS = 5000  # of the MIDI file played: 0.1 ms at 120 a minute, so that tempo needs no events
# Seconds a note sounds late: fluidsynth plays in blocks of 64 samples, and instruments take time to
# speak. Measured to a quarter of the peak: drums then come 1 to 4 ms after their time in the truth.
LATE_S, LATE_OF = 0.002, {"OPL-3_FM_128M": 0.0075}
NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
FONT_DIRS = [pathlib.Path("/usr/share/sounds/sf2"), pathlib.Path("/usr/share/soundfonts")]
MMA_LIB = pathlib.Path("/usr/share/mma/lib")

# Soundfont: weight, cents above A4 = 440 in general, and the programs which differ from that
# (median of seven notes' first four partials, measured with fluidsynth 2.3.1, November 2026).
FONTS = {
    "FluidR3_GM": (30, -0.3, {3: -3.3, 5: -7.1, 7: 5.7, 9: -3.7, 14: -15.9, 19: 8.4, 31: -4.0,
                              38: 3.7, 42: 3.1, 47: 11.8, 72: 6.5, 73: 6.6, 76: 21.5, 81: 5.1,
                              84: 3.3, 86: 4.9, 87: 3.7, 97: 10.4}),
    "TimGM6mb": (20, 2.4, {0: 0.2, 1: 0.3, 9: 11.3, 14: -14.7, 31: -2.9, 33: -0.8, 44: -1.8,
                           47: -16.8, 48: -2.7, 51: -1.3, 56: -1.1, 61: 7.5, 63: -0.4, 64: -0.5,
                           68: -3.5, 73: 7.4, 80: -0.5, 81: -1.7, 83: -0.1, 86: -3.3, 97: -4.3}),
    "MuseScore_General_Full": (25, -0.3, {7: 5.7, 9: -3.7, 10: -2.7, 14: -17.0, 19: 8.4, 31: -4.0,
                                          39: 4.8, 45: -3.2, 72: 6.5, 73: 8.2, 76: 21.5, 92: 3.0,
                                          93: -3.1}),
    "sf_GMbank": (15, 2.8, {0: -0.3, 1: -0.3, 3: -2.7, 9: 11.3, 14: -8.0, 23: -0.9, 31: -2.0,
                            37: 9.6, 47: -16.8, 51: -1.2, 61: 7.6, 63: -0.4, 76: -9.3, 77: -0.2,
                            78: -1.3, 79: -1.0, 80: -0.5, 81: -1.8, 83: -0.1, 86: -3.2, 97: -4.3}),
    "OPL-3_FM_128M": (10, -8.7, {17: -2.7}),
}

# ------------------------------------------------------------------------------- styles
# A metre as a groove is written: what one of its bars is in MMA, and what it is in truth.
# MMA beats in a bar, pulses in a bar, notes a pulse divides into, beats_per_bar, beat_unit
METRES = {
    "4/4": (4, 4, 2, 4, 4), "3/4": (3, 3, 2, 3, 4), "5/4": (5, 5, 2, 5, 4),
    "12/8": (4, 4, 3, 4, 4),        # written in 4 with triplets: four pulses, so 4/4
    "6/8 in 6": (6, 2, 3, 6, 8), "6/8 in 4": (4, 2, 3, 6, 8), "6/8 in 2": (2, 2, 3, 6, 8),
    "2/4 in 4": (4, 2, 2, 2, 4), "2/4 in 2": (2, 2, 2, 2, 4),
}
# Files whose metre is not what their `Time` says.
WRITTEN = {
    "stdlib/68march": "6/8 in 2", "stdlib/68swing": "6/8 in 6", "stdlib/arpeggio68": "6/8 in 6",
    "stdlib/ballad68": "6/8 in 4", "casio/slowrock": "6/8 in 4", "stdlib/blues68": "6/8 in 6",
    "stdlib/ballad128": "12/8", "stdlib/blues128": "12/8", "stdlib/rock-128": "12/8",
    "stdlib/bluefolk": "12/8", "pflib/slowrock": "12/8",
    "stdlib/polka": "2/4 in 4", "stdlib/march": "2/4 in 4", "stdlib/bwmarch": "2/4 in 4",
    "stdlib/broadway": "2/4 in 4", "stdlib/samba": "2/4 in 4", "stdlib/merengue": "2/4 in 4",
    "casio/polka": "2/4 in 4", "stdlib/ragtime": "2/4 in 4", "stdlib/dixie": "2/4 in 4",
}
# No chords at all, metres that can be argued about, or a beat whose level the author leaves open.
LEFT_OUT = {
    "stdlib/none", "stdlib/metronome", "stdlib/metronome3", "stdlib/metronome6",
    "stdlib/metronome68", "stdlib/afro-cuban", "casio/68ballad", "stdlib/ska",
    "casio/fastbigband", "pflib/highfive",
    # riffs and bare fifths that leave the chord open (measured: thirds in under half of the chords, or
    # a fifth of the notes outside them)
    "alexis/teamtechno", "alexis/hiphop", "casio/digitalrock", "casio/rave", "casio/germanmarch",
    "casio/funk2", "casio/modernjazz", "kara/twi",
}
NOT_DRUMS = {"zoom/intro", "zoom/ending", "zoom/count"}  # of the drum patterns in zoom/
DRUMS_SWING = re.compile(r"jazz|shuffle|blues")
# The usual tempo in pulses a minute; the first that matches.
TEMPI = [
    (r"vienese|frenchwaltz", 165), (r"fast.*waltz", 170), (r"jazzwaltz", 140), (r"lullaby", 80),
    (r"ballad.*68|68ballad|blues68|arpeggio68", 62), (r"68", 105), (r"waltz|34", 118),
    (r"jazz-54", 150), (r"slow(?!rock)", 72), (r"slowrock|128|bluefolk", 70),
    (r"hymn|spiritual", 82), (r"ballad|serenade|ambient|mellow|bald", 74), (r"trip|hip", 90),
    (r"quickstep|fast|bebop|western|hill|bluegrass|jive|zydeco|charleston", 180),
    (r"polka|march|broadway|samba|merengue|rag|dixie", 112), (r"swing|bigband|jazz|evans", 140),
    (r"salsa|/son|mambo|calypso|quando", 165), (r"bossa", 130), (r"dnb", 168),
    (r"rhumba|beguine|bolero|chacha|tango|cuban", 115), (r"punk|metal|mtl|thr", 160),
    (r"foxtrot|nite|strut|softshoe", 130), (r"house|techno|trance|dance|rave|disco", 128),
    (r"16beat|fus16", 84), (r"funk|soul|rb|r\+b|rnb", 100), (r"rock|twist|hrk", 126),
    (r"blues|shuffle|bogg", 108), (r"", 108),
]
# How chords are made: the first that matches; a quarter of the pieces take any other family.
FAMILIES = [
    (r"jazz|swing|bebop|bigband|evans|bossa|foxtrot|softshoe|nite|broadway|showtune|charleston",
     "jazz"),
    (r"funk|soul|rb|r\+b|rnb|fus|hip", "soul"), (r"blues|bogg|shuffle", "blues"),
    (r"salsa|son|mambo|samba|rhumba|bolero|chacha|tango|latin|merengue|beguine|cuban|quando|calyp",
     "latin"),
    (r"march|waltz|polka|hymn|lullaby|arpeggio|rag|dixie|folk|country|blueg|spirit|serenade|string|western|hill",
     "folk"),
    (r"rock|metal|twist|punk|house|techno|trance|dance|rave", "rock"), (r"", "pop"),
]
SLOW_ATTACK = {42, 44, 48, 49, 50, 51, 52, 54, 88, 89, 91, 92, 93, 94, 95}
PERCUSSIVE = {0, 1, 2, 4, 5, 6, 11, 12, 13, 15, 24, 25, 26, 27, 28, 45, 46}

# ------------------------------------------------------------------------------- harmony
# Chords as steps: name: (semitones above the tonic, triad, seventh chord).
MAJOR = {
    "I": (0, "maj", "maj7"), "ii": (2, "min", "min7"), "iii": (4, "min", "min7"),
    "IV": (5, "maj", "maj7"), "V": (7, "maj", "7"), "vi": (9, "min", "min7"),
    "vii": (11, "dim", "hdim7"), "bVII": (10, "maj", "7"), "iv": (5, "min", "min7"),
    "bVI": (8, "maj", "maj7"), "bIII": (3, "maj", "maj7"), "bII": (1, "maj", "7"),
    "V/ii": (9, "maj", "7"), "V/iii": (11, "maj", "7"), "V/IV": (0, "7", "7"),
    "V/V": (2, "maj", "7"), "V/vi": (4, "maj", "7"), "ii/IV": (7, "min", "min7"),
    "ii/vi": (11, "hdim7", "hdim7"), "#i": (1, "dim", "dim7"), "#iv": (6, "dim", "dim7"),
    "#v": (8, "dim", "dim7"), "iiø": (2, "hdim7", "hdim7"), "I+": (0, "aug", "aug"),
    "V+": (7, "aug", "aug"),
}
MINOR = {
    "i": (0, "min", "min7"), "ii": (2, "dim", "hdim7"), "III": (3, "maj", "maj7"),
    "iv": (5, "min", "min7"), "v": (7, "min", "min7"), "V": (7, "maj", "7"),
    "VI": (8, "maj", "maj7"), "VII": (10, "maj", "7"), "IV": (5, "maj", "7"),
    "bII": (1, "maj", "maj7"), "vii": (11, "dim", "dim7"), "V/iv": (0, "maj", "7"),
    "V/V": (2, "maj", "7"), "V/VI": (3, "7", "7"), "V/III": (10, "7", "7"),
    "V+": (7, "aug", "aug"), "#iv": (6, "dim", "dim7"),
}
# What may follow, with weights. Written down for this script from what textbooks of functional
# harmony and songs share: falling fifths and thirds, plagal turns, dominants that resolve.
MAJOR_NEXT = {
    "I": "IV5 V4 vi4 ii3 iii2 bVII.6 V/vi.6 V/ii.5 V/IV.6 V/V.4 iv.2 #i.4 I+.25 bVI.25 bIII.3",
    "ii": "V7 IV1 vi.8 I.5 V/V.6 iii.5 bVII.2 bII.2 #iv.1 V+.25",
    "iii": "vi5 IV4 ii1.5 V/ii.9 iii.1", "IV": "I4 V4.5 ii1.6 vi1.2 iv.6 bVII.4 #iv.4 V/V.5 iii.6",
    "V": "I5 vi3 IV2 ii.4 iii.5 #v.3", "vi": "IV4.5 ii3 V2 iii1.2 I1 V/V.6 ii/IV.2 iv.15",
    "vii": "I3 iii1 V/vi1", "bVII": "IV3 I3 V1 bVI.4", "iv": "I4 V1.5 bVII1.2", "bVI": "bVII3 V1.5 I.6 iv.6",
    "bIII": "IV3 bVI1.5 bVII1", "bII": "I4 V1", "V/ii": "ii6 V/V1", "V/iii": "iii5 I.5",
    "V/IV": "IV6 iv.5", "V/V": "V6 ii1 IV.8", "V/vi": "vi5 IV1.2 V/ii.4", "ii/IV": "V/IV6",
    "ii/vi": "V/vi6", "#i": "ii6", "#iv": "V4 I1.5", "#v": "vi6", "iiø": "V4 I1", "I+": "vi3 IV3 V/IV.5",
    "V+": "I5 vi1",
}
JAZZ_NEXT = {
    "I": "vi4 ii4 IV2.5 V/ii2 #i1 ii/IV1.2 iii2 ii/vi1.2 V/V.7 bIII.4 I+.1", "ii": "V9 bII1 iv.2 V+.4 iii.4",
    "iii": "V/ii4 vi4 #i.2 IV.5", "IV": "iv1.6 iii2 V1.5 #iv1 I2 bVII.8 ii1.2", "V": "I7 iii1.5 vi1 IV.2",
    "vi": "ii6 V/V1.8 IV.7 V.3", "vii": "I1 iii1", "bVII": "I4 V/vi.3", "iv": "bVII4 I3",
    "bVI": "V3 bII.5 I.5", "bIII": "ii2 bVI2 #i.4", "bII": "I6", "V/ii": "ii7 V/V1.2", "V/iii": "iii4",
    "V/IV": "IV6 iv.5", "V/V": "V3 ii4 bII.6", "V/vi": "vi6 V/ii1", "ii/IV": "V/IV7", "ii/vi": "V/vi7",
    "#i": "ii7", "#iv": "I1 iii2 V1", "#v": "vi5", "iiø": "V6", "I+": "vi2 IV2", "V+": "I6",
}
MINOR_NEXT = {
    "i": "iv4 VI4 VII3.5 v1.5 V2 III2.5 ii1 IV.6 bII.35 V/iv.5 #iv.1",
    "ii": "V7 v.6 i.5", "III": "VI3 iv2 VII3 i.8 bII.3", "iv": "i4 V3 VII2.5 ii.8 v.7 III.5 #iv.15",
    "v": "i3 VI3 iv2 VII.8", "V": "i6 VI1.6 iv.5", "VI": "III2.5 VII4 iv2 V1.6 i1.2 ii.6 bII.4",
    "VII": "III3 i4 VI2.5 iv.7 v.4", "IV": "i4 VII1.6 VI.3", "bII": "V3 i1.5 iv.3", "vii": "i5 V/iv.2",
    "V/iv": "iv6", "V/V": "V6 ii.3", "V/VI": "VI6", "V/III": "III6", "V+": "i5", "#iv": "V5",
}
MODES = {  # the scale, the steps with their weights; the last names the ones that lead home
    "dorian": ((0, 2, 3, 5, 7, 9, 10), {"i": (0, "min", "min7", 4), "ii": (2, "min", "min7", 1.5),
               "III": (3, "maj", "maj7", 1.2), "IV": (5, "maj", "7", 4), "v": (7, "min", "min7", 1),
               "VII": (10, "maj", "maj7", 2.5)}),
    "mixolydian": ((0, 2, 4, 5, 7, 9, 10), {"I": (0, "maj", "7", 4), "ii": (2, "min", "min7", 1),
                   "IV": (5, "maj", "maj7", 3), "v": (7, "min", "min7", 1.5), "vi": (9, "min", "min7", .8),
                   "VII": (10, "maj", "maj7", 4)}),
    "lydian": ((0, 2, 4, 6, 7, 9, 11), {"I": (0, "maj", "maj7", 4), "II": (2, "maj", "7", 4),
               "iii": (4, "min", "min7", .8), "V": (7, "maj", "maj7", 1.2), "vi": (9, "min", "min7", 1),
               "vii": (11, "min", "min7", 1)}),
    "phrygian": ((0, 1, 3, 5, 7, 8, 10), {"i": (0, "min", "min7", 4), "bII": (1, "maj", "maj7", 4),
                 "III": (3, "maj", "7", 1.2), "iv": (5, "min", "min7", 1), "VI": (8, "maj", "maj7", 1),
                 "vii": (10, "min", "min7", 2)}),
}
# Loops that songs share, by mode; some never touch the tonic.
LOOPS = {
    "major": ("I V vi IV", "vi IV I V", "I vi IV V", "IV V iii vi", "IV I V vi", "I V vi iii IV I IV V",
              "I V vi iii IV I ii V", "I V vi V IV iii ii V", "I iii IV V", "I iii vi IV", "IV V vi vi", "IV V vi I",
              "I IV vi V", "ii V I vi", "I V IV V", "vi V IV V", "IV V I vi", "I I IV IV", "vi iii IV I", "IV iii ii I",
              "ii IV I V", "I ii IV V", "IV V iii vi ii V I I", "I vi ii V", "vi ii V I"),
    "minor": ("i VI III VII", "i VII VI VII", "i VI VII i", "VI VII i i", "i iv VII III", "i VII VI V", "i III VII VI",
              "i v VI VII", "i iv v i", "iv VII III VI", "i VI iv V", "i iv i V", "i v iv V", "i VII III VI", "VI v i i",
              "i iv VII III VI ii V i", "i III iv V"),
}
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), **{k: v[0] for k, v in MODES.items()}}
TONES = {"maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "sus2": (0, 2, 7),
         "sus4": (0, 5, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10),
         "hdim7": (0, 3, 6, 10), "dim7": (0, 3, 6, 9)}
# MMA's names; those after the first colour the chord without changing what it is called here.
SPELL = {"maj": ("", "add9", "6", "69"), "min": ("m", "m6"), "dim": ("dim3",), "aug": ("aug",),
         "sus2": ("sus2",), "sus4": ("sus4", "7sus4"), "7": ("7", "9", "13", "7b9"), "maj7": ("M7", "M9"),
         "min7": ("m7", "m9"), "hdim7": ("m7b5",), "dim7": ("dim7",)}
# Family: sevenths on any chord, sevenths on dominants, colours, sus, inversions, four-chord loops,
# sections in two halves with cadences.
TASTE = {"pop": (.12, .15, .05, .09, .12, .6), "rock": (.04, .15, .02, .06, .05, .6),
         "folk": (.03, .35, .02, .04, .14, .15), "jazz": (.92, .97, .25, .03, .03, .15),
         "soul": (.6, .6, .25, .06, .06, .55), "latin": (.35, .6, .12, .02, .05, .4),
         "blues": (.3, .9, .1, .02, .02, .3)}


def follow(table, name, rng):
    """One of the chords that may follow NAME."""
    names, weights = [], []
    for item in table[name].split():
        cut = re.search(r"\.?\d*\.?\d+$", item).start()
        names.append(item[:cut])
        weights.append(float(item[cut:]))
    return rng.choices(names, weights)[0]


class Harmony:
    """Chords for a key, in bars; one object a piece, which keeps the piece's habits."""

    def __init__(self, rng, family):
        self.rng, self.family = rng, family
        self.sevenths, self.doms, self.colour, self.sus, self.turned, self.loops = TASTE[family]
        draw = rng.random()
        blues = .45 if family == "blues" else .05
        if draw < blues:
            self.mode, self.blues = rng.choices(("major", "minor"), (3, 1))[0], True
        else:
            self.mode, self.blues = rng.choices(
                ("major", "minor", "dorian", "mixolydian", "phrygian", "lydian"),
                (47, 38, 4, 5, 2, 2) if family != "jazz" else (60, 30, 5, 2, 1, 2))[0], False
        self.all_sevenths = rng.random() < self.sevenths
        self.spice = rng.uniform(.08, .2) if rng.random() < .25 else .015       # rare kinds of chords
        if self.mode in MODES:
            steps = MODES[self.mode][1]
            self.steps = {k: v[:3] for k, v in steps.items()}
            self.home = next(iter(steps))
            text = " ".join(f"{k}{v[3]}" for k, v in steps.items())
            self.table = {k: " ".join(t for t in text.split() if not re.fullmatch(re.escape(k) + r"[\d.]+", t))
                          for k in steps}
            self.table = {k: (t if k == self.home else t.replace(f"{self.home}4", f"{self.home}9"))
                          for k, t in self.table.items()}
        elif self.mode == "minor":
            self.steps, self.home, self.table = MINOR, "i", MINOR_NEXT
        else:
            self.steps, self.home = MAJOR, "I"
            self.table = JAZZ_NEXT if family == "jazz" or self.all_sevenths and rng.random() < .4 else MAJOR_NEXT

    # -- rows of step names
    def cadence(self, half):
        """The last two or three chords of a phrase."""
        if self.mode in MODES:
            other = self.rng.choice([k for k in self.steps if k != self.home])
            return [self.home, other] if half else [other, self.home]
        if half:
            return self.rng.choice((["ii", "V"], ["IV", "V"], ["V/V", "V"], ["vi", "V"])
                                   if self.home == "I" else (["iv", "V"], ["ii", "V"], ["VI", "V"], ["VI", "VII"]))
        if self.home == "I":
            return self.rng.choices((["ii", "V", "I"], ["IV", "V", "I"], ["V", "I"], ["IV", "I"], ["bVII", "I"],
                                     ["iv", "I"], ["V", "vi"], ["ii", "bII", "I"]), (6, 5, 3, 2, .8, .8, .8, .3))[0]
        return self.rng.choices((["iv", "V", "i"], ["ii", "V", "i"], ["V", "i"], ["VII", "i"], ["iv", "i"],
                                 ["v", "i"],
                                 ["VI", "VII", "i"], ["bII", "V", "i"]), (5, 4, 2, 2.5, 1.5, 1, 2.5, .4))[0]

    def walk(self, start, count, then=None):
        """COUNT chords from START; the last leads to THEN if a few tries can make it so."""
        for attempt in range(12):
            row = [start]
            while len(row) < count:
                row.append(follow(self.table, row[-1], self.rng))
            if then is None or re.search(rf"(^|\s){re.escape(then)}[\d.]", self.table[row[-1]]):
                break
        return row

    def start(self):
        others = [k for k in ("vi", "IV", "ii", "VI", "iv") if k in self.steps]
        return self.home if not others or self.rng.random() < .78 else self.rng.choice(others)

    def phrase(self, slots, half):
        end = self.cadence(half)[-max(1, slots - 1):]
        return self.walk(self.start(), slots - len(end), end[0]) + end if slots > len(end) else end[-slots:]

    def loop(self):
        if self.mode in LOOPS and self.family not in ("jazz", "blues") and self.rng.random() < .6:
            return self.rng.choice(LOOPS[self.mode]).split()
        size = self.rng.choices((4, 2, 3, 8), (8, 1, .6, 1))[0]
        for attempt in range(20):
            row = self.walk(self.start(), size, None)
            if len(set(row)) > 1 and self.home in row:
                break
        return row

    def twelve(self):
        """Twelve bars of blues, each a list of one or two steps."""
        rng, minor = self.rng, self.mode == "minor"
        one, four, five = ("i", "iv", "V") if minor else ("I", "IV", "V")
        two = [four] if rng.random() < .5 else [one]
        six = [four] if rng.random() < .7 or minor else ["#iv"]
        eight = [one] if rng.random() < .7 or minor else [one, "V/ii"]
        nine, ten = rng.choice((([five], [four]), ([five], [five]), (["ii"], [five])) if not minor
                               else (([five], [four]), (["VI"], [five]), (["iv"], [five])))
        last = rng.choice(([five], [one], [one, five]))
        return [[one], two, [one], [one], [four], six, [one], eight, nine, ten, [one], last]

    # -- steps to chords
    def dress(self, step, tonic, place):
        """A step → (root, quality, MMA's spelling, bass): PLACE tells if a phrase ends here."""
        rng = self.rng
        above, triad, seventh = self.steps[step]
        root, dominant = (tonic + above) % 12, seventh == "7" and step.startswith(("V", "bII"))
        chance = self.doms if dominant else .97 if self.all_sevenths else self.sevenths * .15
        quality = seventh if rng.random() < chance else triad
        if self.blues and step in ("I", "IV", "V") and (quality == "maj7" or rng.random() < .9):
            quality = "7"
        if quality in ("maj", "7") and triad == "maj" and rng.random() < self.sus * (.5 if place else 1):
            quality = rng.choice(("sus4", "sus4", "sus2"))
        if rng.random() < self.spice and not (place and above == 0):
            if dominant:
                above, quality = rng.choice(((above, "aug"), (above, "aug"), (above + 4, "dim7"),
                                             (above + 4, "dim7"), (above, "sus4")))
                root = (tonic + above) % 12
            elif triad == "min":
                quality = "hdim7" if above in (2, 5, 11) else rng.choice(("min7", "dim", "sus2", "sus4"))
            elif triad == "maj":
                quality = rng.choice(("sus2", "sus2", "sus4", "aug"))
        spelling = SPELL[quality][0]
        if rng.random() < self.colour:
            spelling = rng.choice(SPELL[quality])
        tones, bass = TONES[quality], root
        often = self.turned * (1.4 if step in ("V", "I", "i") else 1)
        if not place and quality not in ("sus2", "sus4", "aug", "dim7") and rng.random() < often:
            turn = rng.choices(range(1, len(tones)), (7, 2.5, .7)[:len(tones) - 1])[0]
            bass = (root + tones[turn]) % 12
        return root, quality, spelling, bass

    def section(self, bars, per_bar, tonic, closing):
        """BARS bars, each a list of chords: one or two, None where the chord before goes on."""
        rng = self.rng
        if self.blues and rng.random() < .8:
            rows = [list(r) for _ in range(bars // 12 + 1) for r in self.twelve()][:bars]
            if closing:
                rows[-1] = [self.home]
            places = {bars - 1}
        else:
            rows, places = self.rows(bars, per_bar, closing)
        pedal = tonic if rng.random() < .03 else None
        out, memory = [], {}
        for i, row in enumerate(rows):
            bar = []
            for j, step in enumerate(row):
                key = (i % 4 if i >= 4 else i, j, step)     # repeats sound alike, mostly
                if step and (key not in memory or rng.random() < .15):
                    memory[key] = self.dress(step, tonic, i in places)
                chord = memory[key] if step else None
                if chord and pedal is not None and i not in places:
                    chord = chord[:3] + (pedal,)
                bar.append(chord)
            out.append(bar)
        if closing:
            root, quality, spelling, _ = out[-1][0] or self.dress(self.home, tonic, True)
            out[-1] = [(root, quality, spelling, root)]
        return out

    def rows(self, bars, per_bar, closing):
        rng = self.rng
        if rng.random() < self.loops or self.mode in MODES and rng.random() < .5:
            row = self.loop()
            flat = [row[k % len(row)] for k in range(max(2, round(bars * per_bar)))]
            rows = self.spread(flat, bars, per_bar)
            if closing:
                rows[-1] = [self.home]
            return rows, {bars - 1}
        rows, places, size = [], set(), rng.choice((4, 4, 8)) if bars % 4 == 0 else bars
        first = None
        for at in range(0, bars, size):
            n = min(size, bars - at)
            last = at + n >= bars
            half = not last and rng.random() < .6
            slots = max(1, round(n * per_bar))
            if first and rng.random() < .45 and len(first) == slots:       # the same beginning, another end
                end = self.cadence(half)
                flat = first[:slots - len(end)] + end if len(end) < slots else self.phrase(slots, half)
            else:
                flat = self.phrase(slots, half)
            first = first or flat
            rows += self.spread(flat, n, per_bar)
            places.add(at + n - 1)
        if closing:
            rows[-1] = [self.home]
        return rows, places

    def spread(self, flat, bars, per_bar):
        """Chords into bars: as even as per_bar says, with some bars split and others joined."""
        rng, rows = self.rng, []
        flat = list(flat)
        if per_bar >= 1.9:
            rows = [[flat[(2 * i) % len(flat)], flat[(2 * i + 1) % len(flat)]] for i in range(bars)]
        elif per_bar <= .6:
            rows = [[flat[(i // 2) % len(flat)] if i % 2 == 0 else None] for i in range(bars)]
        else:
            k = 0
            extra = max(0, len(flat) - bars)
            for i in range(bars):
                left = bars - i
                if extra and rng.random() < extra / left and k + 1 < len(flat):
                    rows.append([flat[k], flat[k + 1]])
                    k, extra = k + 2, extra - 1
                else:
                    rows.append([flat[k % len(flat)]])
                    k += 1
        return rows

# ------------------------------------------------------------------------------- grooves
KIND = [("intro", re.compile(r"intro[a-d]?\d?$", re.I)),
        ("end", re.compile(r"((?i:end(ing)?[a-d]?\d?)|\dE[AB]?|rockE[AB]?)$")),
        ("fill", re.compile(r"((?i:fill[a-d]{0,2}\d?)|\dF[ABCD]|rockF[AB])$"))]


def first_of(rules, name):
    return next(value for pattern, value in rules if re.search(pattern, name))


def library():
    """MMA's styles: {"stdlib/waltz": {"metre", "main", "intro", "fill", "end"}}; drum patterns apart."""
    styles, drums = {}, {}
    for path in sorted(MMA_LIB.glob("*/*.mma")):
        name = f"{path.parent.name}/{path.stem}"
        text = path.read_text(encoding="utf-8", errors="replace")
        defined = list(dict.fromkeys(re.findall(r"^\s*DefGroove\s+(\S+)", text, re.I | re.M)))
        time = re.search(r"^\s*Time\s+(\d)(/8)?", text, re.I | re.M)
        time = int(time.group(1)) if time else 4
        metre = WRITTEN.get(name) or {2: "2/4 in 2", 3: "3/4", 4: "4/4", 5: "5/4", 6: "6/8 in 6"}[time]
        if name in LEFT_OUT or not defined or name in NOT_DRUMS:
            continue
        if path.parent.name == "zoom":
            drums[name] = {"metre": metre, "main": defined}
            continue
        style = {"metre": metre, "main": [], "intro": [], "end": [], "fill": []}
        for groove in defined:
            kind = next((k for k, pattern in KIND if pattern.search(groove)), "main")
            if not re.search(r"drumintro|metronome|count(?!ry)", groove, re.I):
                style[kind].append(groove)
        if style["main"]:
            styles[name] = style
    return styles, drums


class OwnStyle:
    """A style made up here, where MMA has few: 6/8, 5/4, 2/4 and some of the rest."""

    DRUMS = {"Kick": ("KickDrum1", "KickDrum2"), "Snare": ("SnareDrum1", "SideKick", "HandClap", "SnareDrum2"),
             "Hat": ("ClosedHiHat", "RideCymbal1", "Cabasa", "Tambourine", "Shaker", "PedalHiHat")}

    def __init__(self, rng, metre):
        self.rng, self.metre = rng, metre
        self.beats, self.pulses, self.parts, _, _ = METRES[metre]
        self.step = .5 if self.parts == 2 else 1            # the finest place, in MMA's beats
        self.places = [1 + i * self.step for i in range(round(self.beats / self.step))]
        self.pulse = self.beats // self.pulses
        # strong places after the first: 3 + 2 or 2 + 3 in fives
        self.middle = {"5/4": rng.choice((4, 4, 3)), "4/4": 3, "6/8 in 6": 4, "3/4": None, "2/4 in 2": None}[metre]

    def grid(self, every, vel, skip=0.0, accent=12):
        out = []
        for p in self.places:
            if abs((p - 1) / every - round((p - 1) / every)) < 1e-6 and self.rng.random() >= skip:
                strong = abs((p - 1) % self.pulse) < 1e-6
                out.append((p, vel + (accent if strong else 0)))
        return out

    def sequence(self, hits, ticks=0):
        rows = [f"{p:g} {ticks}t {v}" if ticks else f"{p:g} 0 {v}" for p, v in hits]
        return "{" + "; ".join(rows) + "}" if rows else "z"

    def text(self, names):
        rng, lines = self.rng, ["SeqClear", f"Time {self.beats}", "SeqSize 1"]
        kit = {part: rng.choice(tones) for part, tones in self.DRUMS.items()}
        voices = (rng.choice(("Piano1", "Piano2", "CleanGuitar", "NylonGuitar", "SteelGuitar", "EPiano", "Organ1")),
                  rng.choice(("Piano1", "NylonGuitar", "SteelGuitar", "Harp", "Vibraphone", "Marimba", "EPiano")),
                  rng.choice(("AcousticBass", "FingeredBass", "FretlessBass", "PickedBass")))
        voices = tuple({"EPiano": "RhodesPiano", "Harp": "OrchestralHarp"}.get(v, v) for v in voices)
        hold, arpeggio = rng.random() < .35, rng.random() < .5
        for name in names:
            lines += self.one(kit, voices, hold, arpeggio) + [f"DefGroove {name}"]
        return lines

    def one(self, kit, voices, hold, arpeggio):
        rng, mid = self.rng, self.middle
        kick = [(1, 100)] + [(p, 85) for p in self.places[1:] if (p == mid and rng.random() < .6)
                             or rng.random() < .1]
        back = {"4/4": [2, 4], "3/4": rng.choice(([2, 3], [3], [2])), "6/8 in 6": [4],
                "2/4 in 2": rng.choice(([2], [1.5, 2.5])),
                "5/4": sorted({2, (mid or 0) + 1}) if rng.random() < .7 else [(mid or 0) + 1]}[self.metre]
        snare = [(p, 92) for p in sorted(set(back)) if p < self.beats + 1]
        snare += [(p, 50) for p in self.places if rng.random() < .07 and p not in back]
        hat = self.grid(rng.choice((self.step, self.step, self.pulse if self.parts == 2 else self.step)), 62,
                        rng.choice((0, 0, .15)))
        kick = [] if rng.random() < .04 else kick
        lines = []
        for part, hits in (("Kick", kick), ("Snare", sorted(snare)), ("Hat", hat)):
            lines += [f"Begin Drum-{part}", f"  Tone {kit[part]}", "  Volume m", "  Rvolume 8",
                      f"  Sequence {self.sequence(hits)}", "End"]
        strong = [1] + [p for p in ([mid] if mid else []) if rng.random() < .8]
        extra = [p for p in self.places if p not in strong and rng.random() < (.25 if self.parts == 2 else .12)]
        notes = sorted([(p, "1", 95) for p in strong] + [(p, rng.choice("1155"), 80) for p in extra])
        if mid and rng.random() < .4:
            notes = [(p, "5" if p == mid else d, v) for p, d, v in notes]
        length = rng.choice((150, 190)) if len(notes) > 3 else 192 * self.pulse - 20
        lines += ["Begin Bass", f"  Voice {voices[2]}", "  Octave 3", "  Volume f", "  Rvolume 6",
                  "  Sequence {" + "; ".join(f"{p:g} {length}t {d} {v}" for p, d, v in notes) + "}", "End"]
        if hold:
            hits, ticks = [(p, 85) for p in strong], 192 * self.pulse
        elif self.metre in ("3/4", "2/4 in 2") and rng.random() < .5:
            hits, ticks = [(p, 80) for p in self.places if p >= 2 and p == int(p)] or [(1.5, 80)], 150
        else:
            hits, ticks = self.grid(rng.choice((self.step, self.pulse, self.pulse)), 68, .18), 140
            hits = hits or [(1, 80)]
        lines += ["Begin Chord", f"  Voice {voices[0]}", "  Octave 5", "  Volume m", "  Voicing Mode=Optimal",
                  "  Rvolume 8",
                  f"  Sequence {self.sequence(hits, ticks)}", "End"]
        lines += ["Begin Arpeggio", f"  Voice {voices[1]}", "  Octave 5", "  Volume m",
                  f"  Direction {rng.choice(('Up', 'Both', 'Up', 'Random'))}",
                  "  Rvolume 8",
                  f"  Sequence {self.sequence(self.grid(self.step, 66, .05), 170) if arpeggio else 'z'}", "End"]
        return lines


def mma_name(pc, spelling):
    return ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"][pc] + spelling


def run_mma(lines, folder):
    """MMA's text → its MIDI file, or None where it refuses."""
    source, out = os.path.join(folder, "x.mma"), os.path.join(folder, "x.mid")
    with open(source, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": folder, "PYTHONHASHSEED": "0",
           "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["mma", "-w", "-II", "-m", "1000", source, "-f", out], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode or not os.path.exists(out):
        return None, done.stdout.decode(errors="replace")
    mid = mido.MidiFile(out)
    os.remove(out)
    return mid, ""


def notes_of(mid, beats):
    """[on, off, pitch, velocity, track, program] in MMA's beats, no longer than BEATS. A string that
    is struck again ends its note, as a synthesizer takes it."""
    notes, unit = [], mid.ticks_per_beat
    for number, track in enumerate(mid.tracks):
        now, program, held = 0, 0, {}
        for event in track:
            now += event.time
            if event.type == "program_change":
                program = event.program
            elif event.type == "note_on" and event.velocity:
                if (before := held.get(event.note)) is not None:
                    before[1] = min(before[1], now / unit)
                name = "drums" if event.channel == 9 else f"{number} {track.name}"
                note = [now / unit, beats, event.note, event.velocity, name, program]
                held[event.note] = note
                notes.append(note)
            elif event.type in ("note_off", "note_on"):
                note = held.get(event.note)
                if note is not None and now / unit > note[0]:
                    note[1] = min(note[1], now / unit)
                    del held[event.note]
    return [n for n in notes if n[0] < beats - 1e-3 and n[1] > n[0]]


def snap(notes):
    """Casio's patterns came with times rounded to tenths of a beat: back to sixteenths or triplets."""
    exact = [n[0] % 1 * 10 for n in notes]
    tenths = [round(t) if abs(t - round(t)) < .06 else None for t in exact]  # MMA rounds to ticks
    triplets = tenths.count(7) > tenths.count(8)
    places = {2: .25, 3: 1 / 3 if triplets else .25, 7: 2 / 3 if triplets else .75, 8: .75}
    for note, tenth, place in zip(notes, tenths, exact):
        if tenth in places:
            move = places[tenth] - place / 10
            note[0], note[1] = note[0] + move, note[1] + move


def feel_of(notes):
    """Where the second eighth of a beat falls: .5 or 2/3."""
    parts = [n[0] % 1 for n in notes]
    late, even = sum(.62 < p < .78 for p in parts), sum(.45 < p < .55 for p in parts)
    return 2 / 3 if late > 1.5 * even and late > len(parts) / 50 else .5

# ------------------------------------------------------------------------------- a piece
SINGERS = (0, 4, 11, 12, 21, 22, 24, 25, 26, 27, 29, 40, 41, 42, 52, 53, 54, 56, 57, 59, 60, 64, 65, 66,
           68, 69, 70, 71, 72, 73, 74, 75, 79, 80, 81, 82, 85, 104, 105, 106)
ANY_VOICE = [p for p in range(0, 96) if p not in (3, 5, 9, 13, 14, 47, 55, 76, 77, 78, 86)]
BASS_VOICES = [32, 33, 34, 35, 36, 38, 39, 43, 58]
KEY_STEPS = (1, 2, 2, 3, 5, 7, 9, 10)


def mix(rng, **weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def plan(rng, styles, drums, at_random):
    """What kind of piece: metre, style, ensemble, tempo, recording."""
    s = {"metre": rng.choices(("4/4", "3/4", "6/8", "2/4", "5/4"), (58, 16, 13, 8, 5))[0]}
    s["ensemble"] = mix(rng, band=57, no_drums=11, piano=20, drums_bass=8, drums=3)
    written = {"4/4": ("4/4", "12/8"), "3/4": ("3/4",), "6/8": ("6/8 in 6", "6/8 in 4", "6/8 in 2"),
               "2/4": ("2/4 in 4", "2/4 in 2"), "5/4": ("5/4",)}[s["metre"]]
    own = {"4/4": .05, "3/4": .12, "6/8": .35, "2/4": .2, "5/4": .4}[s["metre"]]
    cut = {"6/8": .3, "5/4": .3}.get(s["metre"], 0)
    draw = rng.random()
    s["parts"] = None
    if s["ensemble"] == "drums" and s["metre"] in ("4/4", "3/4", "6/8"):
        fit = [k for k in sorted(drums) if drums[k]["metre"] in written]
        s["style"], s["from"] = rng.choice(fit), "drums"
    elif draw < own:
        s["style"], s["from"] = "own", "own"
        s["written"] = {"6/8": "6/8 in 6", "2/4": "2/4 in 2"}.get(s["metre"], s["metre"])
    elif draw < own + cut:                          # bars cut out of another metre's
        if s["metre"] == "6/8":
            fit, s["parts"] = [k for k in sorted(styles) if styles[k]["metre"] == "12/8"], [(2, "Left")]
        elif rng.random() < .5:
            fit = [k for k in sorted(styles) if styles[k]["metre"] == "4/4"]
            s["parts"] = [(3, "Left"), (2, "Right")]
        else:
            fit = [k for k in sorted(styles) if styles[k]["metre"] == "3/4"]
            s["parts"] = [(None, None), (2, "Left")]
        s["style"], s["from"] = rng.choice(fit), "library"
    else:
        fit = [k for k in sorted(styles) if styles[k]["metre"] in written]
        if s["metre"] == "4/4":                     # MMA's own styles are more musical than the converted ones
            folder = mix(rng, stdlib=66, casio=20, yamaha=7, kara=5, pflib=4)
            fit = [k for k in fit if k.startswith(folder)]
        s["style"], s["from"] = rng.choice(fit), "library"
    if s["from"] != "own":
        s["written"] = (styles.get(s["style"]) or drums[s["style"]])["metre"]
    centre = first_of(TEMPI, s["style"]) if s["from"] != "own" else {"6/8": 75, "2/4": 100}.get(s["metre"], 115)
    top = {"6/8": 150, "2/4": 150}.get(s["metre"], 215)
    bpm = min(top, max(45, centre * math.exp(rng.triangular(math.log(.55), math.log(1.5), 0))))
    s["bpm"] = round(bpm, 2) if rng.random() < .5 else float(round(bpm))
    s["family"] = first_of(FAMILIES, s["style"]) if rng.random() < .75 else rng.choice(sorted(TASTE))
    s["pace"] = mix(rng, steady=74, rubato=10, tempo_change=8, drift=8)
    s["key_change"] = rng.random() < .12
    s["melody"] = s["ensemble"] not in ("drums", "drums_bass") and rng.random() < .75
    s["substituted"] = s["ensemble"] in ("band", "no_drums") and rng.random() < at_random
    s["loose_s"] = rng.uniform(.003, .012) if rng.random() < .5 else 0.0
    s["start"] = mix(rng, silence=15, cut_in=15, plain=70)
    s["complete"] = rng.random() < .45
    fonts = [f for f in FONTS if font_path(f)]
    s["font"] = rng.choices(fonts, [FONTS[f][0] for f in fonts])[0]
    s["detuned"] = rng.random() < .25
    s["noise_db"] = round(rng.uniform(15, 32), 1) if rng.random() < .15 else None
    s["mono"] = rng.random() < .15
    s["form"] = mix(rng, flac=75, mp3=17, ogg=8)
    s["treated"] = rng.random() < .3
    return s


class Piece:
    """Form, harmony, notes and their times. Places are in MMA's beats from the first bar (q)."""

    def __init__(self, s, rng, seconds, styles, drums):
        self.s, self.rng, self.total = s, rng, seconds
        beats, self.pulses, self.parts, self.top, self.unit = METRES[s["written"]]
        if s["metre"] == "5/4" and s["parts"]:
            self.pulses, self.top = 5, 5
        if s["metre"] == "6/8" and s["parts"]:
            self.pulses, self.parts, self.top, self.unit = 2, 3, 6, 8
        self.own = OwnStyle(rng, s["written"]) if s["from"] == "own" else None
        self.cuts = s["parts"] or [(None, None)]
        self.bar_q = sum(n or beats for n, _ in self.cuts)
        self.pulse_q = self.bar_q / self.pulses
        if s["from"] == "own":
            self.style = {"main": ["OwnA", "OwnB"]}
        else:
            self.style = styles.get(s["style"]) or drums[s["style"]]
        self.layout()
        self.harmony()
        self.write(drums)

    # -- time
    def layout(self):
        """Sections, then the beats' times."""
        s, rng = self.s, self.rng
        bar_s = self.pulses * 60 / s["bpm"]
        self.lead = {"silence": rng.uniform(.2, 3), "cut_in": -rng.uniform(.3, 5) * min(bar_s, 3),
                     "plain": 0.0}[s["start"]]
        room = self.total - self.lead
        size = rng.choice((4, 8)) if bar_s > 3 else 8 if bar_s > 1.3 else rng.choice((8, 16))
        if s["family"] == "blues" and rng.random() < .5:
            size = 12
        form = rng.choice(("AABA", "AB", "ABAB", "AABB", "ABAC", "A", "ABC"))
        wanted = room / bar_s
        self.sections, at = [], 0
        if rng.random() < .45 and wanted > 6:
            self.sections, at = [(0, "intro")], rng.choice((2, 4, 4))
        k = 0
        while at < 2.2 * wanted + 2:
            self.sections.append((at, form[k % len(form)]))
            at, k = at + size, k + 1
        starts = [b for b, _ in self.sections if .25 * wanted < b < .75 * wanted]
        starts = starts or [max(1, round(wanted * rng.uniform(.3, .7)))]
        change, ratio = rng.choice(starts), math.exp(rng.choice((-1, 1)) * rng.uniform(.08, .3))
        rates, phases = (rng.uniform(5, 13), rng.uniform(13, 31)), (rng.uniform(0, 6), rng.uniform(0, 6))
        depth, slope = rng.uniform(.02, .04), rng.choice((-1, 1)) * rng.uniform(.012, .03)
        times, bar = [0.0], 0
        self.tempo_bar = change if s["pace"] == "tempo_change" else None
        while True:
            for pulse in range(self.pulses):
                n, factor = bar * self.pulses + pulse, 1.0
                if s["pace"] == "rubato":
                    factor = 1 + depth * (.6 * math.sin(n / rates[0] * 6.283 + phases[0])
                                          + .4 * math.sin(n / rates[1] * 6.283 + phases[1]))
                elif s["pace"] == "drift":
                    factor = 1 + slope * (times[-1] / room - .5) * 2
                elif s["pace"] == "tempo_change" and bar >= change:
                    factor = ratio if 40 < s["bpm"] * ratio < 220 else 1 / ratio
                times.append(times[-1] + 60 / (s["bpm"] * factor))
            bar += 1
            if s["complete"] and times[-1] + (times[-1] - times[-1 - self.pulses]) > room - .3 and bar >= 2:
                break
            if not s["complete"] and times[-1] > room + .5 and bar >= 2:
                break
        self.bars, self.times = bar, times
        self.sections = [x for x in self.sections if x[0] < bar]
        if self.tempo_bar is not None and self.tempo_bar >= bar:
            self.tempo_bar = None
        if len(self.sections) > 1 and self.sections[-1][0] >= bar - 1 and s["complete"]:
            self.sections.pop()

    def at(self, q):
        """Seconds of a place, from the first bar."""
        n = q / self.pulse_q
        i = min(max(int(n), 0), len(self.times) - 2)
        return self.times[i] + (n - i) * (self.times[i + 1] - self.times[i])

    def section_of(self, bar):
        return [x for x in self.sections if x[0] <= bar][-1]

    # -- harmony
    def middle(self):
        """Where the second chord of a bar comes."""
        if self.s["parts"]:
            return float(self.cuts[0][0] or 3) if len(self.cuts) > 1 else self.bar_q / 2
        if self.own and self.own.middle:
            return self.own.middle - 1.0
        return {5.0: 3.0, 3.0: 2.0}.get(self.bar_q, self.bar_q / 2)

    def harmony(self):
        """self.grid: a bar's chords [(offset, root, quality, spelling, bass)]."""
        s, rng = self.s, self.rng
        maker = Harmony(rng, s["family"])
        self.mode, self.tonic = maker.mode, rng.randrange(12)
        bar_s = self.pulses * 60 / s["bpm"]
        if bar_s < 1.15 and rng.random() < .75:
            per_bar = .5
        elif bar_s > 2.8 and rng.random() < .4:
            per_bar = 2
        else:
            per_bar = rng.choice((1, 1, 1, 1.25, 1.5, .5 if bar_s < 2 else 1))
        starts = [b for b, n in self.sections if b and n != "intro"]
        self.key_bar, self.key_step = None, 0
        if s["key_change"] and starts:
            self.key_bar, self.key_step = rng.choice(starts), rng.choice(KEY_STEPS)
        memory, self.grid = {}, []
        for i, (start, name) in enumerate(self.sections):
            end = self.sections[i + 1][0] if i + 1 < len(self.sections) else self.bars
            tonic = self.tonic_at(start)
            closing = end == self.bars and s["complete"]
            key = (name, tonic, end - start)
            if key not in memory or closing or rng.random() < .12:
                if key in memory and closing:
                    rows = [list(r) for r in memory[key]]
                    root, quality, spelling, _ = maker.dress(maker.home, tonic, True)
                    rows[-1] = [(root, quality, spelling, root)]
                    memory[key] = rows
                else:
                    memory[key] = maker.section(end - start, per_bar, tonic, closing)
            self.grid += memory[key]
        late = self.bar_q * 3 / 4 if self.bar_q == 4 and rng.random() < .1 else None
        bars, last = [], None
        for bar in self.grid:
            row = []
            for k, chord in enumerate(bar):
                last = chord or last or (self.tonic, "maj", "", self.tonic)
                row.append((0.0 if k == 0 else late if late and rng.random() < .4 else self.middle(), *last))
            bars.append(row)
        self.grid = bars

    def tonic_at(self, bar):
        return (self.tonic + self.key_step) % 12 if self.key_bar is not None and bar >= self.key_bar else self.tonic

    # -- MMA
    def grooves(self):
        """A groove for each bar."""
        rng, style = self.rng, self.style
        main = rng.choice(style["main"])
        stem = os.path.commonprefix([main] + [style["main"][0]])
        near = [g for g in style["main"] if g.startswith(stem) and g != main] or style["main"]
        # introductions may be for the drums alone
        drummed = self.s["ensemble"] not in ("no_drums", "piano") and rng.random() < .75
        names = {"intro": rng.choice(style.get("intro") or [main]) if drummed else main, "A": main,
                 "B": rng.choice(near), "C": rng.choice(style["main"])}
        if rng.random() < .3:
            names["B"] = main
        fill = rng.choice(style["fill"]) if style.get("fill") and rng.random() < .8 else None
        out = []
        for bar in range(self.bars):
            start, name = self.section_of(bar)
            ends = bar + 1 in {b for b, _ in self.sections} or bar + 1 == self.bars
            out.append(fill if fill and ends and name != "intro" and bar - start >= 3 else names[name])
        if self.s["complete"] and style.get("end") and self.bars > 6 and rng.random() < .7:
            out[-2:] = [rng.choice(style["end"])] * 2
        self.main_groove = main
        return out

    def text(self, grooves, use, plain=False):
        """The piece as MMA reads it."""
        lines = [f"RndSeed {self.rng.randrange(1 << 30)}"] + use
        now = None
        number = 1
        for bar, row in enumerate(self.grid):
            if grooves[bar] != now:
                now = grooves[bar]
                lines += [f"Groove {now}", "AllTracks RTime 0"]
            place = 0.0
            for k, (count, side) in enumerate(self.cuts):
                size = count or METRES[self.s["written"]][0]
                inside = [c for c in row if place - 1e-6 <= c[0] < place + size - 1e-6]
                before = [c for c in row if c[0] <= place + 1e-6][-1]
                inside = inside if inside and inside[0][0] <= place + 1e-6 else [(place, *before[1:])] + inside
                if count:
                    lines.append(f"Truncate {count} Side={side}")
                names = [mma_name(root, spelling) + ("" if offset <= place + 1e-6 else f"@{offset - place + 1:g}")
                         for offset, root, _, spelling, _ in inside]
                lines.append(f"{number} {'C' if plain else ' '.join(names)}")
                place, number = place + size, number + 1
        return lines

    def write(self, drums):
        """self.notes: [on, off, pitch, velocity, part, program] in q; self.chords in q."""
        s, rng = self.s, self.rng
        use = self.own.text(["OwnA", "OwnB"]) if self.own else [f"Use {s['style']}"]
        with tempfile.TemporaryDirectory() as folder:
            mid, why = run_mma(self.text(self.grooves(), use), folder)
            if mid is None:
                raise RuntimeError(f"mma refuses {s['style']}: {why[-400:]}")
            notes = notes_of(mid, self.bars * self.bar_q)
            if s["style"].startswith("casio"):
                snap(notes)
            self.feel = feel_of(notes) if self.parts == 2 and self.pulse_q == 1 else .5
            donors = [k for k in sorted(drums) if drums[k]["metre"] == s["written"] and not DRUMS_SWING.search(k)]
            if s["written"] == "6/8 in 6":
                donors = [k for k in sorted(drums) if drums[k]["metre"] == s["written"]]
            silent = not any(n[4] == "drums" for n in notes)
            self.donor = None
            if (s["ensemble"] == "band" and donors and not s["parts"] and self.feel == .5 and s["from"] == "library"
                    and rng.random() < (.5 if silent else .15)):
                self.donor = rng.choice(donors)
                beat = rng.choice(drums[self.donor]["main"])
                other, _ = run_mma(self.text([beat] * self.bars, [f"Use {self.donor}"], True), folder)
                if other is not None:
                    notes = [n for n in notes if n[4] != "drums"]
                    notes += [n for n in notes_of(other, self.bars * self.bar_q) if n[4] == "drums"]
        self.notes = notes
        self.chords = []
        for bar, row in enumerate(self.grid):
            for k, (offset, root, quality, _, bass) in enumerate(row):
                start = bar * self.bar_q + offset
                end = bar * self.bar_q + (row[k + 1][0] if k + 1 < len(row) else self.bar_q)
                self.chords.append([start, end, root, quality, bass])
        self.ensemble()
        self.turn_basses()
        self.hear_chords()
        if s["melody"]:
            self.sing()
        shift = rng.randint(-4, 4)
        for n in self.notes:
            if n[4] != "drums":
                n[2] += shift
        self.tonic = (self.tonic + shift) % 12
        for chord in self.chords:
            chord[2], chord[4] = (chord[2] + shift) % 12, (chord[4] + shift) % 12

    # -- who plays
    def low_parts(self):
        """The parts which are basses: by name and by register."""
        out = []
        for part in sorted({n[4] for n in self.notes} - {"drums"}):
            pitches = [n[2] for n in self.notes if n[4] == part]
            if re.search("bass|walk", part, re.I) and sum(pitches) / len(pitches) < 53:
                out.append(part)
        return out

    def ensemble(self):
        s, rng = self.s, self.rng
        kind = s["ensemble"]
        lows = self.low_parts()
        if kind in ("no_drums", "piano") and not (kind == "piano" and rng.random() < .25):
            self.notes = [n for n in self.notes if n[4] != "drums"]
        if kind == "drums":
            self.notes = [n for n in self.notes if n[4] == "drums"]
        if kind == "drums_bass" and not lows:
            kind = s["ensemble"] = "band"
        if kind == "drums_bass":
            self.notes = [n for n in self.notes if n[4] == "drums" or n[4] in lows]
        parts = sorted({n[4] for n in self.notes} - {"drums"})
        if kind == "piano":
            others = [p for p in parts if p not in lows]
            others.sort(key=lambda p: -sum(n[4] == p for n in self.notes))
            keep = set(lows[:1] + others[:rng.choice((1, 2, 2, 3))])
            voice = rng.choices((0, 1, 2, 4, 5, 6), (60, 15, 8, 10, 4, 3))[0]
            for n in self.notes:
                if n[4] != "drums":
                    n[5] = voice
            filled = {int(n[0] / self.bar_q + .03) for n in self.notes if n[4] in keep}
            self.notes = [n for n in self.notes if n[4] == "drums" or n[4] in keep
                          or int(n[0] / self.bar_q + .03) not in filled]
            s["voice"] = voice
        elif s["substituted"]:
            chosen = {p: rng.choice(BASS_VOICES if p in lows else ANY_VOICE) for p in parts}
            for n in self.notes:
                n[5] = chosen.get(n[4], n[5])
        for n in self.notes:
            if n[4] != "drums" and n[5] in (86, 55, 47) or n[5] > 111:  # a lead in fifths, hits, effects
                n[5] = 81
        # turn_basses() looks after what gets too deep
        moved = {p: rng.choice((-12, 12)) for p in parts if p not in lows and rng.random() < .08}
        for n in self.notes:
            n[2] += moved.get(n[4], 0) if 40 <= n[2] + moved.get(n[4], 0) <= 100 else 0

    def turn_basses(self):
        """Basses begin each chord on its bass note: MMA's walks begin anywhere in the chord, and it
        takes a slash for a new root, so it is not told of inversions. Pairs become single notes."""
        lows = self.low_parts()
        for part in lows:
            mine = sorted((n for n in self.notes if n[4] == part), key=lambda n: (n[0], n[2]))
            dropped = set()
            for a, b in zip(mine, mine[1:]):
                if b[0] - a[0] < .03 and id(a) not in dropped:
                    _, _, root, _, bass = self.chord_at(a[0] + .1)
                    dropped.add(id(b if a[2] % 12 == bass else a if b[2] % 12 in (bass, root) else a))
            self.notes = [n for n in self.notes if id(n) not in dropped]
        mean = {part: np.mean([n[2] for n in self.notes if n[4] == part]) for part in lows}
        for n in self.notes:                            # nobody plays below the basses
            while lows and n[4] != "drums" and n[4] not in lows and n[2] < max(mean.values()) + 4:
                n[2] += 12
        played = sorted((n for n in self.notes if n[4] != "drums"), key=lambda n: n[0])
        onsets = np.array([n[0] for n in played])
        for chord in self.chords:
            start, end, root, quality, bass = chord
            a, b = np.searchsorted(onsets, (start - .1, end - .1))
            if not lows:                                 # as the lowest note has it
                lowest = min((n[2] for n in played[a:b]), default=root) % 12
                chord[4] = lowest if (lowest - root) % 12 in TONES[quality] else root
                continue
            led = False
            for part in lows:
                mine = [n for n in played[a:b] if n[4] == part]
                if not mine or mine[0][0] > start + self.pulse_q + .05:
                    continue
                led = True
                for n in mine:
                    if n is mine[0] or n[2] % 12 == root != bass:
                        step = (bass - n[2]) % 12
                        n[2] += step if step <= 6 and n[2] + step < 55 else step - 12
                        n[2] += 12 if n[2] < 26 else 0
            if not led:
                chord[4] = root

    def hear_chords(self):
        """Ends notes that the next chord does not have, and joins to the chord before those that
        nobody plays; then equal neighbours."""
        played = sorted((n for n in self.notes if n[4] != "drums"), key=lambda n: n[0])
        starts = [c[0] for c in self.chords]
        for n in played:
            i = max(0, int(np.searchsorted(starts, n[0] + .1)) - 1)
            while i + 1 < len(self.chords) and self.chords[i + 1][0] < n[1] - .25:
                nxt = self.chords[i + 1]
                if (n[2] - nxt[2]) % 12 not in TONES[nxt[3]]:
                    n[1] = max(n[0] + .05, nxt[0])
                    break
                i += 1
        onsets = np.array([n[0] for n in played])
        heard = []
        for chord in self.chords:
            a, b = np.searchsorted(onsets, (chord[0] - .1, chord[1] - .1))
            third = (chord[2] + TONES[chord[3]][1]) % 12
            fresh = {n[2] % 12 for n in played[a:b]}
            held = {n[2] % 12 for n in played[:a] if n[1] > chord[0] + .5 * (chord[1] - chord[0])}
            known = chord[2] in fresh or third in fresh or {chord[2], third} <= held
            if heard and not known:
                heard[-1][1] = chord[1]
            elif heard and heard[-1][2:] == chord[2:]:
                heard[-1][1] = chord[1]
            else:
                heard.append(list(chord))
        self.unheard = len(self.chords) - len(heard)
        self.chords = heard

    def chord_at(self, q):
        i = int(np.searchsorted([c[0] for c in self.chords], q + 1e-6)) - 1
        return self.chords[max(0, i)]

    # -- melody
    def cells(self):
        """Rhythms of a pulse (places in it) with weights, playable at this tempo."""
        pulse_s = 60 / self.s["bpm"]
        if self.parts == 3:
            rows = [((0,), 4), ((0, 2 / 3), 4), ((0, 1 / 3, 2 / 3), 2 if pulse_s > .5 else .3), ((1 / 3, 2 / 3), 1),
                    ((2 / 3,), 1),
                    ((), 1), ((0, .5), .15), ((0, 1 / 3), .7),
                    ((0, 1 / 6, 1 / 3, 2 / 3), .6 if pulse_s > .9 else 0)]
        else:
            half = self.feel
            rows = [((0,), 5), ((0, half), 5), ((half,), 1.6), ((), 1.5)]
            if half == .5 and pulse_s > .42:
                slow = min(2.5, (pulse_s - .3) * 4)
                rows += [((0, .75), 1.2 * slow), ((0, .25, .5), .5 * slow), ((0, .5, .75), .8 * slow),
                         ((0, .25, .5, .75), .3 * slow), ((.25, .5), .3 * slow),
                         ((.75,), .4 * slow)]
            elif half != .5:
                rows += [((0, 1 / 3, 2 / 3), .6 if pulse_s > .4 else .1)]
        return rows

    def motif(self, cells, density):
        """Two bars of places in pulses, with steps of the scale to go between notes."""
        rng, places = self.rng, []
        length = 2 * self.pulses
        for pulse in range(length):
            if rng.random() > density and pulse:
                continue
            cell = rng.choices([c for c, _ in cells], [w for _, w in cells])[0]
            if pulse >= length - max(1, self.pulses // 3) and rng.random() < .6:
                cell = ()                                   # breathe
            places += [pulse + p for p in cell]
        places = places or [0]
        if rng.random() < .35:                              # pull some strong notes forward
            early = 1 - self.feel if self.parts == 2 else 1 / 3
            places = sorted({max(0, p - early) if p == int(p) and p and rng.random() < .35 else p for p in places})
        trend = rng.choice((-1, 1))
        moves = [rng.choices((0, trend, -trend, 2 * trend, -2 * trend, 3 * trend, -4 * trend),
                             (14, 34, 24, 9, 8, 4, 3))[0] for _ in places]
        return list(zip(places, moves))

    def scale_at(self, q):
        """Pitch classes to sing: the mode's, bent to the chord where they would rub."""
        _, _, root, quality, _ = self.chord_at(q)
        tones = {(root + t) % 12 for t in TONES[quality]}
        tonic = self.tonic_at(int(q / self.bar_q + 1e-6))
        scale = {(tonic + t) % 12 for t in SCALES[self.mode]}
        strange = tones - scale
        return {p for p in scale if not any((p - x) % 12 in (1, 11) for x in strange)} | tones, tones

    def sing(self):
        """A melody of motifs over the sections, with an upbeat here and there, and its double."""
        s, rng = self.s, self.rng
        low = rng.choice((55, 57, 60, 62, 64))
        high, pitch = low + rng.randint(14, 21), low + 9
        density, cells = rng.uniform(.6, .95), self.cells()
        rests = {n for n in "ABC" if rng.random() < .1} if len({n for _, n in self.sections}) > 2 else set()
        motifs, notes = {}, []
        for bar in range(0, self.bars, 2):
            start, name = self.section_of(bar)
            if name == "intro" or name in rests:
                continue
            phrase = ((bar - start) // 2) % 4
            key = (name, "b" if phrase == 3 or phrase == 1 and rng.random() < .3 else "a")
            if key not in motifs or rng.random() < .12:
                motifs[key] = self.motif(cells, density)
            last = phrase % 2 == 1
            row = motifs[key]
            if last and rng.random() < .7:                  # a long note ends the phrase
                row = [x for x in row if x[0] <= self.pulses] or row[:1]
            for i, (place, move) in enumerate(row):
                q = bar * self.bar_q + place * self.pulse_q
                if q >= self.bars * self.bar_q - .3 or s["complete"] and q > (self.bars - 1) * self.bar_q + 1e-6:
                    break
                if i + 1 < len(row):
                    nxt = row[i + 1][0]
                else:
                    nxt = 2 * self.pulses - (rng.choice((.5, 1, 2)) if last else .5)
                gap = max(.2, nxt - place)
                scale, tones = self.scale_at(q)
                pool = [p for p in range(low, high + 1) if p % 12 in scale]
                here = min(range(len(pool)), key=lambda j: abs(pool[j] - pitch))
                if pitch > high - 3 or pitch < low + 3:
                    move = -abs(move) if pitch > high - 3 else abs(move)
                pitch = pool[min(max(here + move, 0), len(pool) - 1)]
                strong = place % 1 < 1e-6 and (place % self.pulses == 0 or gap >= 1 or rng.random() < .4)
                if strong or gap >= 1.5 or i + 1 == len(row):
                    chordal = [p for p in pool if p % 12 in tones]
                    pitch = min(chordal, key=lambda p: (abs(p - pitch), p))
                length = min(gap, 2.0 * self.pulses) * rng.choice((.96, .96, .9, .6))
                notes.append([q, q + length * self.pulse_q, pitch, 88 + (10 if strong else 0) + rng.randint(-6, 6),
                              "melody", 0])
        if s["complete"] and notes:
            q = (self.bars - 1) * self.bar_q
            home = [p for p in range(low, high + 1) if p % 12 == self.chord_at(q)[2]] or [pitch]
            notes.append([q, q + self.bar_q * .9, min(home, key=lambda p: abs(p - pitch)), 95, "melody", 0])
        voice = s.get("voice", 0) if s["ensemble"] == "piano" and rng.random() < .85 else rng.choice(SINGERS)
        if s["ensemble"] == "piano":                        # above the accompaniment
            notes = [[a, b, p + 12 if low < 64 else p, v, part, 0] for a, b, p, v, part, _ in notes]
        for n in notes:
            n[5] = voice
        doubled = []
        if rng.random() < .2:
            other, step = rng.choice(SINGERS) if s["ensemble"] != "piano" else voice, rng.choice((0, 12, 12, -12))
            doubled = [[a, b, p + step, v - 10, "melody 2", other]
                       for a, b, p, v, _, _ in notes if 43 <= p + step <= 96]
        self.notes += notes + doubled

    # -- playing
    def perform(self):
        """self.played: [on_s, off_s, pitch, velocity, part, program], no pitch of a part twice at once."""
        s, rng = self.s, self.rng
        behind = {part: min(.009, max(-.009, rng.gauss(0, .0035))) if s["loose_s"] else 0
                  for part in sorted({n[4] for n in self.notes})}
        stretch = rng.uniform(.7, 1.1)
        together, played = {}, []
        for on, off, pitch, velocity, part, program in sorted(self.notes):
            late = 0.0
            if s["loose_s"]:
                key = (part, round(on * 24))
                if key not in together:
                    together[key] = max(-2.2, min(2.2, rng.gauss(0, 1))) * s["loose_s"]
                late = behind[part] + together[key] + max(-.004, min(.004, rng.gauss(0, .0015)))
            start = max(0.0, self.at(on) + late)
            end = max(start + (.1 if part == "drums" else .06), self.at(off) + late)
            velocity = round(80 + (velocity - 80) * stretch + (rng.gauss(0, 4) if s["loose_s"] else 0))
            played.append([start, end, pitch, max(38, min(124, velocity)), part, program])
        last, self.played = {}, []
        for n in sorted(played):
            before = last.get((n[4], n[2]))
            if before:
                if n[0] - before[0] < .03:
                    before[1] = max(before[1], n[1])
                    continue
                before[1] = min(before[1], n[0] - .002)
            last[(n[4], n[2])] = n
            self.played.append(n)

    def tune(self):
        """Cents above 440, what was tuned to, and A4 under the names used."""
        rng, a4 = self.rng, 440.0
        if self.s["detuned"]:
            if rng.random() < .75:
                cents = rng.uniform(-50, 50)
            elif rng.random() < .6:                         # 415, 430, 432, 442, 443 and 466 Hz
                cents = rng.choice((-101.3, -39.8, -31.8, 7.9, 11.8, 101.2))
            else:
                cents = rng.uniform(-100, 100)
            a4 = 440 * 2 ** (round(cents) / 1200)
        cents = 1200 * math.log2(a4 / 440)
        self.a4, self.shift = a4, round(cents / 100)
        self.tuning = a4 * 2 ** (-self.shift / 12)
        return cents

    def midi(self):
        """The piece as fluidsynth gets it; channels by part and program."""
        s, rng, cents = self.s, self.rng, self.tune()
        mid = mido.MidiFile(type=1, ticks_per_beat=TICKS)
        _, base, odd = FONTS[s["font"]]
        late = LATE_OF.get(s["font"], LATE_S)
        end = round((max(n[1] for n in self.played) + 3) * 2 * TICKS)
        kit = rng.choice((0, 8, 16, 24, 25, 32)) if rng.random() < .3 else 0
        channels = iter([c for c in range(16) if c != 9])
        for part in sorted({n[4] for n in self.played}):
            channel = 9 if part == "drums" else next(channels, None)
            if channel is None:
                self.played = [n for n in self.played if n[4] != part]
                continue
            mine = [n for n in self.played if n[4] == part]
            low = sum(n[2] for n in mine) / len(mine) < 50
            if part == "drums":
                volume, pan = rng.randint(72, 118), 64
            elif part == "melody":
                volume, pan = rng.randint(92, 122), rng.randint(50, 78)
            elif low:
                volume, pan = rng.randint(80, 118), rng.randint(50, 78)
            else:
                volume, pan = rng.randint(55, 110), rng.randint(15, 112)
            events = [(0, 0, mido.Message("control_change", channel=channel, control=c, value=v))
                      for c, v in ((7, volume), (10, pan), (91, rng.randint(0, 90)),
                                   (93, rng.choice((0, 0, rng.randint(0, 60)))))]
            program = None
            for on, off, pitch, velocity, _, voice in mine:
                tick = max(0, round((on - late) * 2 * TICKS))
                if voice != program:
                    program = voice
                    events.append((tick, 2, mido.Message("program_change", channel=channel,
                            program=kit if channel == 9 else voice)))
                    if channel != 9:
                        events += [(tick, 3, m) for m in self.pitch_wheel(channel, cents - odd.get(voice, base))]
                events.append((tick, 4, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
                events.append((max(tick + 1, round((off - late) * 2 * TICKS)), 1,
                               mido.Message("note_off", channel=channel, note=pitch)))
            if s["ensemble"] == "piano" and channel != 9 and s.setdefault("pedal", rng.random() < .5):
                for a, b, *_ in self.chords:
                    events.append((round((self.at(a) + .05) * 2 * TICKS), 5,
                                   mido.Message("control_change", channel=channel, control=64, value=127)))
                    events.append((round((self.at(b) - .01) * 2 * TICKS), 0,
                                   mido.Message("control_change", channel=channel, control=64, value=0)))
            events.append((end, 6, mido.Message("control_change", channel=channel, control=64, value=0)))
            track, now = mido.MidiTrack(), 0
            for tick, _, message in sorted(events, key=lambda e: e[:2]):
                track.append(message.copy(time=tick - now))
                now = tick
            mid.tracks.append(track)
        return mid

    @staticmethod
    def pitch_wheel(channel, cents):
        """Registered parameters 2 and 1, coarse and fine tuning; fluidsynth keeps whole cents."""
        cents = round(cents) + .02
        coarse = round(cents / 100)
        fine = 8192 + round((cents - 100 * coarse) * 81.92)
        for control, value in ((101, 0), (100, 2), (38, 0), (6, 64 + coarse), (101, 0), (100, 1), (38, fine & 127),
                               (6, fine >> 7)):
            yield mido.Message("control_change", channel=channel, control=control, value=value)

    # -- truth
    def traits(self):
        s = self.s
        speed = next(n for n, top in (("slow", 70), ("medium", 120), ("fast", 165), ("very_fast", 999))
                     if s["bpm"] < top)
        drums = any(n[4] == "drums" for n in self.played)
        out = ["accompaniment", "metre_" + s["metre"], "tempo_" + speed, "ensemble_" + s["ensemble"],
               "family_" + s["family"],
               "font_" + s["font"], "drums" if drums else "no_drums"]
        out += [k for k in ("melody", "substituted", "detuned", "mono", "treated", "complete") if s[k]]
        out += [s["pace"]] if s["pace"] != "steady" else []
        out += ["key_change"] if self.key_bar is not None else []
        out += ["swing"] if self.feel != .5 else []
        out += ["triplets"] if s["written"] == "12/8" and s["metre"] == "4/4" else []
        out += ["loose"] if s["loose_s"] else []
        out += ["noise"] if s["noise_db"] else []
        out += [s["form"]] if s["form"] != "flac" else []
        out += ["start_" + s["start"]] if s["start"] != "plain" else []
        out += ["slow_attack"] if any(n[4] != "drums" and n[5] in SLOW_ATTACK for n in self.played) else []
        return out

    def truth(self):
        s, total = self.s, self.total
        at = lambda q: self.at(q) + self.lead
        clamp = lambda t: round(min(max(0.0, t), total), 6)
        clip = lambda a, b: {"start_s": clamp(a), "end_s": clamp(b)}
        inside = lambda ts: [round(t, 6) for t in ts if 0 <= t < total]
        beats = [t + self.lead for t in self.times[:-1]]
        onsets = []
        for t in sorted(n[0] + self.lead for n in self.played):
            if 0 <= t < total and (not onsets or t - onsets[-1] > .03):
                onsets.append(t)
        name = lambda pc: NAMES[(pc + self.shift) % 12]
        third = "minor" if SCALES[self.mode][2] == 3 else "major"
        keys = [{**clip(at(a * self.bar_q), at(b * self.bar_q)), "tonic": name(self.tonic_at(a)), "mode": third}
                for a, b in self.spans(self.key_bar)]
        tempi = []
        for a, b in self.spans(self.tempo_bar):
            gaps = np.diff(self.times[a * self.pulses:b * self.pulses + 1])
            bpm = round(60 / float(np.median(gaps)), 4)
            tempi.append({**clip(at(a * self.bar_q), at(b * self.bar_q)), "bpm": bpm})
        longest = lambda rows: max(rows, key=lambda x: x["end_s"] - x["start_s"])
        chords = []
        if self.lead > 0:
            chords.append({"start_s": 0.0, "end_s": round(self.lead, 6), "label": "N", "bass": None})
        for a, b, root, quality, bass in self.chords:
            chords.append({**clip(at(a), at(b)), "label": f"{name(root)}:{quality}", "bass": name(bass)})
        chords = [c for c in chords if c["end_s"] > c["start_s"]]
        tonal = any(n[4] != "drums" for n in self.played)
        sounded = tonal and s["ensemble"] != "drums_bass"
        key = longest(keys)
        ends = [b for b, _ in self.sections[1:]] + [self.bars]
        out = {"key": f"{key['tonic']} {key['mode']}" if tonal else None, "mode": self.mode if tonal else None,
               "key_spans": keys if tonal else None, "bpm": longest(tempi)["bpm"], "tempo_spans": tempi,
               "beats": inside(beats), "downbeats": inside(beats[::self.pulses]), "beats_per_bar": self.top,
               "beat_unit": self.unit,
               "pulses_per_bar": self.pulses, "onsets": [round(t, 6) for t in onsets], 
               "chords": chords if sounded else None,
               "tuning_hz": round(self.tuning, 3) if tonal else None,
               "played_a4_hz": round(self.a4, 3) if tonal else None,
               "sections": [{**clip(at(b * self.bar_q), at(e * self.bar_q)), "label": n}
                            for (b, n), e in zip(self.sections, ends)
                            if 0 < at(e * self.bar_q) and at(b * self.bar_q) < total],
               "traits": self.traits(), "genre": s["style"].split("/")[-1],
               "groove": f"{s['style']}:{self.main_groove}", "drums_of": self.donor,
               "soundfont": s["font"],
               "programs": {n[4] if n[4].startswith("melody") else n[4].split(" ", 1)[-1]: n[5]
                            for n in self.played if n[4] != "drums"},
               "music_end_s": round(min(total, at(self.bars * self.bar_q)), 6),
               "midi_offset_s": round(self.lead, 6)}
        if tonal and not sounded:
            out["implied_chords"] = chords
        if not tonal:
            out["atonal"] = True
        return out

    def spans(self, change):
        return [(0, self.bars)] if change is None else [(0, change), (change, self.bars)]


# ------------------------------------------------------------------------------- sound
def font_path(name):
    return next((str(d / (name + ".sf2")) for d in FONT_DIRS if (d / (name + ".sf2")).exists()), None)


def render(piece, folder):
    """Samples (frames, 2) from the first bar on."""
    rng, midi, wav = piece.rng, os.path.join(folder, "p.mid"), os.path.join(folder, "p.wav")
    piece.midi().save(midi)
    room = ["-o", f"synth.reverb.room-size={rng.uniform(.1, .9):.3f}",
            "-o", f"synth.reverb.level={rng.uniform(.1, .8):.3f}",
            "-o", f"synth.reverb.damp={rng.uniform(0, .7):.3f}",
            "-o", f"synth.chorus.level={rng.uniform(.5, 2.5):.3f}"]
    room += ["-R", "1" if rng.random() < .85 else "0", "-C", "1" if rng.random() < .5 else "0"]
    subprocess.run(["fluidsynth", "-niq", "-g", "0.2", "-r", str(RATE), "-T", "wav", "-O", "s32",
                    "-o", "synth.dynamic-sample-loading=1", "-o", "synth.polyphony=400",
                    *room, "-F", wav, font_path(piece.s["font"]), midi],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return wavfile.read(wav)[1].astype(np.float32) / 2 ** 31


def fit(x, lead, seconds):
    """Moved by LEAD seconds, exactly SECONDS long, with 50 ms to fade."""
    count, shift = round(seconds * RATE), round(lead * RATE)
    x = np.concatenate([np.zeros((shift, 2), np.float32), x]) if shift > 0 else x[-shift:]
    x = np.concatenate([x[:count], np.zeros((max(0, count - len(x)), 2), np.float32)])
    ramp = min(count, RATE // 20)
    x[count - ramp:] *= np.linspace(1, 0, ramp, dtype=np.float32)[:, None]
    return x


def treat(x, rng):
    """Shelves, perhaps a compressor, by ffmpeg; neither delays the sound."""
    chain = [f"bass=g={rng.uniform(-8, 8):.2f}:f={rng.uniform(80, 250):.0f}",
             f"treble=g={rng.uniform(-8, 8):.2f}:f={rng.uniform(2500, 8000):.0f}"]
    if rng.random() < .5:
        chain.append(f"acompressor=threshold={rng.uniform(.05, .3):.3f}:ratio={rng.uniform(2, 8):.1f}"
                     f":attack={rng.uniform(2, 30):.0f}:release={rng.uniform(50, 300):.0f}")
    x = x / max(1e-6, float(np.abs(x).max()))
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    done = subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", "-", "-af", ",".join(chain), *raw, "-"],
                          input=x.astype("<f4").tobytes(),
                          stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2)[:len(x)].copy()


def add_noise(x, snr_db, pink, rng):
    noise = rng.standard_normal(x.shape, dtype=np.float32)
    if pink:
        f = np.fft.rfft(noise, axis=0)
        noise = np.fft.irfft(f / np.sqrt(np.maximum(1, np.arange(len(f))))[:, None], len(x), axis=0)
    level = np.sqrt((x ** 2).mean() / (noise ** 2).mean()) * 10 ** (-snr_db / 20)
    return x + noise.astype(np.float32) * level


def encode(x, path, folder):
    wav = os.path.join(folder, "out.wav")
    wavfile.write(wav, RATE, np.clip(np.round(x * 32767), -32768, 32767).astype(np.int16))
    codec = {".flac": ["flac", "-compression_level", "2"], ".mp3": ["libmp3lame", "-b:a", "96k"],
             ".ogg": ["libvorbis", "-q:a", "3"]}
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", wav, "-map_metadata", "-1", "-fflags", "+bitexact",
                    "-flags:a", "+bitexact",
                    "-c:a", *codec[os.path.splitext(path)[1]], path], check=True, stdin=subprocess.DEVNULL)


def make(job):
    """One piece; a style that cannot serve is replaced by the next draw."""
    index, outdir, seed, seconds, styles, drums, at_random = job
    for attempt in range(5):
        rng = random.Random(f"{seed}/{index}/{attempt}")
        try:
            piece = Piece(plan(rng, styles, drums, at_random), rng, seconds, styles, drums)
            if not piece.notes:
                raise RuntimeError("nothing to play")
        except RuntimeError as trouble:
            print(f"\n{index}: {trouble}", file=sys.stderr)
            continue
        break
    piece.perform()
    s = piece.s
    with tempfile.TemporaryDirectory() as folder:
        x = fit(render(piece, folder), piece.lead, seconds)
        if s["treated"]:
            x = treat(x, rng)
        if s["noise_db"]:
            x = add_noise(x, s["noise_db"], rng.random() < .5, np.random.default_rng([seed, index]))
        if s["mono"]:
            x = x.mean(axis=1)
        x *= 10 ** (-25 * rng.random() ** 1.5 / 20) * .999 / max(1e-6, float(np.abs(x).max()))
        encode(x, os.path.join(outdir, f"{index:03d}.{s['form']}"), folder)
    truth = piece.truth()
    truth["snr_db"], truth["duration_s"] = s["noise_db"], seconds
    with open(os.path.join(outdir, f"{index:03d}.json"), "w", encoding="utf-8") as f:
        json.dump(truth, f, separators=(",", ":"))
        f.write("\n")
    return index


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outdir")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--at-random", type=float, default=.12, metavar="SHARE",
                        help="of bands: whose instruments are drawn at random (default .12)")
    a = parser.parse_args()
    if not any(font_path(f) for f in FONTS):
        sys.exit("none of the soundfonts is installed: " + ", ".join(FONTS))
    styles, drums = library()
    if not styles:
        sys.exit(f"no styles under {MMA_LIB}: is mma installed?")
    os.makedirs(a.outdir, exist_ok=True)
    jobs = [(i, a.outdir, a.seed, a.seconds, styles, drums, a.at_random) for i in range(a.count)]
    with Pool(a.jobs) as pool:
        for done, _ in enumerate(pool.imap_unordered(make, jobs), 1):
            print(f"\r{done}/{a.count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


if __name__ == "__main__":
    main()
