package server

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/gateway/backend"
)

// keys makes, lists and revokes the keys of backends in a file. Nodes that were
// started with it notice within a second.
func (p *program) keys(args []string) error {
	f := pflag.NewFlagSet("keys", pflag.ContinueOnError)
	file := f.String("server-keys", "", "file with the keys, the one that serve is started with; it is made when missing")
	name := f.String("new", "", "make a key of this name and print it, once: the file has only its hash")
	scopes := f.StringSlice("scope", backend.Scopes, "what the new key is for: "+strings.Join(backend.Scopes, ", "))
	revoke := f.String("revoke", "", "take the key of this name out")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	if *file == "" {
		return errors.New("--server-keys: want the file with the keys")
	}
	keys, err := backend.ReadKeys(*file)
	if err != nil && !(errors.Is(err, fs.ErrNotExist) && *name != "") {
		return fmt.Errorf("--server-keys: %w", err)
	}
	named := func(name string) func(backend.Key) bool { return func(k backend.Key) bool { return k.Name == name } }
	if *revoke != "" {
		if !slices.ContainsFunc(keys, named(*revoke)) {
			return fmt.Errorf("--revoke %q: there is no such key in %s", *revoke, *file)
		}
		keys = slices.DeleteFunc(keys, named(*revoke))
	}
	if *name != "" { // a key that takes another's place is written with its end, or not at all
		return p.newKey(*file, keys, *name, *scopes)
	}
	if *revoke != "" {
		if err := backend.WriteKeys(*file, keys); err != nil {
			return fmt.Errorf("--server-keys: %w", err)
		}
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "KEY\tSCOPES\tMADE")
	for _, k := range keys {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", k.Name, strings.Join(k.Scopes, ","), k.Made.Format(time.RFC3339))
	}
	return w.Flush()
}

func (p *program) newKey(file string, keys []backend.Key, name string, scopes []string) error {
	secret, key, err := backend.NewKey(name, scopes, time.Now())
	if err != nil {
		return fmt.Errorf("--new: %w", err)
	}
	if slices.ContainsFunc(keys, func(k backend.Key) bool { return k.Name == name }) {
		return fmt.Errorf("--new %q: there is a key of this name in %s; take another, or --revoke it first", name, file)
	}
	if err = backend.WriteKeys(file, append(keys, key)); err != nil {
		return fmt.Errorf("--server-keys: %w", err)
	}
	_, err = fmt.Fprintln(p.stdout, secret)
	return err
}
