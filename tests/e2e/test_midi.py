#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""MIDI files of other programs, read and written again; and what python3-mido reads of ours.

The tool is midi-tool (tests/score/midi_tool.c), which is built beside the tests. Each other program
writes its own file of the same few bars; where one is not installed, its test is skipped. The
programs: python3-mido, python3-midiutil, abcmidi, midicsv, libmidi-perl; and the examples that come
with timidity and mma, where those are installed.
"""
import base64
import collections
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402

try:
    import mido
except ImportError:
    mido = None

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
TOOL = PROGRAM.parent / "tests" / "score" / "midi-tool"
# what may come with a mark at the start where the file has none, and with names of tracks
ADDED = {"track_name", "set_tempo", "time_signature"}


def need(what, present):
    if not present:
        raise tap.Skip(f"{what} is not installed")


def tool(what, source, target):
    """Runs midi-tool; the codes of its warnings."""
    if not os.access(TOOL, os.X_OK):
        raise tap.Skip(f"{TOOL.name} is not built")
    done = subprocess.run([str(TOOL), what, str(source), str(target)], capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 0, (source, done.stderr)
    return [line.split()[0] for line in done.stderr.splitlines()]


def shown(path, folder):
    tool("show", path, folder / "shown.json")
    return json.loads((folder / "shown.json").read_text())


def events(path):
    """Each event that mido reads, with its tick, but the ends of tracks: how often it is there."""
    found = collections.Counter()
    for track in mido.MidiFile(path, charset="latin-1").tracks:
        tick = 0
        for message in track:
            fields = message.dict()
            tick += fields.pop("time")
            if fields["type"] == "note_on" and fields["velocity"] == 0:
                fields.update(type="note_off", velocity=64)
            if fields["type"] != "end_of_track":
                found[tick, tuple((k, str(v)) for k, v in sorted(fields.items()))] += 1
    return found


def kept(path, folder, added=frozenset()):
    """Every event of the file is in what we write of it, and nothing else but `added` and ADDED; what
    we write is written again with the same bytes. Returns warnings."""
    need("python3-mido", mido)
    once, twice = folder / "once.mid", folder / "twice.mid"
    warnings = tool("again", path, once)
    assert tool("again", once, twice) == [], path
    assert once.read_bytes() == twice.read_bytes(), path
    before, after = events(path), events(once)
    lost = before - after
    if "midi_note_unbegun" not in warnings and "midi_twice" not in warnings:
        assert not lost, (path, list(lost)[:5])
    more = {dict(event)["type"] for _, event in after - before}
    if "midi_note_unended" in warnings:
        more.discard("note_off")
    assert more <= ADDED | added, (path, more)
    return warnings


def pitches(document):
    return sorted((n["at"], n["pitch"]) for t in document["tracks"] for n in t["notes"])


def in_folder(test):
    def run():
        with tempfile.TemporaryDirectory() as name:
            test(pathlib.Path(name))
    run.__name__ = test.__name__
    return run


# ---- what other programs write ----

@in_folder
def test_mido_files_keep_every_event(folder):
    """Files of random events: all messages, running status, several channels in a track."""
    need("python3-mido", mido)
    for seed in range(60):
        rng = random.Random(seed)
        form = rng.choice([0, 1])
        file = mido.MidiFile(type=form, ticks_per_beat=rng.choice([24, 96, 480, 960, 32767]))
        for number in range(1 if form == 0 else rng.randint(1, 5)):
            file.tracks.append(random_track(rng, number))
        file.save(folder / "in.mid")
        assert kept(folder / "in.mid", folder) == [], seed


def random_track(rng, number):
    track = mido.MidiTrack()
    if rng.random() < 0.8:
        track.append(mido.MetaMessage("track_name", name=rng.choice(["Bass", "bass", "Fl\xf6te", "x" * 80])))
    if number == 0:
        track.append(mido.MetaMessage("set_tempo", tempo=rng.randint(1, 2**24 - 1)))
        track.append(mido.MetaMessage("time_signature", numerator=rng.randint(1, 15),
                                      denominator=2 ** rng.randint(0, 6),
                                      clocks_per_click=rng.choice([12, 24, 36]),
                                      notated_32nd_notes_per_beat=8))
        track.append(mido.MetaMessage("key_signature", key=rng.choice(["C", "Bbm", "F#", "Ebm", "Cb"])))
    channels = rng.sample(range(16), rng.choice([1, 1, 3]))
    sounding = []
    for _ in range(rng.randint(0, 80)):
        time = rng.choice([0, 0, 1, 30, 500, 100000])
        channel, value = rng.choice(channels), rng.randint(0, 127)
        kind = rng.choice(["on", "on", "on", "off", "off", "cc", "program", "bend", "touch", "key", "sysex",
                           "text", "marker", "lyrics", "copyright", "cue_marker", "specific"])
        if kind == "on":
            note = rng.randint(60, 63)
            sounding.append((channel, note))
            track.append(mido.Message("note_on", channel=channel, note=note, time=time,
                                      velocity=rng.randint(1, 127)))
        elif kind == "off" and sounding:
            channel, note = sounding.pop(rng.randrange(len(sounding)))
            track.append(mido.Message(*rng.choice([("note_off",), ("note_on",)]), channel=channel, note=note,
                                      velocity=0, time=time))
        elif kind == "cc":
            track.append(mido.Message("control_change", channel=channel, control=value, value=5, time=time))
        elif kind == "program":
            track.append(mido.Message("program_change", channel=channel, program=value, time=time))
        elif kind == "bend":
            track.append(mido.Message("pitchwheel", channel=channel, pitch=128 * value - 8192, time=time))
        elif kind == "touch":
            track.append(mido.Message("aftertouch", channel=channel, value=value, time=time))
        elif kind == "key":
            track.append(mido.Message("polytouch", channel=channel, note=60, value=value, time=time))
        elif kind == "sysex":
            track.append(mido.Message("sysex", data=[0x7D] + [value] * rng.randint(0, 300), time=time))
        elif kind == "specific":
            track.append(mido.MetaMessage("sequencer_specific", data=(value, 1), time=time))
        elif kind in ("lyrics", "text", "marker", "copyright", "cue_marker"):
            track.append(mido.MetaMessage(kind, text=rng.choice(["", "la", "Stra\xdfe", "a\tb "]), time=time))
    for channel, note in sounding:
        track.append(mido.Message("note_off", channel=channel, note=note, time=10))
    return track


@in_folder
def test_abc2midi(folder):
    need("abcmidi", shutil.which("abc2midi"))
    (folder / "tune.abc").write_text(
        "X:1\nT:Test Tune\nC:Trad\nM:6/8\nL:1/8\nQ:3/8=100\nK:Dm\n%%MIDI program 24\n%%MIDI channel 3\n"
        "%%MIDI gchord fzczzz\n|:\"Dm\"A3 d2e|f3 e2d|\"C\"c3 G3|\"Dm\"A6:|\nw: la la la la\n")
    subprocess.run(["abc2midi", "tune.abc", "-o", "tune.mid"], cwd=folder, check=True, capture_output=True)
    kept(folder / "tune.mid", folder)
    document = shown(folder / "tune.mid", folder)
    assert document["title"] == "Test Tune"
    assert document["tempo"][-1]["bpm"] == 150, document["tempo"]
    assert (document["metre"][-1]["beats_per_bar"], document["metre"][-1]["beat_unit"]) == (6, 8)
    assert (document["keys"][0]["tonic"], document["keys"][0]["mode"]) == ("D", "minor")
    tune = document["tracks"][1]
    assert tune["program"] == 24 and tune["channel"] == 2
    assert [n["pitch"] for n in tune["notes"]] == 2 * [69, 74, 76, 77, 76, 74, 72, 67, 69]
    assert [round(n["at"], 1) for n in tune["notes"]][:4] == [0, 1.5, 2.5, 3]


@in_folder
def test_midiutil(folder):
    try:
        import midiutil
    except ImportError:
        midiutil = None
    need("python3-midiutil", midiutil)
    file = midiutil.MIDIFile(2, ticks_per_quarternote=960, eventtime_is_ticks=False)
    file.addTrackName(0, 0, "Lead")
    file.addTrackName(1, 0, "Kit")
    file.addTempo(0, 0, 97)
    file.addTempo(0, 8, 120)
    file.addTimeSignature(0, 0, 3, 2, 24)
    file.addKeySignature(0, 0, 2, midiutil.SHARPS, midiutil.MAJOR)
    file.addProgramChange(0, 2, 0, 80)
    for i in range(12):
        file.addNote(0, 2, 60 + i, i, 0.5, 100 + i)
        file.addNote(1, 9, 36, i, 0.25, 90)
    file.addControllerEvent(0, 2, 1, 7, 99)
    file.addPitchWheelEvent(0, 2, 2, 4096)
    with open(folder / "in.mid", "wb") as out:
        file.writeFile(out)
    assert kept(folder / "in.mid", folder) == []
    document = shown(folder / "in.mid", folder)
    lead, kit = [t for t in document["tracks"] if t["notes"]]
    assert (lead["name"], lead["program"], lead["channel"]) == ("Lead", 80, 2)
    assert (kit["name"], kit["kind"], kit["channel"]) == ("Kit", "drums", 9)
    assert [n["at"] for n in lead["notes"]] == list(range(12))
    assert {n["length"] for n in lead["notes"]} == {0.5}
    assert [n["velocity"] for n in lead["notes"]] == list(range(100, 112))
    assert [round(t["bpm"], 2) for t in document["tempo"]] == [97.0, 120.0]
    assert (document["keys"][0]["tonic"], document["keys"][0]["fifths"]) == ("D", 2)


@in_folder
def test_csvmidi(folder):
    """Legal and rare: everything that midicsv has a name for."""
    need("midicsv", shutil.which("csvmidi"))
    (folder / "in.csv").write_text("\n".join([
        "0, 0, Header, 1, 3, 480", "1, 0, Start_track", "1, 0, Title_t, \"Rare\"",
        "1, 0, Copyright_t, \"nobody\"", "1, 0, Sequence_number, 7", "1, 0, SMPTE_offset, 96, 0, 3, 0, 0",
        "1, 0, Time_signature, 5, 3, 12, 8", "1, 0, Key_signature, -6, \"minor\"", "1, 0, Tempo, 612345",
        "1, 480, Marker_t, \"A\"", "1, 960, Cue_point_t, \"door\"", "1, 960, End_track",
        "2, 0, Start_track", "2, 0, Title_t, \"One\"", "2, 0, Instrument_name_t, \"Oboe\"",
        "2, 0, MIDI_port, 3", "2, 0, Program_c, 4, 68", "2, 0, Poly_aftertouch_c, 4, 60, 1",
        "2, 0, Note_on_c, 4, 60, 81", "2, 100, Channel_aftertouch_c, 4, 33", "2, 120, Lyric_t, \"la\"",
        "2, 480, Note_off_c, 4, 60, 12", "2, 480, System_exclusive, 3, 67, 1, 247",
        "2, 480, System_exclusive_packet, 2, 67, 1", "2, 500, Sequencer_specific, 2, 0, 65",
        "2, 960, End_track", "3, 0, Start_track", "3, 0, Channel_prefix, 9", "3, 0, Title_t, \"Two\"",
        "3, 0, Note_on_c, 9, 36, 127", "3, 960, Note_on_c, 9, 36, 0", "3, 960, End_track",
        "0, 0, End_of_file", ""]))
    subprocess.run(["csvmidi", "in.csv", "in.mid"], cwd=folder, check=True, capture_output=True)
    assert kept(folder / "in.mid", folder) == []
    document = shown(folder / "in.mid", folder)
    assert document["title"] == "Rare"
    named = {t["name"]: t for t in document["tracks"]}
    assert set(named) == {"conductor", "One", "Two"}
    assert (named["One"]["port"], named["One"]["program"], named["Two"]["kind"]) == (3, 68, "drums")
    assert named["One"]["notes"] == [{"at": 0, "length": 1, "pitch": 60, "velocity": 81, "release": 12}]
    assert (document["sections"][0]["at"], document["sections"][0]["name"]) == (1, "A")
    assert (document["keys"][0]["tonic"], document["keys"][0]["mode"]) == ("D#", "minor")
    # and csvmidi's sister reads what we write
    tool("again", folder / "in.mid", folder / "out.mid")
    text = subprocess.run(["midicsv", "out.mid"], cwd=folder, check=True, capture_output=True).stdout.decode()
    for line in ("Title_t, \"Rare\"", "Tempo, 612345", "MIDI_port, 3", "System_exclusive_packet, 2, 67, 1",
                 "Key_signature, -6, \"minor\"", "Marker_t, \"A\"", "Note_off_c, 4, 60, 12"):
        assert line in text, line


@in_folder
def test_perl_midi(folder):
    module = subprocess.run(["perl", "-MMIDI::Simple", "-e", "1"], capture_output=True, check=False)
    need("libmidi-perl", module.returncode == 0)
    (folder / "make.pl").write_text(
        "use MIDI::Simple; new_score; text_event 'made by Perl'; set_tempo 500000; patch_change 1, 8;\n"
        "noop c1, f, o5; n qn, Cs; n F; n Ds; n hn, Gs_d1; r qn; n 'qn', 'C', 'E', 'G';\n"
        "write_score 'perl.mid';\n")
    subprocess.run(["perl", "make.pl"], cwd=folder, check=True, capture_output=True)
    assert kept(folder / "perl.mid", folder) == []
    document = shown(folder / "perl.mid", folder)
    assert len([p for _, p in pitches(document)]) == 7
    assert [t["program"] for t in document["tracks"] if t["notes"]] == [8]


@in_folder
def test_examples_of_other_programs(folder):
    """All the MIDI files that come with timidity (by a sequencer) and with mma."""
    files = []
    packed = pathlib.Path("/usr/share/doc/timidity/examples/test_sample.mid.gz")
    if packed.is_file():
        (folder / "timidity.mid").write_bytes(gzip.decompress(packed.read_bytes()))
        files.append(folder / "timidity.mid")
    for place in ("/usr/share/mma", "/usr/share/doc/mma"):
        files += [p for p in sorted(pathlib.Path(place).rglob("*")) if p.suffix in (".mid", ".kar")]
    if not files:
        raise tap.Skip("neither timidity nor mma is installed")
    for path in files:
        kept(path, folder)


# ---- what we write ----

NOTES = [{"at": 0, "length": 1, "pitch": 40, "velocity": 100, "release": 64},
         {"at": 1.5, "length": 0.25, "pitch": 43, "velocity": 1, "timing_ms": 12.5, "release": 0},
         {"at": 2, "length": 2, "pitch": 45, "velocity": 127, "timing_ms": -30, "release": 127}]
SCORE = {
    "schema": "sonique/score/1", "title": "Probe \u00e4", "ticks_per_quarter": 960, "length": 16,
    "tempo": [{"at": 0, "bpm": 100}, {"at": 8, "bpm": 128}],
    "metre": [{"at": 0, "beats_per_bar": 6, "beat_unit": 8}, {"at": 6, "beats_per_bar": 4, "beat_unit": 4}],
    "keys": [{"at": 0, "tonic": "F#", "mode": "minor", "fifths": 3},
             {"at": 8, "tonic": "D#", "mode": "major", "fifths": -3}],
    "chords": [],
    "sections": [{"at": 0, "length": 8, "name": "Intro"}, {"at": 8, "length": 8, "name": "Drop"}],
    "tracks": [
        {"name": "bass", "kind": "bass", "program": 38, "channel": 1, "port": 2, "gain_db": 0, "pan": 0,
         "notes": NOTES, "curves": [],
         "messages": [{"at": 0, "status": 0xB0, "a": 7, "b": 90}, {"at": 1, "status": 0xE0, "a": 0, "b": 96},
                      {"at": 1, "status": 0xD0, "a": 11}, {"at": 2, "status": 0xA0, "a": 40, "b": 3},
                      {"at": 3, "status": 0xF0, "bytes": base64.b64encode(b"\x7d\1\2\xf7").decode()},
                      {"at": 4, "status": 0xFF, "a": 5, "bytes": base64.b64encode(b"la").decode()}]},
        {"name": "Schlagzeug \u00e4", "kind": "drums", "channel": 9, "gain_db": 0, "pan": 0,
         "notes": [{"at": i / 4, "length": 0.125, "pitch": 36 + i % 3, "velocity": 64 + i, "release": 64}
                   for i in range(32)], "curves": [], "messages": []}],
}


def absolute(track):
    tick = 0
    for message in track:
        tick += message.time
        yield tick, message


@in_folder
def test_mido_agrees_with_what_was_written(folder):
    need("python3-mido", mido)
    (folder / "score.json").write_text(json.dumps(SCORE))
    tool("write", folder / "score.json", folder / "out.mid")
    file = mido.MidiFile(folder / "out.mid", charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 960, 3)
    assert [t.name for t in file.tracks] == ["Probe \u00e4", "bass", "Schlagzeug \u00e4"]
    said = collections.defaultdict(list)
    for tick, message in absolute(file.tracks[0]):
        said[message.type].append((tick / 960, message))
    assert [(t, round(mido.tempo2bpm(m.tempo), 3)) for t, m in said["set_tempo"]] == [(0, 100), (8, 128)]
    assert [(t, m.numerator, m.denominator, m.clocks_per_click) for t, m in said["time_signature"]] == [
        (0, 6, 8, 36), (6, 4, 4, 24)]
    assert [(t, m.key) for t, m in said["key_signature"]] == [(0, "F#m"), (8, "Eb")]
    assert [(t, m.text) for t, m in said["marker"]] == [(0, "Intro"), (8, "Drop")]
    assert [(t, m.type) for t, m in absolute(file.tracks[0])][-1] == (16 * 960, "end_of_track")
    # 1 tick is 0.625 ms at 100 BPM
    bass = [(t, m) for t, m in absolute(file.tracks[1])]
    assert [(t, m.note, m.velocity) for t, m in bass if m.type == "note_on"] == [
        (0, 40, 100), (1440 + 20, 43, 1), (1920 - 48, 45, 127)]
    assert [(t, m.note, m.velocity) for t, m in bass if m.type == "note_off"] == [
        (960, 40, 64), (1680 + 20, 43, 0), (3840 - 48, 45, 127)]
    assert {m.channel for _, m in bass if not m.is_meta and m.type != "sysex"} == {1}
    rest = {m.type: (t, m) for t, m in bass}
    assert (rest["midi_port"][0], rest["midi_port"][1].port) == (0, 2)
    assert (rest["program_change"][0], rest["program_change"][1].program) == (0, 38)
    assert (rest["control_change"][1].control, rest["control_change"][1].value) == (7, 90)
    assert (rest["pitchwheel"][0], rest["pitchwheel"][1].pitch) == (960, 4096)
    assert (rest["aftertouch"][0], rest["aftertouch"][1].value) == (960, 11)
    assert (rest["polytouch"][0], rest["polytouch"][1].note, rest["polytouch"][1].value) == (1920, 40, 3)
    assert (rest["sysex"][0], rest["sysex"][1].data) == (2880, (0x7D, 1, 2))
    assert (rest["lyrics"][0], rest["lyrics"][1].text) == (3840, "la")
    drums = [(t, m) for t, m in absolute(file.tracks[2]) if m.type == "note_on"]
    assert [(t, m.note, m.velocity, m.channel) for t, m in drums] == [
        (240 * i, 36 + i % 3, 64 + i, 9) for i in range(32)]
    assert abs(file.length - (8 * 0.6 + 8 * 60 / 128)) < 1e-3


@in_folder
def test_damage_is_refused_with_its_offset(folder):
    need("python3-mido", mido)
    track = random_track(random.Random(1), 0)
    file = mido.MidiFile(type=1)
    file.tracks.append(track)
    file.save(folder / "in.mid")
    whole = (folder / "in.mid").read_bytes()
    assert kept(folder / "in.mid", folder) == []
    rng = random.Random(2)
    for length in [0, 3, 13, 21] + [rng.randrange(22, len(whole)) for _ in range(20)]:
        (folder / "cut.mid").write_bytes(whole[:length])
        done = subprocess.run([str(TOOL), "again", str(folder / "cut.mid"), str(folder / "out.mid")],
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1 and done.stderr.startswith("offset "), (length, done)
        assert int(done.stderr.split()[1].rstrip(":")) <= length


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
