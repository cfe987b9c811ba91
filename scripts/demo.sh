#!/bin/sh
# SPDX-License-Identifier: MIT
# A first look: lets `sonique listen` hear a few sounds, shows what it says, keeps the JSON in a
# temporary folder. `make demo` builds and installs what this needs.
#
# The sounds: CC0 recordings that Debian ships, and a spoken sentence between silences.
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

$sonique --version
echo
$sonique listen "$@" </dev/null
$sonique listen --json --quiet "$@" </dev/null >"$out/listen.jsonl"

cat <<EOF

The same answers as JSON, one document a line: $out/listen.jsonl

Try next:
  $sonique listen YOUR_FILE                     what the ears hear, as a table
  $sonique listen --json FILE | python3 -m json.tool
  $sonique listen --waveform OUT.json FILE      for a waveform display
  $sonique doctor                               what this machine has
EOF
