package sim

import (
	"bytes"
	"testing"
)

// TestImageIsTheStateThatWas takes images of two worlds in turn, whose memory is used
// again, and encodes them when their worlds have gone on.
func TestImageIsTheStateThatWas(t *testing.T) {
	r := random(t)
	small := declare(t, func(w *World) { NewSingle[item](w, "score") })
	var image Image
	for range 20 {
		w := richWorld(t)
		for range 20 {
			play(w, r, r.IntN(30))
			was := w.Append(nil)
			image.Take(w)
			play(w, r, 1+r.IntN(30))
			if !bytes.Equal(image.Append([]byte{7}), append([]byte{7}, was...)) {
				t.Fatal("the image of a world that went on is another state")
			}
			if image.Take(small); !bytes.Equal(image.Append(nil), small.Append(nil)) {
				t.Fatal("the image of a small world is another state")
			}
		}
	}
}

func BenchmarkImage(b *testing.B) {
	w := benchWorld(b)
	var image Image
	for b.Loop() {
		image.Take(w)
	}
	perRow(b)
}
