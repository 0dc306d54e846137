//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"
)

// report is what the players saw in the window.
type report struct {
	Players     int        `json:"players"` // still connected
	Seconds     float64    `json:"seconds"`
	Messages    int64      `json:"messages"`
	Snapshots   int64      `json:"snapshots"`
	Inputs      int64      `json:"inputs"`
	PlayerBytes float64    `json:"bytes_per_player_s"`
	Bytes       float64    `json:"bytes_per_snapshot"`
	Visible     float64    `json:"visible_entities"` // that a patch tells of, mean
	EntityBits  float64    `json:"bits_per_entity"`
	Ack         *quantiles `json:"ack_ms"`
	Gap         *quantiles `json:"gap_ms"`
	End         float64    `json:"end_unix"`
}

func (l *loop) report() {
	window := float64(l.until-l.from) / 1e9
	per := func(v int64, by float64) float64 { return round(float64(v) / max(by, 1)) }
	if l.malformed > 0 {
		fmt.Fprintf(os.Stderr, "load: %d patches could not be decoded\n", l.malformed)
	}
	line, err := json.Marshal(report{
		Players: len(l.byFd), Seconds: round(window),
		Messages: l.messages, Snapshots: l.patches, Inputs: l.inputs,
		PlayerBytes: per(l.bytes, window*float64(*players)), Bytes: per(l.patchBytes, float64(l.patches)),
		Visible: per(l.entities, float64(l.patches)), EntityBits: per(8*l.patchBytes, float64(l.entities)),
		Ack: l.ack.quantiles(), Gap: l.gap.quantiles(), End: round(float64(time.Now().UnixMicro()) / 1e6),
	})
	if err != nil {
		fatal("report: %v", err)
	}
	fmt.Println(string(line))
}

// round keeps three decimals.
func round(v float64) float64 { return math.Round(v*1000) / 1000 }
