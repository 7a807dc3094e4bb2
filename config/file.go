package config

import (
	"time"

	"github.com/netver/netver_exporter/transport"
)

// file is config.yml as written. Each key's meaning stands in docs/configuration.md and in the config.yml that is
// shipped; a test holds all three together.
type file struct {
	Poll          pollSection           `yaml:"poll"`
	Credentials   map[string]credential `yaml:"credentials"`
	SSH           sshSection            `yaml:"ssh"`
	PlatformFiles []string              `yaml:"platform_files"`
	Groups        []group               `yaml:"groups"`
}

type pollSection struct {
	Interval       duration `yaml:"interval"`
	Timeout        duration `yaml:"timeout"`
	ConnectTimeout duration `yaml:"connect_timeout"`
	Concurrency    int      `yaml:"concurrency"`
	LoginRate      float64  `yaml:"login_rate"`
	Spread         float64  `yaml:"spread"`
	KeepFacts      duration `yaml:"keep_facts"`
}

type credential struct {
	Username   string    `yaml:"username"`
	Password   secretRef `yaml:"password"`
	PrivateKey secretRef `yaml:"private_key"`
	Passphrase secretRef `yaml:"passphrase"`
	Agent      bool      `yaml:"agent"`
	Enable     secretRef `yaml:"enable"`
}

type sshSection struct {
	KnownHosts       []string         `yaml:"known_hosts"`
	HostKeys         transport.Policy `yaml:"host_keys"`
	LegacyAlgorithms bool             `yaml:"legacy_algorithms"`
	KeepAlive        keepAlive        `yaml:"keep_alive"`
	Jump             string           `yaml:"jump"`
}

type keepAlive struct {
	Idle duration `yaml:"idle"`
	Max  int      `yaml:"max"`
}

type group struct {
	Name             string            `yaml:"name"`
	Platform         string            `yaml:"platform"`
	Credentials      string            `yaml:"credentials"`
	Interval         *duration         `yaml:"interval"`
	Concurrency      int               `yaml:"concurrency"`
	Mode             string            `yaml:"mode"`
	Session          string            `yaml:"session"`
	LegacyAlgorithms *bool             `yaml:"legacy_algorithms"`
	Labels           map[string]string `yaml:"labels"`
	Devices          []device          `yaml:"devices"`
}

// defaults is the file that an empty one means.
func defaults() file {
	return file{
		Poll: pollSection{
			Interval:       duration(5 * time.Minute),
			Timeout:        duration(30 * time.Second),
			ConnectTimeout: duration(5 * time.Second),
			Concurrency:    64,
			Spread:         0.8,
			KeepFacts:      duration(24 * time.Hour),
		},
		SSH: sshSection{
			KnownHosts: []string{"~/.ssh/known_hosts"},
			HostKeys:   transport.Strict,
			KeepAlive:  keepAlive{Idle: duration(10 * time.Minute), Max: 1000},
		},
	}
}
