package netproto

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

const protocolPage = "../docs/PROTOCOL.md"

func readProtocol(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(protocolPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCloseCodeTables holds docs/close-codes.json and the page's table equal to
// CloseCodes; -update writes both.
func TestCloseCodeTables(t *testing.T) {
	type row struct {
		Code     CloseCode `json:"code"`
		Name     string    `json:"name"`
		Meaning  string    `json:"meaning"`
		Comeback string    `json:"comeback"`
	}
	var rows []row
	table := "| code | name | meaning | comeback |\n|---|---|---|---|\n"
	for _, c := range CloseCodes {
		rows = append(rows, row{c.Code, c.Name, c.Meaning, c.Comeback.String()})
		table += fmt.Sprintf("| %d | %s | %s | %s |\n", c.Code, c.Name, c.Meaning, c.Comeback)
	}
	b, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../docs/close-codes.json", string(b)+"\n")

	page := readProtocol(t)
	const begin, end = "<!-- close codes -->\n", "<!-- end of close codes -->"
	before, rest, ok := strings.Cut(page, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page has no place for the close codes")
	}
	golden(t, protocolPage, before+begin+table+end+after)
}

// TestProtocolLimits holds the page's table of limits equal to limits.go, both ways.
func TestProtocolLimits(t *testing.T) {
	values := map[string]any{
		"MaxClientMessage": MaxClientMessage, "MaxInputs": MaxInputs, "MaxInputValues": MaxInputValues, "LeadTime": LeadTime, "SeenTime": SeenTime,
		"MaxSeen": MaxSeen, "MaxChat": MaxChat, "MaxName": MaxName, "MaxTail": MaxTail, "ReadBudget": ReadBudget,
		"MaxMessagesPerPoll": MaxMessagesPerPoll, "MaxServerMessage": MaxServerMessage, "MaxNotices": MaxNotices,
		"MaxGroups": MaxGroups, "MaxReason": MaxReason, "MaxCommands": MaxCommands, "MaxCommand": MaxCommand, "MaxSchema": MaxSchema, "HandshakeTimeout": HandshakeTimeout,
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (\\w+) \\|").FindAllStringSubmatch(readProtocol(t), -1) {
		if v, ok := values[m[1]]; ok {
			listed[m[1]] = true
			if fmt.Sprint(v) != m[2] {
				t.Errorf("the page says that %s is %s, it is %v", m[1], m[2], v)
			}
		}
	}
	for _, name := range limitNames(t) {
		if name != "Subprotocol" && !listed[name] {
			t.Errorf("the page does not list %s", name)
		}
	}
	if !strings.Contains(readProtocol(t), "`"+Subprotocol+"`") {
		t.Error("the page does not name the subprotocol")
	}
}

// limitNames are the constants of limits.go.
func limitNames(t *testing.T) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "limits.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.CONST {
			for _, spec := range decl.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					names = append(names, v.Names[0].Name)
				}
			}
		}
	}
	return names
}

// TestProtocolExamples: the bytes on the page are those of the golden frames.
func TestProtocolExamples(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```hex ([a-z0-9-]+)\n(.*?)```").FindAllStringSubmatch(readProtocol(t), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, m := range blocks {
		want := fmt.Sprintf("%x", readHex(t, goldenPath(m[1]+".hex")))
		if got := strings.Join(strings.Fields(m[2]), ""); got != want {
			t.Errorf("%s is %s on the page and %s in its file", m[1], got, want)
		}
	}
}

// TestProtocolNamesEverything: every field and kind of the schema is on the page.
func TestProtocolNamesEverything(t *testing.T) {
	page := readProtocol(t)
	words := regexp.MustCompile("`[a-z_0-9]+`").FindAllString(page, -1)
	messages := pb.File_metronome_v1_play_proto.Messages()
	for i := range messages.Len() {
		fields := messages.Get(i).Fields()
		for j := range fields.Len() {
			if name := string(fields.Get(j).Name()); !slices.Contains(words, "`"+name+"`") {
				t.Errorf("the page does not name %s.%s", messages.Get(i).Name(), name)
			}
		}
	}
	kinds := pb.Kind(0).Descriptor().Values()
	for i := 1; i < kinds.Len(); i++ {
		row := kindRow(kinds.Get(i))
		if !strings.Contains(page, row) {
			t.Errorf("the page has no row %q", row)
		}
	}
}

// kindRow is the beginning of a kind's row in the page's table.
func kindRow(v protoreflect.EnumValueDescriptor) string {
	kind := pb.Kind(v.Number())
	sent := "plain"
	if k := kind; k <= pb.Kind_KIND_INT32 || k == pb.Kind_KIND_FIXED {
		sent = "zigzag"
	}
	bits := 32
	switch kind {
	case pb.Kind_KIND_INT8, pb.Kind_KIND_UINT8:
		bits = 8
	case pb.Kind_KIND_INT16, pb.Kind_KIND_UINT16, pb.Kind_KIND_ANGLE:
		bits = 16
	default:
	}
	return fmt.Sprintf("| %s | %d | %d | %s |", strings.TrimPrefix(string(v.Name()), "KIND_"), v.Number(), bits, sent)
}
