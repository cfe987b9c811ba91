#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Speed and memory of `sonique listen`, measured here, beside ffmpeg's decoding and libebur128.

usage: bench.py [--quick] [--json OUT]

  speed    4 minutes of stereo at 44.1 kHz, one core: user+sys CPU of the whole process, every
           analyser on, SHA-256 included; ffmpeg decodes the same file to nowhere. Runs alternate; the
           best of five counts on both sides, since other work on the machine only ever adds.
  memory   peak resident memory of 4 minutes, 60 minutes and 10 hours (--quick leaves these out).
  start    a recording of a tenth of a second, from exec to exit.
  loudness our EBU R 128 with true peak against libebur128's, on the same samples in memory.

The sound is made of Debian's CC0 loops, so that the codecs have real work.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SONIQUE = ROOT / "build" / "sonique"
LOOPS = pathlib.Path("/usr/share/sonic-pi/samples")
RUNS = 5
FORMATS = {  # name: (ending, encoder arguments, least speed asked for)
    "WAV": ("wav", ["-c:a", "pcm_s16le"], 700),
    "FLAC": ("flac", ["-c:a", "flac"], 500),
    "MP3 320k": ("mp3", ["-c:a", "libmp3lame", "-b:a", "320k"], 450),
    "AAC 192k": ("m4a", ["-c:a", "aac", "-b:a", "192k"], None),
    "Vorbis": ("ogg", ["-c:a", "libvorbis", "-q:a", "6"], None),
    "Opus": ("opus", ["-c:a", "libopus", "-b:a", "128k"], None),
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True,
                   stdin=subprocess.DEVNULL)


def measure(command):
    """CPU seconds, wall seconds and peak MB of one run."""
    begun = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                               preexec_fn=lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench: {' '.join(map(str, command))}: exit status {process.returncode}")
    wall = time.perf_counter() - begun
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def in_turn(*commands, runs=RUNS):
    """The best run of each command, taken in turns."""
    best = [None] * len(commands)
    for _ in range(runs):
        for index, command in enumerate(commands):
            now = measure(command)
            best[index] = now if best[index] is None else tuple(map(min, best[index], now))
    return best


def make_sound(folder):
    """Four minutes of loops, one after the other, as float: the source of all files."""
    loops = [LOOPS / f"loop_{name}.flac" for name in ("amen_full", "garzul", "compus", "breakbeat")]
    loops = [path for path in loops if path.is_file()]
    if not loops:
        sys.exit("bench: no sonic-pi-samples")
    inputs = [part for path in loops for part in ("-stream_loop", "-1", "-t", "60", "-i", path)]
    graph = "".join(f"[{i}:a]aresample=44100,aformat=channel_layouts=stereo[a{i}];"
                    for i in range(len(loops)))
    graph += "".join(f"[a{i}]" for i in range(len(loops))) + f"concat=n={len(loops)}:v=0:a=1[o]"
    source = folder / "source.wav"
    ffmpeg(*inputs, "-filter_complex", graph, "-map", "[o]", "-c:a", "pcm_s16le", source)
    return source


def speed(folder, source, out):
    seconds = 240.0
    listen = lambda path: [SONIQUE, "listen", "--json", "--quiet", path]
    decode = lambda path: ["ffmpeg", "-v", "error", "-threads", "1", "-i", path, "-f", "null", "-"]
    print("\n4 minutes, stereo 44.1 kHz, one core     CPU s   x real time   asked   ffmpeg decode x   peak MB")
    for name, (ending, arguments, asked) in FORMATS.items():
        path = folder / f"speed.{ending}"
        ffmpeg("-i", source, *arguments, path)
        ours, theirs = in_turn(listen(path), decode(path))
        row = {"cpu_s": round(ours[0], 4), "x": round(seconds / ours[0]),
               "asked_x": asked, "ffmpeg_decode_x": round(seconds / theirs[0]),
               "peak_mb": round(ours[2], 1)}
        out[name] = row
        print(f"  {name:<36} {ours[0]:8.3f} {row['x']:10}x {str(asked or '-'):>9} "
              f"{row['ffmpeg_decode_x']:14}x {ours[2]:11.1f}")


def start(folder, out):
    path = folder / "short.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.1:r=44100", path)
    cpu, wall, _ = in_turn([SONIQUE, "listen", "--json", "--quiet", path], runs=10)[0]
    out["start"] = {"cpu_ms": round(1000 * cpu, 1), "wall_ms": round(1000 * wall, 1)}
    print(f"\nstart-up, 0.1 s of sound: {1000 * wall:.0f} ms wall (asked: under 60), "
          f"{1000 * cpu:.0f} ms CPU")


def memory(folder, source, out):
    print("\nlength      format     peak MB   asked    x real time")
    mp3, wav = folder / "speed.mp3", folder / "hour.wav"
    ffmpeg("-stream_loop", 14, "-i", source, "-c", "copy", wav)
    long = folder / "long.mp3"
    ffmpeg("-stream_loop", 149, "-i", mp3, "-c", "copy", long)
    for name, path, seconds, asked in (("60 minutes", wav, 3600, 80), ("10 hours", long, 36000, 150)):
        cpu, _, peak = measure([SONIQUE, "listen", "--json", "--quiet", path])
        out[name] = {"peak_mb": round(peak, 1), "x": round(seconds / cpu)}
        print(f"{name:<12}{path.suffix[1:]:<8} {peak:9.1f} {asked:7} {seconds / cpu:12.0f}x")


def loudness(folder, source, out):
    raw = folder / "source.f32"
    ffmpeg("-i", source, "-f", "f32le", raw)
    row = json.loads(subprocess.run([ROOT / "build" / "bench" / "bench_loudness", raw, "44100", "2"],
                                    check=True, capture_output=True).stdout)
    out["loudness"] = row
    print(f"\nEBU R 128 with true peak, in memory: ours {row['ours_x']:.0f}x real time, libebur128 "
          f"{row['libebur128_x']:.0f}x: {row['faster']:.1f} times as fast (asked: 3)\n"
          f"  integrated {row['integrated_lufs']} LUFS, range {row['range_lu']} LU, "
          f"true peak {row['true_peak_dbtp']} dBTP")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="leave the long files out")
    options.add_argument("--json", metavar="OUT", help="write the figures there as well")
    options = options.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = {}
    with tempfile.TemporaryDirectory(prefix="sonique-bench.") as name:
        folder = pathlib.Path(name)
        source = make_sound(folder)
        speed(folder, source, out)
        start(folder, out)
        loudness(folder, source, out)
        if not options.quick:
            memory(folder, source, out)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
