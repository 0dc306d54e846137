package server

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// maxSecretFile is the longest file that is taken for a secret, bytes.
const maxSecretFile = 64 << 10

// secretFile is a flag whose value may stand in a file instead, out of sight of
// who lists processes or reads a container's environment.
type secretFile struct {
	flag  string
	value *string // of the flag itself
	file  string
}

// secretFiles are those of serve.
type secretFiles []*secretFile

func newSecretFiles(c *Config) secretFiles {
	return secretFiles{{flag: "secret", value: &c.Secret}, {flag: "admin-key", value: &c.AdminKey}, {flag: "redis", value: &c.Redis},
		{flag: "webhook-secret", value: &c.WebhookSecret}}
}

func (s secretFiles) add(f *pflag.FlagSet) {
	for _, one := range s {
		f.StringVar(&one.file, one.flag+"-file", "", "file that has what --"+one.flag+" takes, instead of it")
	}
}

// read fills in what stands in files. Line breaks and spaces around it are no
// part of a secret. A file that everybody on the machine may read is worth a
// warning.
func (s secretFiles) read(log *slog.Logger) error {
	var faults []error
	for _, one := range s {
		if one.file == "" {
			continue
		}
		if err := one.read(log); err != nil {
			faults = append(faults, fmt.Errorf("--%s-file: %w", one.flag, err))
		}
	}
	return errors.Join(faults...)
}

func (s *secretFile) read(log *slog.Logger) error {
	if *s.value != "" {
		return fmt.Errorf("--%s is given too; want one of them", s.flag)
	}
	info, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	if info.Size() > maxSecretFile {
		return fmt.Errorf("%s has %d bytes, want at most %d", s.file, info.Size(), maxSecretFile)
	}
	content, err := os.ReadFile(s.file)
	if err != nil {
		return err
	}
	if *s.value = strings.TrimSpace(string(content)); *s.value == "" {
		return fmt.Errorf("%s is empty", s.file)
	}
	if readableByAll(info.Mode()) && !mountedSecret(s.file) {
		log.Warn("a secret's file can be read by everybody on this machine; chmod 600 it", "flag", "--"+s.flag+"-file", "file", s.file)
	}
	return nil
}

func readableByAll(mode fs.FileMode) bool { return mode.Perm()&0o004 != 0 }

// mountedSecret says whether a file was put there by a container platform, which
// makes it readable to all, in a place that only the container has.
func mountedSecret(name string) bool {
	return strings.HasPrefix(name, "/run/secrets/") || strings.HasPrefix(name, "/var/run/secrets/")
}
