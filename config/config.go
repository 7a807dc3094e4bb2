// Package config reads the operator's file. It knows what may be written, what that means, and what is left out; it yields
// plain data, and does not know what makes use of it.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

// Config is what a file says, with defaults filled in and secrets read.
type Config struct {
	Poll          Poll
	Credentials   map[string]Credential // by name; those with a problem are incomplete
	SSH           SSH
	JumpHosts     map[string]JumpHost // by name
	PlatformFiles []string            // patterns, complete with their folder, at the same places as in the file
	Versions      []Rule
	Advisories    []string // as PlatformFiles
	Lifecycle     []string // as PlatformFiles
	Groups        []Group
	Collector     Collector
	Cluster       Cluster

	// Document holds the problems and warnings found so far, and takes in those that only come to light when something is
	// made of the data. Check its Err before the data is used.
	Document *strictyaml.Document

	found map[string][]found // secrets that stood elsewhere, by credential
	env   func(name string) (string, bool)
}

// Poll is when and how many.
type Poll struct {
	Interval       time.Duration `yaml:"interval"`
	Timeout        time.Duration `yaml:"timeout"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
	Concurrency    int           `yaml:"concurrency"`
	LoginRate      float64       `yaml:"login_rate"` // logins a second; 0: no limit
	Spread         float64       `yaml:"spread"`     // a fraction of the interval
	KeepFacts      time.Duration `yaml:"keep_facts"`
}

// Collector is what is exported beyond the facts of devices.
type Collector struct {
	Members bool `yaml:"members"` // a series for every member of a stack or cluster
	SSH     bool `yaml:"ssh"`     // a series for every device with what secured its connection
}

// SSH is what holds for all devices.
type SSH struct {
	KnownHosts       []string   `yaml:"known_hosts"` // complete with their folder
	HostKeys         string     `yaml:"host_keys"`   // Strict, AcceptNew or Insecure
	LegacyAlgorithms bool       `yaml:"legacy_algorithms"`
	Algorithms       Algorithms `yaml:"algorithms"`
	Sessions         Sessions   `yaml:"sessions" alias:"keep_alive"`
	Jump             string     `yaml:"jump"`
}

// JumpHost is a host through which devices, or other jump hosts, are reached.
type JumpHost struct {
	Address          string     `yaml:"address"` // host:port
	Credentials      string     `yaml:"credentials"`
	MaxSessions      int        `yaml:"max_sessions"` // connections through it at once; 0: any number
	Jump             string     `yaml:"jump"`         // the one before it; "": none
	HostKeys         string     `yaml:"host_keys"`    // ssh.host_keys by default
	LegacyAlgorithms bool       `yaml:"legacy_algorithms"`
	Algorithms       Algorithms `yaml:"algorithms"` // those of ssh.algorithms by default
}

// The policies for host keys.
const (
	Strict    = "strict"
	AcceptNew = "accept-new"
	Insecure  = "insecure"
)

// Sessions bounds the sessions that are kept from poll to poll.
type Sessions struct {
	Idle time.Duration `yaml:"idle"`
	Max  int           `yaml:"max"`
}

// Credential is how to log in. A zero secret is not given.
type Credential struct {
	Username    string
	Password    secret.Value
	PrivateKey  secret.Value // the key itself in PEM; where Agent is given, its public half will do
	Certificate secret.Value // for the key, as ssh-keygen -s writes it
	Passphrase  secret.Value
	Agent       string // the socket of an SSH agent; "": none
	Enable      secret.Value
	BareEnable  bool // the privileged mode asks for no password
	Answers     []Answer
	LoginRate   float64 // logins a second with this credential; 0: no limit of its own
}

// Group is devices that are polled alike.
type Group struct {
	Name             string            `yaml:"name"`
	Platform         string            `yaml:"platform"`
	Credentials      string            `yaml:"credentials"`
	Interval         time.Duration     `yaml:"interval"` // poll.interval by default
	Timeout          time.Duration     `yaml:"timeout"`  // poll.timeout by default
	Concurrency      int               `yaml:"concurrency"`
	Mode             string            `yaml:"mode"`
	Session          string            `yaml:"session"`   // PerPoll by default, or Persistent
	HostKeys         string            `yaml:"host_keys"` // ssh.host_keys by default
	LegacyAlgorithms *bool             `yaml:"legacy_algorithms"`
	Algorithms       Algorithms        `yaml:"algorithms"` // those of ssh.algorithms by default
	Jump             *string           `yaml:"jump"`       // ssh.jump by default
	Labels           map[string]string `yaml:"labels"`
	Devices          []inventory.Entry `yaml:"devices"`
	Written          sources           `yaml:",inline"`

	Sources []Source             // made of Written
	Relabel inventory.Relabeling // of their devices
}

// lists reports that the group has devices or sources of some.
func (g *Group) lists() bool { return len(g.Devices) > 0 || len(g.Sources) > 0 }

// Common is what the group gives to its devices.
func (g *Group) Common() *inventory.Entry {
	return &inventory.Entry{
		Platform: g.Platform, Credentials: g.Credentials, Mode: g.Mode, LegacyAlgorithms: g.LegacyAlgorithms,
		Jump: g.Jump, Labels: g.Labels,
	}
}

// The ways to log in for a poll.
const (
	PerPoll    = "per_poll"
	Persistent = "persistent"
)

// maxFile is above any inventory; it keeps a wrong file, or /dev/zero, from being read whole.
const maxFile = 256 << 20

// Load reads the file at path and the secrets that it names. env looks up an environment variable, as os.LookupEnv
// does. The error is of type strictyaml.Problems and means that there is nothing to go on with; all other problems are in
// the configuration's Document.
func Load(path string, env func(name string) (string, bool)) (*Config, error) {
	source, err := read(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, source, env)
}

// Parse is Load for a file that has been read.
func Parse(path string, source []byte, env func(name string) (string, bool)) (*Config, error) {
	l, f, err := decode(path, source, env)
	if err != nil {
		return nil, err
	}
	return l.complete(f), nil
}

// LoadPlatformFiles is Load for PlatformFiles alone: nothing else of the file is looked at, and no secret is read.
func LoadPlatformFiles(path string, env func(name string) (string, bool)) (*Config, error) {
	source, err := read(path)
	if err != nil {
		return nil, err
	}
	l, f, err := decode(path, source, env)
	if err != nil {
		return nil, err
	}
	return &Config{PlatformFiles: l.locateAll(f.PlatformFiles, "platform_files"), Document: l.document}, nil
}

func read(path string) ([]byte, error) {
	source, err := file.Read(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; --config.file names another one, and netver_exporter lab needs none", err)
	}
	if err != nil {
		return nil, strictyaml.Problems{{File: path, Text: err.Error()}}
	}
	return source, nil
}
