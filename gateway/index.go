package gateway

import (
	"embed"
	"html/template"
	"net/http"
	"time"

	"github.com/metronome-server/metronome/room"
)

//go:embed index.html index.css
var indexFiles embed.FS

var indexPage = template.Must(template.ParseFS(indexFiles, "index.html"))

// indexView is what the index page shows.
type indexView struct {
	Version string
	Open    bool
	Host    string
	Rooms   []indexRoom
	Players int
}

type indexRoom struct {
	room.Info
	Age     time.Duration
	Percent int
}

// index lists the public rooms of this node.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	view := indexView{Version: s.Version, Open: s.Open && loopback(r), Host: r.Host}
	for _, info := range s.Rooms.List() {
		view.Players += info.Active
		if !info.Private {
			age := time.Since(info.Created).Truncate(time.Second)
			view.Rooms = append(view.Rooms, indexRoom{info, age, 100 * info.Taken / max(info.Seats, 1)})
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := indexPage.Execute(w, view); err != nil {
		s.Log.Debug("index page", "err", err)
	}
}

func (s *Server) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, indexFiles, "index.css")
}
