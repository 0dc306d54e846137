package lobby

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"ann":                            "ann",
		"  ann \t\n bo ":                 "ann bo",
		"a\x00b\x1b[31mc":                "a b [31mc",
		"a\u202eb\u200bc\ufeff":          "abc",
		"\u00a0\u3000":                   "",
		"\u200b \u200b":                  "",
		"a \u200b b":                     "a b",
		"a\xffb":                         "ab",
		"Ünïcödé 名前 🎲":                   "Ünïcödé 名前 🎲",
		strings.Repeat("x", MaxName):     strings.Repeat("x", MaxName),
		strings.Repeat("x", MaxName+1):   strings.Repeat("x", MaxName),
		strings.Repeat("x", 31) + "ü":    strings.Repeat("x", 31),
		strings.Repeat("x", 31) + " y":   strings.Repeat("x", 31),
		strings.Repeat("\u200b", 1<<16):  "",
		strings.Repeat("ü", 1<<16):       strings.Repeat("ü", MaxName/2),
		"a" + strings.Repeat("ü", 1<<16): "a" + strings.Repeat("ü", (MaxName-1)/2),
	} {
		if got := CleanName(in); got != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"ann", "a\u202eb", "\xff", strings.Repeat("ü", 40), " a  b ", "a \u200b b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := CleanName(in)
		if len(got) > MaxName || !utf8.ValidString(got) || got != strings.TrimSpace(got) {
			t.Fatalf("%q became %q", in, got)
		}
		if again := CleanName(got); again != got {
			t.Fatalf("%q became %q, then %q", in, got, again)
		}
	})
}
