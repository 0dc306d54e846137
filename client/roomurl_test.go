package client

import "testing"

func TestRoomURL(t *testing.T) {
	for _, c := range []struct {
		room string
		o    Options
		want string // empty: refused
	}{
		{"ws://host:1/rooms/den?ticket=abc", Options{Name: "Ada"}, "ws://host:1/rooms/den?ticket=abc"},
		{"wss://host/rooms/den?ticket=abc", Options{Bot: true}, "wss://host/rooms/den?bot=1&ticket=abc"},
		{"ws://host/rooms/den?ticket=abc", Options{Resume: "t k"}, "ws://host/rooms/den?resume=t+k"},
		{"http://host/rooms/den", Options{Name: "Ada L"}, "ws://host/rooms/den?name=Ada+L"},
		{"HTTPS://host/base/rooms/den", Options{}, "wss://host/base/rooms/den"},
		{"ftp://host/rooms/den", Options{}, ""},
		{"ws:///rooms/den", Options{}, ""},
		{"ws://host/other/den", Options{}, ""},
		{"den", Options{}, ""},
		{"ws://host/rooms/%zz", Options{}, ""},
	} {
		u, err := roomURL(c.room, c.o)
		switch {
		case err != nil && c.want != "":
			t.Errorf("%s: %v", c.room, err)
		case err == nil && u.String() != c.want:
			t.Errorf("%s: %s, want %q", c.room, u, c.want)
		}
	}
}
