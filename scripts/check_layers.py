#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the rules between rooms over src/ (or the folder given): one line a breach, exit status 1.

    layer      a room includes another room than the table says, or a folder that is no room
    private    a *_impl.h of another room is included
    path       an include with "..", without its room, of another room's header in angle brackets,
               or of a file that is not there
    twice      a file name, or a thing (a struct, enum, union or macro), exists in two places
    files      files are opened outside jobs, media and catalog
    prints     printing, exit or abort outside cli (jobs may _exit a child process)
    memory     malloc, free and the like outside base; alloca anywhere
    unsafe     functions without a bound or with hidden state: gets, strcpy, sprintf, strtok, rand ...

A line that must break a rule says why beside it: /* layers-ok: reason */.
"""
import pathlib
import re
import sys

# room: the rooms whose public headers it may include, besides its own
ALLOWED = {
    "base": "",
    "score": "base",
    "dsp": "base",
    "fx": "base dsp score",
    "plot": "base dsp score",
    "media": "base dsp",
    "listen": "base dsp score",
    "watch": "base dsp score",
    "map": "base score",
    "compose": "base score",
    "synth": "base dsp fx score",
    "mix": "base dsp fx score listen",
    "catalog": "base score",
    "jobs": "base score dsp fx plot media listen watch map compose synth mix catalog",
    "serve": "base score catalog jobs",
    "cli": "base score catalog jobs",
    "plugins": "base dsp score fx listen synth",
}
ALLOWED = {room: set(others.split()) for room, others in ALLOWED.items()}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
TAG = re.compile(r"\b(?:struct|enum|union)\s+(snq_\w+)\s*\{")
MACRO = re.compile(r"^\s*#\s*define\s+(SNQ_\w+)")
LOCAL = re.compile(r"^static\b[^;={]*?\b(\w+)\s*\(", re.M)  # functions that the file has itself
WAIVER = re.compile(r"layers-ok:\s*\w+")


def call(names):
    """A pattern for a call of any of the names, as a function of C and not as a member."""
    return re.compile(rf"(?<![\w.>])(?:{names})\s*\(")


# rule: (pattern, rooms that may, what to say)
CALLS = [
    ("files",
     call("fopen|fopen64|freopen|fdopen|open|open64|openat|creat|opendir|fdopendir|scandir|nftw|ftw|"
          "tmpfile|tmpnam|mkstemps?|mkostemp|mkdtemp|unlink|unlinkat|rename|renameat|remove|mkdir|"
          "rmdir|truncate|popen|sqlite3_open(?:_v2|16)?|avformat_open_input|avio_open2?|sf_open|"
          "gzopen|json_load_file|json_dump_file"),
     {"jobs", "media", "catalog"}, "files are opened by jobs, media and catalog alone"),
    ("prints",
     re.compile(r"(?<![\w.>])(?:(?:v?printf|puts|putchar|perror|psignal|exit|abort|quick_exit|"
                r"errx?|warnx?)\s*\(|v?fprintf\s*\(\s*std(?:out|err)\b|"
                r"f(?:puts|putc|write|flush)\s*\([^;]*\bstd(?:out|err)\b)"),
     {"cli"}, "libraries never print and never exit"),
    ("prints", call("_exit|_Exit"), {"cli", "jobs"}, "libraries never exit"),
    ("memory",
     call("malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|"
          "aligned_alloc|posix_memalign|memalign|getline"),
     {"base"}, "our own memory goes through base/alloc.h"),
    ("memory", call("alloca|__builtin_alloca|strdupa|strndupa"), set(), "no alloca"),
    ("unsafe",
     call("gets|strcpy|strcat|stpcpy|sprintf|vsprintf|strtok|rand|srand|random|drand48|atoi|atof|"
          "atol|localtime|gmtime|ctime|asctime|setlocale|system"),
     set(), "a function without a bound or with hidden state"),
]


def code_only(text):
    """The text with comments and the insides of literals blanked, line for line."""
    def blank(match):
        piece = match[0]
        if piece.startswith("/"):
            return re.sub(r"[^\n]", " ", piece)
        return piece[0] + " " * (len(piece) - 2) + piece[-1]
    return re.sub(r'//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank,
                  text, flags=re.S)


def check_include(root, room, bracket, name):
    """(rule, message) when an include is wrong, else None."""
    first, _, rest = name.partition("/")
    if ".." in pathlib.PurePosixPath(name).parts:
        return "path", f'"{name}" climbs out of its folder: write "room/file.h"'
    if bracket == "<":
        if first in ALLOWED and (root / name).is_file():
            return "path", f"<{name}> is ours: write it in quotes"
        return None
    if not rest:
        return "path", f'"{name}" lacks its room: write "{room}/{name}"'
    if first not in ALLOWED:
        return "layer", f"{first} is not a room"
    if not (root / name).is_file():
        return "path", f'"{name}" is not there'
    if first == room:
        return None
    if first not in ALLOWED[room]:
        return "layer", f"{room} may not include {first}"
    if name.endswith("_impl.h"):
        return "private", f'"{name}" is private to {first}'
    return None


def check_file(root, path, seen):
    """Yields (line, rule, message) of one file; `seen` remembers the things of all files."""
    room = path.relative_to(root).parts[0]
    text = path.read_text(errors="replace")
    lines = text.splitlines()
    code = code_only(text)
    local = set(LOCAL.findall(code))
    for number, line in enumerate(code.splitlines(), 1):
        raw = lines[number - 1]
        if WAIVER.search(raw):
            continue
        include = INCLUDE.match(raw) if line.lstrip().startswith("#") else None
        if include:
            breach = check_include(root, room, include[1], include[2])
            if breach:
                yield number, *breach
        for tag in TAG.findall(line) + (MACRO.findall(line) if path.suffix == ".h" else []):
            before = seen.setdefault(tag, path)
            if before != path:
                yield number, "twice", f"{tag} is already in {before.relative_to(root)}"
        for rule, pattern, rooms, message in CALLS:
            names = {found[0].split("(")[0].strip() for found in pattern.finditer(line)} - local
            for name in sorted(names) if room not in rooms else ():
                yield number, rule, f"{name}: {message}"


def check_tree(root):
    """All breaches of the tree as (path, line, rule, message)."""
    breaches, things, stems = [], {}, {}
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".c", ".h")):
        parts = path.relative_to(root).parts
        if len(parts) < 2 or parts[0] not in ALLOWED:
            breaches.append((path, 1, "layer", f"{parts[0]} is not a room"))
            continue
        # one thing, one folder: dot.c, dot.h stand together
        before = stems.setdefault(path.stem, path)
        if before.parent != path.parent:
            breaches.append((path, 1, "twice",
                             f"{path.stem} is already a thing at {before.relative_to(root)}"))
        breaches += [(path, *breach) for breach in check_file(root, path, things)]
    return breaches


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else
                        pathlib.Path(__file__).resolve().parent.parent / "src")
    if not root.is_dir():
        print(f"check_layers: no folder {root}", file=sys.stderr)
        return 2
    breaches = check_tree(root)
    for path, line, rule, message in breaches:
        print(f"{path}:{line}: {rule}: {message}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
