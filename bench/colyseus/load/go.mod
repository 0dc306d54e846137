module github.com/metronome-server/metronome/bench/colyseus/load

go 1.26.0
