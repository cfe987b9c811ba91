#!/bin/sh
# SPDX-License-Identifier: MIT
# A first look: lets `sonique listen` hear a few sounds and `sonique watch` see a short film, shows what
# they say, composes a piece, keeps the piece, the JSON and the pictures in a temporary folder. `make demo` builds and installs what
# this needs.
#
# The sounds: CC0 recordings that Debian ships, and a spoken sentence between silences.
# The film: noise that is made soft, sways twice a second by 6 px for 4 s, then, after a cut, glides to the
# right by 15 px a second.
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

$sonique --version
echo
$sonique listen "$@" </dev/null
$sonique listen --json --quiet "$@" </dev/null >"$out/listen.jsonl"

echo
$sonique watch --plot "$out/film.png" "$out/film.mp4" </dev/null
$sonique watch --json --quiet "$out/film.mp4" </dev/null >"$out/watch.jsonl"

echo
$sonique compose "dark techno with driving bass at 128 bpm, one minute" -o "$out/piece" </dev/null

cat <<EOF

The same answers as JSON, one document a line: $out/listen.jsonl
                                               $out/watch.jsonl
The film, drawn as a picture:                  $out/film.png
The piece:                                     $out/piece/mix.wav, its stems, score.mid and score.json beside it

Try next:
  $sonique listen YOUR_FILE                     what the ears hear, as a table
  $sonique listen --json FILE | python3 -m json.tool
  $sonique listen --waveform OUT.json FILE      for a waveform display
  $sonique watch YOUR_VIDEO                     how it moves, as a table
  $sonique watch --json --windows VIDEO         the same over time
  $sonique regenerate $out/piece --track bass --prompt "wobbling bass"
  $sonique lock $out/piece drums                what is locked stays as it is
  $sonique doctor                               what this machine has
EOF
