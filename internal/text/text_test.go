package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "",
		"ann":                   "ann",
		"  ann \t\n bo ":        "ann bo",
		"a\x00b\x1b[31mc":       "a b [31mc",
		"a\u202eb\u200bc\ufeff": "abc",
		"\u00a0\u3000":          "",
		"\u200b \u200b":         "",
		"a \u200b b":            "a b",
		"a\xffb":                "ab",
		"Ünïcödé 名前 🎲":          "Ünïcödé 名前 🎲",
		"u\u0308":               "u\u0308",
		"\u0308":                "",
		"\u3164":                "", // the Hangul filler is a letter that shows nothing
		"\u2800\u2800":          "", // so is a braille pattern without dots
		"\u115f\u1160":          "",
		"\ue000x\U000f0000":     "x", // private
		"x\u0378\U0001fffe":     "x", // unassigned
		"\U000e0041\U000e0042":  "",  // tags of no flag
		"👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪":                                            "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪",
		"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
		"क्\u200dष":                        "क्\u200dष",
		"می\u200cخواهم":                    "می\u200cخواهم",
		"a\u200db\u200cc":                  "abc",
		"a\ufe0f\u034fb":                   "ab",
		"❤\ufe0f 1\ufe0f\u20e3":            "❤\ufe0f 1\ufe0f\u20e3",
		"a\u200d":                          "a",
		"سلام שלום":                        "سلام שלום",
		"\u2066x\u2069":                    "x",
		"z" + strings.Repeat("\u0301", 50): "z" + strings.Repeat("\u0301", maxMarks),
		"\ufffd":                           "\ufffd",
	} {
		if got := Line(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, row := range []struct {
		in   string
		most int
		want string
	}{
		{"ann", 3, "ann"},
		{"ann b", 4, "ann"},
		{"aü", 2, "a"},
		{"au\u0308", 3, "a"},
		{"x👩‍👩‍👧‍👦", 20, "x"},
		{"", 0, ""},
	} {
		if got := Cut(row.in, row.most); got != row.want {
			t.Errorf("%q to %d: %q, want %q", row.in, row.most, got, row.want)
		}
	}
}

func TestName(t *testing.T) {
	const most = 32
	for in, want := range map[string]string{
		strings.Repeat("x", most):      strings.Repeat("x", most),
		strings.Repeat("x", most+1):    strings.Repeat("x", most),
		strings.Repeat("x", 31) + "ü":  strings.Repeat("x", 31),
		strings.Repeat("x", 31) + " y": strings.Repeat("x", 31),
		strings.Repeat("ü", 1<<16):     strings.Repeat("ü", most/2),
	} {
		if got := Name(in, most); got != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"ann", "a\u202eb", "\xff", strings.Repeat("ü", 40), " a  b ", "a \u200b b", "👩‍👩‍👧‍👦", "क्\u200dष", "\u3164"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := Name(in, 32)
		if len(got) > 32 || !utf8.ValidString(got) || got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Fatalf("%q became %q", in, got)
		}
		if again := Name(got, 32); again != got {
			t.Fatalf("%q became %q, then %q", in, got, again)
		}
	})
}
