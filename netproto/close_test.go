package netproto

import (
	"fmt"
	"regexp"
	"testing"
)

func TestCloseCodes(t *testing.T) {
	names := map[string]bool{}
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	last := CloseCode(0)
	for _, row := range CloseCodes {
		if row.Code <= last {
			t.Errorf("%d after %d: not ascending", row.Code, last)
		}
		last = row.Code
		if names[row.Name] || !name.MatchString(row.Name) {
			t.Errorf("%d: name %q", row.Code, row.Name)
		}
		names[row.Name] = true
		if row.Meaning == "" || len(row.Meaning) > MaxReason || row.Meaning[len(row.Meaning)-1] != '.' {
			t.Errorf("%d: meaning %q", row.Code, row.Meaning)
		}
		if row.Comeback > RejoinLater {
			t.Errorf("%d: comeback %v", row.Code, row.Comeback)
		}
		// RFC 6455, 7.4: 1000 to 1015 are its own, 4000 to 4999 ours.
		if c := row.Code; c < 1000 || c > 1015 && c < 4000 || c > 4999 {
			t.Errorf("%d is not ours to use", c)
		}
		if row.Code.Info() != row || row.Code.String() != row.Name {
			t.Errorf("%d: its row is %v", row.Code, row.Code.Info())
		}
	}
}

func TestUnknownCloseCode(t *testing.T) {
	for _, c := range []CloseCode{0, 1001, 1011, 4999, 65535} {
		if row := c.Info(); row.Code != c || row.Name != fmt.Sprintf("code-%d", c) || row.Comeback != Resume {
			t.Errorf("%d: %v", c, row)
		}
	}
}

func TestComebackNames(t *testing.T) {
	for c, want := range map[Comeback]string{
		Never: "never", Resume: "resume", Rejoin: "rejoin", RejoinLater: "rejoin-later", 9: "comeback(9)",
	} {
		if c.String() != want {
			t.Errorf("%d is %q", c, c)
		}
	}
}

func TestCloseError(t *testing.T) {
	for _, row := range []struct {
		err  CloseError
		want string
	}{
		{CloseError{CloseFlood, "too much"}, "flood: too much"},
		{CloseError{CloseBye, ""}, "bye"},
		{CloseError{1001, "x"}, "code-1001: x"},
	} {
		if row.err.Error() != row.want {
			t.Errorf("%q, want %q", row.err.Error(), row.want)
		}
	}
}
