# SPDX-License-Identifier: MIT
"""Other programs that hear tempo, beats and onsets: how each is asked, what it says, and how right it is.

All are Debian's packages, run as they come; what a program says becomes the part of a `sonique listen
--json` document that it can fill, so that one scorer judges all. A program hears the same WAV as we do.

A new one is a row of PEERS.
"""
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable

import truth

OURS = "sonique"
# job of one command: the analysers that do the same here
JOBS = {"beats": "tempo and beats", "onsets": "onsets"}
MEASURES = {"tempo_acc1": "tempo", "tempo_acc2": "any level", "beat_F": "beats F", "beat_F_level": "best level",
            "onset_F": "onsets F"}
LIMIT_S = 120
VAMP = next((str(path) for path in pathlib.Path("/usr/lib").glob("*/vamp")), "/usr/lib/vamp")
SECONDS = re.compile(r"^ ?(\d+(?:\.\d+)?)(?=[:\s]|$)", re.M)


def times(text):
    """The number at the start of each line."""
    return [float(found) for found in SECONDS.findall(text)]


def beats_said(text):
    """A list of beats; the tempo is that of the median interval."""
    found = times(text)
    gaps = [b - a for a, b in zip(found, found[1:]) if b > a]
    return {"beats_s": found, "tempo": {"bpm": 60 / statistics.median(gaps) if gaps else None}}


def onsets_said(text):
    return {"onsets_s": times(text)}


def tempo_said(pattern):
    def read(text):
        found = re.search(pattern, text)
        return {"tempo": {"bpm": float(found[1]) if found else None}}
    return read


@dataclass(frozen=True)
class Peer:
    """One job of one program."""

    name: str  # of the program
    package: str  # Debian's
    job: str  # a key of JOBS
    needs: tuple  # programs on the path, files by their absolute names
    command: Callable  # path of a WAV: the words of the command
    read: Callable  # what it prints: part of a document
    fills: tuple  # the MEASURES that it can have
    note: str = ""

    def missing(self):
        return [need for need in self.needs if not (os.path.exists(need) if "/" in need else shutil.which(need))]

    def hear(self, path):
        """What it says of a recording; a program that gives up or never ends has said nothing."""
        try:
            done = subprocess.run(self.command(path), check=True, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=LIMIT_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return {}
        return self.read(done.stdout + done.stderr)


def vamp(output):
    return lambda path: ["env", f"VAMP_PATH={VAMP}", "vamp-simple-host", f"vamp-example-plugins:{output}", str(path)]


def by_bpm(path):
    # the range is ours: by itself it looks for 84 to 146 BPM alone
    return ["sh", "-c", f"sox {shlex.quote(str(path))} -t raw -r 44100 -e float -b 32 -c 1 - | bpm -m 50 -x 200"]


TEMPO = ("tempo_acc1", "tempo_acc2")
BEATS = (*TEMPO, "beat_F", "beat_F_level")
VAMP_NEEDS = ("vamp-simple-host", f"{VAMP}/vamp-example-plugins.so")
PEERS = [
    Peer("aubio", "aubio-tools", "beats", ("aubiotrack",), lambda path: ["aubiotrack", "-i", str(path)], beats_said, BEATS),
    Peer("soundstretch", "soundstretch", "beats", ("soundstretch",), lambda path: ["soundstretch", str(path), "-bpm"],
         tempo_said(r"Detected BPM rate ([\d.]+)"), TEMPO, "tempo only"),
    Peer("bpm-tools", "bpm-tools", "beats", ("bpm", "sox"), by_bpm, tempo_said(r"^([\d.]+)\s*$"), TEMPO, "tempo only"),
    Peer("vamp-examples", "vamp-examples", "beats", VAMP_NEEDS, vamp("fixedtempo:tempo"), tempo_said(r": ([\d.]+)"), TEMPO,
         "tempo only, of the first 10 s"),
    Peer("aubio", "aubio-tools", "onsets", ("aubioonset",), lambda path: ["aubioonset", "-i", str(path)], onsets_said,
         ("onset_F",)),
    Peer("vamp-examples", "vamp-examples", "onsets", VAMP_NEEDS, vamp("percussiononsets:onsets"), onsets_said, ("onset_F",),
         "of drums"),
]


def there():
    """(the peers that can run, words on those that can't)."""
    lacking = {peer: peer.missing() for peer in PEERS}
    return ([peer for peer in PEERS if not lacking[peer]],
            [f"{peer.name} {peer.job} (no {', '.join(gone)}: Debian's {peer.package})" for peer, gone in lacking.items() if gone])


# ---- accuracy

@dataclass
class Pieces:
    """A truth set: its folder, and the same recordings as WAV."""

    title: str
    folder: pathlib.Path
    wavs: list


def as_wav(path, folder):
    to = folder / f"{path.stem}.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, "-c:a", "pcm_s16le", to], check=True,
                   stdin=subprocess.DEVNULL)
    return to


def pieces(title, source, folder):
    folder.mkdir()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return Pieces(title, source, list(pool.map(lambda path: as_wav(path, folder), truth.recordings(source))))


def sets(folder):
    """({key: a function that makes the Pieces, or raises truth.Skip}): nothing is rendered before it is asked for."""
    def made():
        truth.need_fluidsynth()
        script, source = truth.there("truth") / "make_music.py", folder / "made.source"
        subprocess.run(["/usr/bin/python3", script, source, "--count", "100", "--seed", "100", "--jobs", str(os.cpu_count())],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return pieces("made music, 100 pieces of 45 s", source, folder / "made")

    def songs(kind):
        return lambda: pieces(f"30 songs as {kind}, 90 s each", truth.there(f"data/music/{kind}"), folder / kind)
    return {"made": made, "band": songs("band"), "piano": songs("piano")}


def merged(parts, wavs):
    """{program: [document, ...]} of {(program, job): [part of a document, ...]}, one part a recording."""
    documents = {}
    for (name, _), said in parts.items():
        rows = documents.setdefault(name, [{"file": {"path": str(path)}} for path in wavs])
        for row, part in zip(rows, said):
            row.update(part)
    return documents


def accuracy(which, peers):
    """{program: {measure: score}}; only what a program can have."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = {(peer.name, peer.job): list(pool.map(peer.hear, which.wavs)) for peer in peers}
    documents = {OURS: truth.listen(which.wavs, "onsets", "beats"), **merged(parts, which.wavs)}
    can = {OURS: set(MEASURES)}
    for peer in peers:
        can.setdefault(peer.name, set()).update(peer.fills)
    scores = {}
    for name, rows in documents.items():
        said = truth.ask_scorer("score_music.py", which.folder, rows)
        scores[name] = {key: said[key] for key in MEASURES if key in can[name]}
    return scores


def accuracy_lines(title, scores):
    lines = [f"{title:<36}" + "".join(f"{words:>12}" for words in MEASURES.values())]
    for name, row in scores.items():
        lines.append(f"  {name:<34}" + "".join(f"{row[key]:12.3f}" if key in row else f"{'-':>12}" for key in MEASURES))
    return lines

