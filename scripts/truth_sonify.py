# SPDX-License-Identifier: MIT
"""What is measured of films with their soundtracks: does loudness follow motion, do beats meet cuts, is the picture untouched.

Loudness by ffmpeg's ebur128, packets by its streamhash, lengths by ffprobe: nothing here is our own ears'.
"""
import json
import os
import pathlib
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from truth_compose import by_ebur128

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATE_HZ = 4  # of the truth's motion curve
AVERAGE_S = 4
GATE_LUFS = -70
MOMENTARY_S = .4


def without_mappings(template, path):
    """The template with every mapping disabled, as a file."""
    matrix = json.loads((ROOT / "templates" / f"{template}.json").read_text())
    matrix["id"] = f"{template}_off"
    for mapping in matrix["mappings"]:
        mapping["enabled"] = False
    path.write_text(json.dumps(matrix))
    return path


def sonify(program, film, out, *options):
    done = subprocess.run([str(a) for a in (program, "sonify", film, "-o", out, "--original", "replace", "--quiet", "--force",
                                            "--threads", "1", *options)], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{film.name}: {done.stderr.decode().strip()}")
    return out


def each(program, jobs):
    """Outputs of [(film, out, options)], a few at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda job: sonify(program, job[0], job[1], *job[2]), jobs))


# ---- loudness and motion

def momentary(path):
    """(times of the middle of each 400 ms, LUFS): ten a second."""
    said = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a", "-af",
                           "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.M:file=-", "-f", "null", "-"],
                          capture_output=True, check=True).stdout.decode()
    times = [float(t) for t in re.findall(r"pts_time:([\d.]+)", said)]
    levels = [float(v) if v != "-inf" else GATE_LUFS for v in re.findall(r"lavfi\.r128\.M=(\S+)", said)]
    # a frame's level is that of the 400 ms before its end, which comes a tenth of a second after its stamp
    return [t + .1 - MOMENTARY_S / 2 for t in times], [max(v, GATE_LUFS) for v in levels]


def ranks(values):
    """Ranks from 0, those of equals averaged."""
    import numpy
    values = numpy.asarray(values, float)
    _, inverse, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    return ((numpy.cumsum(counts) - counts) + (counts - 1) / 2)[inverse]


def spearman(a, b):
    """0 where one of them is the same throughout."""
    import numpy
    a, b = ranks(a), ranks(b)
    a, b = a - a.mean(), b - b.mean()
    power = (a @ a) * (b @ b)
    return float(a @ b / numpy.sqrt(power)) if power > 0 else 0.0


def averaged(values):
    import numpy
    steps = RATE_HZ * AVERAGE_S
    return numpy.convolve(values, numpy.ones(steps) / steps, "valid")


def energy_follows(sound, speed):
    """Rank correlation of momentary loudness with the true mean speed, both at 4 Hz, averaged over 4 s."""
    import numpy
    times, levels = momentary(sound)
    at = (numpy.arange(len(speed)) + .5) / RATE_HZ
    return spearman(averaged(numpy.interp(at, times, levels)), averaged(speed))


# ---- the file

def picture_hash(path):
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v", "-c", "copy", "-f", "streamhash",
                           "-hash", "md5", "-"], capture_output=True, check=True).stdout


def sound_off_frames(path, fps):
    """How many pictures the sound begins and ends beside the picture: the worse of the two."""
    said = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_entries", "stream=codec_type,start_time,duration",
                           str(path)], capture_output=True, check=True).stdout
    spans = {s["codec_type"]: (float(s["start_time"]), float(s["start_time"]) + float(s["duration"]))
             for s in json.loads(said)["streams"]}
    return max(abs(a - b) * fps for a, b in zip(spans["video"], spans["audio"]))


@dataclass
class Soundtrack:
    """What is measured of one film's."""

    truth: pathlib.Path
    report: pathlib.Path
    style: str
    target_lufs: float
    follows: float  # rank correlation of loudness and motion
    follows_off: float  # with every mapping disabled
    same_picture: bool
    off_frames: float
    lufs: float
    true_peak: float
    changes_report: pathlib.Path


def tempo_range(style):
    return tuple(json.loads((ROOT / "styles" / f"{style}.json").read_text())["tempo"]["range"])


def soundtracks(program, films, template, folder):
    """[Soundtrack] of films with their truth beside them: with the template, with it switched off, with changes of tempo."""
    off = without_mappings(template, folder / "off.json")
    jobs = []
    for film in films:
        jobs += [(film, folder / f"{film.stem}_with.mp4", ("--template", template)),
                 (film, folder / f"{film.stem}_off", ("--template", off)),
                 (film, folder / f"{film.stem}_changes.mp4", ("--template", template, "--tempo-changes"))]
    made = each(program, jobs)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda k: measured(films[k], *made[3 * k:3 * k + 3]), range(len(films))))


def measured(film, made, made_off, made_changes):
    truth = json.loads(film.with_suffix(".json").read_text())
    speed = truth["motion_curve"]["mean_speed"]
    context = json.loads((made_off / "session.json").read_text())
    lufs, true_peak = by_ebur128(made)
    return Soundtrack(
        truth=film.with_suffix(".json"), report=made.with_suffix(".report.json"), style=context["style"],
        target_lufs=context["context"]["target_lufs"], follows=energy_follows(made, speed),
        follows_off=energy_follows(made_off / "mix.wav", speed), same_picture=picture_hash(film) == picture_hash(made),
        off_frames=sound_off_frames(made, truth["fps"]), lufs=lufs, true_peak=true_peak,
        changes_report=made_changes.with_suffix(".report.json"))
