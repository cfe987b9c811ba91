#!/bin/sh
# SPDX-License-Identifier: MIT
# A first look: lets `sonique listen` hear a few sounds and `sonique watch` see a short film, shows what
# they say, composes a piece, gives another film its soundtrack, keeps the piece, the films, the JSON and the pictures in a temporary
# folder. `make demo` builds and installs what this needs.
#
# The sounds: CC0 recordings that Debian ships, and a spoken sentence between silences.
# The film: noise that is made soft, sways twice a second by 6 px for 4 s, then, after a cut, glides to the
# right by 15 px a second.
# The silent film, 12 s: light drifts in the dark, cells live and change colour, a test picture rocks twice a second, a fractal comes
# near, a cellular automaton scrolls; a cut between each. ffmpeg's own generators, nothing recorded.
set -eu
cd "$(dirname "$0")/.."

sonique=build/sonique
samples=/usr/share/sonic-pi/samples
if [ ! -x $sonique ]; then
    echo "demo: no $sonique; run make build" >&2
    exit 3
fi
out=$(mktemp -d -t sonique-demo.XXXXXX)

espeak-ng -v en-gb -s 150 -w "$out/speech.wav" \
    "Sonique listens. It hears where sound begins and ends, how loud it is, and what it is made of."

# two seconds of silence before and after: the words stand between silences
sox -q "$out/speech.wav" "$out/speech-in-silence.wav" pad 2 2
set -- "$out/speech-in-silence.wav"
for name in loop_amen_full ambi_choir guit_em9 drum_roll; do
    [ ! -f $samples/$name.flac ] || set -- "$@" $samples/$name.flac
done

soft=1600x1120 # four times the film's size, so that it moves by fractions of a pixel
ffmpeg -v error -nostdin -y -f lavfi -i "color=gray:size=$soft:rate=30,format=yuv444p,noise=alls=100:all_seed=3" \
    -filter_complex "trim=end_frame=1,gblur=sigma=9,eq=contrast=14:saturation=3,loop=-1:1,setpts=N/30/TB,split[a][b];
        [a]crop=1280:960:x='160+24*sin(2*PI*2*t)':y=80:exact=1,trim=duration=4,setpts=PTS-STARTPTS[sway];
        [b]crop=1280:960:x='320-60*t':y=40:exact=1,hue=h=120,trim=duration=4,setpts=PTS-STARTPTS[glide];
        [sway][glide]concat,scale=320:240:flags=area,format=yuv420p" \
    -c:v libx264 -crf 16 "$out/film.mp4"

ffmpeg -v error -nostdin -y \
    -f lavfi -i "gradients=size=640x360:rate=25:c0=0x101830:c1=0x204060:c2=0x081020:nb_colors=3:speed=0.02:seed=7" \
    -f lavfi -i "life=size=160x90:rate=12.5:ratio=0.12:mold=10:life_color=0xffc020:death_color=0x802010:mold_color=0x301008:seed=5" \
    -f lavfi -i "testsrc2=size=640x360:rate=25" \
    -f lavfi -i "mandelbrot=size=640x360:rate=25:start_scale=0.3:end_scale=0.01:end_pts=90:maxiter=400" \
    -f lavfi -i "cellauto=size=160x90:rate=25:rule=110:full=1:random_fill_ratio=0.4:random_seed=3" \
    -filter_complex "[0:v]trim=duration=3,format=yuv420p,setpts=PTS-STARTPTS[light];
        [1:v]trim=duration=2.4,fps=25,scale=640:360:flags=neighbor,hue=h='40*t',format=yuv420p,setpts=PTS-STARTPTS[cells];
        [2:v]trim=duration=1.6,rotate='0.35*sin(2*PI*2*t)',hue=h=90:s=0.7,format=yuv420p,setpts=PTS-STARTPTS[rocking];
        [3:v]trim=duration=2.5,format=yuv420p,setpts=PTS-STARTPTS[fractal];
        [4:v]trim=duration=2.5,scale=640:360:flags=neighbor,format=yuv420p,setpts=PTS-STARTPTS[rows];
        [light][cells][rocking][fractal][rows]concat=n=5,fps=25" \
    -t 12 -c:v libx264 -preset veryfast -crf 20 "$out/silent.mp4"

$sonique --version
echo
$sonique listen "$@" </dev/null
$sonique listen --json --quiet "$@" </dev/null >"$out/listen.jsonl"

echo
$sonique watch --plot "$out/film.png" "$out/film.mp4" </dev/null
$sonique watch --json --quiet "$out/film.mp4" </dev/null >"$out/watch.jsonl"

echo
$sonique compose "dark techno with driving bass at 128 bpm, one minute" -o "$out/piece" </dev/null

echo
$sonique sonify "$out/silent.mp4" -o "$out/soundtrack.mp4" </dev/null

cat <<EOF

The same answers as JSON, one document a line: $out/listen.jsonl
                                               $out/watch.jsonl
The film, drawn as a picture:                  $out/film.png
The piece:                                     $out/piece/mix.wav, its stems, score.mid and score.json beside it
The silent film with its soundtrack:           $out/soundtrack.mp4, why it sounds so in soundtrack.report.json

Try next:
  $sonique listen YOUR_FILE                     what the ears hear, as a table
  $sonique listen --json FILE | python3 -m json.tool
  $sonique listen --waveform OUT.json FILE      for a waveform display
  $sonique watch YOUR_VIDEO                     how it moves, as a table
  $sonique watch --json --windows VIDEO         the same over time
  $sonique sonify YOUR_VIDEO -o OUT.mp4         a soundtrack that follows its picture
  $sonique regenerate $out/piece --track bass --prompt "wobbling bass"
  $sonique lock $out/piece drums                what is locked stays as it is
  $sonique doctor                               what this machine has
EOF
