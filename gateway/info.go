package gateway

import (
	"encoding/json"
	"net/http"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/sim"
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
	Name string `json:"name"`
	// Game is the name of the mode's game, by which a page knows what it can draw.
	Game   string `json:"game"`
	Title  string `json:"title"`
	Seats  int    `json:"seats"`
	TickHz int    `json:"tick_hz"`
	// Params are what CreateRoom.params can say, in the order of a form.
	Params []InfoParam `json:"params,omitempty"`
}

// InfoParam is one setting that rooms of a mode can be made with.
type InfoParam struct {
	Name string `json:"name"`
	// Title is for people.
	Title string `json:"title"`
	// Kind is "number", "switch" (true or false) or "option" (one of Options).
	Kind string `json:"kind"`
	// Min to Max is what a number may be.
	Min     int32    `json:"min"`
	Max     int32    `json:"max"`
	Default string   `json:"default"`
	Options []string `json:"options,omitempty"`
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	report := InfoReport{Version: s.Version, Open: s.Open && door.CallerOf(r.Context()).Local}
	for _, m := range s.Rooms.Modes() {
		report.Modes = append(report.Modes, InfoMode{m.Name, m.GameName(), m.Title, m.Seats, m.Hz, infoParams(s.Rooms.Params(m.Name))})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(report)
}

func infoParams(fields []sim.ParamField) []InfoParam {
	var params []InfoParam
	for i := range fields {
		f := &fields[i]
		p := InfoParam{Name: f.Name, Title: f.Title, Kind: "number", Min: f.Min, Max: f.Max, Default: f.DefaultText(), Options: f.Options}
		switch {
		case len(f.Options) > 0:
			p.Kind = "option"
		case f.Kind == sim.KindBool:
			p.Kind = "switch"
		}
		params = append(params, p)
	}
	return params
}
