package app

import (
	"crypto/sha256"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// maxPolicyFile is above any file of advisories or of end-of-life dates, in bytes.
const maxPolicyFile = 64 << 20

// Policy judges what devices run: by the rules of a configuration and by the files that it names. Its methods for verdicts may
// be called by many at once.
type Policy struct {
	compiler compiler
	rules    []version.Rule
	patterns map[kind][]string
	files    map[policyFile]reading
	current  atomic.Pointer[version.Policy]
}

// kind is what a file of the policy holds: the key of the configuration that names it.
type kind string

const (
	advisories kind = "advisories"
	lifecycle  kind = "lifecycle"
)

type policyFile struct {
	kind kind
	name string
}

// reading is what a file says.
type reading struct {
	sum      [sha256.Size]byte // of its text, or of the words that say why it could not be read
	denies   []version.Deny    // what the file said when it was last right
	platform string            // that releases are of
	releases []version.Release
}

// policy makes what the configuration says of versions. Problems are in the document. The groups are for warnings of rules that
// match nothing; nil: what they will have is not known yet.
func policy(c *config.Config, known *parser.Registry, groups []poll.Group) (p *Policy, warnings []string) {
	p = &Policy{
		compiler: newCompiler(c, known, groups),
		patterns: map[kind][]string{advisories: c.Advisories, lifecycle: c.Lifecycle},
	}
	for i := range c.Versions {
		p.rules = append(p.rules, p.compiler.rule(c.Document, strictyaml.At("versions").Item(i), &c.Versions[i]))
	}
	warnIncomparable(c.Document, p.rules, groups, known)
	var files []policyFile
	for kind, patterns := range p.patterns {
		for i, pattern := range patterns {
			for _, name := range config.Expand(c.Document, pattern, strictyaml.At(string(kind)).Item(i)) {
				files = append(files, policyFile{kind, name})
			}
		}
	}
	_, problems, warnings := p.read(files)
	c.Document.Add(problems...)
	return p, warnings
}

// Judge says what the policy says of a device at a time. nil: there is no policy.
func (p *Policy) Judge(d version.Device, now time.Time) *version.Verdict {
	current := p.current.Load()
	if current.Empty() {
		return nil
	}
	var order *version.Order
	if platform, ok := p.compiler.known.Get(d.Platform); ok {
		order = platform.Order
	}
	v := current.Judge(d, order, now)
	return &v
}

// Explain says what becomes of each rule for a device at a time.
func (p *Policy) Explain(d version.Device, now time.Time) []version.Explanation {
	return p.current.Load().Explain(d, now)
}

// GoesBy reports whether a rule or an advisory matches by the key.
func (p *Policy) GoesBy(key string) bool { return p.current.Load().GoesBy(key) }

// judge is the engine's poll.Judge.
func (p *Policy) judge(s *poll.Status, now time.Time) *version.Verdict {
	if p.current.Load().Empty() { // without a policy no device is taken apart for it
		return nil
	}
	d := policyDevice(&s.Device, s.Platform, s.Vendor)
	d.Model, d.Version = s.Facts.Model, s.Facts.Version
	return p.Judge(d, now)
}

// policyDevice is a device of the inventory as rules see it, as long as nothing has been read.
func policyDevice(d *inventory.Device, platform, vendor string) version.Device {
	made := version.Device{Name: d.Name, Platform: platform, Vendor: vendor, Group: d.Group, Labels: make(map[string]string, len(d.Labels))}
	for _, l := range d.Labels {
		made.Labels[l.Name] = l.Value
	}
	return made
}

// refresh reads the files again. It reports whether the policy has changed. What is wrong with a file is told once, and until
// it is right again the file counts as it was before.
func (p *Policy) refresh() (changed bool, problems strictyaml.Problems, warnings []string) {
	var files []policyFile
	for kind, patterns := range p.patterns {
		for _, pattern := range patterns {
			names := []string{pattern}
			if file.IsPattern(pattern) {
				found, err := file.Glob(pattern)
				if err != nil { // of a mount that hangs: the files are as they were
					found = p.matching(kind, pattern)
				}
				names = found
			}
			for _, name := range names {
				files = append(files, policyFile{kind, name})
			}
		}
	}
	return p.read(files)
}

// matching lists the files of a kind that were read and match a pattern.
func (p *Policy) matching(k kind, pattern string) (names []string) {
	for f := range p.files {
		if ok, _ := filepath.Match(pattern, f.name); ok && f.kind == k {
			names = append(names, f.name)
		}
	}
	return names
}

// read makes the policy of the rules and the files.
func (p *Policy) read(files []policyFile) (changed bool, problems strictyaml.Problems, warnings []string) {
	next := make(map[policyFile]reading, len(files))
	made := &version.Policy{Rules: p.rules, Lifecycle: map[string][]version.Release{}}
	for _, f := range files {
		if _, twice := next[f]; twice { // patterns may overlap
			continue
		}
		text, err := file.Read(f.name, maxPolicyFile)
		if err != nil {
			text = []byte(err.Error())
		}
		old, known := p.files[f]
		now := old
		if sum := sha256.Sum256(text); !known || sum != old.sum {
			changed = true
			var wrong strictyaml.Problems
			var doubts []string
			if err != nil {
				wrong = strictyaml.Problems{{File: f.name, Text: "cannot read the file: " + err.Error()}}
			} else {
				now, wrong, doubts = p.compiler.parse(f, text)
			}
			if len(wrong) > 0 {
				now = old
			}
			problems, warnings = append(problems, wrong...), append(warnings, doubts...)
			now.sum = sum
		}
		next[f] = now
		made.Advisories = append(made.Advisories, now.denies...)
		if now.platform != "" {
			made.Lifecycle[now.platform] = append(made.Lifecycle[now.platform], now.releases...)
		}
	}
	changed = changed || len(next) != len(p.files)
	p.files = next
	p.current.Store(made)
	return changed, problems, warnings
}
