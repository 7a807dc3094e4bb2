package config

import (
	"regexp"
	"time"

	"github.com/netver/netver_exporter/strictyaml"
)

// written is config.yml as written. Each key's meaning stands in docs/configuration.md and in the config.yml that is
// shipped; a test holds all three together.
type written struct {
	Include       []string              `yaml:"include"`
	Poll          Poll                  `yaml:"poll"`
	Credentials   map[string]credential `yaml:"credentials"`
	SSH           SSH                   `yaml:"ssh"`
	JumpHosts     map[string]JumpHost   `yaml:"jump_hosts"`
	PlatformFiles []string              `yaml:"platform_files"`
	Versions      []Rule                `yaml:"versions"`
	Advisories    []string              `yaml:"advisories"`
	Lifecycle     []string              `yaml:"lifecycle"`
	Groups        []Group               `yaml:"groups"`
	Collector     Collector             `yaml:"collector"`
	Cluster       cluster               `yaml:"cluster"`
}

type credential struct {
	Username    string    `yaml:"username"`
	Password    secretRef `yaml:"password"`
	PrivateKey  secretRef `yaml:"private_key"`
	Certificate secretRef `yaml:"certificate"`
	Passphrase  secretRef `yaml:"passphrase"`
	Agent       bool      `yaml:"agent"`
	Enable      enableRef `yaml:"enable"`
	Answers     []answer  `yaml:"answers"`
	LoginRate   float64   `yaml:"login_rate"`
}

type answer struct {
	Ask    *regexp.Regexp `yaml:"ask,required"`
	Answer secretRef      `yaml:"answer,required"`
}

// defaults is the file that an empty one means.
func defaults() written {
	return written{
		Poll: Poll{
			Interval:       5 * time.Minute,
			Timeout:        30 * time.Second,
			ConnectTimeout: 5 * time.Second,
			Concurrency:    64,
			Spread:         0.8,
			KeepFacts:      24 * time.Hour,
		},
		SSH: SSH{
			KnownHosts: []string{"~/.ssh/known_hosts"},
			HostKeys:   Strict,
			Sessions:   Sessions{Idle: 10 * time.Minute, Max: 1000},
		},
		Cluster: cluster{TTL: 15 * time.Second},
	}
}

// loader makes sense of a file, section by section, and notes all that is wrong in the document.
type loader struct {
	path     string
	env      func(name string) (string, bool)
	document *strictyaml.Document
	found    map[string][]found // secrets that stood elsewhere, by credential
	told     map[string]bool    // files that exposed has warned of
}

// decode lays the file over the defaults.
func decode(path string, source []byte, env func(name string) (string, bool)) (*loader, *written, error) {
	document, err := strictyaml.Parse(path, source, "groups with devices, and credentials")
	if err != nil {
		return nil, nil, err
	}
	l := &loader{path: path, env: env, document: document, found: map[string][]found{}, told: map[string]bool{}}
	l.include()
	f := defaults()
	document.Decode(&f)
	return l, &f, nil
}

func (l *loader) complete(f *written) *Config {
	c := &Config{
		Poll:          l.poll(f.Poll),
		Credentials:   l.credentials(f.Credentials),
		PlatformFiles: l.locateAll(f.PlatformFiles, "platform_files"),
		Versions:      l.rules(f.Versions),
		Advisories:    l.locateAll(f.Advisories, "advisories"),
		Lifecycle:     l.locateAll(f.Lifecycle, "lifecycle"),
		Collector:     f.Collector,
		Cluster:       l.cluster(&f.Cluster),
		Document:      l.document,
	}
	c.SSH = l.ssh(f.SSH)
	c.JumpHosts = l.jumpHosts(f.JumpHosts, c)
	l.jump(c.SSH.Jump, c.JumpHosts, strictyaml.At("ssh", "jump"))
	c.Groups = l.groups(f.Groups, c)
	l.knownHosts(c)
	l.capacity(c)
	l.sessions(c)
	c.found, c.env = l.found, l.env
	return c
}
