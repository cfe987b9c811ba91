# SPDX-License-Identifier: MIT
"""The groups of `make bench` that look: optical flow beside OpenCV's, `sonique watch` beside decoding.

Their pictures are those of the shared folder; without it, or without python3-opencv, a group is skipped.
"""
import json
import subprocess

import truth
from bench_results import Figure

OURS = ("fast", "default", "fine")
FLOW_SIZES = ("320x180", "640x360", "1280x720")
FLOW_ASKED_AT = "640x360"
FLOW_THREADS = 4
# ours against OpenCV's: percent of its time at most
FLOW_PEERS = {"default": ("DIS medium", 45), "fast": ("DIS fast", 60)}
FINE_MS, SPEEDUP = 25, 3.3

CLIP, SMALL_CLIP = "data/video/bigbuckbunny_720p25.mp4", "data/video/bottle-detection.mp4"
DECODING_TIMES, SMALL_CPU_S, SMALL_MB, SMALL_S = .6, .9, 60, 10
LONG_CLIP_S, LONG_MB = 1800, 200
WATCH_EVERY_MS, LONG_EVERY_MS = 5, 50


def command(*words):
    return [truth.PROGRAM, "watch", "--json", "--quiet", *words]


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, stdin=subprocess.DEVNULL)


def length_s(path):
    said = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "format=duration", "-of",
                           "csv=p=0", path], check=True, capture_output=True, text=True).stdout
    return float(said)


# ---- flow

def ask_peer():
    """What bench/peer_flow.py says: {"error_px": {pair: {name: px}}, "speed": {size: {name: {kind: ms}}}}."""
    truth.there("data/flow")
    truth.there(CLIP)
    truth.need_opencv()
    program = truth.PROGRAM.parent / "bench" / "bench_flow"
    done = subprocess.run(["/usr/bin/python3", truth.ROOT / "bench" / "peer_flow.py", program, "--data", truth.SHARED / "data",
                           "--size", ",".join(FLOW_SIZES), "--threads", f"1,{FLOW_THREADS}"], check=True,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def best_speeds(said):
    """The least of each time of several runs."""
    return {size: {name: {kind: min(run["speed"][size][name][kind] for run in said) for kind in row}
                   for name, row in table.items()} for size, table in said[0]["speed"].items()}


def threaded(name):
    return f"{name}, {FLOW_THREADS} threads"


def name_key(name):
    return name.replace("medium, finest scale 0", "finest").replace(" ", "_")


def speed_figures(size, table):
    """Ours and OpenCV's on one size. What was asked, was asked of one."""
    asked = size == FLOW_ASKED_AT
    figures, key = {}, f"flow.{size}"
    one = [name for name in table if not name.endswith(" threads")]
    for name in one:
        limit = FINE_MS if asked and name == "fine" else None
        figures[f"{key}.{name_key(name)}_ms"] = Figure(table[name]["cpu_ms"], "ms", limit, ours=name in OURS)
    for name, (peer, percent) in FLOW_PEERS.items():
        share = 100 * table[name]["cpu_ms"] / table[peer]["cpu_ms"]
        figures[f"{key}.{name}_of_{name_key(peer)}"] = Figure(share, "%", percent if asked else None)
    for name in OURS:
        more = table[threaded(name)]
        figures[f"{key}.{name}_speedup"] = Figure(table[name]["line_ms"] / more["line_ms"], "times", SPEEDUP if asked else None)
        figures[f"{key}.{name}_stripes_speedup"] = Figure(table[name]["wall_ms"] / more["wall_ms"], "times")
    return figures


def speed_lines(size, table):
    lines = [f"flow at {size}, ms a pair       one thread: CPU   {FLOW_THREADS} threads: CPU    wall   times as fast"]
    for name, row in table.items():
        if name.endswith(" threads"):
            continue
        more = table[threaded(name)]
        push = f"   the push alone {row['push_ms'] / more['push_ms']:.2f}, lattice {row['cells_ms']:.2f} ms more" \
            if name in OURS else ""
        lines.append(f"  {name:<36}{row['cpu_ms']:9.2f}{more['cpu_ms']:17.2f}{more['wall_ms']:8.2f}"
                     f"{row['wall_ms'] / more['wall_ms']:16.2f}{push}")
    lines.append(f"  pairs of a film beside each other, lattice, wall    one thread   {FLOW_THREADS} threads   times as fast")
    for name in OURS:
        ms, more_ms = table[name]["line_ms"], table[threaded(name)]["line_ms"]
        lines.append(f"  {name:<50}{ms:12.2f}{more_ms:12.2f}{ms / more_ms:16.2f}")
    return lines


def mean_errors(errors):
    """{name: px}, every pair counting alike."""
    names = next(iter(errors.values()))
    return {name: sum(row[name] for row in errors.values()) / len(errors) for name in names}


def error_figures(errors):
    """`fast` has to be as right as DIS fast, on the real pair and on the whole; make truth bounds the others, pair by pair."""
    figures = {}
    for key, row in {"real": errors[truth.REAL_PAIR], "mean": mean_errors(errors)}.items():
        for name, px in row.items():
            asked = row["DIS fast"] if name == "fast" else None
            figures[f"flow.error_{key}.{name_key(name)}"] = Figure(px, "px", asked, ours=name in OURS)
    return figures


def error_lines(errors):
    names = list(next(iter(errors.values())))
    lines = [f"flow, mean end error in px{'':5}" + "".join(f"{name.split(',')[0] + '*' * (',' in name):>15}" for name in names)]
    lines += [f"  {pair:<29}" + "".join(f"{row[name]:15.4f}" for name in names) for pair, row in errors.items()]
    lines.append(f"  {'mean':<29}" + "".join(f"{px:15.4f}" for px in mean_errors(errors).values()))
    worse = [pair for pair, row in errors.items() if row["fast"] > row["DIS fast"]]
    return [*lines, f"  * finest scale 0; fast is less right than DIS fast on {', '.join(worse) or 'none'}"]


def flow(runs, _material):
    said = runs.taken.setdefault("flow", [])
    said.append(ask_peer())
    figures, lines = error_figures(said[-1]["error_px"]), error_lines(said[-1]["error_px"])
    for size, table in best_speeds(said).items():
        figures.update(speed_figures(size, table))
        lines += speed_lines(size, table)
    return figures, [*lines, "  Times are of the whole flow at full size, as OpenCV gives it; the eyes need the lattice alone."]


# ---- watch

def small_clip(material):
    """10 s at 320x180."""
    path = material.folder / "small.mp4"
    if not path.exists():
        ffmpeg("-i", truth.there(SMALL_CLIP), "-t", SMALL_S, "-an", "-vf", "scale=320:180:flags=area", "-c:v", "libx264", "-crf",
               "18", path)
    return path


def long_clip(material):
    """Half an hour: the clip again and again, its pictures as they were coded."""
    clip, path = truth.there(CLIP), material.folder / "long.mp4"
    if not path.exists():
        ffmpeg("-stream_loop", round(LONG_CLIP_S / length_s(clip)), "-i", clip, "-map", "0:v:0", "-c", "copy", path)
    return path


def same_for_threads(runs, material, path):
    said = []
    for count in (1, FLOW_THREADS):
        out = material.folder / f"watch.{count}"
        runs.once(command("--threads", count, path), "--out", out)
        said.append(out.read_bytes())
    if said[0] != said[1]:
        runs.fault(f"other bytes than with one thread on {path.name}: --threads {FLOW_THREADS}")
    return "the same bytes" if said[0] == said[1] else "OTHER BYTES"


def film(runs, _material):
    clip = truth.there(CLIP)
    seconds = length_s(clip)
    runs.in_turn({"watch film": command("--threads", 1, clip),
                  "watch ffmpeg": ["ffmpeg", "-v", "error", "-threads", "1", "-i", clip, "-map", "0:v:0", "-f", "null", "-"]}, 9)
    ours_s, theirs_s = runs.best("watch film"), runs.best("watch ffmpeg")
    figures = {"watch.720p.x": Figure(seconds / ours_s, "x"),
               "watch.720p.ffmpeg_x": Figure(seconds / theirs_s, "x", ours=False),
               "watch.720p.of_decoding": Figure(theirs_s / ours_s, "times", DECODING_TIMES)}
    return figures, [f"{seconds:.1f} s of 1280x720, one core: watch {ours_s:.3f} CPU s, {seconds / ours_s:.1f}x real time; ffmpeg "
                     f"decodes in {theirs_s:.3f}: {theirs_s / ours_s:.2f} of its speed (asked: {DECODING_TIMES})"]


def small(runs, material):
    path = small_clip(material)
    runs.in_turn({"watch small": command("--threads", 1, path)})
    cpu_s = runs.best("watch small")
    peak_mb, pss_mb, processes, _ = runs.memory(command("--threads", 1, path), WATCH_EVERY_MS)
    shared = "" if pss_mb is None else f", what they share counted once {pss_mb:.1f} MB"
    return ({"watch.small.cpu_s": Figure(cpu_s, "s", SMALL_CPU_S, runs.noise("watch small")),
             "watch.small.peak_mb": Figure(peak_mb, "MB", SMALL_MB)},
            [f"{SMALL_S} s of 320x180, one core: {cpu_s:.3f} CPU s (asked: under {SMALL_CPU_S}); {processes} processes, sum of "
             f"peaks {peak_mb:.1f} MB (asked: under {SMALL_MB}){shared}",
             f"  {same_for_threads(runs, material, path)} with {FLOW_THREADS} threads"])


def watch(runs, material):
    figures, lines = {}, []
    for part in (film, small):
        found, said = part(runs, material)
        figures.update(found)
        lines += said
    return figures, lines


def watch_long(runs, material):
    path = long_clip(material)
    seconds = length_s(path)
    peak_mb, pss_mb, processes, result = runs.memory(command(path), LONG_EVERY_MS)
    shared = "" if pss_mb is None else f", what they share counted once {pss_mb:.1f} MB"
    return ({"watch_long.peak_mb": Figure(peak_mb, "MB", LONG_MB)},
            [f"{seconds / 60:.0f} minutes of 1280x720: {processes} processes, sum of peaks {peak_mb:.1f} MB (asked: under {LONG_MB})"
             f"{shared}; {seconds / result['cpu_s']:.1f}x real time by CPU, {seconds / result['wall_s']:.1f}x by the clock"])
