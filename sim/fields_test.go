package sim

import "testing"

func TestFieldsBySet(t *testing.T) {
	f, err := NewFields[everyKind]("row")
	if err != nil {
		t.Fatal(err)
	}
	var row everyKind
	for i, c := range f.Columns() {
		want := int32(1)
		if c.Kind == KindInt8 || c.Kind == KindInt16 || c.Kind == KindInt32 || c.Kind == KindFixed || c.Kind == KindInt64 {
			want = -5
		}
		f.Set(&row, i, uint32(want))
		if got := f.Value(&row, i); got != want {
			t.Errorf("%s is %d, want %d", c.Name, got, want)
		}
	}
	if row.I64 != -5 || !row.B || row.R != 1 {
		t.Errorf("%+v", row)
	}
	if _, err = NewFields[struct{ S string }]("text"); err == nil {
		t.Error("a string is a column")
	}
}
