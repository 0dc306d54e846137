package server

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
)

// minting are the flags of commands that sign user tokens.
type minting struct{ keys, issuer, audience string }

func (m *minting) add(f *pflag.FlagSet) {
	f.StringVar(&m.keys, "user-keys", "", "file with a key that can sign user tokens: a shared secret or a private key (JSON Web Key Set)")
	f.StringVar(&m.issuer, "user-issuer", "", "issuer (iss) that user tokens name")
	f.StringVar(&m.audience, "user-audience", "", "audience (aud) that user tokens name")
}

func (m *minting) minter() (*identity.Minter, error) {
	minter, err := identity.NewMinter(m.keys, m.issuer, m.audience)
	if err != nil {
		return nil, fmt.Errorf("--user-keys: %w", err)
	}
	return minter, nil
}

// botTokenLife is how long a load test's tokens are good: it asks with each at once.
const botTokenLife = 10 * time.Minute

// botTokens returns what gives each bot a token of its own, which says that it is a
// bot or does not; nil without a key.
func (m *minting) botTokens(bot bool) (func(int, string) (string, error), error) {
	if m.keys == "" {
		return nil, nil
	}
	minter, err := m.minter()
	if err != nil {
		return nil, err
	}
	return func(i int, name string) (string, error) {
		return minter.Token(lobby.Player{UserID: fmt.Sprintf("bot-%d", i), Name: name, Bot: bot}, botTokenLife)
	}, nil
}

// token prints a user token, or a new key set.
func (p *program) token(args []string) error {
	f := pflag.NewFlagSet("token", pflag.ContinueOnError)
	var m minting
	m.add(f)
	fresh := f.Bool("new-keys", false, "print a new key set instead, for --user-keys here, of serve and of bots")
	var who lobby.Player
	f.StringVar(&who.UserID, "user", "", "the user's id (sub)")
	f.StringVar(&who.Name, "name", "", "the name that others see")
	f.Int32Var(&who.Rating, "rating", 0, "how good they are, on the game's own scale")
	data := f.String("data", "", "the game's own data for its rules, as text")
	good := f.Duration("for", time.Hour, "how long the token is good")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	if *fresh {
		keys, err := identity.NewKeyFile()
		if err == nil {
			_, err = fmt.Fprintf(p.stdout, "%s\n", keys)
		}
		return err
	}
	if m.keys == "" {
		return errors.New("--user-keys: want the file with the key; 'metronome token --new-keys > FILE' makes one")
	}
	if *good <= 0 {
		return fmt.Errorf("--for %v: want how long the token is to be good, such as 1h", *good)
	}
	minter, err := m.minter()
	if err != nil {
		return err
	}
	who.Data = []byte(*data)
	token, err := minter.Token(who, *good)
	if err != nil {
		return fmt.Errorf("--user %q: %w", who.UserID, err)
	}
	_, err = fmt.Fprintln(p.stdout, token)
	return err
}
