package room

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/metronome-server/metronome/netproto"
)

func TestCleanLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"plain":                    "plain",
		"  two   words ":           "two words",
		"a\r\nb\tc\x00d\x1b[31m":   "a b c d [31m",
		"<b>&amp;</b>":             "<b>&amp;</b>", // text: it is for who shows it to escape
		"un\u00adsee\u200bn\ufeff": "unseen",
		"\u202eevil\u2066":         "evil",
		"\u3164\u115f\uffa0":       "",
		"a\u2028b\u00a0c\u3000d":   "a b c d",
		"\xff\xfebad\xc3":          "bad",
		"Grüße 日本 🙂 é":             "Grüße 日本 🙂 é",
	} {
		if got := cleanLine(in); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, row := range []struct {
		in   string
		most int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"ab cd", 3, "ab"}, {"aé", 3, "aé"}, {"aé", 2, "a"}, {"日本", 5, "日"}, {"🙂", 3, ""}, {"", 0, ""},
	} {
		if got := clip(row.in, row.most); got != row.want {
			t.Errorf("%q to %d → %q, want %q", row.in, row.most, got, row.want)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"anna": "anna", "": "player", " \u200b\n": "player", "a\nb": "a b",
		strings.Repeat("x", netproto.MaxName):   strings.Repeat("x", netproto.MaxName),
		strings.Repeat("x", netproto.MaxName+1): strings.Repeat("x", netproto.MaxName),
		strings.Repeat("é", netproto.MaxName):   strings.Repeat("é", netproto.MaxName/2),
	} {
		r := walking(t)
		if p := r.join(in); p.welcome.GetRoster()[0].GetName() != want {
			t.Errorf("%q sits as %q, want %q", in, p.welcome.GetRoster()[0].GetName(), want)
		}
	}
}

func FuzzCleanLine(f *testing.F) {
	f.Add("a\u202e\x00 b", 3)
	f.Fuzz(func(t *testing.T, in string, most int) {
		out := clip(cleanLine(in), max(most, 0))
		if !utf8.ValidString(out) || cleanLine(out) != out || len(out) > max(most, 0) {
			t.Errorf("%q → %q", in, out)
		}
	})
}
