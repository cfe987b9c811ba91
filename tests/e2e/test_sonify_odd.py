#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`sonique sonify` on films that are odd: without sound, motion or length, at no fixed rate, upright, black; and on what is no film.

Each gets a soundtrack that can be played, as long as its picture, the picture's packets untouched; or one line that says why not.
The films are made here with ffmpeg.
"""
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
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent)}
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
# decoded, so that what the encoder adds counts
PEAK_DBTP = -0.5
LEVELS_LUFS = (-24.0, -8.0)


def sonify(*arguments, timeout=200):
    if not os.access(PROGRAM, os.X_OK):
        raise tap.Skip("the program is not built")
    for tool in ("ffmpeg", "ffprobe"):
        if shutil.which(tool) is None:
            raise tap.Skip(f"{tool} is not installed")
    asked = subprocess.run([PROGRAM, "sonify", "--help"], capture_output=True, check=False, env=ENV)
    if asked.returncode == 2 and b"is not a command" in asked.stderr:
        raise tap.Skip("there is no sonify yet")
    return subprocess.run([str(PROGRAM), "sonify", *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL,
                          check=False, timeout=timeout, env=ENV)


def ffmpeg(*arguments):
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def film(path, source="testsrc2=s=160x96:r=25", seconds=6.0, *more):
    ffmpeg("-f", "lavfi", "-i", source, "-t", seconds, *(more or H264), path)
    return path


class Folder:
    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        return pathlib.Path(self.temporary.name)

    def __exit__(self, *_):
        self.temporary.cleanup()


# ---- what a good soundtrack is

def streams(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_streams", path], capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, (path, done.stderr)
    return json.loads(done.stdout)["streams"]


def picture_hash(path):
    return ffmpeg("-i", path, "-map", "0:v", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-")


def picture_span_s(path):
    """(start, end, longest picture) of the packets, by their time stamps."""
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-select_streams", "v:0", "-show_entries",
                           "packet=pts_time,duration_time", path], capture_output=True, check=True)
    packets = [(float(p["pts_time"]), float(p.get("duration_time", 0))) for p in json.loads(done.stdout)["packets"]]
    times = sorted(t for t, _ in packets)
    gaps = [b - a for a, b in zip(times, times[1:])] + [d for _, d in packets]
    return times[0], max(t + d for t, d in packets), max(gaps)


def levels(path):
    """(integrated LUFS, true peak dBTP) of the decoded sound."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-i", path, "-map", "0:a", "-af", "ebur128=peak=true",
                           "-f", "null", "-"], capture_output=True, check=True)
    summary = done.stderr.decode().split("Summary:")[1].split()
    return float(summary[summary.index("I:") + 1]), float(summary[summary.index("Peak:") + 1])


def check(made, given, loud=True):
    """One picture, one sound, the picture as it was, the sound as long as it, all of it decodable, at a sane level."""
    kinds = [s["codec_type"] for s in streams(made)]
    assert kinds.count("video") == 1 and kinds.count("audio") == 1, kinds
    sound = next(s for s in streams(made) if s["codec_type"] == "audio")
    assert (sound["sample_rate"], sound["channels"]) == ("48000", 2), sound
    assert ffmpeg("-xerror", "-i", made, "-f", "null", "-") == ""
    assert picture_hash(made) == picture_hash(given), "the picture's packets have changed"
    start, end, longest = picture_span_s(made)
    # one picture of the film, or one packet of the sound where pictures are shorter
    within = max(longest, 1024 / 48000) + 1e-3
    assert abs(float(sound["start_time"]) - start) <= within, (sound["start_time"], start)
    off = float(sound["start_time"]) + float(sound["duration"]) - end
    assert abs(off) <= within, f"the sound ends {off:.3f} s after the picture"
    lufs, peak = levels(made)
    assert peak <= PEAK_DBTP, f"true peak {peak} dBTP"
    if loud:
        assert LEVELS_LUFS[0] <= lufs <= LEVELS_LUFS[1], f"{lufs} LUFS"


def report_of(made):
    path = made.with_name(made.stem + ".report.json")
    assert path.exists(), sorted(p.name for p in made.parent.iterdir())
    return json.loads(path.read_text(), parse_constant=lambda c: 1 / 0)


def make(folder, given, *options, loud=True):
    """The soundtrack of a film, checked; its report."""
    made = folder / f"{given.stem}-sound.mp4"
    done = sonify(given, "-o", made, "--quiet", *options)
    assert done.returncode == 0, done.stderr.decode()
    assert "nan" not in (done.stdout + done.stderr).decode().lower().split(), done
    check(made, given, loud)
    report = report_of(made)
    assert report["schema"].startswith("sonique/report/"), report["schema"]
    beats = report["beats_s"]
    assert beats == sorted(beats) and report["tempo_bpm"] > 20, report["tempo_bpm"]
    return made, report


def refused(folder, given, *words):
    """Status 1, one line that names the film, nothing written."""
    made = folder / "out.mp4"
    before = sorted(folder.rglob("*"))
    done = sonify(given, "-o", made, "--quiet")
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1 and len(lines) == 1, done
    assert lines[0].startswith("sonique: ") and str(given) in lines[0], lines
    assert not words or any(word in lines[0] for word in words), lines
    assert sorted(folder.rglob("*")) == before, sorted(folder.rglob("*"))


# ---- odd films

def test_no_sound_track():
    with Folder() as folder:
        make(folder, film(folder / "silent.mp4"))
        for original in ("keep", "duck", "replace"):  # of nothing
            given = film(folder / f"{original}.mp4", "testsrc2=s=96x64:r=25", 3)
            make(folder, given, "--original", original)


def test_no_motion():
    with Folder() as folder:
        _, report = make(folder, film(folder / "still.mp4", "color=c=0x806040:s=160x96:r=25"))
        assert report.get("hits", []) == [], report["hits"]
        make(folder, film(folder / "black.mp4", "color=c=black:s=160x96:r=25"))
        make(folder, film(folder / "white.mp4", "color=c=white:s=160x96:r=25"))


def test_one_frame():
    with Folder() as folder:
        make(folder, film(folder / "one.mp4", "testsrc2=s=160x96:r=25", 1, "-frames:v", "1", *H264), loud=False)
        make(folder, film(folder / "second.mp4", "testsrc2=s=160x96:r=1", 1, "-frames:v", "1", *H264), loud=False)
        make(folder, film(folder / "two.mp4", "testsrc2=s=160x96:r=25", 1, "-frames:v", "2", *H264), loud=False)


def test_four_seconds():
    with Folder() as folder:
        make(folder, film(folder / "four.mp4", "mandelbrot=s=160x96:r=25", 4))
        make(folder, film(folder / "one_second.mp4", "mandelbrot=s=160x96:r=25", 1), loud=False)


def test_variable_frame_rate():
    with Folder() as folder:
        # gaps of 1 to 7 pictures, and a second in which nothing comes
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x96:r=50", "-t", 8, "-vf",
               "select='not(mod(n*n\\,7))*not(between(t\\,4\\,5))'", "-fps_mode", "vfr", *H264, "-bf", 2, folder / "vfr.mp4")
        make(folder, folder / "vfr.mp4")
        film(folder / "slow.mp4", "testsrc2=s=160x96:r=2", 6)
        make(folder, folder / "slow.mp4")
        film(folder / "fast.mp4", "testsrc2=s=96x64:r=240", 4)
        make(folder, folder / "fast.mp4")


def test_portrait():
    with Folder() as folder:
        make(folder, film(folder / "upright.mp4", "testsrc2=s=96x170:r=25"))
        # upright because a telephone says so: the matrix stays
        film(folder / "lying.mp4", "testsrc2=s=170x96:r=25", 4)
        ffmpeg("-i", folder / "lying.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90", folder / "turned.mp4")
        made, _ = make(folder, folder / "turned.mp4")
        turned = [[d.get("rotation") for d in s.get("side_data_list", [])] for s in streams(made) if s["codec_type"] == "video"]
        given = [[d.get("rotation") for d in s.get("side_data_list", [])] for s in streams(folder / "turned.mp4")]
        assert turned == given and given != [[]], (turned, given)


def test_its_own_sound_is_shorter_or_longer():
    with Folder() as folder:
        for name, seconds in (("shorter", 2), ("longer", 9)):
            given = folder / f"{name}.mp4"
            ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=5", "-f", "lavfi", "-i",
                   f"sine=f=300:r=22050:d={seconds}", *H264, "-c:a", "aac", "-ac", 1, given)
            make(folder, given)
            make(folder, given, "--original", "replace", "--force")
        # as loud as can be, and silence
        for name, sound in (("square", "aevalsrc='sgn(sin(2*PI*200*t))':s=44100:d=5"), ("mute", "anullsrc=r=48000:d=5")):
            given = folder / f"{name}.mp4"
            ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=5", "-f", "lavfi", "-i", sound, *H264, "-c:a", "aac", given)
            make(folder, given)


def test_what_is_no_film():
    with Folder() as folder:
        text, empty, sound = folder / "text.mp4", folder / "empty.mp4", folder / "sound.m4a"
        text.write_text("no film\n" * 50)
        empty.write_bytes(b"")
        ffmpeg("-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", sound)
        refused(folder, text)
        refused(folder, empty)
        refused(folder, sound, "video", "picture", "film")
        refused(folder, folder / "missing.mp4")
        whole = film(folder / "whole.mp4").read_bytes()
        (folder / "half.mp4").write_bytes(whole[:len(whole) // 2])  # without its index: not even half a film
        refused(folder, folder / "half.mp4")


def test_a_film_that_breaks_off():
    with Folder() as folder:
        whole = film(folder / "whole.mkv", "testsrc2=s=160x96:r=25", 8).read_bytes()
        given = folder / "broken.mkv"
        given.write_bytes(whole[:len(whole) * 2 // 3])
        made = folder / "broken-sound.mp4"
        done = sonify(given, "-o", made, "--quiet")
        if done.returncode == 0:  # what is there has its soundtrack
            assert {s["codec_type"] for s in streams(made)} == {"video", "audio"}
            assert ffmpeg("-i", made, "-f", "null", "-") == ""
        else:
            assert done.returncode == 1 and len(done.stderr.decode().splitlines()) == 1 and not made.exists(), done


def test_wrong_usage():
    with Folder() as folder:
        given, made = film(folder / "film.mp4", "testsrc2=s=96x64:r=25", 2), folder / "out.mp4"
        for wrong in ([], [given], ["-o", made], [given, "-o", made, "--frobnicate"], [given, "-o", made, "--original", "loud"],
                      [given, "-o", made, "--seed", "-1"]):
            done = sonify(*wrong)
            assert done.returncode == 2 and done.stderr and not made.exists(), (wrong, done)
        done = sonify(given, "-o", made, "--template", "polka_matrix")
        assert done.returncode in (1, 2) and b"polka_matrix" in done.stderr and not made.exists(), done
        made.write_bytes(b"mine")
        done = sonify(given, "-o", made, "--quiet")
        assert done.returncode in (1, 2) and made.read_bytes() == b"mine" and str(made).encode() in done.stderr, done


def test_the_same_bytes_for_the_same_seed():
    with Folder() as folder:
        given = film(folder / "film.mp4", "mandelbrot=s=160x96:r=25", 4)
        bytes_of = []
        for k, options in enumerate((("--threads", 1), ("--threads", 3), ("--seed", 5))):
            made = folder / f"made{k}.mp4"
            done = sonify(given, "-o", made, "--quiet", *options)
            assert done.returncode == 0, done.stderr.decode()
            bytes_of.append((made.read_bytes(), made.with_name(made.stem + ".report.json").read_bytes()))
        assert bytes_of[0][0] == bytes_of[1][0], "the film depends on the number of threads"
        assert bytes_of[0][0] != bytes_of[2][0], "the seed changes nothing"


def test_the_brief_is_told():
    with Folder() as folder:
        given = film(folder / "dark.mp4", "testsrc2=s=160x96:r=25,lutyuv=y=val/4", 6)
        _, report = make(folder, given)
        told = json.dumps(report)
        assert "dark picture (luma" in told and "energy" in told, told[:2000]


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
