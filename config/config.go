// Package config turns the operator's file into everything a run needs. It knows what may be written and what that
// means; it starts nothing and keeps nothing.
package config

import (
	"os"

	asker "github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/transport"
)

// Config is a configuration that is complete and sound: names are resolved, secrets read, defaults filled in.
type Config struct {
	Settings    poll.Settings
	Client      *transport.Client
	Platforms   *parser.Registry
	Credentials map[string]*transport.Credential // by name, as devices know them
	Groups      []poll.Group
	Keep        asker.Keep // whose sessions are kept from poll to poll
	Warnings    []string   // one line each: what works but is hardly meant
}

// Devices counts the inventory.
func (c *Config) Devices() int {
	n := 0
	for _, g := range c.Groups {
		n += len(g.Devices)
	}
	return n
}

// Load reads the file at path and everything it names: secrets, keys, platform files. env looks up an environment
// variable, as os.LookupEnv does. The error is of type Problems and holds all that is wrong, not only the first.
func Load(path string, env func(name string) (string, bool)) (*Config, error) {
	l := &loader{path: path, env: env}
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{File: path, Text: fileError(err)}}
	}
	return l.load(source)
}
