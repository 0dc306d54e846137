package outbox

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	newSecret = []byte("the second secret")
	oldSecret = []byte("the first secret.")
)

func signed(at time.Time, body string, secrets ...[]byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{HeaderTime: {stamp}, HeaderSignature: {signatures(secrets, stamp, []byte(body))}}
}

// The signature was made by openssl:
//
//	printf '1800000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
func TestSignatureIsPlainHMAC(t *testing.T) {
	const want = "v1=1313ae9c874eb1a0868ad0b65f841c4243c23fdcfad69a3ada227726fad9960e"
	if got := signatures([][]byte{[]byte("0123456789abcdef")}, "1800000000", []byte("{}")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVerify(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	both := signed(now, "body", newSecret, oldSecret)
	change := func(key, value string) http.Header {
		h := both.Clone()
		h.Set(key, value)
		return h
	}
	many := strings.Repeat("v1=00,", maxSignatures)
	for what, c := range map[string]struct {
		secret []byte
		header http.Header
		body   string
		now    time.Time
		good   bool
	}{
		"the new secret":       {newSecret, both, "body", now, true},
		"the old secret":       {oldSecret, both, "body", now, true},
		"a late one":           {newSecret, both, "body", now.Add(Tolerance), true},
		"an early one":         {newSecret, both, "body", now.Add(-Tolerance), true},
		"too late":             {newSecret, both, "body", now.Add(Tolerance + time.Second), false},
		"too early":            {newSecret, both, "body", now.Add(-Tolerance - time.Second), false},
		"another secret":       {[]byte("a secret of others"), both, "body", now, false},
		"a short secret":       {newSecret[:minSecret-1], signed(now, "body", newSecret[:minSecret-1]), "body", now, false},
		"another body":         {newSecret, both, "body ", now, false},
		"another time":         {newSecret, change(HeaderTime, "1800000001"), "body", now, false},
		"no time":              {newSecret, change(HeaderTime, ""), "body", now, false},
		"a time far off":       {newSecret, change(HeaderTime, "-9223372036854775808"), "body", now, false},
		"no signature":         {newSecret, change(HeaderSignature, ""), "body", now, false},
		"another version":      {newSecret, change(HeaderSignature, strings.ReplaceAll(both.Get(HeaderSignature), "v1", "v2")), "body", now, false},
		"no header":            {newSecret, http.Header{}, "body", now, false},
		"spaces between":       {newSecret, change(HeaderSignature, strings.ReplaceAll(both.Get(HeaderSignature), ",", " , ")), "body", now, true},
		"as the ninth":         {newSecret, change(HeaderSignature, many+signed(now, "body", newSecret).Get(HeaderSignature)), "body", now, false},
		"behind many":          {newSecret, change(HeaderSignature, many+both.Get(HeaderSignature)), "body", now, false},
		"as the last of a few": {newSecret, change(HeaderSignature, many[6:]+both.Get(HeaderSignature)), "body", now, true},
	} {
		if err := Verify(c.secret, c.header, []byte(c.body), c.now); (err == nil) != c.good || err != nil && !errors.Is(err, ErrUnsigned) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
