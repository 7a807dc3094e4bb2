package config

import (
	"errors"
	"time"

	"github.com/netver/netver_exporter/secret"
)

// duration is a time.Duration with its unit written out.
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("want a duration with its unit, such as 30s, 5m or 1h30m")
	}
	*d = duration(v)
	return nil
}

func (d duration) String() string { return time.Duration(d).String() }

// secretRef is a secret as written: itself, or where to find it.
type secretRef struct {
	Env  string       `yaml:"env"`
	File string       `yaml:"file"`
	Text secret.Value // exported, since fmt prints the inside of unexported fields
}

func (s *secretRef) short(text string) { s.Text = secret.New(text) }

// wanted stands in for an error that names the unknown key: in password: {hunter2} that key is the password.
func (s *secretRef) wanted() string { return "want a text in quotes, {env: NAME} or {file: PATH}" }

func (s *secretRef) given() bool { return s.Env != "" || s.File != "" || !s.Text.IsZero() }

// device is one entry of a group's devices: its address alone, or an address and more.
type device struct {
	Name             string            `yaml:"name"`
	Address          string            `yaml:"address"`
	Platform         string            `yaml:"platform"`
	Credentials      string            `yaml:"credentials"`
	Mode             string            `yaml:"mode"`
	LegacyAlgorithms *bool             `yaml:"legacy_algorithms"`
	Labels           map[string]string `yaml:"labels"`
}

func (d *device) short(text string) { d.Address = text }
