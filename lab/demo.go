package lab

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// special is a device of the demonstration that gives pages and alerts something to show.
type special struct {
	fault Fault
	old   bool // runs an older version than its twin
	note  string
}

// specials are more important than one further healthy device, the first most.
var specials = []special{
	{fault: Refuse, note: "refuses connections"},
	{old: true, note: "runs an older version than the other of its platform and model"},
	{fault: Silent, note: "accepts connections and says nothing"},
	{fault: WrongPassword, note: "refuses the password"},
	{fault: ResetMidOutput, note: "resets the connection in the middle of an answer"},
}

// The places and duties that the devices of the demonstration are given.
var (
	sites = []string{"berlin", "lisbon", "oslo"}
	roles = []string{"access", "core", "edge", "datacenter"}
)

// Demo is the fleet of the `lab` command: n devices with every platform in turn, made of the samples that come with the
// program. A few misbehave on purpose, some are slow, some keep paging; those of one platform come one after another.
// Platforms without a usable sample are left out, and so are those with the fewest samples if there are more than
// devices. The devices are not started.
func Demo(n int, platforms ...*parser.Platform) ([]*Device, error) {
	casts, err := newCasts(platforms)
	if err != nil {
		return nil, err
	}
	return assemble(n, casts), nil
}

// newCasts makes an empty cast for each platform with a usable sample, those with the most samples first.
func newCasts(platforms []*parser.Platform) ([]*cast, error) {
	samples, err := parser.Samples()
	if err != nil {
		return nil, err
	}
	var casts []*cast
	for _, p := range platforms {
		if c := newCast(p, samples); len(c.samples) > 0 {
			casts = append(casts, c)
		}
	}
	if len(casts) == 0 {
		return nil, errors.New("no sample fits any of the platforms")
	}
	slices.SortStableFunc(casts, func(a, b *cast) int { return len(b.samples) - len(a.samples) })
	return casts, nil
}

// assemble makes n devices, of each cast in turn.
func assemble(n int, casts []*cast) []*Device {
	extras := specials[:min(len(specials), n/3)]
	healthy := n - len(extras)
	for i := range healthy {
		casts[i%len(casts)].join(i)
	}
	for i, s := range extras {
		i += healthy
		if s.old { // its twin must be there
			i = 0
		}
		casts[i%len(casts)].joinSpecial(i, s)
	}
	var fleet []*Device
	for _, c := range casts {
		fleet = append(fleet, c.devices...)
	}
	return fleet
}

// cast is the part of the fleet that has one platform.
type cast struct {
	platform *parser.Platform
	samples  []parser.Sample
	devices  []*Device
}

func newCast(p *parser.Platform, samples []parser.Sample) *cast {
	c := &cast{platform: p}
	for _, s := range samples {
		if s.Platform == p.ID && usable(p, s) {
			c.samples = append(c.samples, s)
		}
	}
	return c
}

// usable reports whether a device made of the sample gives good polls.
func usable(p *parser.Platform, s parser.Sample) bool {
	if _, err := newScript(&Device{Platform: p}, s); err != nil {
		return false
	}
	var answers []parser.Output
	for _, command := range p.Commands {
		at := slices.IndexFunc(s.Answers, func(a parser.Output) bool { return sameCommand(a.Command, command.Run) })
		switch {
		case !command.Poll:
		case at >= 0:
			answers = append(answers, s.Answers[at])
		case !command.Optional:
			return false
		}
	}
	reading, err := p.Parse(answers)
	if err != nil {
		return false
	}
	return reading.Facts.Uptime == nil || findAge(p, s.Answers) != nil // one that stands still looks like reboots
}

// join adds a healthy device; i is its number in the fleet and decides on its habits.
func (c *cast) join(i int) {
	d := c.recruit(i, c.samples[len(c.devices)%len(c.samples)])
	if i%7 == 3 {
		d.Delay = time.Second + time.Duration(i%3)*time.Second
		d.Delay /= time.Duration(max(1, len(d.Platform.Commands)))
		d.Notes = append(d.Notes, "takes 1 to 3 s to answer")
	}
	if i%9 == 4 {
		d.KeepPaging, d.Page = true, 10
		d.Notes = append(d.Notes, "keeps paging after it was told not to")
	}
}

// joinSpecial adds a device that does not do as the others do.
func (c *cast) joinSpecial(i int, s special) {
	sample := c.samples[0]
	if s.old {
		sample = older(c.platform, sample)
	}
	d := c.recruit(i, sample)
	d.Fault = s.fault
	d.Notes = append(d.Notes, s.note)
}

// oneExec are the platforms that close the connection after one exec request.
var oneExec = []string{"cisco_ios", "cisco_xr"}

// interactive are the platforms that take a password by keyboard-interactive only.
var interactive = []string{"arista_eos", "paloalto_panos"}

func (c *cast) recruit(i int, sample parser.Sample) *Device {
	name := fmt.Sprintf("lab-%s-%d", strings.ReplaceAll(c.platform.ID, "_", "-"), len(c.devices)+1)
	d := &Device{
		Name:     name,
		Hostname: name,
		Platform: c.platform,
		Sample:   sample,
		Labels:   map[string]string{"site": sites[i%len(sites)], "role": roles[i%len(roles)]},
		Aging:    true,
	}
	if slices.Contains(oneExec, c.platform.ID) {
		d.Exec = ExecOnce
	}
	if slices.Contains(interactive, c.platform.ID) {
		d.Login.Manner = ByKeyboard
	}
	c.devices = append(c.devices, d)
	return d
}

// older is the sample with the version before its own, or the sample itself if that cannot be told.
func older(p *parser.Platform, s parser.Sample) parser.Sample {
	reading, _ := p.Parse(s.Answers) // what was found counts, not what was missing
	version := reading.Facts.Version
	for at := len(version) - 1; at >= 0; at-- {
		if version[at] < '1' || version[at] > '9' {
			continue
		}
		digit := strconv.Itoa(int(version[at] - '1'))
		old := s
		old.Answers = slices.Clone(s.Answers)
		for i := range old.Answers {
			old.Answers[i].Text = strings.ReplaceAll(s.Answers[i].Text, version, version[:at]+digit+version[at+1:])
		}
		now, err := p.Parse(old.Answers)
		if err == nil && now.Facts.Version != version && now.Facts.Model == reading.Facts.Model {
			return old
		}
	}
	return s
}
