package app

import (
	"context"
	"errors"
	"log/slog"
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
	Policy    *Policy
	client    *transport.Client
	asker     *device.Poller // is Poller
	Warnings  []string       // one line each: what works but is hardly meant
	Inventory *Inventory
}

// Devices counts the inventory.
func (p *Plan) Devices() int {
	n := 0
	for _, g := range p.Groups {
		n += len(g.Devices)
	}
	return n
}

// Wiring is what a plan is connected to. The zero value stands alone.
type Wiring struct {
	Observe  func(device.Report)     // told of each poll's session; nil: nobody asks
	Sessions *device.Sessions        // keeps sessions from poll to poll; nil: none are kept
	Before   *Plan                   // of whose connections and host keys what is the same is taken over; nil: there was none
	Refused  func(credential string) // told when a device refuses a password; nil: nobody asks
	Log      *slog.Logger            // hears of host keys that are learned; nil: nobody does
}

// Close lets go of what the plan holds: connections to jump hosts, once the polls in flight have ended.
func (p *Plan) Close() {
	if p.client != nil {
		p.client.Close()
	}
}

// Load reads the file and builds its plan. Start, reload, check and poll all come through here. The error is of type
// strictyaml.Problems and holds all that is wrong, not only the first.
func Load(file string, w Wiring) (*Plan, error) {
	c, err := config.Load(file, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return Build(c, w)
}

// Build makes a plan of a configuration, as Load does.
func Build(c *config.Config, w Wiring) (*Plan, error) {
	known, err := platforms(c)
	if err != nil {
		return nil, err
	}
	return build(c, known, w)
}

// Check is Load and Gather with all that is wrong at once: sources that the configuration names rightly are read even where other
// things are wrong with it. The plan is not for polling, and nil if there is nothing to go on with.
func Check(ctx context.Context, file string) (*Plan, error) {
	c, err := config.Load(file, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	known, err := platforms(c)
	if err != nil {
		return nil, err
	}
	p, _ := assemble(c, known, Wiring{})
	defer p.Close()
	wrong := c.Document.Err()
	return p, errors.Join(wrong, p.Gather(ctx))
}

func build(c *config.Config, known *parser.Registry, w Wiring) (*Plan, error) {
	p, asker := assemble(c, known, w)
	if err := c.Document.Err(); err != nil {
		p.Close()
		return nil, err
	}
	p.HostKeys = p.client.HostKeys()
	p.Inventory.hostKeys = p.HostKeys
	made := device.New(asker)
	if w.Sessions != nil {
		made.KeepIn(w.Sessions)
	}
	p.Poller, p.asker = made, made
	return p, nil
}

// assemble makes all of a plan but its poller. What is wrong is in the configuration's document.
func assemble(c *config.Config, known *parser.Registry, w Wiring) (*Plan, device.Config) {
	p := &Plan{Config: c, Platforms: known}
	p.Settings = poll.Settings{
		Timeout:     c.Poll.Timeout,
		Concurrency: c.Poll.Concurrency,
		LoginRate:   c.Poll.LoginRate,
		Spread:      c.Poll.Spread,
		KeepFacts:   c.Poll.KeepFacts,
	}
	checkAlgorithms(c)
	opened := credentials(c)
	for name, credential := range opened {
		p.Credentials = append(p.Credentials, logins.Credential{
			Name: name, Identity: credential.Account(), Enable: credential.EnableAccount(), Password: !credential.Password.IsZero(), Keys: credential.Keys(),
			Rate: c.Credentials[name].LoginRate,
		})
	}
	asker := device.Config{
		Client:      client(c, opened, w),
		Platforms:   known,
		Credentials: opened,
		Algorithms:  map[string]transport.Algorithms{},
		Keep:        device.Keep{Groups: map[string]bool{}, Max: c.SSH.Sessions.Max, Idle: c.SSH.Sessions.Idle},
		TellSSH:     c.Collector.SSH,
		Observe:     w.Observe,
	}
	p.Refused = w.Refused
	groups, feeds := complete(c, known)
	p.Inventory = &Inventory{static: groups, feeds: feeds, document: c.Document, names: names(c, known)}
	p.Groups, _ = p.Inventory.merge()
	for _, g := range c.Groups {
		asker.Algorithms[g.Name] = algorithms(g.Algorithms)
		if g.Session == config.Persistent {
			asker.Keep.Groups[g.Name] = true
		}
	}
	for name, j := range c.JumpHosts { // see JumpHost
		asker.Algorithms[jumpHostGroup(name)] = algorithms(j.Algorithms)
	}
	listed := p.Groups
	if len(feeds) > 0 { // what there is to match is known once they are read
		listed = nil
	}
	judged, doubts := policy(c, known, listed)
	p.Policy, p.Judge = judged, judged.judge
	p.client = asker.Client
	p.Warnings = append(c.Document.Warnings(), doubts...)
	return p, asker
}

// client reads the known_hosts files, and warns of lines that are of no use. It is nil if they cannot be read, and while the settings that name them are wrong.
func client(c *config.Config, credentials map[string]*transport.Credential, w Wiring) *transport.Client {
	if c.Document.Faulty(strictyaml.At("ssh")) || c.Document.Explained(strictyaml.At("ssh")) {
		return nil
	}
	var before *transport.Client
	if w.Before != nil {
		before = w.Before.client
	}
	made, err := transport.New(transport.Config{
		ConnectTimeout: c.Poll.ConnectTimeout,
		HostKeys:       transport.Policy(hostKeys(c)),
		KnownHosts:     c.SSH.KnownHosts,
		JumpHosts:      jumpHosts(c, credentials),
		Before:         before,
		Log:            w.Log,
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

// jumpHosts puts jump hosts into the client's words. Those with a credential that could not be made are left out.
func jumpHosts(c *config.Config, credentials map[string]*transport.Credential) []transport.JumpHost {
	var all []transport.JumpHost
	for name, j := range c.JumpHosts {
		credential, ok := credentials[j.Credentials]
		if !ok {
			continue
		}
		all = append(all, transport.JumpHost{
			Name: name, CredentialName: j.Credentials, MaxSessions: j.MaxSessions,
			Target: transport.Target{
				Name: name, Address: j.Address, Credential: credential, HostKeys: transport.Policy(j.HostKeys), Jump: j.Jump, Legacy: j.LegacyAlgorithms,
				Algorithms: algorithms(j.Algorithms),
			},
		})
	}
	return all
}

// hostKeys is the policy of the client, by which it reads the files of known keys or not: that of the settings, or one of a
// group that is not insecure where that of the settings is. Each device has its own.
func hostKeys(c *config.Config) string {
	for _, p := range c.HostKeyPolicies() {
		if p != "" && p != string(transport.Insecure) {
			return p
		}
	}
	return c.SSH.HostKeys
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

// lint notes what the linter of Prometheus finds wrong with the gauges of a platform.
func lint(document *strictyaml.Document, p *parser.Platform) {
	if err := collector.Lint([]*parser.Platform{p}); err != nil {
		for line := range strings.Lines(err.Error()) {
			document.Add(fileProblem(p.Origin, line))
		}
	}
}
