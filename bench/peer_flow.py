#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Optical flow beside OpenCV's, on the same pictures in the same run.

usage: peer_flow.py BENCH_FLOW [--data FOLDER] [--more FOLDER] [--size 640x360,...] [--threads 1,4] [--rounds 5] [--pairs 24]

BENCH_FLOW is the program bench/bench_flow of a build. --data (the variable SNQ_SHARED and /data by
default) holds flow/*.flo with their pictures and video/bigbuckbunny_720p25.mp4; --more holds further
pairs NAME_a.png, NAME_b.png, NAME.flo. Times are ms a pair of the film, all in turns: the best of each
pair's rounds, and their mean; CPU time of all threads, and wall time. What takes long gets fewer rounds and
pairs. Ours are also timed on the lattice over a longer piece of the film, several pairs at a time: `line_ms` of wall time,
`line_cpu_ms`. A JSON document is the last line. Needs python3-opencv, ffmpeg's codecs.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy

PRESETS = ("fast", "default", "fine")


def peers():
    """name: function of two grey pictures that gives the flow."""
    def dis(preset, finest=None):
        flow = cv2.DISOpticalFlow_create(preset)
        if finest is not None:
            flow.setFinestScale(finest)
        return lambda a, b: flow.calc(a, b, None)
    return {
        "DIS ultrafast": dis(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST),
        "DIS fast": dis(cv2.DISOPTICAL_FLOW_PRESET_FAST),
        "DIS medium": dis(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM),
        "DIS medium, finest scale 0": dis(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM, 0),
        "Farneback": lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, .5, 3, 15, 3, 5, 1.2, 0),
    }


def read_flo(path):
    raw = path.read_bytes()
    width, height = numpy.frombuffer(raw, "<i4", 2, 4)
    return numpy.frombuffer(raw, "<f4", 2 * width * height, 12).reshape(height, width, 2)


def end_error(flow, truth):
    known = (numpy.abs(truth) < 1e8).all(-1)
    return float(numpy.sqrt(((flow - truth) ** 2).sum(-1))[known].mean())


def ours(program, work, preset, a, b):
    height, width = a.shape
    for name, picture in (("a", a), ("b", b)):
        (work / name).write_bytes(picture.tobytes())
    subprocess.run([program, "pair", work / "a", work / "b", str(width), str(height), preset,
                    work / "out.flo"], check=True)
    return read_flo(work / "out.flo")


def pictures_of(truth):
    """The pair that belongs to a .flo file."""
    if truth.name == "flow10.flo":
        names = ("frame10.png", "frame11.png")
    else:
        names = (truth.stem + "_a.png", truth.stem + "_b.png")
    return [cv2.imread(str(truth.parent / name), cv2.IMREAD_GRAYSCALE) for name in names]


def accuracy(program, work, folders):
    table = {}
    for truth in sorted(path for folder in folders for path in folder.glob("*.flo")):
        a, b = pictures_of(truth)
        want = read_flo(truth)
        row = {name: end_error(flow(a, b), want) for name, flow in peers().items()}
        row.update({preset: end_error(ours(program, work, preset, a, b), want)
                    for preset in PRESETS})
        table[truth.stem] = row
    return table


def frames_of(path, width, height, count):
    video, frames = cv2.VideoCapture(str(path)), []
    while len(frames) < count:
        good, frame = video.read()
        if not good:
            break
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        frames.append(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA))
    return frames


LINE_PAIRS = 5  # times as many pairs for the line
SLOW = ("DIS medium, finest scale 0", "Farneback")  # for these a round is enough


def time_peer(flow, frames):
    """{kind: [ms of each pair]} of one round."""
    spent = {"cpu_ms": [], "wall_ms": []}
    for a, b in zip(frames, frames[1:]):
        cpu, wall = time.process_time(), time.perf_counter()
        flow(a, b)
        spent["cpu_ms"].append(1e3 * (time.process_time() - cpu))
        spent["wall_ms"].append(1e3 * (time.perf_counter() - wall))
    return spent


def time_ours(program, raw, size, preset, threads):
    done = subprocess.run([program, "speed", raw, *map(str, size), preset, str(threads), "2"], check=True,
                          capture_output=True)
    return json.loads(done.stdout)


def time_line(program, raw, size, preset, threads):
    """{kind: [ms a pair]} over all pictures of a file, the best of two rounds."""
    done = subprocess.run([program, "line", raw, *map(str, size), preset, str(threads), "2"], check=True, capture_output=True)
    said = json.loads(done.stdout)
    return {"line_ms": [said["wall_ms"]], "line_cpu_ms": [said["cpu_ms"]]}


def best_of(kept, got):
    """Each pair's best so far."""
    return {kind: [min(pair) for pair in zip(times, got[kind])] for kind, times in kept.items()} if kept else got


def write_raw(path, frames):
    path.write_bytes(b"".join(frame.tobytes() for frame in frames))
    return path


def speed(program, work, frames, threads, rounds, pairs):
    """{name: {kind: ms a pair}}; with more than one thread the number is in the name. The line goes over all frames, what
    finds one pair at a time over the first `pairs` pairs."""
    height, width = frames[0].shape
    film = write_raw(work / "film.gray", frames)
    frames = frames[:pairs + 1]
    raw = write_raw(work / "frames.gray", frames)
    best = {}
    for k in range(rounds):
        for count in threads:
            cv2.setNumThreads(count)
            end = f", {count} threads" if count > 1 else ""
            for name, flow in peers().items():
                if k == 0 or name not in SLOW:
                    best[name + end] = best_of(best.get(name + end), time_peer(flow, frames))
            for preset in PRESETS:
                got = time_ours(program, raw, (width, height), preset, count)
                got.update(time_line(program, film, (width, height), preset, count))
                best[preset + end] = best_of(best.get(preset + end), got)
    cv2.setNumThreads(1)
    return {name: {kind: float(numpy.mean(times)) for kind, times in row.items()} for name, row in best.items()}


def fewer(count, size, least):
    """So many of 640x360, fewer of larger pictures."""
    width, height = size
    return max(least, min(count, round(count * 640 * 360 / (width * height))))


def speeds(options, work):
    """{size: what `speed` gives}"""
    table = {}
    for text in options.size.split(","):
        size = tuple(map(int, text.split("x")))
        pairs = fewer(options.pairs, size, 4)
        frames = frames_of(pathlib.Path(options.data) / "video/bigbuckbunny_720p25.mp4", *size, LINE_PAIRS * pairs + 1)
        table[text] = speed(options.program, work, frames, [int(n) for n in options.threads.split(",")],
                            fewer(options.rounds, size, 2), pairs)
    return table


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--data", default=os.environ.get("SNQ_SHARED", ".") + "/data")
    parser.add_argument("--more", action="append", default=[])
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--threads", default="1,4")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=24)
    return parser.parse_args()


def main():
    options = read_options()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        errors = accuracy(options.program, work, [pathlib.Path(options.data) / "flow", *map(pathlib.Path, options.more)])
        times = speeds(options, work)
    columns = [*peers(), *PRESETS]
    print("end error, px".ljust(28), *(name[:14].rjust(14) for name in columns))
    for stem, row in errors.items():
        print(stem.ljust(28), *(f"{row[name]:14.4f}" for name in columns))
    for size, table in times.items():
        print(f"ms a pair at {size}")
        for name, row in table.items():
            print(name.ljust(40), "  ".join(f"{kind[:-3]} {ms:.2f}" for kind, ms in row.items()))
    print(json.dumps({"error_px": errors, "speed": times}))


if __name__ == "__main__":
    main()
