package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a message.
const (
	HeaderID        = "Metronome-Id"        // the entry's id, also in the body
	HeaderTime      = "Metronome-Time"      // when this attempt was signed, unix seconds
	HeaderSignature = "Metronome-Signature" // "v1=<hex>", one per secret, with commas between
)

// Tolerance is how old a signature may be, and how far in the future: what clocks
// are apart and a message may take. An older one may be replayed by somebody who
// overheard it.
const Tolerance = 5 * time.Minute

// ErrUnsigned says that a message was not signed with the secret, or too long ago;
// it is wrapped with which.
var ErrUnsigned = errors.New("outbox: not signed")

// Verify reports whether a message that a receiver got comes from who has the
// secret. header are the request's, body all of its body as it came, now is the
// receiver's time. A receiver that changes its secret verifies with each of them.
// Errors: ErrUnsigned.
func Verify(secret []byte, header http.Header, body []byte, now time.Time) error {
	if len(secret) < minSecret {
		return fmt.Errorf("%w: the secret has %d bytes, want at least %d", ErrUnsigned, len(secret), minSecret)
	}
	at := header.Get(HeaderTime)
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %s is no time", ErrUnsigned, HeaderTime)
	}
	if apart := now.Sub(time.Unix(seconds, 0)).Abs(); apart > Tolerance {
		return fmt.Errorf("%w: %s is %v from now, more than %v", ErrUnsigned, HeaderTime, apart.Round(time.Second), Tolerance)
	}
	want := signature(secret, at, body)
	for i, given := range strings.SplitN(header.Get(HeaderSignature), ",", maxSignatures+1) {
		text, ok := strings.CutPrefix(strings.TrimSpace(given), "v1=")
		if got, err := hex.DecodeString(text); ok && err == nil && i < maxSignatures && hmac.Equal(got, want) {
			return nil
		}
	}
	return fmt.Errorf("%w: no signature is right", ErrUnsigned)
}

const (
	// minSecret is the shortest secret, bytes: fewer can be tried out.
	minSecret = 16
	// maxSignatures is how many signatures of a message are looked at.
	maxSignatures = 8
)

func signature(secret []byte, at string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(at))
	mac.Write([]byte("."))
	mac.Write(body)
	return mac.Sum(nil)
}

// signatures is the value of HeaderSignature: one for each secret, so that a
// receiver may know either.
func signatures(secrets [][]byte, at string, body []byte) string {
	var list []string
	for _, secret := range secrets {
		list = append(list, "v1="+hex.EncodeToString(signature(secret, at, body)))
	}
	return strings.Join(list, ",")
}
