package floors

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// logKeys are the keys of log lines: one word for one thing, so that a person
// finds every line about it with one search.
var logKeys = []string{
	"err",                           // what went wrong
	"stack",                         // where, a stack.Stack
	"room", "mode", "tick", "phase", // of a room
	"seat", "name", "user", "team", // of a player
	"place", "kind", "values", // of an outcome or an effect
	"entry", "entries", "target", // of the outbox and of queues
	"queue", "match", "state", // of queues
	"remote",                   // the other side's network address
	"code", "status", "reason", // how a connection or a request ended
	"node", "url", "version", "store", // of a node
	"address", "open", "private", "epoch", // how it serves, what a room is
	"rooms", "bots", "lost", "bytes", "ticks", // counts
	"late", "took", "for", // durations that were measured
	"delay", "timeout", "until", // durations and times that are set
	"flag", "file", "names", "addresses", // of the configuration and certificates
	"act", "by", "on", "message", "text", // what somebody else did or said
}

// logMethods are those of slog.Logger whose lines are checked, by where their
// message stands.
var logMethods = map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "Log": 2, "With": -1}

// Logs lists what a person who searches the log would stumble over: keys of their
// own, errors under other keys than err, seats without their player's name, errors
// that do not say what went wrong, messages that are put together.
func Logs(src *Source) []string {
	var faults []string
	for _, f := range src.Files {
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if method, ok := logMethod(call); ok {
					for _, fault := range logFaults(call, method) {
						faults = append(faults, fmt.Sprintf("%v: %s", src.Fset.Position(call.Pos()), fault))
					}
				}
			}
			return true
		})
	}
	return faults
}

// logMethod tells whether a call writes a log line: a method of something that is
// called log or Log.
func logMethod(call *ast.CallExpr) (string, bool) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	if _, ok := logMethods[method.Sel.Name]; !ok {
		return "", false
	}
	switch on := method.X.(type) {
	case *ast.Ident:
		return method.Sel.Name, strings.EqualFold(on.Name, "log") || on.Name == "slog"
	case *ast.SelectorExpr:
		return method.Sel.Name, strings.EqualFold(on.Sel.Name, "log")
	}
	return "", false
}

func logFaults(call *ast.CallExpr, method string) []string {
	at := logMethods[method]
	if len(call.Args) <= at {
		return nil
	}
	var faults []string
	if at >= 0 {
		faults = messageFaults(call.Args[at])
	}
	keys := map[string]bool{}
	args := call.Args[at+1:]
	if call.Ellipsis != token.NoPos {
		args = nil // they are seen where they are put together
	}
	for i := 0; i+1 < len(args); i += 2 {
		key, ok := literal(args[i])
		if !ok {
			faults = append(faults, "a key is no literal")
			continue
		}
		keys[key] = true
		if !slices.Contains(logKeys, key) {
			faults = append(faults, fmt.Sprintf("%q is no key of the log; internal/floors/logs.go has those there are", key))
		}
		if value := args[i+1]; isError(value) && key != "err" || key == "err" && !isError(value) && !isText(value) {
			faults = append(faults, fmt.Sprintf("an error belongs under err, as it is, and nothing else does: %q", key))
		}
	}
	if keys["seat"] && !keys["name"] {
		faults = append(faults, "a seat is named with its player: name is missing")
	}
	if method == "Error" && call.Ellipsis == token.NoPos && !keys["err"] && !keys["stack"] {
		faults = append(faults, "an error says what went wrong: err is missing")
	}
	return faults
}

func messageFaults(message ast.Expr) []string {
	text, ok := literal(message)
	if !ok {
		return []string{"the message is put together; what differs belongs into fields"}
	}
	if text == "" || strings.HasSuffix(text, ".") || unicode.IsUpper([]rune(text)[0]) && !unicode.IsUpper([]rune(text + "  ")[1]) {
		return []string{fmt.Sprintf("the message %q is no phrase in lower case", text)}
	}
	return nil
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// isError tells by its name whether a value is an error: err, x.Err(), x.Error().
func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "err"
	case *ast.CallExpr:
		method, ok := e.Fun.(*ast.SelectorExpr)
		return ok && (method.Sel.Name == "Err" || method.Sel.Name == "Error")
	}
	return false
}

// isText tells whether a value is put into words where it is logged, as what a
// panic threw is.
func isText(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	function, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (function.Sel.Name == "Sprint" || function.Sel.Name == "Errorf")
}
