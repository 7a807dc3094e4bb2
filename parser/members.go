package parser

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// membersName is what members are called where facts are listed.
const membersName = "members"

// maxMembers bounds what one device may tell of, since every member is a series.
const maxMembers = 128

// memberRule finds the members of a stack or cluster: each has a row, or begins a block of lines with one.
type memberRule struct {
	row          *pattern // its named groups are facts of the member
	after, until *pattern
	roles        map[string]string // in words, by what the row shows
	block        []blockRule       // what the lines below the row tell, up to the next row
}

type blockRule struct {
	name  string // among memberGroups
	set   func(m *Member) *string
	rules []rule
}

// memberGroups are the names that groups of a row may have.
var memberGroups = map[string]func(m *Member) *string{
	"member":  func(m *Member) *string { return &m.Name },
	"role":    func(m *Member) *string { return &m.Role },
	"model":   func(m *Member) *string { return &m.Model },
	"serial":  func(m *Member) *string { return &m.Serial },
	"version": func(m *Member) *string { return &m.Version },
}

// writtenMembers is a row's pattern alone in the short form.
type writtenMembers struct {
	Row     *regexp.Regexp    `yaml:"row,required,short"`
	After   *regexp.Regexp    `yaml:"after"`
	Until   *regexp.Regexp    `yaml:"until"`
	Roles   map[string]string `yaml:"roles"`
	Role    []writtenRule     `yaml:"role,filled,list"`
	Model   []writtenRule     `yaml:"model,filled,list"`
	Serial  []writtenRule     `yaml:"serial,filled,list"`
	Version []writtenRule     `yaml:"version,filled,list"`
}

func (c *compiler) memberRule(w *writtenMembers, at *strictyaml.Path) memberRule {
	r := memberRule{row: newPattern(w.Row), after: newPattern(w.After), until: newPattern(w.Until), roles: w.Roles}
	if w.Row != nil {
		names := slices.DeleteFunc(slices.Clone(w.Row.SubexpNames()), func(name string) bool { return name == "" })
		if !slices.Contains(names, "member") {
			c.document.Fault(at.Child("row"), "needs a group named member: (?P<member>…)")
		}
		for _, name := range names {
			if memberGroups[name] == nil {
				c.document.Fault(at.Child("row"), "a group is named %q; want member, role, model, serial or version", name)
			}
		}
	}
	for _, block := range []struct {
		name    string
		written []writtenRule
		fact    fact // of which the value has the form
	}{{"role", w.Role, factModel}, {"model", w.Model, factModel}, {"serial", w.Serial, factSerial}, {"version", w.Version, factVersion}} {
		made := blockRule{name: block.name, set: memberGroups[block.name]}
		for i := range block.written {
			place := func() *strictyaml.Path { return c.document.Item(at.Child(block.name), i) }
			made.rules = append(made.rules, c.rule(&block.written[i], block.fact, "text", []string{"text"}, place))
			if last := made.rules[len(made.rules)-1]; last.line == nil && c.document.Err() == nil {
				c.document.Fault(place(), "what is read of a member stands on a line; want line or field")
			}
		}
		if made.rules != nil {
			r.block = append(r.block, made)
		}
	}
	return r
}

// members reads what an answer tells of members. What earlier answers and rules have told of one stands.
func (s *search) members(c *Command, text string) {
	for i := range c.members {
		r := &c.members[i]
		armed(text, r.after, r.until, func(start, end int) bool {
			s.rows(r, text[:end], start)
			return false
		})
	}
}

func (s *search) rows(r *memberRule, text string, from int) {
	line, groups := r.row.submatches(text, from)
	for groups != nil {
		next, more := r.row.submatches(text, line.end+1)
		s.member(r, groups, text[min(line.end+1, len(text)):next.start])
		line, groups = next, more
	}
}

// member takes the groups of a row and the block below it in.
func (s *search) member(r *memberRule, groups []string, block string) {
	var told Member
	for i, name := range r.row.re.SubexpNames() {
		if name != "" && groups[i] != "" {
			*memberGroups[name](&told) = tidy(name, groups[i])
		}
	}
	if told.Name == "" {
		return
	}
	for _, b := range r.block {
		value := b.set(&told)
		for j := range b.rules {
			if *value != "" {
				break
			}
			rule := &b.rules[j]
			rule.visit(block, func(_ int, captured string) bool {
				if rule.not == nil || !rule.not.MatchString(captured) {
					*value = tidy(b.name, captured)
				}
				return *value != ""
			})
		}
	}
	if told.Role = cmp.Or(r.roles[told.Role], strings.ToLower(told.Role)); isPlaceholder(told.Role) {
		told.Role = ""
	}
	s.merge(told)
}

// tidy is what a group of that name holds if it is fit to be kept; "" for a text that stands for none. A member may be called "0",
// and a sign may tell its role.
func tidy(name, captured string) string {
	text := cleanValue(captured)
	switch name {
	case "member", "role":
		return strings.Clone(text)
	case "serial":
		text = bareSerial(text)
	}
	if isPlaceholder(text) {
		return ""
	}
	return strings.Clone(text)
}

// merge adds a member, or what is new of one that is known.
func (s *search) merge(told Member) {
	all := s.reading.Facts.Members
	i := slices.IndexFunc(all, func(m Member) bool { return m.Name == told.Name })
	if i < 0 {
		if len(all) < maxMembers {
			s.reading.Facts.Members = append(all, told)
		}
		return
	}
	for _, field := range memberGroups {
		if known := field(&all[i]); *known == "" {
			*known = *field(&told)
		}
	}
}

// settleMembers puts the members in order, and notes which of them run another version than the device.
func (s *search) settleMembers() {
	facts := &s.reading.Facts
	slices.SortFunc(facts.Members, func(a, b Member) int { return compareNames(a.Name, b.Name) })
	running := s.speakerVersion()
	for i := range facts.Members {
		m := &facts.Members[i]
		m.Differs = m.Version != "" && running != "" && !s.platform.sameImage(m.Version, running)
	}
}

// speakerVersion is the device's version as its members write theirs: where it has another form, such as the name of an engineering build,
// that of the member that speaks for the device counts.
func (s *search) speakerVersion() string {
	facts := &s.reading.Facts
	i := slices.IndexFunc(facts.Members, func(m Member) bool { return m.Version != "" && speaks[m.Role] })
	if i < 0 || facts.Version == "" {
		return facts.Version
	}
	if _, ok := s.platform.Order.Compare(facts.Version, facts.Members[i].Version); ok {
		return facts.Version
	}
	return facts.Members[i].Version
}

// speaks are the roles of the member that answers for all.
var speaks = map[string]bool{"active": true, "master": true, "primary": true}

// compareNames orders numbers by their value.
func compareNames(a, b string) int {
	n, errA := strconv.Atoi(a)
	m, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return cmp.Compare(n, m)
	}
	return cmp.Compare(a, b)
}
