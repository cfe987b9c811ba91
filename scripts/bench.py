#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Speed and memory of `sonique listen` and `sonique watch`, measured here, beside ffmpeg's decoding,
libebur128 and OpenCV, and against the last stored run of this machine.

usage: bench.py [--quick] [--only GROUP,...] [--json OUT] [--store] [--results DIR]

  speed        4 minutes of stereo at 44.1 kHz, format by format, one core: CPU of all our processes,
               every analyser on, SHA-256 included; ffmpeg decodes the same file to nowhere. Memory
  analysers    each alone (--only), what all cost without it, and its own clock (--timings)
  threads      8 files of 4 minutes with --threads 1, 2, 4 ...; 1000 one-shots of 0.3 s. Wall clock, and
               the same bytes
  start        a recording of a tenth of a second, from exec to exit
  confinement  the command against the same pipeline in one process (build/bench/bench_inprocess)
  loudness     our EBU R 128 with true peak against libebur128's, on the same samples in memory
  peers        tempo, beats and onsets against Debian's other programs that hear them (scripts/bench_peers.py):
               CPU on the same 4 minutes, and how right each is on the music beside the tree
  flow         optical flow against OpenCV's (bench/peer_flow.py): ms a pair by size, one and four threads,
               and how right each is on the pairs beside the tree
  watch        a film at 720p against ffmpeg decoding it to nowhere; 10 s at 320x180: CPU and memory
  render       a piece of eight tracks, a minute of drums against FluidSynth (scripts/bench_render.py)
  synth        sixteen filtered sawtooths against csound and scsynth (scripts/bench_synth.py): ns a
               voice-sample, each kernel's own, and aliases of the sawtooth
  fx           effects against ffmpeg's, sox's and Faust's zita_rev1 (scripts/bench_fx.py): ns a stereo frame
  music        a sentence to a mix, a minute of film to a film with music (scripts/bench_music.py)
  memory       60 minutes and 10 hours
  watch_long   memory on half an hour of film
  music_long   memory of scoring half an hour of film

--quick leaves out peers, memory, watch_long and music_long.

CPU is user and system time of all processes, memory the sum of their peaks; bench/bench_run.c says how
they are taken. Commands run in turns and the best run of each counts, since other work on the machine
only ever adds. What looks worse than stored, or misses what was asked, is measured once more before it
is marked. Bytes that depend on the number of threads, or processes left behind, end with exit status 1;
a slow figure doesn't.

--store keeps the run as bench/results/<machine>.json (see scripts/bench_results.py). SNQ_PROGRAM names
another build's sonique; its helpers are looked for in bench/ beside it. The sound is made of Debian's CC0
loops, so that the codecs have real work.
"""
import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import wave

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bench_eyes  # noqa: E402
import bench_fx  # noqa: E402
import bench_music  # noqa: E402
import bench_peers  # noqa: E402
import bench_results  # noqa: E402
import bench_render  # noqa: E402
import bench_synth  # noqa: E402
import truth  # noqa: E402
from bench_results import Figure  # noqa: E402

ROOT = bench_results.ROOT
PROGRAM = pathlib.Path(os.environ.get("SNQ_PROGRAM", ROOT / "build" / "sonique")).resolve()
HELPERS = PROGRAM.parent / "bench"
LOOPS = pathlib.Path("/usr/share/sonic-pi/samples")
RUNS = 5
LONG_S = 240.0
LONG_FILES, THREADS_MAX = 8, 8
SHORT_S, SHORT_FILES = 0.3, 1000
WATCH_MS = 5
LIMIT_S = {"memory": 600, "watch_long": 1200, "music_long": 1200}  # for one command of a group; the others:
LIMIT_DEFAULT_S = 120
OVER_LIMIT = 124
FORMATS = {  # name: (ending, encoder arguments, least speed asked for)
    "wav": ("wav", ["-c:a", "pcm_s16le"], 600),
    "flac": ("flac", ["-c:a", "flac"], 400),
    "mp3": ("mp3", ["-c:a", "libmp3lame", "-b:a", "320k"], 370),
    "aac": ("m4a", ["-c:a", "aac", "-b:a", "192k"], None),
    "vorbis": ("ogg", ["-c:a", "libvorbis", "-q:a", "6"], None),
    "opus": ("opus", ["-c:a", "libopus", "-b:a", "128k"], None),
}
START_MS, CONFINEMENT_PERCENT, CONFINEMENT_START_MS, LOUDNESS_TIMES = 60, 3, 15, 3


class Skipped(Exception):
    """A group that lacks what it needs."""


class Failed(Exception):
    """A command of a group that didn't do its work."""


def die(text):
    sys.exit(f"bench: {text}")


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True,
                   stdin=subprocess.DEVNULL)


def listen(*arguments):
    return [PROGRAM, "listen", "--json", "--quiet", *arguments]


class Runs:
    """Runs commands, and keeps the best that each has done so far."""

    def __init__(self):
        self.taken = {}  # key: [result, ...]
        self.faults = []  # what no bench may overlook
        self.orphans = 0  # the most processes of a run that outlived their parent
        self.lacking = []  # parts of groups that could not be measured
        self.one_core = max(os.sched_getaffinity(0))
        self.limit_s = LIMIT_DEFAULT_S

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def lack(self, text):
        if text not in self.lacking:
            self.lacking.append(text)

    def once(self, command, *options):
        """One run, as bench_run describes it."""
        command = list(map(str, command))
        options = ["--limit", self.limit_s, *options]
        done = subprocess.run([HELPERS / "bench_run", *map(str, options), *command], check=False,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Failed(f"bench_run: exit status {done.returncode}\n{done.stderr}".strip())
        result = json.loads(done.stdout)
        shown = " ".join(command)
        if result["status"]:
            why = f"not done after {self.limit_s} s" if result["status"] == OVER_LIMIT else \
                f"status {result['status']}"
            raise Failed(f"{shown}: {why}\n{done.stderr[-2000:]}".strip())
        if result["left"]:
            self.fault(f"{result['left']} processes left behind by {shown}")
        self.orphans = max(self.orphans, result["adopted"] - result["left"])
        seen = result["watched"]
        # each process's time is cut to ticks of 10 ms; a tenth for the kernel's two ways to count
        if seen and seen["cpu_seen_s"] > 1.1 * result["cpu_s"] + 0.02:
            self.fault(f"children that nobody waited for, so CPU is understated: {shown}")
        return result

    def in_turn(self, commands, runs=RUNS, one_core=True):
        """Each of {key: command} `runs` times, in turns."""
        options = ["--cpu", self.one_core] if one_core else []
        for _ in range(runs):
            for key, command in commands.items():
                self.taken.setdefault(key, []).append(self.once(command, *options))

    def best(self, key, what="cpu_s"):
        return min(result[what] for result in self.taken[key])

    def noise(self, key, what="cpu_s"):
        """How far the best two runs are apart."""
        first, second = sorted(result[what] for result in self.taken[key])[:2]
        return second - first

    def memory(self, command, watch_ms=WATCH_MS):
        """(sum of peaks, largest sum of Pss or None: both MB, processes, the run)."""
        result = self.once(command, "--watch", watch_ms)
        seen = result["watched"]
        pss_mb = seen["peak_pss_kb"] / 1024 if seen["peak_pss_kb"] else None
        return seen["sum_peak_kb"] / 1024, pss_mb, seen["processes"], result


class Material:
    """The recordings, each made when first asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.scored = None
        self.loops = sorted(LOOPS.glob("loop_*.flac"))
        if len(self.loops) < LONG_FILES:
            die(f"no recordings in {LOOPS} (Debian's sonic-pi-samples)")

    def four_minutes(self, path, loops, arguments):
        """A minute of each of four loops, one after the other."""
        inputs = [part for loop in loops for part in ("-stream_loop", "-1", "-t", LONG_S / 4, "-i", loop)]
        graph = "".join(f"[{i}:a]aresample=44100,aformat=channel_layouts=stereo[a{i}];"
                        for i in range(len(loops)))
        graph += "".join(f"[a{i}]" for i in range(len(loops))) + f"concat=n={len(loops)}:v=0:a=1[o]"
        ffmpeg(*inputs, "-filter_complex", graph, "-map", "[o]", *arguments, path)
        return path

    @functools.cached_property
    def source(self):
        named = [LOOPS / f"loop_{name}.flac" for name in ("amen_full", "garzul", "compus", "breakbeat")]
        return self.four_minutes(self.folder / "source.wav", named, FORMATS["wav"][1])

    @functools.lru_cache(maxsize=None)
    def coded(self, name):
        ending, arguments, _ = FORMATS[name]
        path = self.folder / f"speed.{ending}"
        ffmpeg("-i", self.source, *arguments, path)
        return path

    @functools.cached_property
    def many(self):
        """A folder of LONG_FILES different files of one format: equal work, so that the figure tells of
        threads, not of luck in the order."""
        folder = self.folder / "many"
        folder.mkdir()
        for k in range(LONG_FILES):
            ending, arguments, _ = FORMATS["flac"]
            loops = [self.loops[(k + step * LONG_FILES // 4) % len(self.loops)] for step in range(4)]
            self.four_minutes(folder / f"{k}.{ending}", loops, arguments)
        return folder

    @functools.cached_property
    def shorts(self):
        """A folder of one-shots, cut out of the source one after the other."""
        folder = self.folder / "shorts"
        folder.mkdir()
        with wave.open(str(self.source), "rb") as sound:
            frames = int(SHORT_S * sound.getframerate())
            step = (sound.getnframes() - frames) // SHORT_FILES
            for k in range(SHORT_FILES):
                sound.setpos(k * step)
                with wave.open(str(folder / f"{k:04}.wav"), "wb") as out:
                    out.setparams(sound.getparams())
                    out.writeframes(sound.readframes(frames))
        return folder

    @functools.cached_property
    def tenth(self):
        path = self.folder / "tenth.wav"
        ffmpeg("-f", "lavfi", "-i", "sine=d=0.1:r=44100", path)
        return path

    @functools.cached_property
    def peer_sets(self):
        folder = self.folder / "peers"
        folder.mkdir()
        return bench_peers.sets(folder)

    def peer_scores(self, runs, here):
        """{set: (title, {program: {measure: score}})}; reckoned once, for the answers don't change."""
        if self.scored is None:
            self.scored = {}
            for key, make in self.peer_sets.items():
                try:
                    which = make()
                except truth.Skip as why:
                    runs.lack(f"accuracy on {key} ({why})")
                    continue
                self.scored[key] = which.title, bench_peers.accuracy(which, here)
        return self.scored

    def repeated(self, name, times, path):
        if not path.exists():
            ffmpeg("-stream_loop", times - 1, "-i", self.coded(name), "-c", "copy", path)
        return path


# The groups. Each takes (runs, material), measures, and returns its figures and the lines to show;
# called a second time it adds to the runs taken before.

def speed(runs, material):
    figures = {}
    lines = ["4 minutes, stereo 44.1 kHz, one core     CPU s   x real time   asked   ffmpeg decode x"
             "   peak MB   Pss MB   processes"]
    for name, (_, _, asked) in FORMATS.items():
        path = material.coded(name)
        ours, theirs = f"speed {name}", f"ffmpeg {name}"
        runs.in_turn({ours: listen(path), theirs: ["ffmpeg", "-v", "error", "-threads", "1", "-i", path,
                                                   "-f", "null", "-"]})
        peak_mb, pss_mb, processes, _ = runs.memory(listen(path))
        cpu_s = runs.best(ours)
        figures[f"speed.{name}.x"] = Figure(LONG_S / cpu_s, "x", asked)
        figures[f"speed.{name}.ffmpeg_x"] = Figure(LONG_S / runs.best(theirs), "x", ours=False)
        figures[f"speed.{name}.peak_mb"] = Figure(peak_mb, "MB")
        lines.append(f"  {name:<36}{cpu_s:8.3f} {LONG_S / cpu_s:12.0f}x {asked or '-':>8} "
                     f"{LONG_S / runs.best(theirs):16.0f}x {peak_mb:9.1f} {mb(pss_mb):>8} {processes:10}")
    return figures, lines


def ears(runs, material):
    """All analysers on decoded samples, in one process."""
    x = max(json.loads(subprocess.run([HELPERS / "bench_ears", material.coded("wav"), "7"], check=True,
                                      capture_output=True).stdout)["x"] for _ in range(3))
    return {"ears.x": Figure(x, "x", 800)}, [f"all analysers on decoded samples {x:30.0f}x {800:>7}"]


def mb(value):
    return "-" if value is None else f"{value:.1f}"


def analyser_ids():
    doctor = subprocess.run([PROGRAM, "doctor", "--json"], check=True, capture_output=True)
    return [row["id"] for row in json.loads(doctor.stdout)["analysers"]]


def own_clocks(material, runs=RUNS):
    """{id: the least ms that --timings gave}."""
    least = {}
    for _ in range(runs):
        done = subprocess.run(listen("--timings", material.coded("wav")), check=True,
                              capture_output=True)
        for row in json.loads(done.stdout)["plugins"]:
            if "ms" in row:
                least[row["id"]] = min(least.get(row["id"], row["ms"]), row["ms"])
    return least


def analysers(runs, material):
    path, ids = material.coded("wav"), analyser_ids()
    commands = {"all analysers": listen(path)}
    for name in ids:
        others = ",".join(other for other in ids if other != name)
        commands[f"only {name}"] = listen("--only", name, path)
        commands[f"without {name}"] = listen("--only", others, path)
    runs.in_turn(commands)
    clocks, whole_s = own_clocks(material), runs.best("all analysers")
    figures = {"analysers.all.x": Figure(LONG_S / whole_s, "x")}
    lines = ["4 minutes of WAV, one core   alone: CPU ms   x real time   adds to the others, ms"
             "   --timings ms",
             f"  {'all':<27}{1000 * whole_s:14.1f} {LONG_S / whole_s:12.0f}x"]
    for name in ids:
        cpu_s, without = runs.best(f"only {name}"), f"without {name}"
        adds = Figure(1000 * (whole_s - runs.best(without)), "ms",
                      noise=1000 * (runs.noise("all analysers") + runs.noise(without)))
        figures[f"analysers.{name}.alone_x"] = Figure(LONG_S / cpu_s, "x")
        figures[f"analysers.{name}.adds_ms"] = adds
        shown = f"{adds.value:.1f} +- {adds.noise:.1f}"
        lines.append(f"  {name:<27}{1000 * cpu_s:14.1f} {LONG_S / cpu_s:12.0f}x {shown:>24} "
                     f"{number_or_dash(clocks.get(name)):>14}")
    lines.append("  What an analyser adds leaves out what it shares with the others (decoding, spectra); "
                 "under its +- it is noise.")
    return figures, lines


def number_or_dash(value):
    return "-" if value is None else f"{value:.1f}"


def thread_counts(cores=None):
    cores = cores or len(os.sched_getaffinity(0))
    return [n for n in (1, 2, 4, 8) if n <= min(cores, THREADS_MAX)]


def same_bytes(runs, folder, counts, material):
    """Hold each number of threads against one; returns the words to show."""
    said = {}
    for n in counts:
        out = material.folder / f"out.{n}"
        runs.once(listen("--threads", n, folder), "--out", out)
        said[n] = out.read_bytes()
    other = [n for n in counts if said[n] != said[counts[0]]]
    if other:
        runs.fault(f"other bytes than with one thread on {folder.name}: --threads {other}")
    return f"OTHER BYTES with {other}" if other else "the same bytes"


def threads(runs, material):
    figures, lines = {}, []
    counts = thread_counts()
    most = 4 if 4 in counts else counts[-1]
    runs.in_turn({f"long {n}": listen("--threads", n, material.many) for n in counts}, 3, False)
    runs.in_turn({f"shorts {n}": listen("--threads", n, material.shorts) for n in {1, most}}, 3, False)
    lines.append(f"{LONG_FILES} files of 4 minutes, FLAC           wall s   CPU s   times as fast   peak MB"
                 "   Pss MB   processes")
    one_s = runs.best("long 1", "wall_s")
    for n in counts:
        wall_s = runs.best(f"long {n}", "wall_s")
        peak_mb, pss_mb, processes, _ = runs.memory(listen("--threads", n, material.many))
        figures[f"threads.long.{n}.wall_s"] = Figure(wall_s, "s", noise=runs.noise(f"long {n}", "wall_s"))
        if n > 1:
            figures[f"threads.long.{n}.speedup"] = Figure(one_s / wall_s, "times")
        figures[f"threads.long.{n}.peak_mb"] = Figure(peak_mb, "MB")
        lines.append(f"  --threads {n:<28}{wall_s:8.3f}{runs.best(f'long {n}'):8.3f}"
                     f"{one_s / wall_s:16.2f}{peak_mb:10.1f}{mb(pss_mb):>9}{processes:12}")
    lines.append(f"  {same_bytes(runs, material.many, counts, material)} whatever the threads")
    for n in sorted({1, most}):
        per_s = SHORT_FILES / runs.best(f"shorts {n}", "wall_s")
        figures[f"threads.shorts.{n}.files_per_s"] = Figure(per_s, "files/s")
        lines.append(f"{SHORT_FILES} one-shots of {SHORT_S} s, --threads {n}: {per_s:.0f} files/s")
    lines.append(f"  {same_bytes(runs, material.shorts, sorted({1, most}), material)}")
    return figures, lines


def start(runs, material):
    runs.in_turn({"start": listen(material.tenth)}, 20, False)
    wall_ms, cpu_ms = 1000 * runs.best("start", "wall_s"), 1000 * runs.best("start")
    noise_ms = 1000 * runs.noise("start", "wall_s")
    return ({"start.wall_ms": Figure(wall_ms, "ms", START_MS, noise=noise_ms),
             "start.cpu_ms": Figure(cpu_ms, "ms", noise=1000 * runs.noise("start"))},
            [f"start-up, 0.1 s of sound: {wall_ms:.1f} ms wall (asked: under {START_MS}), "
             f"{cpu_ms:.1f} ms CPU"])


def confinement(runs, material):
    bare = HELPERS / "bench_inprocess"
    if not os.access(bare, os.X_OK):
        raise Skipped("no bench_inprocess yet")
    path = material.coded("wav")
    runs.in_turn({"confined": listen(path), "bare": [bare, path]}, 2 * RUNS)
    runs.in_turn({"confined start": listen(material.tenth), "bare start": [bare, material.tenth]},
                 20, False)
    said = []
    for command in (listen(path), [bare, path]):
        runs.once(command, "--out", material.folder / "out.confined")
        said.append((material.folder / "out.confined").read_bytes())
    bare_s = runs.best("bare")
    percent = Figure(100 * (runs.best("confined") / bare_s - 1), "%", CONFINEMENT_PERCENT,
                     100 * (runs.noise("confined") + runs.noise("bare")) / bare_s)
    wall = {name: 1000 * runs.best(f"{name} start", "wall_s") for name in ("confined", "bare")}
    later = Figure(wall["confined"] - wall["bare"], "ms", CONFINEMENT_START_MS,
                   1000 * sum(runs.noise(f"{name} start", "wall_s") for name in wall))
    return ({"confinement.cpu_percent": percent, "confinement.start_ms": later},
            [f"confinement: {percent.value:+.1f} % +- {percent.noise:.1f} CPU on 4 minutes of WAV (asked: at "
             f"most {CONFINEMENT_PERCENT}), {later.value:+.1f} ms +- {later.noise:.1f} at the start "
             f"({wall['confined']:.1f} against {wall['bare']:.1f}; asked: at most {CONFINEMENT_START_MS})",
             f"  {'the same document' if said[0] == said[1] else 'documents differ'} confined and bare"])


def loudness(runs, material):
    raw = material.folder / "source.f32"
    if not raw.exists():
        ffmpeg("-i", material.source, "-f", "f32le", raw)
    done = subprocess.run([HELPERS / "bench_loudness", raw, "44100", "2"], check=True,
                          capture_output=True)
    taken = runs.taken.setdefault("loudness", [])
    taken.append(json.loads(done.stdout))
    ours, theirs = runs.best("loudness", "ours_s"), runs.best("loudness", "libebur128_s")
    row, sound_s = taken[-1], taken[-1]["sound_s"]
    figures = {"loudness.x": Figure(sound_s / ours, "x"),
               "loudness.libebur128_x": Figure(sound_s / theirs, "x", ours=False),
               "loudness.faster": Figure(theirs / ours, "times", LOUDNESS_TIMES)}
    return figures, [
        f"EBU R 128 with true peak, in memory: ours {sound_s / ours:.0f}x real time, libebur128 "
        f"{sound_s / theirs:.0f}x: {theirs / ours:.1f} times as fast (asked: {LOUDNESS_TIMES})",
        f"  integrated {row['integrated_lufs']} LUFS, range {row['range_lu']} LU, "
        f"true peak {row['true_peak_dbtp']} dBTP"]


def peer_speeds(runs, material, here):
    """CPU of each program on the same file, job by job, in turns with ours."""
    path, ours = material.coded("wav"), bench_peers.OURS
    figures, lines = {}, ["4 minutes of WAV, one core              CPU s   x real time   ours takes"]
    for job, words in {**bench_peers.JOBS, "onsets,beats": "both at once"}.items():
        rows = [peer for peer in here if peer.job == job]
        runs.in_turn({f"peers {job} {ours}": listen("--only", job, path),
                      **{f"peers {job} {peer.name}": peer.command(path) for peer in rows}})
        ours_s = runs.best(f"peers {job} {ours}")
        for name, note in [(ours, ""), *((peer.name, peer.note) for peer in rows)]:
            cpu_s = runs.best(f"peers {job} {name}")
            key = f"peers.{job.replace(',', '_')}.{name}_x"
            figures[key] = Figure(LONG_S / cpu_s, "x", ours=name == ours)
            share = f"{ours_s / cpu_s:13.2f}" if rows and name != ours else f"{'':13}"
            lines.append(f"  {words + ': ' + name:<33}{cpu_s:10.3f} {LONG_S / cpu_s:12.0f}x{share}"
                         f"{'  ' + note if note else ''}")
    return figures, lines


def peers(runs, material):
    here, lacking = bench_peers.there()
    for text in lacking:
        runs.lack(text)
    figures, lines = peer_speeds(runs, material, here)
    for key, scores in material.peer_scores(runs, here).items():
        title, rows = scores
        lines += bench_peers.accuracy_lines(title, rows)
        for name, row in rows.items():
            for measure, value in row.items():
                figures[f"peers.{key}.{measure}.{name}"] = Figure(value, "score", ours=name == bench_peers.OURS)
    return figures, lines


def memory(runs, material):
    figures, lines = {}, ["  length      format peak MB   asked   Pss MB   processes   x real time"]
    for name, kind, seconds, asked in (("60 minutes", "wav", 3600, 120), ("10 hours", "mp3", 36000, 400)):
        path = material.repeated(kind, int(seconds / LONG_S), material.folder / f"{seconds}.{kind}")
        peak_mb, pss_mb, processes, result = runs.memory(listen(path), 20)
        figures[f"memory.{name.replace(' ', '_')}.peak_mb"] = Figure(peak_mb, "MB", asked)
        lines.append(f"  {name:<12}{kind:<7}{peak_mb:7.1f}{asked:8}{mb(pss_mb):>9}{processes:12}"
                     f"{seconds / result['cpu_s']:13.0f}x")
    return figures, lines


GROUPS = {group.__name__: group
          for group in (speed, ears, analysers, threads, start, confinement, loudness, peers, bench_eyes.flow,
                        bench_eyes.watch, bench_synth.synth, bench_render.render_group,
                        bench_fx.fx, bench_music.music, memory, bench_eyes.watch_long, bench_music.music_long)}
LONG_GROUPS = ("peers", "memory", "watch_long", "music_long")


def measure(groups, runs, material, stored):
    """All figures of the groups; what looks bad is measured once more."""
    figures, skipped = {}, []
    for group in groups:
        runs.limit_s = LIMIT_S.get(group.__name__, LIMIT_DEFAULT_S)
        try:
            found, lines = group(runs, material)
            again = bench_results.doubtful(found, stored)
            if again:
                print(f"\n({group.__name__} once more, for {', '.join(again)})", flush=True)
                found, lines = group(runs, material)
        except (Skipped, truth.Skip) as why:
            skipped.append(group.__name__)
            lines, found = [f"{group.__name__}: SKIPPED, {why}"], {}
        except (Failed, subprocess.CalledProcessError) as why:
            runs.fault(f"{group.__name__}: {why}")
            lines, found = [f"{group.__name__}: FAILED"], {}
        print("", *lines, sep="\n", flush=True)
        figures.update(found)
    return figures, skipped


def compare(figures, run, stored, path):
    if run is None:
        print(f"\nNo stored run of this machine ({path.stem}); scripts/bench.py --store keeps one.")
        return
    change = " with changes" if run.get("modified") else ""
    print(f"\nAgainst the run stored for this machine ({path.stem}, at {run['commit']}{change}):\n")
    print(*bench_results.table(figures, stored), sep="\n")
    other = bench_results.yardstick(figures, stored)
    if other:
        hint = "" if abs(other - 1) < 0.05 else \
            f": this machine is {'slower' if other < 1 else 'faster'} today, or busy"
        print(f"\nffmpeg and libebur128 ran at {other:.2f} of their speed then{hint}")


def read_options():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n", maxsplit=1)[0], epilog=f"Groups: {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help=f"leave out {', '.join(LONG_GROUPS)}")
    parser.add_argument("--only", metavar="GROUP,...", help="these groups alone")
    parser.add_argument("--json", metavar="OUT", type=pathlib.Path, help="write the run there as well")
    parser.add_argument("--store", action="store_true", help="keep the run for comparisons")
    parser.add_argument("--results", metavar="DIR", type=pathlib.Path, default=bench_results.RESULTS,
                        help="where runs are kept (bench/results)")
    options = parser.parse_args()
    options.groups = options.only.split(",") if options.only else \
        [name for name in GROUPS if not (options.quick and name in LONG_GROUPS)]
    if any(name not in GROUPS for name in options.groups):
        parser.error(f"groups are {', '.join(GROUPS)}")
    if options.store and set(options.groups) != set(GROUPS):
        parser.error("--store keeps whole runs: without --quick and --only")
    if options.store and "SNQ_CPU" in os.environ:
        parser.error("--store keeps what the machine does by itself: without SNQ_CPU")
    return options


def main():
    options = read_options()
    for needed in (PROGRAM, HELPERS / "bench_run", HELPERS / "bench_loudness"):
        if not os.access(needed, os.X_OK):
            die(f"no {needed}; scripts/builds.py release makes it")
    who = bench_results.machine()
    path = options.results / f"{bench_results.slug(who)}.json"
    run, stored = bench_results.load(path)
    load = os.getloadavg()[0]
    print(f"{who['cpu']}, {who['cores']} cores, load {load:.1f}"
          f"{': other work is running, figures will be low' if load > 0.5 else ''}")
    runs = Runs()
    with tempfile.TemporaryDirectory(prefix="sonique-bench.") as name:  # the long files take 3 GB
        figures, skipped = measure([GROUPS[group] for group in options.groups], runs,
                                   Material(pathlib.Path(name)), stored)
    compare(figures, run, {key: figure for key, figure in stored.items()
                           if key.split(".")[0] in options.groups}, path)
    now = bench_results.document(who, figures)
    if options.json:
        bench_results.write(options.json, now)
    if runs.orphans:
        print(f"Up to {runs.orphans} processes of a command outlived their parent: counted here, but not "
              "by the shell's time")
    for fault in runs.faults:
        print(f"FAULT: {fault}")
    skipped += runs.lacking
    if skipped:
        print(f"{len(skipped)} skipped: {', '.join(skipped)}")
    if options.store and not runs.faults:
        bench_results.write(path, now)
        print(f"stored: {path}")
    return 1 if runs.faults else 0


if __name__ == "__main__":
    sys.exit(main())
