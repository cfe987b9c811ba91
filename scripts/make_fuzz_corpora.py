#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes what the fuzz targets start from: a small file of each container and coding that we read, and
the words of each format (tests/fuzz/README.md).

    scripts/make_fuzz_corpora.py                 all of them
    scripts/make_fuzz_corpora.py listen_pcm      of this target

Seeds go to tests/fuzz/corpus_<target>/, dictionaries to tests/fuzz/<target>.dict. Each file that this
script makes is named made-*: those are replaced, any other (an input that once broke something) stays.
PCM, and headers for which no encoder is at hand, are written here; the rest needs ffmpeg (Debian 12's;
another version may write other bytes). A seed is at most 4096 bytes, as libFuzzer grows no larger ones
from them.
"""
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fuzz"
SEED_BYTES_MAX = 4096


# ---- sounds ----

def burst(rate, seconds, channels=1):
    """Samples -1..1, frame by frame: a tone, silence, noise, silence, a click."""
    frames, out, noise = int(rate * seconds), [], 1
    for i in range(frames):
        t = i / frames
        noise = (noise * 1103515245 + 12345) % 2**31
        x = 0.0
        if t < 0.3:
            x = 0.5 * math.sin(2 * math.pi * rate / 11 * i / rate)
        elif 0.5 <= t < 0.8:
            x = 0.3 * (noise / 2**30 - 1)
        elif t > 0.95:
            x = 1.0
        out += [x * (-1) ** c for c in range(channels)]
    return out


def pcm(samples, kind):
    """Bytes of samples; kind: u8 s8 s16 s24 s32 f32 f64, with "be" for big-endian."""
    order, name = (">", kind[:-2]) if kind.endswith("be") else ("<", kind)
    if name in ("f32", "f64"):
        return struct.pack(f"{order}{len(samples)}{'f' if name == 'f32' else 'd'}", *samples)
    bits = int(name[1:])
    top = 2 ** (bits - 1)
    whole = [max(-top, min(top - 1, round(x * top))) + (top if name[0] == "u" else 0)
             for x in samples]
    side = "big" if order == ">" else "little"
    return b"".join(v.to_bytes(bits // 8, side, signed=name[0] == "s") for v in whole)


# ---- RIFF and its kin ----

def chunk(name, body, order="<"):
    return name + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) % 2)


def fmt_chunk(rate, channels, bits, tag=1, mask=None, order="<"):
    block = channels * bits // 8
    body = struct.pack(order + "HHIIHH", tag if mask is None else 0xFFFE, channels, rate,
                       rate * block, block, bits)
    if mask is not None:
        body += struct.pack(order + "HHIH", 22, bits, mask, tag) + bytes.fromhex(
            "000000001000800000aa00389b71")
    return chunk(b"fmt ", body, order)


def riff(chunks, form=b"RIFF", order="<"):
    return form + struct.pack(order + "I", 4 + len(chunks)) + b"WAVE" + chunks


def wav(rate, channels, kind, seconds, tag=1, mask=None, extra=b""):
    bits = int(kind[1:])
    data = pcm(burst(rate, seconds, channels), kind)
    return riff(fmt_chunk(rate, channels, bits, tag, mask) + chunk(b"data", data) + extra)


def big_wav(form, claims_data, seconds=0.5):
    """RF64 or BW64: the sizes stand in ds64."""
    data = pcm(burst(1000, seconds), "s16")
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, claims_data or len(data), len(data) // 2, 0))
    body = ds64 + fmt_chunk(1000, 1, 16) + b"data" + b"\xff" * 4 + data
    return form + b"\xff" * 4 + b"WAVE" + body


def w64(rate, kind, seconds):
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    first = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")

    def part(name, body):
        return name + tail + struct.pack("<Q", 24 + len(body)) + body + b"\0" * (-len(body) % 8)
    form = fmt_chunk(rate, 1, int(kind[1:]))[8:]
    body = b"wave" + tail + part(b"fmt ", form) + part(b"data", pcm(burst(rate, seconds), kind))
    return first + struct.pack("<Q", 24 + len(body)) + body


def extended(rate):
    """A sample rate as an 80-bit float (rate is a whole number)."""
    bits = rate.bit_length()
    return struct.pack(">HQ", 16383 + bits - 1, rate << (64 - bits))


def aiff(rate, channels, kind, seconds, coding=None, offset=0):
    data = pcm(burst(rate, seconds, channels), kind)
    bits = int(kind[1:3].rstrip("b"))
    comm = struct.pack(">hIh", channels, len(data) * 8 // bits // channels, bits) + extended(rate)
    head = b""
    if coding:
        comm += coding + b"\x04name\0"
        head = chunk(b"FVER", struct.pack(">I", 0xA2805140), ">")
    body = head + chunk(b"COMM", comm, ">") + chunk(
        b"SSND", struct.pack(">II", offset, 0) + b"\0" * offset + data, ">")
    return b"FORM" + struct.pack(">I", 4 + len(body)) + (b"AIFC" if coding else b"AIFF") + body


def cues(points):
    return chunk(b"cue ", struct.pack("<I", len(points)) + b"".join(
        struct.pack("<II4sIII", i, p, b"data", 0, 0, p) for i, p in enumerate(points)))


def loops(pairs):
    return chunk(b"smpl", struct.pack("<9I", 0, 0, 1000000, 60, 0, 0, 0, len(pairs), 0) + b"".join(
        struct.pack("<6I", i, 0, a, b, 0, 0) for i, (a, b) in enumerate(pairs)))


def riff_seeds(seconds):
    """{name: bytes}: each form, coding and oddity that the scanner knows."""
    s = seconds
    float_odd = struct.pack("<6f", math.nan, math.inf, -math.inf, 1e9, 1e-42, -0.0)
    tags = chunk(b"LIST", b"INFOINAM" + struct.pack("<I", 4) + b"abc\0")
    seeds = {
        "u8.wav": wav(1000, 1, "u8", s),
        "s16.wav": wav(1000, 1, "s16", s),
        "s24.wav": wav(1000, 1, "s24", s / 2),
        "s32.wav": wav(1000, 1, "s32", s / 2),
        "f32.wav": wav(1000, 1, "f32", s / 2, tag=3),
        "f64.wav": wav(1000, 1, "f64", s / 4, tag=3),
        "f32odd.wav": riff(fmt_chunk(1000, 1, 32, 3) + chunk(b"data", float_odd * 8)),
        "stereo.wav": wav(1000, 2, "s16", s / 2),
        "six.wav": wav(1000, 6, "s16", s / 8, mask=0x3F),
        "sixteen.wav": wav(1000, 16, "u8", s / 16),
        "extensible.wav": wav(2000, 2, "s24", s / 8, mask=3),
        "fast.wav": wav(768000, 1, "u8", 1000 * s / 768000),
        "usual.wav": wav(44100, 2, "s16", 300 * s / 44100),
        "notes.wav": wav(1000, 1, "u8", s / 2,
                         extra=cues([0, 7, 1 << 31]) + loops([(0, 9), (9, 3)]) + tags),
        "swapped.wav": riff(chunk(b"data", pcm(burst(1000, s / 2), "u8")) +
                            fmt_chunk(1000, 1, 8)),
        "pad.wav": riff(tags + chunk(b"JUNK", b"x") + fmt_chunk(1000, 1, 8) +
                        chunk(b"data", b"\x90" * 31) + b"ID3\3\0\0"),
        "open.wav": riff(fmt_chunk(1000, 1, 16))[:-1] + b"\0data\0\0\0\0" +
        pcm(burst(1000, s / 4), "s16"),
        "unknown.wav": riff(fmt_chunk(1000, 1, 16) + b"data" + b"\xff" * 4 +
                            pcm(burst(1000, s / 4), "s16")),
        "cut.wav": wav(1000, 1, "s16", s)[:400],
        "empty.wav": riff(fmt_chunk(1000, 1, 16) + chunk(b"data", b"")),
        "ten.wav": riff(fmt_chunk(1000, 1, 16, 1, 0)[:-30] + chunk(b"data", b"\1\2" * 40)),
        "big.rf64": big_wav(b"RF64", 0, s / 2),
        "lies.rf64": big_wav(b"RF64", 1 << 40, s / 4),
        "big.bw64": big_wav(b"BW64", 0, s / 2),
        "rifx.wav": riff(fmt_chunk(1000, 1, 16, order=">") +
                         chunk(b"data", pcm(burst(1000, s / 2), "s16be"), ">"), b"RIFX", ">"),
        "s16.w64": w64(1000, "s16", s / 2),
        "u8.w64": w64(1000, "u8", s / 2),
        "s8.aiff": aiff(1000, 1, "s8be", s),
        "s16.aiff": aiff(1000, 2, "s16be", s / 4),
        "s24.aiff": aiff(1000, 1, "s24be", s / 4, offset=5),
        "none.aifc": aiff(1000, 1, "s32be", s / 4, b"NONE"),
        "sowt.aifc": aiff(1000, 1, "s16", s / 2, b"sowt"),
        "fl32.aifc": aiff(1000, 1, "f32be", s / 4, b"fl32"),
        "fl64.aifc": aiff(1000, 1, "f64be", s / 8, b"fl64"),
        "raw.aifc": aiff(1000, 1, "u8", s / 2, b"raw "),
    }
    return seeds


# ---- through ffmpeg ----

def ffmpeg(options, rate=8000, channels=1, seconds=0.15, kind="s16", suffix="bin"):
    """The file that ffmpeg makes of a burst with these options."""
    source = riff(fmt_chunk(rate, channels, int(kind[1:])) +
                  chunk(b"data", pcm(burst(rate, seconds, channels), kind)))
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder) / f"made.{suffix}"
        (pathlib.Path(folder) / "in.wav").write_bytes(source)
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-i", "in.wav", "-fflags", "+bitexact", "-flags",
             "+bitexact", "-map_metadata", "-1", *options.split(), made.name],
            cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"make_fuzz_corpora: ffmpeg {options}: {done.stderr}")
        return made.read_bytes()


def flac(level=5, rate=1000, channels=1, seconds=4.0, kind="s16", more=""):
    return ffmpeg(f"-c:a flac -compression_level {level} {more} -metadata_header_padding 0 -f flac",
                  rate, channels, seconds, kind)


def crc(data, bits, polynomial):
    value, top = 0, 1 << (bits - 1)
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value & top else 0)) & ((1 << bits) - 1)
    return value.to_bytes(bits // 8, "big")


def coded(number):
    """A number as UTF-8 codes one."""
    return bytes([number]) if number < 0x80 else chr(number).encode(errors="surrogatepass")


def flac_frame(at, frames, first, coefficients, shift):
    """A mono frame of 16 bits (RFC 9639, 9): an oscillator, that is a linear predictor whose residual
    is coded as all zeros, in no bits; without coefficients all samples are first[0]."""
    head = b"\xff\xf9\x70\x08" + coded(at) + struct.pack(">H", frames - 1)
    head += crc(head, 8, 0x07)
    order = len(coefficients)
    fields = [(0, 1), (31 + order if order else 0, 6), (0, 1)] + [(x, 16) for x in first]
    if order:
        fields += [(14, 4), (shift, 5)] + [(c, 15) for c in coefficients]
        fields += [(0, 2), (0, 4), (15, 4), (0, 5)]
    bits = "".join(format(value % 2**width, f"0{width}b") for value, width in fields)
    bits += "0" * (-len(bits) % 8)
    frame = head + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return frame + crc(frame, 16, 0x8005)


def flac_by_hand(rate, parts):
    """Minutes in some hundred bytes; a part: (seconds, first samples, coefficients, shift)."""
    out, total = b"", 0
    for seconds, *how in parts:
        out += flac_frame(total, int(rate * seconds), *how)
        total += int(rate * seconds)
    info = struct.pack(">HH6xQ16x", 16, 65535, rate << 44 | 15 << 36 | total)
    return b"fLaC\x80\0\0\x22" + info + out


def long_seeds():
    """What only a minute shows: floors that settle, steady sounds, tails, many regions."""
    silence = (3, [0], [], 0)
    noise = [(i * 7919 + 13) * 104729 % 4001 - 2000 for i in range(16)]  # repeats: 8 partials
    hiss = [x // 40 for x in noise]
    again = [0] * 15 + [1]

    def tone(seconds, level, bend=0):
        return (seconds, [0, level], [2 * 6000 + bend, -8192], 13)

    def sound(seconds, wave):
        return (seconds, wave, again, 0)
    return {
        "long-tones.flac": flac_by_hand(1000, [silence, tone(5, 9000), silence, tone(1, 800),
                                               silence, tone(20, 3000), silence]),
        "long-noise.flac": flac_by_hand(1000, [sound(30, hiss), sound(4, noise), sound(20, hiss),
                                               sound(0.3, noise), sound(15, hiss)]),
        "long-steady.flac": flac_by_hand(1000, [sound(60, noise), silence]),
        "long-many.flac": flac_by_hand(1000, 20 * [sound(0.7, noise), sound(1.1, hiss)]),
        "long-tail.flac": flac_by_hand(1000, [sound(8, hiss)] + [
            sound(0.5, [x // (2 + k) for x in noise]) for k in range(30)] + [sound(20, hiss)]),
    }


def id3(frames=b"", version=3):
    size = len(frames)
    return b"ID3" + bytes([version, 0, 0, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127,
                           size & 127]) + frames


def id3_frame(name, body):
    return name + struct.pack(">IH", len(body), 0) + body


def flac_seeds():
    tagged = id3(id3_frame(b"TIT2", b"\x03abc"))
    whole = flac(8, seconds=1.0)
    return {
        "fixed.flac": flac(0, seconds=2.0),
        "lpc.flac": flac(8, 2000, 1, 1.0),
        "small.flac": flac(5, seconds=1.5, more="-frame_size 64"),
        "stereo24.flac": ffmpeg("-c:a flac -sample_fmt s32 -metadata_header_padding 0 -f flac", 2000,
                                2, 0.3, "s32"),
        "six.flac": flac(5, 2000, 6, 0.15),
        "mask.flac": flac(5, 2000, 1, 0.2, more="-af pan=2.1|c0=c0|c1=c0|c2=c0"),
        "silence.flac": flac(5, 8000, 2, 5.0, more="-af volume=0"),
        "tagged.flac": tagged + whole,
        "cut.flac": whole[:len(whole) * 2 // 3],
    }


def pieces_of_mp3():
    title = id3_frame(b"TIT2", b"\x00name") + id3_frame(b"TPE1", b"\x01\xff\xfea\0b\0")
    return id3(title), id3(id3_frame(b"TALB", b"\x03\xc3\xa9"), 4), id3(
        id3_frame(b"TIT2", b"\x01\xff\xfe\x00\xd8"))


def av_seeds():
    """What libavformat and libavcodec read, container by container."""
    v23, v24, broken = pieces_of_mp3()
    mp3 = "-c:a libmp3lame -f mp3 -id3v2_version 0"
    aac = "-c:a aac -b:a 16k"
    mp4 = "-movflags +faststart -f"
    opus = ("-c:a libopus -b:a 16k -f", 48000, 1, 0.12)
    seeds = {
        "cbr.mp3": ffmpeg(f"{mp3} -b:a 16k", 16000),
        "vbr.mp3": v23 + ffmpeg(f"{mp3} -q:a 7", 16000, 2),
        "joint.mp3": v24 + broken + ffmpeg(f"{mp3} -b:a 48k -write_xing 0", 44100, 2, 0.1),
        "layer2.mp2": ffmpeg("-c:a mp2 -b:a 32k -f mp2", 16000),
        "adts.aac": ffmpeg(f"{aac} -f adts"),
        "latm.aac": ffmpeg(f"{aac} -f latm"),
        "aac.m4a": ffmpeg(f"{aac} {mp4} ipod"),
        "end.m4a": ffmpeg(f"{aac} -f ipod"),
        "parts.mp4": ffmpeg(f"{aac} -movflags +frag_keyframe+empty_moov -f mp4"),
        "alac.m4a": ffmpeg(f"-c:a alac {mp4} ipod"),
        "mp3.mp4": ffmpeg("-c:a libmp3lame -b:a 16k -f mp4", 16000),
        "opus.mp4": ffmpeg(f"{opus[0]} mp4", *opus[1:]),
        "flac.mp4": ffmpeg("-c:a flac -strict -2 -f mp4"),
        "pcm.mov": ffmpeg("-c:a pcm_s16be -f mov", seconds=0.1),
        "ima.mov": ffmpeg("-c:a adpcm_ima_qt -f mov", channels=2),
        "mulaw.mov": ffmpeg("-c:a pcm_mulaw -f mov"),
        "vorbis.mka": ffmpeg("-c:a libvorbis -q:a 0 -f matroska"),
        "aac.mka": ffmpeg(f"{aac} -f matroska"),
        "flac.mkv": ffmpeg("-c:a flac -f matroska"),
        "pcm.mkv": ffmpeg("-c:a pcm_s16le -f matroska", seconds=0.1),
        "dts.mka": ffmpeg("-c:a dca -strict -2 -b:a 80k -f matroska", 22050, 1, 0.1),
        "truehd.mka": ffmpeg("-c:a truehd -strict -2 -f matroska", 44100, 1, 0.01),
        "opus.webm": ffmpeg(f"{opus[0]} webm", *opus[1:]),
        "vorbis.ogg": ffmpeg("-c:a libvorbis -q:a 0 -f ogg", 8000, 1),
        "opus.ogg": ffmpeg(f"{opus[0]} ogg", *opus[1:]),
        "flac.ogg": ffmpeg("-c:a flac -f ogg"),
        "speex.ogg": ffmpeg("-c:a libspeex -f ogg", 8000, 1, 0.2),
        "pages.ogg": ffmpeg("-c:a libopus -b:a 16k -page_duration 20000 -f ogg", 48000, 1, 0.1),
        "mp3.avi": ffmpeg("-c:a libmp3lame -b:a 16k -reserve_index_space 1 -f avi", 16000),
        "mp2.mpg": ffmpeg("-c:a mp2 -b:a 32k -f mpeg", 16000),
        "aac.ts": ffmpeg(f"{aac} -f mpegts", seconds=0.6),
        "pcm.caf": ffmpeg("-c:a pcm_s16be -f caf", seconds=0.08),
        "alac.caf": ffmpeg("-c:a alac -f caf", seconds=0.08),
        "s16.au": ffmpeg("-c:a pcm_s16be -f au"),
        "mulaw.au": ffmpeg("-c:a pcm_mulaw -f au"),
        "mp3.flv": ffmpeg("-c:a libmp3lame -b:a 16k -f flv", 22050),
        "aac.flv": ffmpeg(f"{aac} -f flv"),
        "wma.asf": ffmpeg("-c:a wmav2 -b:a 24k -f asf", seconds=0.08),
        "wma1.asf": ffmpeg("-c:a wmav1 -b:a 24k -f asf", seconds=0.08),
        "any.wv": ffmpeg("-c:a wavpack -f wv", seconds=0.2),
        "any.tta": ffmpeg("-c:a tta -f tta", seconds=0.2),
        "any.ac3": ffmpeg("-c:a ac3 -b:a 32k -f ac3", 32000),
        "any.eac3": ffmpeg("-c:a eac3 -b:a 32k -f eac3", 32000, 2),
        "any.dts": ffmpeg("-c:a dca -strict -2 -b:a 80k -f dts", 22050, 1, 0.3),
        "any.thd": ffmpeg("-c:a truehd -strict -2 -f truehd", 44100, 1, 0.03),
        "u8.voc": ffmpeg("-c:a pcm_u8 -f voc"),
        "any.rm": ffmpeg("-c:a real_144 -f rm", 8000),
        "any.nut": ffmpeg("-c:a pcm_s16le -f nut", seconds=0.1),
        "any.sox": ffmpeg("-c:a pcm_s32le -f sox", seconds=0.05),
        "any.sf": ffmpeg("-c:a pcm_s16le -f ircam", seconds=0.05),
        "alaw.wav": ffmpeg("-c:a pcm_alaw -f wav"),
        "ms.wav": ffmpeg("-c:a adpcm_ms -f wav", 8000, 2),
        "ima.wav": ffmpeg("-c:a adpcm_ima_wav -f wav", 8000, 2),
        "mp3.wav": ffmpeg("-c:a libmp3lame -b:a 16k -f wav", 16000),
        "gsm.wav": ffmpeg("-c:a libgsm_ms -f wav", 8000),
        "g726.wav": ffmpeg("-c:a g726 -b:a 16k -f wav", 8000),
        "mulaw.w64": ffmpeg("-c:a pcm_mulaw -f w64"),
        "ima4.aifc": ffmpeg("-c:a adpcm_ima_qt -f aiff", 8000),
        "mulaw.aifc": ffmpeg("-c:a pcm_mulaw -f aiff"),
    }
    seeds["cut.ogg"] = seeds["pages.ogg"][:-40]
    seeds["cut.m4a"] = seeds["aac.m4a"][:-100]
    seeds["chained.ogg"] = seeds["opus.ogg"] + seeds["flac.ogg"][:1500]
    return {**seeds, **written_by_hand()}


def written_by_hand():
    """Formats that ffmpeg 5.1 reads and does not write."""
    samples = pcm(burst(8000, 0.1), "s8")
    vhdr = struct.pack(">IIIHBBI", len(samples), 0, 0, 8000, 1, 0, 0x10000)
    body = b"8SVX" + chunk(b"VHDR", vhdr, ">") + chunk(b"BODY", samples, ">")
    nist = ("NIST_1A\n   1024\nchannel_count -i 1\nsample_count -i 400\nsample_rate -i 8000\n"
            "sample_n_bytes -i 2\nsample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n")
    dsd = b"\x69" * 512
    dsf_fmt = b"fmt " + struct.pack("<QIIIIIIQII", 52, 1, 0, 1, 1, 2822400, 1, 8 * len(dsd), 4096,
                                    0)
    dsf_data = b"data" + struct.pack("<Q", 12 + len(dsd)) + dsd
    dsf = b"DSD " + struct.pack("<QQQ", 28, 28 + len(dsf_fmt) + len(dsf_data), 0)
    amr = b"#!AMR\n" + (b"\x3c" + bytes(range(31))) * 8
    ape = (b"MAC " + struct.pack("<HHIIIIIII16s", 3990, 0, 52, 24, 4, 44, 64, 0, 0, b"") +
           struct.pack("<HHIIIHHI", 2000, 0, 73728, 100, 1, 16, 1, 8000) +
           struct.pack("<I", 124) + b"\x5a" * 64)
    mpc7 = b"MP+\x07" + struct.pack("<II", 4, 0x00800000) + b"\x33" * 120
    mpc8 = b"MPCKSH\x0d" + bytes.fromhex("11223344080080009000") + b"AP\x20" + b"\x55" * 28 + b"SE\x03"
    tak = b"tBaK" + bytes.fromhex("010d0000025000001a00b0e0020011223300000000")
    shn = b"ajkg\x02" + bytes.fromhex("fbb170097b8500") + b"\x77" * 60
    oma = b"ea3\3\0\0\0\0\0\0" + b"EA3\0\x60\xff\xff\0" + bytes(24) + b"\0\0\x28\x2f" + bytes(100)
    return {
        "any.8svx": b"FORM" + struct.pack(">I", len(body)) + body,
        "any.nist": nist.encode().ljust(1024, b" ") + pcm(burst(8000, 0.05), "s16"),
        "any.dsf": dsf + dsf_fmt + dsf_data,
        "any.amr": amr,
        "any.ape": ape,
        "any7.mpc": mpc7,
        "any8.mpc": mpc8,
        "any.tak": tak,
        "any.shn": shn,
        "any.oma": oma,
    }


def film(arguments, size="32x16", rate=25, pictures=3, filters="null"):
    """A few pictures made by ffmpeg: bytes."""
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "out"
        command = (f"ffmpeg -v error -nostdin -y -fflags +bitexact -f lavfi -i testsrc=s={size}:r={rate} "
                   f"-vf {filters} -frames:v {pictures} -flags:v +bitexact -map_metadata -1 {arguments} "
                   f"{target}")
        subprocess.run(command.split(), check=True)
        return target.read_bytes()


def video_seeds():
    """Pictures in every container and most codecs; odd clocks; every layout."""
    x264 = "-c:v libx264 -preset ultrafast -crf 40 -x264-params sei=0"
    raw = "-c:v rawvideo -f nut -pix_fmt"
    tiny = {"size": "16x16", "pictures": 2}
    seeds = {
        "h264.mp4": film(f"{x264} -movflags +faststart -f mp4"),
        "h264-end.mov": film(f"{x264} -bf 2 -f mov", pictures=5),
        "h264-parts.mp4": film(f"{x264} -movflags +frag_keyframe+empty_moov -f mp4"),
        "h264-10.mkv": film(f"{x264} -pix_fmt yuv420p10le -f matroska"),
        "h264.flv": film(f"{x264} -f flv"),
        "h264.h264": film(f"{x264} -f h264"),
        "h264.ts": film(f"{x264} -f mpegts"),
        "hevc.mp4": film("-c:v libx265 -preset ultrafast -crf 40 -x265-params log-level=none:info=0 "
                         "-f mp4", size="32x32", pictures=2),
        "vp8.webm": film("-c:v libvpx -b:v 20k -f webm"),
        "vp9.webm": film("-c:v libvpx-vp9 -b:v 20k -f webm"),
        "vp8.ivf": film("-c:v libvpx -b:v 20k -f ivf"),
        "av1.mkv": film("-c:v libaom-av1 -cpu-used 8 -b:v 20k -f matroska", pictures=2),
        "theora.ogv": film("-c:v libtheora -q:v 1 -f ogg", pictures=2),
        "mpeg1.mpg": film("-c:v mpeg1video -q:v 20 -f mpeg"),
        "mpeg2.m2v": film("-c:v mpeg2video -q:v 20 -bf 2 -f mpeg2video", pictures=5),
        "mpeg2-fields.ts": film("-c:v mpeg2video -q:v 20 -flags +ilme+ildct -f mpegts"),
        "mpeg4.avi": film("-c:v mpeg4 -q:v 20 -bf 1 -reserve_index_space 1 -f avi"),
        "wmv2.asf": film("-c:v wmv2 -q:v 20 -f asf"),
        "mjpeg.avi": film("-c:v mjpeg -q:v 20 -f avi", **tiny),
        "prores.mov": film("-c:v prores_ks -f mov", **tiny),
        "ffv1.nut": film("-c:v ffv1 -f nut"),
        "huffyuv.avi": film("-c:v huffyuv -f avi", **tiny),
        "qtrle.mov": film("-c:v qtrle -f mov", **tiny),
        "any.gif": film("-f gif", rate=20),
        "any.apng": film("-f apng", **tiny),
        "any.y4m": film("-f yuv4mpegpipe -pix_fmt yuv420p", **tiny),
        "one.png": film("-c:v png -f image2pipe", pictures=1),
        "bits.png": film("-c:v png -pix_fmt monob -f image2pipe", pictures=1),
        "palette.png": film("-c:v png -pix_fmt pal8 -f image2pipe", pictures=1),
        "one.jpg": film("-c:v mjpeg -q:v 20 -f image2pipe", pictures=1),
        "one.webp": film("-c:v libwebp -f image2pipe", pictures=1),
        "one.bmp": film("-c:v bmp -f image2pipe", size="16x16", pictures=1),
        "one.tiff": film("-c:v tiff -f image2pipe", size="16x16", pictures=1),
        "uneven.mkv": film(f"{x264} -vsync vfr -f matroska", pictures=6,
                           filters="select='not(mod(n\\,3))'"),
    }
    for layout in ("gray", "yuyv422", "nv12", "p010le", "rgb24", "rgb565be", "gbrp", "gray16be", "ya8"):
        seeds[f"{layout}.nut"] = film(f"{raw} {layout}", size="16x16", pictures=1)
    whole = seeds["h264.mp4"]
    at = whole.index(b"tkhd") + 44
    turn = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    seeds["turned.mp4"] = whole[:at] + turn + whole[at + 36:]
    seeds["cut.mp4"] = whole[:-40]
    return seeds


def scan_seeds():
    """For the scanners around the decoders: the parts of files that they look at."""
    v23, v24, broken = pieces_of_mp3()
    whole = av_seeds()
    page = whole["pages.ogg"]
    return {
        "ogg": page[-400:],
        "ogg-cut": page[-400:-20],
        "mp4": whole["aac.m4a"][:1200],
        "mp4-open": b"\0\0\0\x14ftypM4A \0\0\0\0isom" + b"\0\0\0\0mdat" + bytes(40),
        "mp4-large": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0\0\0\1mdat" +
        struct.pack(">Q", 16) + b"\0\0\0\x08moov",
        "mkv": whole["opus.webm"][:200],
        "mpeg": v23 + whole["cbr.mp3"][:900],
        "mpeg-layer2": whole["layer2.mp2"][:600],
        "id3-4": v24 + broken,
        "id3-extended": b"ID3\4\0\x50\0\0\0\x14" + bytes(30),
        "png": b"\x89PNG\r\n\x1a\n",
        "html": b" \n<html><body>404",
        "latin": b"No\xebl, caf\xe9, plain words in Latin-1",
    }


def text_seeds():
    return {
        "ascii": b"a song.wav",
        "utf8": "Größe – 音楽 🎵.Flac".encode(),
        "latin": "Größe.mp3".encode("latin-1"),
        "overlong": b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf",
        "surrogates": b"\xed\xa0\x80\xed\xbf\xbf\xf4\x90\x80\x80",
        "bidi": "a\u202egpj.exe\u2028\u0085".encode(),
        "escapes": b"\x1b]0;title\x07\x1b[2J\"\\\n\r\t\x7f.wav",
        "dots": b"/..a/.b./c.d/.hidden",
    }


def frame_seeds():
    """One of each frame between engine and worker (docs/formats/worker.md), around the packed hearings
    and portraits that the other corpora hold. The first two bytes are the target's: piece, way."""
    def text(raw):
        return struct.pack("<I", len(raw)) + raw

    def frame(kind, ticket, payload):
        return struct.pack("<4sIII", b"SNQw", kind, ticket, len(payload)) + payload

    hearings = [p.read_bytes() for p in sorted((FUZZ / "corpus_hearing_pack").glob("*.bin"))]
    portraits = sorted((p.read_bytes() for p in (FUZZ / "corpus_portrait_pack").iterdir()), key=len)
    listen = (text(b"a/b.wav") + bytes([7, 1]) + struct.pack("<II", 256, 2) + text(b"regions")
              + text(b"loudness"))
    good, peak = struct.pack("<iI", 0, 0), struct.pack("<d", 0.75)
    click = text(b"a.wav") + peak + struct.pack("<IdddId", 3, 0.5, 1.0, 1.5, 1, 0.5)
    hello = struct.pack("<III", 4, 7, 7) + text(b"")
    # a look of nothing: no still, maps, curves, spectrum (top of src/score/watch_look.c)
    look = struct.pack("<IIdIIddII", 0, 0, 0, 0, 0, 0, 0, 0, 0) + 9 * struct.pack("<I", 0)
    sights = [p.read_bytes() for p in sorted((FUZZ / "corpus_sight_pack").glob("*.bin"))]
    watch = text(b"a.mp4") + bytes([30]) + struct.pack("<qdddII", 1 << 20, 0.0, -1.0, 0.0, 1, 4)
    out = {"hello": b"\x0f\0" + frame(1, 0, hello),
           "listen": b"\xff\1" + frame(2, 1, listen),
           "refused": b"\7\0" + frame(3, 1, struct.pack("<iI", -5, 0) + text(b"not audio")),
           "needs": b"\xff\0" + frame(3, 1, struct.pack("<iI", -10, 1) + text(b"needs libavformat")),
           "draw": b"\xff\1" + frame(4, 2, text(b"a.wav") + hearings[0] + portraits[0]),
           "drawn": b"\xff\0" + frame(5, 2, struct.pack("<i", 0) + text(b"")),
           "try": b"\1\1" + frame(6, 3, b""),
           "tried": b"\xff\0" + frame(7, 3, struct.pack("<I", 255)),
           "click": b"\xff\1" + frame(8, 4, click),
           "clicked": b"\xff\0" + frame(9, 4, struct.pack("<iI", -7, 0) + text(b"disk full")),
           "watch": b"\xff\1" + frame(10, 5, watch),
           "blind": b"\xff\0" + frame(11, 5, struct.pack("<iI", -6, 0) + text(b"no video track")),
           "sketch": b"\xff\1" + frame(14, 7, text(b"a.mp4") + sights[0] + look),
           "flow": b"\xff\1" + frame(12, 6, text(b"a.png") + text(b"b.png") + struct.pack("<II", 2, 1)),
           "flown": b"\xff\0" + frame(13, 6, struct.pack("<iI", 0, 0) + text(b"")),
           "sample": b"\xff\1" + frame(15, 8, text(b"a.wav") + struct.pack("<IIQ", 48000, 0, 1 << 24)),
           "sampled": b"\xff\0" + frame(16, 8, good + text(b"") + struct.pack(
               "<IQBIdBdd", 2, 1000, 1, 60, 12.5, 1, 1.25, 999.0)),
           "long": b"\xff\0" + frame(16, 8, struct.pack("<iI", -8, 0) + text(b"longer than 600 s")),
           "all": b"\x20\0" + frame(1, 0, hello) + frame(7, 1, bytes(4)) + frame(5, 2, bytes(8))}
    for index, hearing in enumerate(hearings):
        out[f"heard-{index}"] = b"\xff\0" + frame(3, 9, good + text(b"") + b"\0" + peak + hearing)
    for index, sight in enumerate(sights):
        out[f"seen-{index}"] = b"\xff\0" + frame(11, 9, good + text(b"") + b"\0" + sight)
    out["heard-portrait"] = (b"\xff\0" + frame(3, 9, good + text(b"") + b"\1" + peak + hearings[0]
                                               + portraits[0]))
    return out


def score_seeds():
    """Scores as JSON: one with everything, the worked example of the page, and what an author may do."""
    page = (FUZZ.parent.parent / "docs" / "formats" / "score.md").read_text()
    head = b'{"schema":"sonique/score/1",'
    note = b'{"at":0,"length":1,"pitch":60,"velocity":64'

    def track(inside):
        return head + b'"tracks":[{"name":"a",' + inside + b'}]}'

    return {
        "everything": (FUZZ.parent / "golden" / "score.json").read_bytes(),
        "page": page.split("```json\n")[1].split("```")[0].encode(),
        "least": head + b'"tracks":[]}',
        "order": track(b'"notes":[' + note + b'},' + note.replace(b":0,", b":-0.0,") + b'},'
                       + note.replace(b"60", b"59") + b',"timing_ms":-1e3,"cents":1e-30}]'),
        "grid": head + b'"ticks_per_quarter":32767,"length":33555455.9,"tempo":[{"at":0.00002,'
                b'"bpm":3.5},{"at":33000000,"bpm":6e7}],"metre":[{"at":0.1,"beats_per_bar":255,'
                b'"beat_unit":128}],"tracks":[]}',
        "curve": track(b'"curves":[{"target":"x","points":[{"at":0,"value":3.4028235e38,"shape":'
                       b'"exponential"},{"at":0,"value":-1e-45,"shape":"smooth"}]}]'),
        "messages": track(b'"messages":[{"at":1,"status":240,"bytes":"fvc="},{"at":0,"status":255,'
                          b'"a":5,"bytes":""},{"at":0,"status":224,"a":127,"b":64}]'),
        "twice": head + b'"tracks":[],"tracks":[]}',
        "deep": 66 * b'[' + 66 * b']',
        "numbers": b"[1e400,-0,9223372036854775808,1e-400,0.1e1]",
        "texts": b'["\\ud83c\\udfb5","\\ud800","\\u0000","\xff","\xc3\xa9"]',
        "name-twice": head + b'"tracks":[{"name":"a"},{"name":"A"}]}',
    }


# ---- MIDI ----

def smf(form, division, *tracks):
    """A MIDI file of these track chunks, given as hexadecimal digits and (in parentheses) text."""
    def raw(text):
        return b"".join(part.encode("latin-1") if index % 2 else bytes.fromhex(part)
                        for index, part in enumerate(text.replace(")", "(").split("(")))
    return b"MThd" + struct.pack(">IHHH", 6, form, len(tracks), division) + b"".join(
        b"MTrk" + struct.pack(">I", len(track)) + track for track in map(raw, tracks))


def midi_seeds():
    end = "00 ff2f00"
    note = "00 903c40 60 803c40 "
    conductor = ("00 ff0305(Title) 00 ff0201(c) 00 ff510307a120 00 ff580404021808 00 ff5902fe01 "
                 "00 ff54056000000000 00 ff0601(A) 8300 ff0601(B) " + end)
    bass = ("00 ff0304(Bass) 00 ff210101 00 c020 00 b00764 00 902450 30 2400 00 2850 00 2851 30 802810 "
            "10 802811 00 e00040 00 d005 00 a02401 " + end)
    mixed = ("00 ff200109 00 ff0403(Kit) 00 99247f 8100 2400 00 f0037e09f7 00 f702f301 00 913c40 "
             "00 923c40 10 813c00 00 823c00 00 ff7f0100 " + end)
    plain = smf(0, 480, note + end)
    return {
        "rich": smf(1, 96, conductor, bass, mixed),
        "format0": smf(0, 480, "00 ff0304(Song) 00 c305 00 c007 00 992440 00 933c40 8170 892440 "
                       "00 833c40 " + end),
        "repeated": smf(1, 480, conductor, conductor, "00 ff510306 1a80 00 ff580403021808 00 ff590200 00 "
                        + note + end),
        "odd-bytes": smf(1, 480, "00 ff0302(\xe4 ) 00 ff580406031818 00 ff0602(\xc4 ) 00 ff510300 0000 "
                         + end, "00 ff0302(\xe4 ) 00 ff0302(\xe4 ) " + note + end),
        "overlaps": smf(0, 480, "00 903c01 0a 3c02 0a 3c03 0a 803c05 0a 3c06 00 803d01 00 903d01 05 3d02 "
                        + end),
        "programs": smf(1, 480, end, "00 b00001 00 c005 05 c006 " + note + "00 c007 " + end),
        "smpte": smf(0, 0xE728, "00 ff510306 1a80 " + note + end),
        "coarse": smf(0, 5, note + end),
        "no-end": smf(0, 480, note),
        "after-end": smf(0, 480, note + end + "90 90 90"),
        "running": smf(0, 480, "00 903c40 00 ff0100 10 3c00 " + end),
        "far": smf(0, 480, "ffffff7f 903c40 ffffff7f 803c40 " + end),
        "rmid": b"RIFF" + struct.pack("<I", 12 + len(plain)) + b"RMIDdata" + struct.pack("<I", len(plain))
                + plain,
        "more": plain[:11] + b"\2" + plain[12:] + b"XFIH\0\0\0\2ab" + plain[14:] + b"\0\0",
    }


# ---- words ----

EDGES = [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\0\0\0",
         b"\0\0\0\x80", b"\0\0\0\1", b"\1\0\0\0", b"\0\0\xff\x7f"]
RIFF = ["RIFF", "RIFX", "RF64", "BW64", "WAVE", "fmt ", "data", "ds64", "fact", "cue ", "smpl", "LIST",
        "INFO", "JUNK", "bext", "FORM", "AIFF", "AIFC", "COMM", "SSND", "FVER", "MARK", "INST", "NONE",
        "sowt", "twos", "fl32", "FL32", "fl64", "raw ", "in24", "in32", "ulaw", "alaw", "ima4", "riff",
        "wave", b"\xfe\xff", b"\x01\0\x01\0", b"\x03\0", b"\x10\0\0\0", b"\x28\0\0\0",
        bytes.fromhex("000000001000800000aa00389b71"), bytes.fromhex("f3acd3118cd100c04f8edb8a"),
        bytes.fromhex("2e91cf11a5d628db04c10000"), b"\x40\x0e", b"\x44\xac\0\0", b"\x80\xbb\0\0"]
FLAC = ["fLaC", "ID3", b"\xff\xf8", b"\xff\xf9", b"\x80", b"\x84", b"\0\0\x22",
        "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x", b"\x10\0\x10\0", b"\x69\x08", b"\xc9\x18"]
SCANS = ["OggS\0", "OggS\0\2", "OggS\0\4", "ftyp", "moov", "moof", "mdat", "free", "qt  ", "M4A ",
         "isom", b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x01\xff\xff\xff\xff\xff\xff\xff", "ID3",
         "ID3\3\0\0", "ID3\4\0\x40", "TIT2", "TPE1", "TXXX", "APIC", b"\1\xff\xfe", b"\1\xfe\xff",
         b"\xff\xfb\x90", b"\xff\xfa", b"\xff\xf3", b"\xff\xe3", b"\xff\xfd", b"\0\xd8", b"\0\xdc",
         b"\x89PNG", b"\xff\xd8\xff", "GIF8", "%PDF", b"PK\3\4", "MThd", b"\x7fELF", "SQLite", "<html"]
CODED = ["OpusHead", "OpusTags", b"\1vorbis", b"\3vorbis", b"\5vorbis", b"\x7fFLAC", "Speex   ", "mvhd",
         "trak", "tkhd", "mdia", "mdhd", "hdlr", "soun", "minf", "stbl", "stsd", "stts", "stsc", "stsz",
         "stco", "co64", "ctts", "edts", "elst", "esds", "mp4a", "alac", "dOps", "Opus", "dfLa", "udta",
         "meta", "ilst", "trun", "tfhd", "traf", "mvex", "sidx", "chan", "desc", "pakt", "kuki", "caff",
         ".snd", "FLV", "AVI ", "strh", "strf", "movi", "idx1", "auds", "wvpk", "TTA1", "MAC ", "MP+",
         "MPCK", "tBaK", "ajkg", "#!AMR\n", "Creative Voice File\x1a\x1a\0", "8SVX", "VHDR", "BODY",
         "DSD ", "EA3", ".RMF", "NIST_1A\n", ".SoX", "Xing", "Info", "LAME", "VBRI", "APETAGEX", "TAG",
         b"\x0b\x77", b"\x7f\xfe\x80\x01", b"\xf8\x72\x6f\xba", b"\x56\xe0", b"\xff\xf1", b"\x47\x40",
         b"\0\0\1\xba", b"\0\0\1\xc0", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\x55\0", b"\x02\0",
         b"\x11\0", b"\x50\0", b"\x31\0", b"\x45\0", b"\x07\0", b"\x06\0", "A_OPUS", "A_VORBIS", "A_AAC",
         "A_FLAC", "A_PCM/INT/LIT", "A_MPEG/L3", b"\xa3", b"\x1f\x43\xb6\x75", b"\x16\x54\xae\x6b", b"\xae"]
FILMS = ["vide", "avc1", "avcC", "hvcC", "vp09", "vpcC", "av1C", "mp4v", "jpeg", "apcn", "rle ", "colr", "pasp",
         "clap", "fiel", "V_MPEG4/ISO/AVC", "V_VP9", "V_VP8", "V_AV1", "V_THEORA", "V_FFV1", "V_UNCOMPRESSED",
         "vids", "H264", "XVID", "MJPG", "HFYU", "YUY2", "DKIF", "VP80", "GIF89a", "NETSCAPE2.0", "IHDR",
         "IDAT", "PLTE", "tRNS", "acTL", "fcTL", "fdAT", "IEND", "YUV4MPEG2 W", " F25:1", "FRAME\n", "RIFF", "WEBP",
         "VP8 ", "VP8L", "VP8X", "BM", b"II*\0", b"MM\0*", b"\xff\xd8", b"\xff\xc0", b"\xff\xda", b"\xff\xd9",
         b"\x80theora", b"\0\0\1\xb3", b"\0\0\1\xb8", b"\0\0\1\0", b"\0\0\1\x67", b"\0\0\1\x68",
         b"\0\0\1\x65", b"\0\0\1\xe0", b"\0\1\0\0", b"\xff\xff\0\0"]
TEXT = [b"\xef\xbf\xbd", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"\xed\xa0\x80",
        b"\xf4\x8f\xbf\xbf", b"\xf0\x9f\x8e\xb5", b"\x1b[", ".wav", "/", "\\u"]

SCORE = ['"schema":', '"sonique/score/1"', '"title":', '"ticks_per_quarter":', '"length":', '"tempo":', '"at":',
         '"bpm":', '"metre":', '"beats_per_bar":', '"beat_unit":', '"keys":', '"tonic":', '"mode":', '"fifths":',
         '"chords":', '"label":', '"sections":', '"name":', '"energy":', '"tracks":', '"kind":', '"patch":',
         '"program":', '"channel":', '"port":', '"gain_db":', '"pan":', '"notes":', '"pitch":', '"velocity":',
         '"timing_ms":', '"cents":', '"release":', '"curves":', '"target":', '"points":', '"value":', '"shape":',
         '"messages":', '"status":', '"a":', '"b":', '"bytes":', '"step"', '"linear"', '"exponential"', '"smooth"',
         '"major"', '"locrian"', '"C#"', "1e400", "-0.0", "1e-300", "9007199254740993", "\\ud83c\\udfb5",
         "\\u0000", "null", "true", "[{", "},{", "}]"]

MIDI = ["MThd", "MTrk", "RIFF", "RMID", "data", b"\0\0\0\6", b"\0\xff\x2f\0", b"\xff\x03", b"\xff\x06",
        b"\xff\x20\1", b"\xff\x21\1", b"\xff\x51\3", b"\xff\x54\5", b"\xff\x58\4", b"\xff\x59\2", b"\xff\x7f",
        b"\xf0\x05\x7e\x7f\x09\x01\xf7", b"\xf7\2", b"\xff\xff\xff\x7f", b"\x81\0", b"\xe7\x28", b"\xe3\x64"]

PATCH = ['"schema":', '"sonique/patch/1"', '"id":', '"name":', '"family":', '"about":', '"taste":', '"engine":',
         '"voice"', '"drums"', '"range":', '"sources":', '"recordings":', '"params":', '"matrix":', '"from":',
         '"to":', '"amount":', '"wave"', '"noise"', '"fm"', '"string"', '"formant"', '"grain"', '"sample"', '"lfo"',
         '"env2"', '"velocity"', '"osc1_level"', '"filter_cutoff"', '"filter_resonance"', '"filter_type"',
         '"filter_model"', '"ladder"', '"lfo_rate"', '"lfo_sync"', '"1/8t"', '"distortion_amount"', '"voice_mode"',
         '"legato"', '"channels"', '"stereo"', '"voices"', '"glide_s"', "1e400", "-0.0", "null", "[{", "},{", "}]"]


def patch_seeds():
    """The patches, without the spaces and the words for people."""
    seeds = {}
    for path in sorted((FUZZ.parent.parent / "patches").glob("*.json")):
        patch = json.loads(path.read_text())
        patch.update(name="n", about="a", taste="t")
        seeds[path.stem] = json.dumps(patch, separators=(",", ":")).encode()
    return seeds


PROMPT = ["techno", "drum and bass", "deep", "house", "dark", "punchy", "bass", "drums", "piano", "808", "no ", "without", "not",
          " or ", "nor", " and ", "only", "solo", "nothing else", ", ", ": ", "with ", "the ", "is ", "two", "long", "slow", "drops",
          "intro", "bars", "bpm", "120", "to ", "around", "under", "at least", "ish", "90s", "2:30", "1m30s", "7/8", "minutes",
          "half a", "F#m", "in ", "key of", "minor", "sharp", "h-Moll", "8A", "'n'", "&", "@", "~", "-", "swing", "arps", "waltz",
          "no wait", "\u266d".encode(), "\u2013".encode(), "\u0308".encode(), b"\xff", "{", '"genres":', '"schema":']


def less(value):
    """The document with two members or items of each group."""
    if isinstance(value, dict):
        keys = list(value)
        return {key: less(value[key]) for key in (keys if "schema" in value else keys[:2])}
    return value[:2] if isinstance(value, list) else value


def prompt_seeds():
    """The prompts that the unit tests read, a brief with every field, and the lexicon."""
    lines = (FUZZ.parent / "compose" / "prompts.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    seeds = {row["id"]: row["prompt"].encode() for row in rows}
    seeds["brief"] = json.dumps(max((row["brief"] for row in rows), key=lambda b: len(str(b)))).encode()
    lexicon = json.loads((FUZZ.parent.parent / "lexicon" / "english.json").read_text())
    seeds["lexicon"] = json.dumps(less(lexicon), separators=(",", ":")).encode()
    return seeds


STYLE_PARTS = ["form", "drums", "bass", "harmony", "melody"]


def shorter(value, most):
    """The document with so many items of each list of objects or texts; rows of numbers stay whole."""
    if isinstance(value, dict):
        return {key: shorter(value[key], most) for key in value if key != "again"}
    if isinstance(value, list) and value and not isinstance(value[0], (int, float)):
        return [shorter(item, most) for item in value[:most]]
    return value


def style_seeds():
    """Of each style the head with one of its parts, as much of it as fits into a seed."""
    seeds = {}
    for path in sorted((FUZZ.parent.parent / "styles").glob("*.json")):
        style = json.loads(path.read_text())
        for part in STYLE_PARTS:
            for most in (3, 2, 1):
                head = {key: value for key, value in style.items() if key not in STYLE_PARTS and key != "about"}
                small = {**shorter(head, 1 if most == 1 else 2), part: shorter(style[part], most)}
                text = json.dumps(small, separators=(",", ":"), ensure_ascii=False).encode()
                if len(text) <= SEED_BYTES_MAX:
                    seeds[f"{path.stem}-{part}"] = text
                    break
    film = json.loads((FUZZ.parent.parent / "styles" / "tables" / "film.json").read_text())
    film["genres"] = {genre: film["genres"][genre] for genre in ("ambient", "techno")}
    seeds["film-table"] = json.dumps(film, separators=(",", ":")).encode()
    return seeds


def style_words():
    """Every key, and every short text, of the styles."""
    words = set()

    def collect(value):
        if isinstance(value, dict):
            for key in value:
                words.add(f'"{key}":')
                collect(value[key])
        elif isinstance(value, list):
            for item in value:
                collect(item)
        elif isinstance(value, str) and len(value) <= 10:
            words.add(f'"{value}"')
    collect(json.loads((FUZZ.parent.parent / "styles" / "techno.json").read_text()))
    return sorted(words)


FORMULAS = ["x", "x^2", "-x^2 + 1", "x < 0.5 ? 0 : 1", "smoothstep(0.1, 0.8, x)", "clamp(mix(0, 1, x), 0, 1)", "min(max(x, 0.2), pow(x, 2))",
            "!(x > 1) || x >= 0 && x != 2", "sin(pi * x) / (x - 1)", "((((x))))", "1e3 % 7 + .5e-2", "1 / 0", "x +* 2", "log2(exp(x))"]
FORMULA = ["x", "pi", "e", "(", ")", ",", "?", ":", "&&", "||", "==", "!=", "<=", ">=", "^", "%", "1e", ".5"] + [
    f"{name}(" for name in ("abs", "sign", "floor", "ceil", "round", "sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan", "tanh",
                            "min", "max", "pow", "step", "clamp", "mix", "smoothstep")]


def map_seeds():
    """Of each template all mappings that fit into a seed, without the sentence."""
    seeds = {}
    for path in sorted((FUZZ.parent.parent / "templates").glob("*.json")):
        template = {**json.loads(path.read_text()), "description": "d"}
        text = json.dumps(template, separators=(",", ":")).encode()
        while len(text) > SEED_BYTES_MAX:
            template["mappings"].pop()
            text = json.dumps(template, separators=(",", ":")).encode()
        seeds[path.stem] = text
    return seeds


def map_words():
    """Every name that the schema knows."""
    words = set(FORMULA)

    def collect(value):
        if isinstance(value, dict):
            words.update(f'"{key}":' for key in value.get("properties", {}))
            words.update(f'"{word}"' for word in value.get("enum", []))
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)
    collect(json.loads((FUZZ.parent.parent / "schemas" / "map-template-1.schema.json").read_text()))
    return sorted(words)


TARGETS = {  # seeds, words
    "expression": (lambda: {f"{i:02d}": text.encode() for i, text in enumerate(FORMULAS)}, FORMULA),
    "map": (map_seeds, map_words()),
    "riff_scan": (lambda: riff_seeds(0.05), RIFF + EDGES),
    "media_scans": (scan_seeds, SCANS + EDGES),
    "flac_reader": (flac_seeds, FLAC),
    "listen_pcm": (lambda: {**riff_seeds(2.0), **flac_seeds(), **long_seeds()}, RIFF + FLAC + EDGES),
    "listen_av": (av_seeds, SCANS + CODED + EDGES),
    "score_json": (score_seeds, SCORE),
    "midi": (midi_seeds, MIDI),
    "patch": (patch_seeds, PATCH),
    "prompt": (prompt_seeds, PROMPT),
    "style": (style_seeds, style_words()),
    "text": (text_seeds, TEXT),
    "video": (video_seeds, SCANS + CODED + FILMS + EDGES),
    "worker_frames": (frame_seeds, ["SNQw", "regions", "loudness", "ok", "crashed"] + EDGES
                      + [b"SNQw" + bytes([kind, 0, 0, 0]) for kind in range(1, 15)]),
}


def write_dictionary(path, words):
    def quoted(word):
        raw = word.encode() if isinstance(word, str) else word
        return "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\x{b:02x}"
                       for b in raw)
    head = ["# SPDX-License-Identifier: MIT", "# Made by scripts/make_fuzz_corpora.py."]
    path.write_text("\n".join(head + [f'"{quoted(word)}"' for word in words]) + "\n")


def write_target(name):
    seeds, words = TARGETS[name]
    folder = FUZZ / f"corpus_{name}"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("made-*"):
        old.unlink()
    total = 0
    for seed, content in seeds().items():
        if len(content) > SEED_BYTES_MAX:
            print(f"{name}: {seed} has {len(content)} bytes, cut to {SEED_BYTES_MAX}")
            content = content[:SEED_BYTES_MAX]
        (folder / f"made-{seed}").write_bytes(content)
        total += len(content)
    write_dictionary(FUZZ / f"{name}.dict", words)
    print(f"{name}: {len(list(folder.glob('made-*')))} seeds, {total} bytes; {len(words)} words")


def main(names):
    if any(name not in TARGETS for name in names):
        print(f"usage: scripts/make_fuzz_corpora.py [{'|'.join(TARGETS)}]...", file=sys.stderr)
        return 2
    for name in names or TARGETS:
        write_target(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
