package app

import (
	"os"
	"strings"

	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/transport"
)

// Plan is a configuration, and what was made of it.
type Plan struct {
	poll.Plan
	Config    *config.Config
	Platforms *parser.Registry
	HostKeys  *transport.HostKeys
	Warnings  []string // one line each: what works but is hardly meant
}

// Devices counts the inventory.
func (p *Plan) Devices() int {
	n := 0
	for _, g := range p.Groups {
		n += len(g.Devices)
	}
	return n
}

// asker is the plan's poller.
func (p *Plan) asker() *device.Poller { return p.Poller.(*device.Poller) }

// Load reads the file and builds its plan. Start, reload, check and poll all come through here. observe is told of each
// poll's session; nil: nobody asks. The error is of type strictyaml.Problems and holds all that is wrong, not only the first.
func Load(file string, observe func(device.Report)) (*Plan, error) {
	c, err := config.Load(file, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return Build(c, observe)
}

// Build makes a plan of a configuration, as Load does.
func Build(c *config.Config, observe func(device.Report)) (*Plan, error) {
	known, err := platforms(c)
	if err != nil {
		return nil, err
	}
	return build(c, known, observe)
}

func build(c *config.Config, known *parser.Registry, observe func(device.Report)) (*Plan, error) {
	p := &Plan{Config: c, Platforms: known}
	p.Settings = poll.Settings{
		Timeout:     c.Poll.Timeout,
		Concurrency: c.Poll.Concurrency,
		LoginRate:   c.Poll.LoginRate,
		Spread:      c.Poll.Spread,
		KeepFacts:   c.Poll.KeepFacts,
	}
	opened := credentials(c)
	for name, credential := range opened {
		p.Credentials = append(p.Credentials, logins.Credential{
			Name: name, Identity: credential.Identity(), Password: !credential.Password.IsZero(), Key: credential.HasKey(),
			Rate: c.Credentials[name].LoginRate,
		})
	}
	asker := device.Config{
		Client:      client(c),
		Platforms:   known,
		Credentials: opened,
		Keep:        device.Keep{Groups: map[string]bool{}, Max: c.SSH.Sessions.Max, Idle: c.SSH.Sessions.Idle},
		Observe:     observe,
	}
	p.Groups = fleet(c, known)
	for _, g := range c.Groups {
		if g.Session == config.Persistent {
			asker.Keep.Groups[g.Name] = true
		}
	}
	if err := c.Document.Err(); err != nil {
		return nil, err
	}
	p.Warnings = c.Document.Warnings()
	p.HostKeys = asker.Client.HostKeys()
	p.Poller = device.New(asker)
	return p, nil
}

// client reads the known_hosts files, and warns of lines that are of no use. It is nil if they cannot be read, and while the settings that name them are wrong.
func client(c *config.Config) *transport.Client {
	if c.Document.Faulty(strictyaml.At("ssh")) || c.Document.Explained(strictyaml.At("ssh")) {
		return nil
	}
	made, err := transport.New(transport.Config{
		ConnectTimeout: c.Poll.ConnectTimeout,
		HostKeys:       transport.Policy(c.SSH.HostKeys),
		KnownHosts:     c.SSH.KnownHosts,
	})
	if err == nil {
		for _, warning := range made.HostKeys().Warnings() {
			c.Document.AddWarning(knownHostsProblem(c.SSH.KnownHosts, warning))
		}
		return made
	}
	message := strings.TrimPrefix(err.Error(), "read known_hosts: ")
	if problem := knownHostsProblem(c.SSH.KnownHosts, message); problem.File != "" {
		c.Document.Add(problem)
		return nil
	}
	c.Document.Fault(strictyaml.At("ssh", "known_hosts"), "%s", message)
	return nil
}

// knownHostsProblem finds the file that a message begins with.
func knownHostsProblem(files []string, message string) strictyaml.Problem {
	for _, name := range files {
		if strings.HasPrefix(message, name+":") {
			return fileProblem(name, message)
		}
	}
	return strictyaml.Problem{Text: message}
}

// credentials opens private keys. Credentials that have a problem already are left out.
func credentials(c *config.Config) map[string]*transport.Credential {
	made := make(map[string]*transport.Credential, len(c.Credentials))
	for name, w := range c.Credentials {
		at := strictyaml.At("credentials", name)
		if c.Document.Faulty(at) {
			continue
		}
		login := transport.Login{
			Username: w.Username, Password: w.Password, PrivateKey: w.PrivateKey, Passphrase: w.Passphrase, Agent: w.Agent, Enable: w.Enable,
		}
		for _, a := range w.Answers {
			login.Answers = append(login.Answers, transport.Answer(a))
		}
		credential, err := transport.NewCredential(login)
		if err != nil {
			c.Document.Fault(at.Child("private_key"), "%v", err)
			continue
		}
		made[name] = credential
	}
	return made
}

// lint notes what the linter of Prometheus finds wrong with the gauges of a platform.
func lint(document *strictyaml.Document, p *parser.Platform) {
	if err := collector.Lint([]*parser.Platform{p}); err != nil {
		for line := range strings.Lines(err.Error()) {
			document.Add(fileProblem(p.Origin, line))
		}
	}
}
