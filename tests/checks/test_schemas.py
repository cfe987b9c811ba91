#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The JSON Schemas are sound, and what the program really prints keeps to them.

schemas/<room>-<n>.schema.json describes documents whose "schema" is "sonique/<room>/<n>". The
program's documents come from small recordings made here: silence, a tone, clicks, a file of no
frames. Keys that no schema names are breaches too: every schema closes its objects.
"""
import json
import math
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE)]
import tap  # noqa: E402
from schemas import FOLDER as SCHEMAS, jsonschema, load, validator  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
RATE_HZ = 22050


def write_wav(path, channels):
    """16 bit; `channels` is a list of lists of floats."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        frames = [round(32767 * max(-1.0, min(1.0, v))) for frame in zip(*channels) for v in frame]
        out.writeframes(struct.pack(f"<{len(frames)}h", *frames))


def recordings(folder):
    """Small files that bring out the ordinary answers, the nulls and the warnings."""
    chance = random.Random(1)
    seconds = range(8 * RATE_HZ)
    tone = [0.5 * math.sin(2 * math.pi * 440 * n / RATE_HZ) for n in seconds]
    clicks = [math.exp(-(n % (RATE_HZ // 2)) / 200) * chance.uniform(-1, 1) for n in seconds]
    write_wav(folder / "empty.wav", [[]])
    write_wav(folder / "silence.wav", [[0.0] * RATE_HZ])
    write_wav(folder / "tone.wav", [tone])
    write_wav(folder / "clicks.wav", [clicks, tone])
    cut = (folder / "clicks.wav").read_bytes()
    (folder / "cut.wav").write_bytes(cut[:len(cut) // 3])
    return sorted(folder.glob("*.wav"))


def printed(*arguments):
    """The documents that the program prints, one a line."""
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    done = subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=250)
    assert done.returncode in (0, 1), f"exit status {done.returncode}: {done.stderr}"
    return [json.loads(line, parse_constant=lambda c: 1 / 0) for line in done.stdout.splitlines()]


def open_objects(schema, at="#"):
    """Places where a schema has properties and lets others in."""
    found = []
    if isinstance(schema, dict):
        if "properties" in schema and "additionalProperties" not in schema \
                and "unevaluatedProperties" not in schema and "/allOf/" not in at \
                and not re.search(r"/(if|then|else|not|oneOf|anyOf)(/|$)", at):
            found.append(at)
        for key, value in schema.items():
            if key in ("properties", "$defs") and isinstance(value, dict):  # names, not keywords
                for name, inner in value.items():
                    found += open_objects(inner, f"{at}/{key}/{name}")
            else:
                found += open_objects(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            found += open_objects(value, f"{at}/{index}")
    return found


def missing_reasons(value, at="$"):
    """Nulls without their reason beside them, wherever the document lists reasons at all."""
    found = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is None and not value.get(key + "_reason"):
                found.append(f"{at}.{key}")
            found += missing_reasons(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += missing_reasons(inner, f"{at}[{index}]")
    return found


def test_schemas_are_sound():
    paths = sorted(SCHEMAS.glob("*.json"))
    if not paths:
        raise tap.Skip("no schema yet")
    for path in paths:
        assert re.fullmatch(r"[a-z_-]+-\d+\.schema\.json", path.name), f"{path.name}: name"
        schema = load(path.name)
        assert "$schema" in schema, f"{path.name}: no $schema"
        jsonschema.validators.validator_for(schema).check_schema(schema)
        room, number = path.name.split(".")[0].rsplit("-", 1)
        const = schema.get("properties", {}).get("schema", {}).get("const")
        assert const == f"sonique/{room}/{number}", f"{path.name}: schema is {const}"
        assert not open_objects(schema), f"{path.name}: open objects {open_objects(schema)}"


def test_listen_documents():
    rules = validator("listen-1.schema.json")
    with tempfile.TemporaryDirectory() as folder:
        files = recordings(pathlib.Path(folder))
        documents = printed("listen", "--json", "--quiet", *files)
    assert documents, "no document printed"
    for document in documents:
        name = pathlib.Path(document["file"]["path"]).name
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                  for e in rules.iter_errors(document)]
        assert not errors, f"{name}:\n" + "\n".join(errors[:20])
        assert not missing_reasons(document), f"{name}: null without a reason: " \
            f"{missing_reasons(document)}"


def videos(folder):
    """Small videos: one that moves, one of a single picture, a part of one."""
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    def make(name, *arguments):
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", *arguments, "-pix_fmt", "yuv420p",
                        str(folder / name)], check=True, stdin=subprocess.DEVNULL)
    make("moves.mkv", "-i", "mandelbrot=s=128x96:r=25", "-t", "6", "-c:v", "ffv1")
    make("still.mkv", "-i", "color=red:s=64x64:r=25", "-t", "3", "-c:v", "ffv1")
    make("one.mkv", "-i", "testsrc2=s=64x48", "-frames:v", "1", "-c:v", "ffv1")
    cut = (folder / "moves.mkv").read_bytes()
    (folder / "cut.mkv").write_bytes(cut[:len(cut) // 3])
    return sorted(folder.glob("*.mkv"))


def test_watch_documents():
    rules = validator("watch-1.schema.json")
    with tempfile.TemporaryDirectory() as folder:
        files = videos(pathlib.Path(folder))
        documents = printed("watch", "--json", "--quiet", "--windows", *files) + \
            printed("watch", "--json", "--quiet", "--timings", "--range", "0:20f", *files)
    assert len(documents) == 2 * len(files)
    for document in documents:
        name = pathlib.Path(document["video"]["path"]).name
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                  for e in rules.iter_errors(document)]
        assert not errors, f"{name}:\n" + "\n".join(errors[:20])
        assert not missing_reasons(document), f"{name}: null without a reason: " \
            f"{missing_reasons(document)}"
    for wrong in ({}, {"schema": "sonique/watch/1"}, {**documents[0], "more": 1},
                  {**documents[0], "events": [{"t_s": -1}]}, {**documents[0], "motion": "static"}):
        assert not rules.is_valid(wrong), f"accepted {wrong}"


def golden(name):
    """A document that the unit tests hold against what the program writes."""
    return json.loads((ROOT / "tests" / "golden" / name).read_text())


def test_documents_of_music():
    rules = validator("listen-1.schema.json")
    for name in ("hearing_music.json", "hearing_music_gaps.json"):
        document = golden(name)
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                  for e in rules.iter_errors(document)]
        assert not errors, f"{name}:\n" + "\n".join(errors[:20])
        assert not missing_reasons(document), f"{name}: null without a reason: " \
            f"{missing_reasons(document)}"


WRONG_MUSIC = [
    ("tempo", "bpm", 0), ("tempo", "bpm", "120"), ("tempo", "confidence", 1.5), ("tempo", "more", 1),
    ("tempo", "candidates", [{"bpm": 100}]), ("tempo", "candidates", 6 * [{"bpm": 9, "weight": 0}]),
    ("tempo", "spans", [{"start_s": 0, "end_s": 1}]), ("meter", "beat_unit", 3),
    ("meter", "beats_per_bar", 0), ("meter", "pulses_per_bar", 2.5), ("beats_s", 0, -1),
    ("downbeats_s", 0, None), ("onsets_s", 0, "1"), ("onset_strength", 0, 2), ("groove", "bands", {}),
    ("key", "tonic", "Bb"), ("key", "mode", "dorian"), ("key", "camelot", "13A"),
    ("key", "tuning_hz", 0), ("key", "spans", [{"start_s": 0, "end_s": 1, "tonic": "A",
                                                "mode": "atonal"}]),
    ("chords", 0, {"start_s": 0, "end_s": 1, "label": "Am", "bass": "A"}),
    ("chords", 0, {"start_s": 0, "end_s": 1, "label": "A:min"}), ("patterns", "labels", ["loud"]),
    ("patterns", "labels", ["tonal", "tonal"]), ("patterns", "pulse", -0.1),
]


def test_wrong_music_is_refused():
    rules = validator("listen-1.schema.json")
    for section, key, value in WRONG_MUSIC:
        document = golden("hearing_music.json")
        document[section][key] = value
        assert not rules.is_valid(document), f"accepted {section}.{key} = {value}"
    for section in ("tempo", "meter", "beats_s", "downbeats_s", "onsets_s", "onset_strength", "groove",
                    "key", "chords", "patterns"):
        document = golden("hearing_music.json")
        del document[section]
        assert not rules.is_valid(document), f"accepted a document without {section}"
    for section in ("tempo", "key", "patterns"):
        document = golden("hearing_music.json")
        del document["regions"][0]["analysis"][section]
        assert not rules.is_valid(document), f"accepted a region with music without {section}"


def page_example():
    """The worked example of docs/formats/score.md."""
    page = (ROOT / "docs" / "formats" / "score.md").read_text()
    return json.loads(re.search(r"```json\n(.*?)```", page, re.S).group(1))


def test_scores():
    rules = validator("score-1.schema.json")
    documents = {"score.json": golden("score.json"), "score_any.json": golden("score_any.json"),
                 "docs/formats/score.md": page_example(),
                 "least": {"schema": "sonique/score/1", "tracks": []}}
    for name, document in documents.items():
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                  for e in rules.iter_errors(document)]
        assert not errors, f"{name}:\n" + "\n".join(errors[:20])


WRONG_SCORES = [  # where, value; the unit test of score_json refuses the same
    (["more"], 1), (["title"], None), (["ticks_per_quarter"], 23), (["length"], -1),
    (["tempo", 0, "bpm"], 0), (["tempo", 0], {"at": 0}), (["tempo"], 120),
    (["metre", 0, "beat_unit"], 6), (["metre", 0, "beats_per_bar"], 0),
    (["keys", 0, "tonic"], "Bb"), (["keys", 0, "mode"], "dur"), (["keys", 0, "fifths"], 8),
    (["chords", 0, "length"], -1), (["chords", 0, "label"], ""), (["chords", 0, "label"], 32 * "x"),
    (["sections", 0, "energy"], 2), (["sections", 0], {"at": 0, "length": 1}),
    (["tracks", 0, "name"], ""), (["tracks", 0, "program"], 128), (["tracks", 0, "channel"], -1),
    (["tracks", 0, "gain_db"], 25), (["tracks", 0, "pan"], "left"), (["tracks", 0, "volume"], 1),
    (["tracks", 0, "notes", 0, "pitch"], 128), (["tracks", 0, "notes", 0, "velocity"], 0),
    (["tracks", 0, "notes", 0, "timing_ms"], 1001), (["tracks", 0, "notes", 0, "cents"], -101),
    (["tracks", 0, "notes", 0, "at"], "0"), (["tracks", 0, "notes", 0], {"at": 0, "length": 1}),
    (["tracks", 0, "curves", 0, "points", 0, "shape"], "spline"),
    (["tracks", 0, "curves", 0, "points", 0, "value"], 1e39),
    (["tracks", 0, "curves", 0, "target"], ""), (["tracks", 0, "messages", 0, "status"], 144),
    (["tracks", 0, "messages", 0, "a"], 128), (["tracks", 0, "messages", 0, "bytes"], "AAAA"),
    (["tracks", 0, "messages", 1, "bytes"], "a?=="),
]


def test_wrong_scores_are_refused():
    rules = validator("score-1.schema.json")
    for path, value in WRONG_SCORES:
        document = golden("score.json")
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        assert not rules.is_valid(document), f"accepted {path} = {value}"
    for key in ("schema", "tracks"):
        document = golden("score.json")
        del document[key]
        assert not rules.is_valid(document), f"accepted a score without {key}"


def test_render_documents():
    """What is printed of a piece with a sound, a silence and a stranger's curve; the score that comes out."""
    rules, scores = validator("render-1.schema.json"), validator("score-1.schema.json")
    curve = {"target": "no_such_thing", "points": [{"at": 0, "value": 1, "shape": "step"}]}
    notes = [{"at": 0, "length": 1, "pitch": 60, "velocity": 90}]
    tracks = [{"name": "a", "notes": notes, "curves": [curve]}, {"name": "b", "channel": 9, "notes": [{**notes[0], "pitch": 3}]}]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "score.json"
        path.write_text(json.dumps({"schema": "sonique/score/1", "tracks": tracks}))
        documents = printed("render", "--json", "--quiet", "--lanes", path, "-o", pathlib.Path(folder) / "out")
        written = json.loads((pathlib.Path(folder) / "out" / "score.json").read_text())
    assert len(documents) == 1
    for document in documents:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in rules.iter_errors(document)]
        assert not errors, "\n".join(errors[:20])
        assert not missing_reasons(document), missing_reasons(document)
        assert [w["code"] for w in document["warnings"]] == ["no_such_parameter"], document["warnings"]
    assert scores.is_valid(written)
    for wrong in ({}, {**documents[0], "more": 1}, {**documents[0], "stems": [{}]}):
        assert not rules.is_valid(wrong), f"accepted {wrong}"


def test_the_lexicon():
    rules = validator("lexicon-1.schema.json")
    lexicon = json.loads((ROOT / "lexicon" / "english.json").read_text())
    assert rules.is_valid(lexicon), next(rules.iter_errors(lexicon)).message[:300]
    for key, value in (("more", 1), ("genres", {"polka": []}), ("tempo_words", {"x": [60]}), ("negators", ["a  b"]),
                       ("sections", {"drop": {"one": []}}), ("numbers", {"x": 0}), ("instrument_home", {"piano": "x"})):
        assert not rules.is_valid({**lexicon, key: value}), f"accepted {key} = {value}"


def test_styles():
    rules, sounds, listed = validator("style-1.schema.json"), validator("sounds-1.schema.json"), validator("styles-1.schema.json")
    styles = [json.loads(path.read_text()) for path in sorted((ROOT / "styles").glob("*.json"))]
    assert len(styles) >= 18
    for style in styles:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in rules.iter_errors(style)]
        assert not errors, f"{style['id']}:\n" + "\n".join(errors[:20])
    for wrong in ({"more": 1}, {"tracks": []}, {"modes": {}}, {"meter": "4/3"}, {"tempo": {"bpm": 4}}, {"energy": 2}, {"form": {"shapes": []}},
                  {"mix": {"pun": 1}}, {"loudness_lufs": 0}, {"swing": {"usual": 0.8}}):
        assert not rules.is_valid({**styles[0], **wrong}), f"accepted {wrong}"
    table = json.loads((ROOT / "styles" / "tables" / "sounds.json").read_text())
    assert sounds.is_valid(table), next(sounds.iter_errors(table)).message[:300]
    assert not sounds.is_valid({**table, "instruments": {"kazoo": {"melody": ["a"]}}})
    film, tastes = validator("film-1.schema.json"), json.loads((ROOT / "styles" / "tables" / "film.json").read_text())
    assert film.is_valid(tastes), next(film.iter_errors(tastes)).message[:300]
    assert set(tastes["genres"]) == {style["id"] for style in styles}
    templates = {path.stem for path in (ROOT / "templates").glob("*.json")}
    assert {genre["template"] for genre in tastes["genres"].values()} | {tastes["template"]} <= templates
    for wrong in ({"more": 1}, {"genres": {"polka": {}}}, {"genres": {"house": {"valence": -2}}}, {"moods": ["hungry"]}, {"axes": {}}):
        assert not film.is_valid({**tastes, **wrong}), f"accepted {wrong}"
    documents = printed("styles", "--json")
    assert {document["id"] for document in documents} == {style["id"] for style in styles}
    for document in documents:
        assert listed.is_valid(document), next(listed.iter_errors(document)).message[:300]
    assert not listed.is_valid({**documents[0], "more": 1})


def test_maps():
    rules, listed, checked = validator("map-template-1.schema.json"), validator("map-list-1.schema.json"), validator("map-check-1.schema.json")
    paths = sorted((ROOT / "templates").glob("*.json"))
    maps = [json.loads(path.read_text()) for path in paths]
    assert len(maps) >= 5
    [document] = printed("map", "list", "--json")
    assert listed.is_valid(document), next(listed.iter_errors(document)).message[:300]
    written = [entry["template"] for entry in document["templates"]]
    for each in maps + written + [d["template"] for d in printed("map", "check", "--json", "--", *map(str, paths))]:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in rules.iter_errors(each)]
        assert not errors, f"{each['id']}:\n" + "\n".join(errors[:20])
        assert rules.is_valid({key: value for key, value in each.items() if key != "schema"}), "the published format has none"
    for one in printed("map", "check", "--json", "--", *map(str, paths)):
        assert checked.is_valid(one), next(checked.iter_errors(one)).message[:300]
    # what the schema knows is what the program knows
    assert rules.schema["$defs"]["mapping"]["properties"]["destination"]["enum"] == [d["parameter"]["id"] for d in document["destinations"]]
    properties = rules.schema["$defs"]["source"]["oneOf"][0]["properties"]["property"]["enum"]
    assert {s["property"] for s in document["sources"]} <= set(properties)
    mapping = maps[0]["mappings"][0]
    for wrong in ({"destination": "bass"}, {"more": 1}, {"source": {"type": "kinetic", "property": "x"}}, {"attack_s": -1}, {"sync": ["1/5"]},
                  {"transferFunction": {**mapping["transferFunction"], "type": "custom"}}, {"modulation": {"amount": 1}}):
        assert not rules.is_valid({**maps[0], "mappings": [{**mapping, **wrong}]}), f"accepted {wrong}"
    assert not listed.is_valid({**document, "more": 1})


def test_compose_briefs():
    rules, alone = validator("compose-brief-1.schema.json"), validator("brief-1.schema.json")
    rows = [json.loads(line) for line in (ROOT / "tests" / "compose" / "prompts.jsonl").read_text().splitlines()]
    documents = printed("compose", "--brief-only", "--json", "--", *(row["prompt"] for row in rows), "", "in 7/8, at 9999 bpm")
    assert len(documents) == len(rows) + 2
    for document in documents:
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in rules.iter_errors(document)]
        assert not errors, f"{document['prompt']}:\n" + "\n".join(errors[:20])
        assert alone.is_valid(document["brief"]), document["prompt"]
    for wrong in ({"tempo": {"bpm": 19}}, {"key": {"tonic": "Bb", "mode": "minor"}}, {"meter": "7/6"}, {"genres": ["polka"]},
                  {"length": {"bars": 0}}, {"tracks": {"only": ["mix"]}}, {"moods": ["sad", "sad"]}, {"more": 1},
                  {"structure": [{"section": "drop", "quality": "count:0"}]}, {"unknown": [""]}, {"swing": "some"}):
        assert not alone.is_valid(wrong), f"accepted {wrong}"
        assert not rules.is_valid({**documents[0], "brief": wrong}), f"accepted {wrong}"


def test_a_wrong_document_is_refused():
    rules = validator("listen-1.schema.json")
    for wrong in ({}, {"schema": "sonique/listen/1"}, {"schema": "sonique/watch/1"}, []):
        assert not rules.is_valid(wrong), f"accepted {wrong}"


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
