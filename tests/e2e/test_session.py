#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique compose`, `regenerate`, `lock`, `unlock`, `undo`, `history` as a user runs them: a session's whole life.

One piece is composed once and copied for each test.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import schemas  # noqa: E402
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent), "SNQ_DATA": os.environ.get("SNQ_DATA", str(ROOT))}
PROMPT = "dark techno with driving bass in A minor, 4 bars"
WORK = tempfile.TemporaryDirectory()


def sonique(*arguments, env=None):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL,
                          check=False, timeout=250, env={**ENV, **(env or {})})


def good(*arguments, env=None):
    done = sonique(*arguments, env=env)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr.decode())
    return done.stdout.decode()


def refused(code, words, *arguments, env=None):
    done = sonique(*arguments, env=env)
    text = done.stderr.decode()
    assert done.returncode == code, (arguments, done.returncode, text)
    for word in words:
        assert word in text, (word, text)
    return text


_first = []


def first():
    """The piece that most tests begin with; composed once."""
    if not _first:
        path = pathlib.Path(WORK.name) / "first"
        good("compose", PROMPT, "-o", path, "--quiet")
        _first.append(path)
    return _first[0]


_copies = [0]


def session():
    """A copy of it, for this test alone."""
    _copies[0] += 1
    path = pathlib.Path(WORK.name) / f"copy{_copies[0]}"
    shutil.copytree(first(), path)
    return path


def fresh(name):
    return pathlib.Path(WORK.name) / name


def read(path, name):
    return json.loads((path / name).read_text())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(path):
    return {str(p.relative_to(path)): digest(p) for p in sorted(path.rglob("*")) if p.is_file()}


def notes(path, track):
    return [t["notes"] for t in read(path, "score.json")["tracks"] if t["name"] == track][0]


def test_what_a_session_holds():
    path = first()
    names = {str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()}
    for name in ("session.json", "score.json", "score.mid", "mix.json", "mix.wav", "report.json", "stems/drums.wav",
                 "stems/bass.wav"):
        assert name in names, (name, names)
    s = read(path, "session.json")
    assert s["prompt"] == PROMPT and s["style"] == "techno" and s["locks"] == []
    assert s["context"]["tonic"] == "A" and s["context"]["mode"] == "minor" and s["context"]["bars"] == 4
    assert [h["did"] for h in s["history"]] == ["compose"]
    assert {t["name"] for t in s["tracks"]} >= {"drums", "bass"}
    for name in names:
        assert not name.startswith((".", "history")), name


def test_documents_are_as_their_schemas():
    path = first()
    for name, schema in (("session.json", "session-1"), ("report.json", "report-1"), ("score.json", "score-1"),
                         ("mix.json", "mix-1")):
        assert not schemas.errors(read(path, name), schema + ".schema.json"), name
    session_json, report = read(path, "session.json"), read(path, "report.json")
    track = session_json["tracks"][0]
    for wrong in ({"brief": {}}, {"brief": {**session_json["brief"], "genres": ["polka"]}}, {"history": []}, {"scenes": 1},
                  {"tracks": [{**track, "stem": "stems/../x.wav"}]}, {"tracks": [{**track, "chain": [{"effect": "kazoo"}]}]},
                  {"tracks": [{**track, "seed": -1}]}, {"context": {**session_json["context"], "more": 1}}, {"more": 1}):
        assert schemas.errors({**session_json, **wrong}, "session-1.schema.json"), wrong
    for wrong in ({"listen": {}}, {"listen": {**report["listen"], "more": 1}}, {"rhythmic_coherence": {"value": 2}}, {"more": 1}):
        assert schemas.errors({**report, **wrong}, "report-1.schema.json"), wrong


def test_the_length_is_exact_and_the_report_is_the_grid():
    path = first()
    score, report, s = read(path, "score.json"), read(path, "report.json"), read(path, "session.json")
    assert score["length"] == 4 * 4
    assert len(report["beats_s"]) == 16 and len(report["downbeats_s"]) == 4
    step = 60 / s["context"]["bpm"]
    assert all(abs(b - i * step) < 1e-5 for i, b in enumerate(report["beats_s"]))
    assert report["tempo_bpm"] == s["context"]["bpm"]
    assert report["listen"]["file"]["path"] == "mix.wav"
    lufs = report["listen"]["loudness"]
    assert abs(lufs["integrated_lufs"] - s["context"]["target_lufs"]) < 0.4, lufs
    assert lufs["true_peak_dbtp"] <= -0.9, lufs


def test_the_same_bytes_again_and_on_one_thread():
    again = fresh("again")
    good("compose", PROMPT, "-o", again, "--quiet", "--threads", "1")
    assert digests(again) == digests(first())


def test_another_seed_is_another_piece():
    other = fresh("other")
    good("compose", PROMPT, "-o", other, "--quiet", "--seed", "5")
    assert read(other, "session.json")["seed"] == 5
    assert notes(other, "drums") != notes(first(), "drums") or notes(other, "bass") != notes(first(), "bass")


def test_a_locked_track_stays_and_another_changes():
    path = session()
    good("lock", path, "drums", "bass")
    assert read(path, "session.json")["locks"] == ["drums", "bass"]
    before = digests(path)
    other = [t["name"] for t in read(path, "session.json")["tracks"]
             if t["name"] not in ("drums", "bass") and f"stems/{t['name']}.wav" in before][0]
    old = notes(path, other)
    good("regenerate", path, "--track", other, "--quiet", "--seed", "77")
    after = digests(path)
    for name in ("stems/drums.wav", "stems/bass.wav"):
        assert before[name] == after[name], name
    assert notes(path, other) != old
    assert before[f"stems/{other}.wav"] != after[f"stems/{other}.wav"]
    assert before["mix.wav"] != after["mix.wav"]
    assert read(path, "score.json")["chords"] == read(first(), "score.json")["chords"]
    s = read(path, "session.json")
    assert [h["did"] for h in s["history"]] == ["compose", "lock", "regenerate"]
    assert not schemas.errors(s, "session-1.schema.json")


def test_a_stem_changed_by_hand_stays_when_locked():
    path = session()
    good("lock", path, "bass")
    stem = path / "stems" / "bass.wav"
    data = bytearray(stem.read_bytes())
    data[len(data) // 2] ^= 1
    stem.write_bytes(data)
    good("regenerate", path, "--track", "drums", "--quiet")
    assert stem.read_bytes() == bytes(data)
    data[8:12] = b"JUNK"
    stem.write_bytes(data)
    before = digests(path)
    refused(1, ["bass.wav"], "regenerate", path, "--track", "drums", "--quiet")
    assert digests(path) == before


def test_stems_sum_to_the_premaster_with_a_frozen_one():
    path = session()
    good("lock", path, "drums")
    good("regenerate", path, "--track", "bass", "--quiet")
    try:
        import numpy as np
    except ImportError:
        raise tap.Skip("python3-numpy is not installed") from None

    def samples(p):
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(p), "-f", "f32le", "-"], capture_output=True, check=True).stdout
        return np.frombuffer(raw, np.float32).astype(np.float64)
    if not shutil.which("ffmpeg"):
        raise tap.Skip("ffmpeg is not installed")
    other = fresh("summed")
    good("render", path / "score.json", "--mix", path / "mix.json", "--premaster", "-o", other, "--quiet")
    total = sum(samples(p) for p in sorted((path / "stems").glob("*.wav")))
    whole = samples(other / "premaster.wav")
    assert len(total) == len(whole)
    # the drums' stem is the frozen one; nothing else changed for it, so all still sums up
    error = np.sqrt(np.mean((total - whole) ** 2) / np.mean(whole ** 2))
    assert error < 1e-5, error


def test_locked_tracks_are_not_made_anew():
    path = session()
    good("lock", path, "bass")
    before = digests(path)
    refused(1, ["bass is locked", "unlock"], "regenerate", path, "--track", "bass")
    assert digests(path) == before
    good("unlock", path, "bass")
    good("regenerate", path, "--track", "bass", "--quiet")
    assert read(path, "session.json")["tracks"][1]["made"] == 2 or notes(path, "bass") != notes(first(), "bass")


def test_undo_goes_back():
    path = session()
    before = {k: v for k, v in digests(path).items()}
    good("regenerate", path, "--track", "bass", "--quiet")
    assert digests(path)["score.json"] != before["score.json"]
    good("undo", path, "--quiet")
    assert digests(path) == before
    refused(1, ["no step"], "undo", path)


def test_a_prompt_for_one_track():
    path = session()
    drums = notes(path, "drums")
    good("regenerate", path, "--track", "bass", "--prompt", "sparse soft bass", "--quiet")
    s = read(path, "session.json")
    bass = [t for t in s["context"]["tracks"] if t["name"] == "bass"][0]
    assert {"sparse", "soft"} <= set(bass["qualities"]), bass
    assert notes(path, "drums") == drums
    assert s["history"][-1]["prompt"] == "sparse soft bass" and s["history"][-1]["track"] == "bass"
    assert "sparse soft bass" in good("history", path)


def test_notes_edited_by_hand_are_kept_and_sound():
    path = session()
    score = read(path, "score.json")
    bass = [t for t in score["tracks"] if t["name"] == "bass"][0]
    for note in bass["notes"]:
        note["velocity"] = 20
    (path / "score.json").write_text(json.dumps(score))
    old = digest(path / "stems" / "bass.wav")
    good("regenerate", path, "--quiet")
    assert digest(path / "stems" / "bass.wav") != old
    good("regenerate", path, "--track", "drums", "--quiet")
    assert all(n["velocity"] == 20 for n in notes(path, "bass"))


def test_a_second_genre_lends_its_drums():
    both, plain = fresh("both"), fresh("plain")
    good("compose", "jazz techno, 4 bars", "-o", both, "--score-only", "--quiet", "--seed", "3")
    good("compose", "jazz, 4 bars", "-o", plain, "--score-only", "--quiet", "--seed", "3")
    assert read(both, "session.json")["style"] == "jazz"

    def of_drums(path):
        return {t["patch"] for t in read(path, "score.json")["tracks"] if t["kind"] == "drums"}
    kits = {s["patch"] for t in json.loads((ROOT / "styles" / "techno.json").read_text())["tracks"] if t["kind"] == "drums"
            for s in t["sounds"]}
    assert of_drums(both) <= kits and of_drums(both) != of_drums(plain), (of_drums(both), kits)
    old = notes(both, "drums")
    good("regenerate", both, "--track", "drums", "--quiet")  # the lender is found again
    assert notes(both, "drums") != old and of_drums(both) <= kits


def test_damaged_sessions_lose_nothing():
    path = session()
    session_json = (path / "session.json").read_text()
    score_json = (path / "score.json").read_text()
    for name, good_text, text, words in (
            ("session.json", session_json, "{", ["session.json"]),
            ("session.json", session_json, session_json.replace("sonique/session/1", "sonique/session/9"), ["schema"]),
            ("session.json", session_json, session_json.replace('"style":"techno"', '"style":"polka"'), ["polka"]),
            ("session.json", session_json, session_json.replace('"stems/bass.wav"', '"stems/../../bass.wav"'), ["stem"]),
            ("session.json", session_json, session_json.replace('"locks":[]', '"locks":["tuba"]'), ["tuba"]),
            ("session.json", session_json, session_json.replace('"history":[', '"history":[{"step":0}, '), ["history"]),
            ("score.json", score_json, "[1, 2", ["score.json"]),
            ("score.json", score_json, score_json.replace('"pitch":36', '"pitch":999', 1), ["score.json", "pitch"])):
        assert text != good_text, (name, words)
        (path / name).write_text(text)
        before = digests(path)
        refused(1, words, "regenerate", path, "--track", "bass")
        assert digests(path) == before
        (path / name).write_text(good_text)
    good("regenerate", path, "--track", "bass", "--quiet")


def test_refusals():
    path = session()
    refused(1, ["no track", "tuba"], "regenerate", path, "--track", "tuba")
    refused(1, ["no track", "tuba"], "lock", path, "tuba")
    refused(1, ["session.json"], "regenerate", path / "stems", "--track", "bass")
    refused(1, [], "history", path / "nowhere")
    refused(1, ["--force"], "compose", PROMPT, "-o", path)
    refused(2, ["name the tracks"], "lock", path)
    refused(2, ["--track"], "regenerate", path, "--prompt", "soft")
    refused(1, ["--force"], "compose", PROMPT, "-o", path, "--variations", "2")
    refused(2, ["name a session"], "undo")
    refused(2, ["one session at a time"], "undo", path, "more")
    refused(2, ["more than 16"], "lock", path, *["bass"] * 17)
    refused(2, ["--seed"], "compose", "music", "-o", fresh("polka"), "--seed", 2 ** 53 - 1)
    refused(2, ["--lock"], "compose", "music", "-o", fresh("polka"), *["--lock", "a=b"] * 65)
    refused(1, ["polka"], "compose", "music", "-o", fresh("polka"), "--style", "polka")
    assert not fresh("polka").exists()


def test_documents_that_are_printed():
    """--json: the session as its file has it, but for the chains that mix.json tells."""
    path = session()
    written = read(path, "session.json")
    for track in written["tracks"]:
        del track["chain"]
    assert json.loads(good("history", path, "--json")) == written
    printed = json.loads(good("lock", path, "bass", "--json"))
    assert printed["locks"] == ["bass"] and not schemas.errors(printed, "session-1.schema.json")
    table = good("unlock", path, "bass")
    assert "bass" in table and "made 1" in table and "locked" not in table, table
    assert "techno" in table and "A minor" in table and "4 bars" in table, table
    assert [line.split()[1:] for line in good("history", path).splitlines()] == [["compose"], ["lock", "bass"], ["unlock", "bass"]]


def test_two_at_once_are_refused():
    import fcntl
    path = session()
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    refused(1, ["another program"], "regenerate", path, "--track", "bass")
    os.close(fd)


def test_variations():
    path = fresh("variations")
    good("compose", "lofi, 2 bars", "-o", path, "--variations", "2", "--quiet")
    assert sorted(p.name for p in path.iterdir()) == ["01", "02"]
    assert read(path / "01", "score.json") != read(path / "02", "score.json")


def test_hostile_prompts():
    """Nothing understood, too much, bytes that are no text: there is a piece all the same."""
    prompts = ["", "\U0001f941\U0001f3b8", "xyzzy plugh fnord", "at 9999 bpm", "techno " * 14000, os.fsdecode(b"\xff\xfe\x01 techno \x80")]
    for i, prompt in enumerate(prompts):
        path = fresh(f"hostile{i}")
        good("compose", prompt, "-o", path, "--bars", "1", "--quiet")
        assert 20 <= read(path, "session.json")["context"]["bpm"] <= 400
        good("history", path)
        shutil.rmtree(path)


def data_folder(name, change):
    """A data folder as ours, but with the techno style as `change` leaves it."""
    data = fresh(name)
    data.mkdir()
    for entry in ("patches", "lexicon"):
        (data / entry).symlink_to(pathlib.Path(ENV["SNQ_DATA"]).resolve() / entry)
    shutil.copytree(pathlib.Path(ENV["SNQ_DATA"]) / "styles", data / "styles")
    techno = data / "styles" / "techno.json"
    techno.write_text(change(techno.read_text()))
    return {"SNQ_DATA": str(data)}


def test_a_style_that_has_changed_since():
    def rename(text):
        style = json.loads(text)
        for track in style["tracks"]:
            track["name"] += "_now"
        return json.dumps(style)
    path = session()
    good("regenerate", path, "--track", "bass", "--quiet", env=data_folder("renamed", rename))
    tracks = {t["name"]: t for t in read(path, "session.json")["context"]["tracks"]}
    assert tracks["drums"]["as"] == "drums_now" and tracks["bass"]["as"] == "bass_now", tracks


def test_a_style_file_with_a_problem():
    env = data_folder("broken", lambda text: text.replace('"schema"', '"shema"', 1))
    for arguments in (["compose", "music", "--style", "techno", "-o", fresh("none")], ["compose", "techno", "-o", fresh("none")],
                      ["regenerate", session(), "--track", "bass"]):
        text = refused(1, ["techno.json", "shema"], *arguments, env=env)
        assert "there is no style" not in text, text
    assert not fresh("none").exists()


def test_a_new_piece_over_an_old_one():
    """The old one's past is gone with it."""
    path = session()
    good("regenerate", path, "--track", "bass", "--quiet")
    assert (path / "history").exists()
    (path / "mine.txt").write_text("mine")
    good("compose", "lofi, 2 bars", "-o", path, "--force", "--quiet")
    refused(1, ["no step"], "undo", path)
    assert (path / "mine.txt").read_text() == "mine"


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
