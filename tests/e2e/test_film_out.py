#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A film with new sound: packets of the picture identical, sound as long as it, loudness and peaks on target, music
that steps back for a voice. Drives tests/jobs/film_out_run (jobs/film_out.h as a program), judged by ffmpeg.
"""
import hashlib
import json
import math
import os
import pathlib
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
sys.path[:0] = [str(ROOT / "tests" / "checks")]
import tap  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique"))
RUN = PROGRAM.parent / "tests" / "jobs" / "film_out_run"
SHARED = pathlib.Path(os.environ.get("SNQ_SHARED", ROOT.parent / "shared"))
ENV = {**os.environ, "SNQ_MODULES": str(PROGRAM.parent)}
RATE = 48000


def run(video, music, out, original="duck", *more):
    if not os.access(RUN, os.X_OK):
        raise tap.Skip("film_out_run is not built")
    return subprocess.run([str(RUN), str(video), str(music), str(out), original, *map(str, more)],
                          capture_output=True, text=True, env=ENV, timeout=250, check=False,
                          stdin=subprocess.DEVNULL)


def ffmpeg(*words):
    if shutil.which("ffmpeg") is None:
        raise tap.Skip("ffmpeg is not installed")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True,
                   stdin=subprocess.DEVNULL)


def probe(path, entries, stream="v:0"):
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-show_data_hash", "md5",
                           "-show_entries", entries, "-of", "json", str(path)], capture_output=True,
                          check=True)
    return json.loads(done.stdout)


def packets(path):
    """Hashes of the picture's packets, and when each is shown, from the first on (s)."""
    found = probe(path, "packet=pts_time,data_hash,size")["packets"]
    times = [float(p["pts_time"]) if "pts_time" in p else None for p in found]
    known = [t for t in times if t is not None]
    first = min(known) if known else 0.0
    return [p["data_hash"] for p in found], [t if t is None else t - first for t in times]


def length(path, kind):
    """Of a track, by its packets (s)."""
    found = probe(path, "packet=pts_time,duration_time,flags", kind)["packets"]
    shown = [p for p in found if "D" not in p.get("flags", "")]
    ends = [float(p["pts_time"]) + float(p.get("duration_time", 0)) for p in shown]
    return max(ends)


def loudness(path):
    done = subprocess.run(["ffmpeg", "-nostats", "-hide_banner", "-i", str(path), "-vn", "-af",
                           "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True,
                          check=True, stdin=subprocess.DEVNULL)
    last = done.stderr[done.stderr.rindex("Integrated loudness"):]
    return (float(re.search(r"I:\s+(-?[\d.]+|-inf) LUFS", last)[1]),
            float(re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", last)[1]))


def samples(path, channel=0):
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "s16le", "-ac", "2",
                           "-ar", str(RATE), "-"], capture_output=True, check=True,
                          stdin=subprocess.DEVNULL)
    values = struct.unpack(f"<{len(done.stdout) // 2}h", done.stdout)
    return [v / 32768 for v in values[channel::2]]


def tone(x, hz, start_s, end_s):
    """Amplitude of a tone within a stretch (dB)."""
    part = x[int(start_s * RATE):int(end_s * RATE)]
    re_ = sum(v * math.cos(2 * math.pi * hz * i / RATE) for i, v in enumerate(part))
    im = sum(v * math.sin(2 * math.pi * hz * i / RATE) for i, v in enumerate(part))
    return 20 * math.log10(2 * math.hypot(re_, im) / len(part) + 1e-9)


def write_music(path, seconds, level=0.25, hz=(440.0, 660.0)):
    """Two steady tones, a little different at both sides."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        data = bytearray()
        for i in range(int(seconds * RATE)):
            for shift in (0.0, 0.3):
                v = level * sum(math.sin(2 * math.pi * f * i / RATE + shift) for f in hz) / len(hz)
                data += struct.pack("<h", round(32767 * v))
        out.writeframes(bytes(data))
    return path


def check(well, what):
    assert well, what


class Folder:
    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="sonique-film-"))
        self.music = write_music(self.path / "music.wav", 8)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)


PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=160x96:r=30:d=3"]
TONE = ["-f", "lavfi", "-i", "sine=f=300:d=3:r=44100"]
VFR = "select=not(mod(n\\,3))+lt(mod(n\\,7)\\,2)"
FILMS = {  # name: what ffmpeg makes it of, endings that it can go to
    "plain.mp4": ([*PICTURE, *TONE, "-c:v", "libx264", "-bf", "3", "-c:a", "aac"], "mp4 m4v mov mkv"),
    "vfr.mp4": ([*PICTURE, "-vf", VFR, "-fps_mode", "vfr", "-c:v", "libx264", "-bf", "2"], "mp4 mov"),
    "vfr.mkv": ([*PICTURE, "-vf", VFR, "-fps_mode", "vfr", "-c:v", "libx264"], "mp4 mkv"),
    "mute.mp4": ([*PICTURE, "-an", "-c:v", "libx264"], "mp4"),
    "longer.mp4": ([*PICTURE, "-f", "lavfi", "-i", "sine=d=6", "-c:v", "libx264", "-c:a", "aac"], "mp4"),
    "shorter.mkv": ([*PICTURE, "-f", "lavfi", "-i", "sine=d=1", "-c:v", "libx264", "-c:a", "flac"], "mp4 mkv"),
    "late.mp4": ([*PICTURE, "-itsoffset", "1", "-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-c:a", "aac"],
                 "mp4 mov"),
    "early.mp4": (["-itsoffset", "0.7", *PICTURE, *TONE, "-c:v", "libx264", "-c:a", "aac"], "mp4"),
    "vp9.webm": ([*PICTURE, *TONE, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"],
                 "webm mkv mp4"),
    "stream.ts": ([*PICTURE, *TONE, "-c:v", "mpeg2video", "-bf", "0", "-c:a", "mp2"], "mp4 mkv"),
    "old.avi": ([*PICTURE, *TONE, "-c:v", "mpeg4", "-bf", "0", "-c:a", "mp3"], "mp4 mkv"),
    "flash.flv": ([*PICTURE, *TONE, "-c:v", "libx264", "-c:a", "aac"], "mp4 mkv"),
    "one.mp4": ([*PICTURE, "-frames:v", "1", "-c:v", "libx264"], "mp4 mkv"),
    "lossless.mkv": ([*PICTURE, "-c:v", "ffv1"], "mkv"),
    "hevc.mp4": ([*PICTURE, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"], "mp4 mov mkv"),
    "prores.mov": ([*PICTURE, "-frames:v", "10", "-c:v", "prores"], "mov mkv"),
    "surround.mkv": ([*PICTURE, "-f", "lavfi", "-i", "sine=d=3", "-filter_complex",
                      "[1:a]pan=5.1|FL=c0|FC=c0|BL=c0[a]", "-map", "0:v", "-map", "[a]", "-c:v", "libx264",
                      "-c:a", "ac3"], "mp4"),
}


def compare(folder, film, ending, label):
    out = folder.path / f"out.{ending}"
    out.unlink(missing_ok=True)
    done = run(film, folder.music, out)
    check(done.returncode == 0, f"{label} to {ending}: written ({done.stderr.strip()})")
    said = json.loads(done.stdout)
    (want, when), (got, shown) = packets(film), packets(out)
    check(hashlib.md5("".join(want).encode()).digest() == hashlib.md5("".join(got).encode()).digest(),
            f"{label} to {ending}: {len(want)} packets are the same")
    coarse = 0.0006 if ending in ("mkv", "webm") else 2e-6
    check(len(when) == len(shown) and all(a is None or abs(a - b) <= coarse for a, b in zip(when, shown)),
            f"{label} to {ending}: shown when they were")
    a_picture = 1.05 * said["length_s"] / max(1, said["pictures"])
    check(abs(said["sound_s"] - said["length_s"]) < 1e-3, f"{label} to {ending}: sound as long as the picture")
    hidden = min(shown) if shown else 0.0
    if hidden >= 0.0 and "cooler" not in film.name and "fork" not in film.name:
        ends = length(out, "v:0"), length(out, "a:0")
        slack = a_picture + (0.023 if ending in ("mkv", "webm") else 0.001)
        check(abs(ends[0] - ends[1]) <= slack, f"{label} to {ending}: they end together {ends}")
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", str(out), "-fps_mode", "passthrough", "-f", "framemd5",
                              "-"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    own = subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-map", "0:v:0", "-fps_mode", "passthrough", "-f",
                          "framemd5", "-"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    check(decoded.returncode == 0 and (not decoded.stderr or own.stderr),
            f"{label} to {ending}: decodes without an error {decoded.stderr[:200]}")


def test_films_of_all_kinds():
    with Folder() as folder:
        for name, (words, endings) in FILMS.items():
            film = folder.path / name
            try:
                ffmpeg(*words, film)
            except subprocess.CalledProcessError:
                continue  # this ffmpeg has no such encoder
            for ending in endings.split():
                compare(folder, film, ending, name)


def test_the_shared_films():
    films = sorted((SHARED / "data" / "video").glob("*.m*")) + \
        sorted((SHARED / "data" / "synth_video").glob("*.mp4"))
    if not films:
        raise tap.Skip("no shared films")
    with Folder() as folder:
        for film in films:
            compare(folder, film, "mp4", film.name)


def test_what_belongs_to_the_picture_stays():
    with Folder() as folder:
        plain, film, out = (folder.path / n for n in ("plain.mp4", "film.mp4", "out.mp4"))
        ffmpeg(*PICTURE, *TONE, "-vf", "setsar=4/3", "-c:v", "libx264", "-color_primaries", "bt2020", "-color_trc",
               "smpte2084", "-colorspace", "bt2020nc", "-c:a", "aac", plain)
        ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", "-metadata:s:v", "language=fra", film)
        for ending in ("mp4", "mov"):
            out = folder.path / f"out.{ending}"
            check(run(film, folder.music, out).returncode == 0, f"{ending}: written")
            streams = [probe(p, "stream=sample_aspect_ratio,color_space,color_transfer,color_primaries:stream_tags="
                                "language:stream_side_data=rotation")["streams"][0] for p in (film, out)]
            for one in streams:
                one.pop("side_data_list", None) if ending == "mov" else None
            check(streams[0] == streams[1], f"{ending}: shape, colour, rotation, language {streams}")
        done = run(film, folder.music, folder.path / "out.mkv")
        check("rotation_lost" in json.loads(done.stdout)["warnings"], "mkv: the rotation's loss is told")


def test_the_same_bytes_each_time():
    with Folder() as folder:
        film = folder.path / "film.mp4"
        ffmpeg(*PICTURE, *TONE, "-c:v", "libx264", "-c:a", "aac", film)
        for ending in ("mp4", "mkv"):
            sums = set()
            for i in range(2):
                out = folder.path / f"{i}.{ending}"
                run(film, folder.music, out)
                sums.add(hashlib.sha256(out.read_bytes()).hexdigest())
            check(len(sums) == 1, f"{ending}: the same bytes twice")


def test_loudness_and_peaks():
    with Folder() as folder:
        film, noise, beat = (folder.path / n for n in ("film.mp4", "noise.wav", "beat.wav"))
        ffmpeg(*PICTURE[:3], "testsrc2=s=160x96:r=30:d=8", "-f", "lavfi", "-i", "anoisesrc=a=0.2:c=pink:d=8:seed=1",
               "-c:v", "libx264", "-c:a", "aac", film)
        ffmpeg("-f", "lavfi", "-i", "anoisesrc=a=0.9:c=pink:d=8:r=48000:seed=2", "-ac", "2", noise)
        ffmpeg("-f", "lavfi", "-i", "aevalsrc='0.9*sin(2*PI*60*t)*exp(-12*mod(t,0.5))+0.4*(random(0)-0.5)*exp(-40*mod("
               "t+0.25,0.5))':d=8:s=48000", "-ac", "2", beat)
        for music in (folder.music, noise, beat):
            for original in ("keep", "duck", "replace"):
                for lufs in (-14, -18):
                    out = folder.path / "out.mp4"
                    done = run(film, music, out, original, lufs, -1)
                    said = json.loads(done.stdout)
                    got, peak = loudness(out)
                    check(abs(got - lufs) <= 0.3, f"{music.name} {original} {lufs}: {got} LUFS")
                    check(peak <= -0.9, f"{music.name} {original} {lufs}: {peak} dBTP")
                    check(abs(said["lufs"] - got) < 0.15 and abs(said["true_peak_dbtp"] - peak) < 0.25,
                            f"{music.name} {original} {lufs}: said what it is")


def test_the_music_steps_back_for_a_voice():
    """3 s nothing, 5 s noise that swings at 4 Hz, 4 s nothing, 4 s steady noise."""
    with Folder() as folder:
        film, music, out = (folder.path / n for n in ("film.mkv", "music.wav", "out.mp4"))
        write_music(music, 16, 0.25, (3000.0, 3100.0))
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=16", "-f", "lavfi", "-i",
               "anoisesrc=a=0.4:d=16:r=48000:seed=5", "-af",
               "lowpass=f=1500:p=2,lowpass=f=1500:p=2,volume='between(t,3,8)*(0.5-0.5*cos(2*PI*4*t))+0.3*gt(t,12)'"
               ":eval=frame:precision=float,asetnsamples=480", "-c:v", "libx264", "-c:a", "flac", film)
        said = json.loads(run(film, music, out, "duck", -20).stdout)
        x = samples(out)
        free, voice, noise = tone(x, 3000, 1, 2.4), tone(x, 3000, 4, 7.5), tone(x, 3000, 13.5, 15.5)
        check(abs(free - voice - 12) < 1.0, f"under the voice {free - voice:.1f} dB down")
        check(abs(free - noise - 3) < 1.0, f"under the noise {free - noise:.1f} dB down")
        check(abs(tone(x, 3000, 2.94, 3.0) - voice) < 1.0, "down before the first word")
        check(abs(tone(x, 3000, 9.6, 11) - free) < 0.5, "back after the last")
        check(-12.5 < said["duck_deepest_db"] < -11.5 and 0.2 < said["speech_share"] < 0.5, f"told {said}")
        said = json.loads(run(film, music, out, "keep", -20).stdout)
        x = samples(out)
        check(abs(tone(x, 3000, 1, 2.4) - tone(x, 3000, 4, 7.5)) < 0.5 and said["duck_deepest_db"] == 0,
                "kept beside it, the music stays as it is")
        run(film, music, out, "replace", -20)
        quiet = samples(out)
        check(tone(quiet, 3000, 4, 7.5) - tone(quiet, 3000, 1, 2.4) < 0.2, "replaced, it is alone")


def test_the_original_stays_where_it_was():
    """A click each second in the film, heard again at the same places."""
    with Folder() as folder:
        silent, out = folder.path / "silent.wav", folder.path / "out.mp4"
        write_music(silent, 5, 0.0)
        click = "aevalsrc='0.8*lt(mod(t,1),0.002)':d=4:s=44100"
        for name, words in {"mp4": ["-c:a", "aac"], "mkv": ["-c:a", "libvorbis"], "ts": ["-c:a", "mp2"],
                            "avi": ["-c:a", "pcm_s16le"]}.items():
            film = folder.path / f"clicks.{name}"
            ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=4", "-f", "lavfi", "-i", click, "-c:v", "mpeg4",
                   "-bf", "0", *words, film)
            run(film, silent, out, "keep", -24)
            x = [abs(v) for v in samples(out)]
            most = max(x)
            places = [max(range(s * RATE + RATE // 2, (s + 1) * RATE + RATE // 2), key=x.__getitem__) / RATE
                      for s in range(3)]
            check(most > 0.02 and all(abs(p - (s + 1)) < 0.012 for s, p in enumerate(places)), f"{name}: {places}")


def test_what_cannot_be_is_said_in_a_line():
    with Folder() as folder:
        film, out = folder.path / "film.mkv", folder.path / "out.mp4"
        ffmpeg(*PICTURE, "-c:v", "ffv1", film)
        (folder.path / "text.mp4").write_text("no film\n")
        ffmpeg("-f", "lavfi", "-i", "sine=d=1", folder.path / "sound.mp4")
        whole = folder.path / "whole.mp4"
        ffmpeg(*PICTURE, "-c:v", "libx264", whole)
        (folder.path / "cut.mp4").write_bytes(whole.read_bytes()[:-4000])
        for name, word in {"film.mkv": "name the output .mkv", "text.mp4": "plain text", "sound.mp4": "no video track",
                           "cut.mp4": "moov", "gone.mp4": "No such file"}.items():
            done = run(folder.path / name, folder.music, out)
            check(done.returncode == 1 and word in done.stderr and done.stderr.count("\n") == 1 and not out.exists(),
                    f"{name}: {done.stderr.strip()}")
        check(not [p for p in folder.path.iterdir() if p.name.startswith(".")], "nothing half-written is left")


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
