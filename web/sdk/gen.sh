#!/bin/sh
# Writes test/gen from the proto files. Needs protoc.
set -eu
cd "$(dirname "$0")"
out="${1:-test/gen}"
mkdir -p "$out"
protoc --plugin=protoc-gen-es=../node_modules/.bin/protoc-gen-es --es_out="$out" --es_opt=target=ts,import_extension=ts \
  -I ../../proto ../../proto/metronome/v1/play.proto
