package hist

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestCountsSurviveJSON(t *testing.T) {
	var h Hist
	for _, d := range []time.Duration{0, time.Microsecond, time.Millisecond, time.Millisecond, time.Hour} {
		h.Add(d)
	}
	b, err := json.Marshal(h.Counts())
	if err != nil {
		t.Fatal(err)
	}
	var back Counts
	if err := json.Unmarshal(b, &back); err != nil || !slices.Equal(back, h.Counts()) {
		t.Fatalf("%s came back as %v, %v", b, back, err)
	}
	if json.Unmarshal([]byte("[[99999,1]]"), &back) == nil {
		t.Error("a bucket that there is not was taken")
	}
}
