package gateway

import (
	"encoding/json"
	"net/http"

	"github.com/metronome-server/metronome/gateway/door"
)

// InfoReport is what GET /info answers: what a page needs to know about the
// server before there is a room.
type InfoReport struct {
	Version string `json:"version"`
	// Open: clients on the server's machine need no ticket for public rooms.
	Open  bool       `json:"open"`
	Modes []InfoMode `json:"modes"`
}

// InfoMode is a mode that rooms can have; the first is the one of quick play.
type InfoMode struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Seats  int    `json:"seats"`
	TickHz int    `json:"tick_hz"`
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	report := InfoReport{Version: s.Version, Open: s.Open && door.CallerOf(r.Context()).Local}
	for _, m := range s.Rooms.Modes() {
		report.Modes = append(report.Modes, InfoMode{m.Name, m.Title, m.Seats, m.Hz})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(report)
}
