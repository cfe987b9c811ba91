# SPDX-License-Identifier: MIT
"""The groups of `make bench` that make music: a sentence to a mix, a film to a film with music.

`music`: three minutes of eight tracks from prompt to mix, and its score alone; a minute of 720p to MP4, which is cuts between
ffmpeg's own moving pictures, beside ffmpeg decoding it to nowhere. `music_long`: the memory that half an hour of film takes.
A film goes through four workers, one after the other; its memory is what all processes that live at one time share and own (Pss), at most.
"""
import shutil
import subprocess

import truth
from bench_results import Figure

PROMPT = "dark techno with driving bass at 128 bpm, 3 minutes"
PIECE_WALL_S, PIECE_MB, SCORE_CPU_S = 2.5, 250, .05
FILM_S, FILM_WALL_S, FILM_MB, LONG_TIMES = 60, 12, 400, 30
RUNS, FILM_RUNS, FILM_EVERY_MS, LONG_EVERY_MS = 5, 3, 10, 50
SCENES = ("testsrc2=size=1280x720:rate=25", "mandelbrot=size=1280x720:rate=25:end_pts=300:maxiter=300",
          "gradients=size=1280x720:rate=25:speed=0.03:seed=7", "life=size=320x180:rate=25:ratio=0.2:mold=20:seed=5")


def ffmpeg(*words):
    if shutil.which("ffmpeg") is None:
        raise truth.Skip("ffmpeg is not installed")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, words)], check=True)


def film(folder):
    """Twelve scenes of five seconds, four pictures in turn."""
    path = folder / "film.mp4"
    if path.exists():
        return path
    parts = []
    for k, source in enumerate(SCENES):
        part = folder / f"scene{k}.mp4"
        ffmpeg("-f", "lavfi", "-i", source, "-t", 15, "-vf", "scale=1280:720:flags=neighbor,format=yuv420p", "-c:v", "libx264", "-preset",
               "veryfast", part)
        parts.append(part)
    inputs = [word for part in parts for word in ("-i", part)]
    cuts = [f"[{k % 4}:v]trim=start={5 * (k // 4)}:duration=5,setpts=PTS-STARTPTS[s{k}]" for k in range(12)]
    ffmpeg(*inputs, "-filter_complex", ";".join(cuts) + ";" + "".join(f"[s{k}]" for k in range(12)) + "concat=n=12", "-t", FILM_S,
           "-c:v", "libx264", "-preset", "veryfast", path)
    return path


def compose(out, threads, *more):
    return [truth.PROGRAM, "compose", PROMPT, "-o", out, "--quiet", "--force", "--threads", threads, *more]


def sonify(path, out, threads):
    return [truth.PROGRAM, "sonify", path, "-o", out, "--template", "techno", "--quiet", "--force", "--threads", threads]


def piece(runs, folder):
    commands = {f"compose {n}": compose(folder / "piece", n) for n in (1, 4)}
    commands["compose score"] = compose(folder / "score", 1, "--score-only")
    runs.in_turn(commands, RUNS, one_core=False)
    peak_mb, _, _, _ = runs.memory(commands["compose 4"])
    wall_s, score_s = runs.best("compose 4", "wall_s"), runs.best("compose score")
    return {"music.piece.wall_s": Figure(wall_s, "s", PIECE_WALL_S, runs.noise("compose 4", "wall_s")),
            "music.piece.cpu_s": Figure(runs.best("compose 1"), "s", noise=runs.noise("compose 1")),
            "music.piece.peak_mb": Figure(peak_mb, "MB", PIECE_MB),
            "music.score.cpu_s": Figure(score_s, "s", SCORE_CPU_S, runs.noise("compose score"))}, [
        "3 minutes, 8 tracks, prompt to mix         wall s   CPU s   peak MB",
        f"  4 threads (asked: {PIECE_WALL_S} s){'':17}{wall_s:9.3f}{runs.best('compose 4'):8.3f}{peak_mb:10.1f}",
        f"  1 thread{'':31}{runs.best('compose 1', 'wall_s'):9.3f}{runs.best('compose 1'):8.3f}",
        f"  the score alone (asked: {SCORE_CPU_S} s of CPU){'':4}{runs.best('compose score', 'wall_s'):9.3f}{score_s:8.3f}"]


def scored_film(runs, folder):
    path = film(folder)
    commands = {f"sonify {n}": sonify(path, folder / "out.mp4", n) for n in (1, 4)}
    commands["sonify ffmpeg"] = ["ffmpeg", "-v", "error", "-nostdin", "-threads", 1, "-i", path, "-f", "null", "-"]
    runs.in_turn(commands, FILM_RUNS, one_core=False)
    _, at_once_mb, _, _ = runs.memory(commands["sonify 4"], FILM_EVERY_MS)
    wall_s = runs.best("sonify 4", "wall_s")
    return {"music.film.wall_s": Figure(wall_s, "s", FILM_WALL_S, runs.noise("sonify 4", "wall_s")),
            "music.film.cpu_s": Figure(runs.best("sonify 1"), "s", noise=runs.noise("sonify 1")),
            "music.film.ffmpeg_cpu_s": Figure(runs.best("sonify ffmpeg"), "s", ours=False),
            "music.film.at_once_mb": Figure(at_once_mb, "MB", FILM_MB)}, [
        f"{FILM_S} s of 720p, film to film with music     wall s   CPU s   peak MB",
        f"  4 threads (asked: {FILM_WALL_S} s){'':18}{wall_s:9.3f}{runs.best('sonify 4'):8.3f}{at_once_mb:10.1f}",
        f"  1 thread{'':31}{runs.best('sonify 1', 'wall_s'):9.3f}{runs.best('sonify 1'):8.3f}",
        f"  ffmpeg decoding it to nowhere{'':10}{runs.best('sonify ffmpeg', 'wall_s'):9.3f}{runs.best('sonify ffmpeg'):8.3f}"]


def music(runs, material):
    figures, lines = piece(runs, material.folder)
    found, said = scored_film(runs, material.folder)
    return {**figures, **found}, lines + said


def music_long(runs, material):
    path = material.folder / "long_film.mp4"
    ffmpeg("-stream_loop", LONG_TIMES - 1, "-i", film(material.folder), "-c", "copy", path)
    _, at_once_mb, _, result = runs.memory(sonify(path, material.folder / "long_out.mp4", 4), LONG_EVERY_MS)
    return {"music_long.at_once_mb": Figure(at_once_mb, "MB", FILM_MB)}, [
        f"{LONG_TIMES} minutes of film to film with music: {at_once_mb:.1f} MB (asked: {FILM_MB}), {result['cpu_s']:.0f} s of CPU"]
