module github.com/metronome-server/metronome/tools/press

go 1.26.0

require github.com/andybalholm/brotli v1.3.0
