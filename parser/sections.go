package parser

import (
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// sections tells how the members of a cluster share an answer: each begins with a line that names it, and the device names
// the one that was logged in to. The first group of either pattern is the name.
type sections struct {
	begin *pattern
	own   *regexp.Regexp
	key   string // in JSON and XML, the key by which a member's part tells its name as begin does, less the colon
}

type writtenSections struct {
	Begin *regexp.Regexp `yaml:"begin,required"`
	Own   *regexp.Regexp `yaml:"own,required"`
	Key   string         `yaml:"key,filled"`
}

func (c *compiler) sections(w *writtenSections, at *strictyaml.Path) *sections {
	if w == nil {
		return nil
	}
	for key, re := range map[string]*regexp.Regexp{"begin": w.Begin, "own": w.Own} {
		if re != nil && re.NumSubexp() == 0 {
			c.document.Fault(at.Child(key), "needs a group that is the member's name")
		}
	}
	return &sections{newPattern(w.Begin), w.Own, w.Key}
}

// ownName is the member that was logged in to, "" if the device does not name it.
func (s *sections) ownName(o *Output) string {
	if name := memberName(s.own, o.Prompt); name != "" {
		return name
	}
	return memberName(s.own, o.Text)
}

// keepOwn returns what an answer says of a member: what stands ahead of the sections, and the member's own. Without such a
// section it is the whole answer.
func (s *sections) keepOwn(text, name string) string {
	var kept strings.Builder
	from, keep, found := 0, true, false
	for at := 0; ; {
		line, ok := s.begin.find(text, at)
		if !ok {
			break
		}
		if keep {
			kept.WriteString(text[from:line.start])
		}
		from, at = line.start, line.end+1
		keep = s.begin.re.FindStringSubmatch(line.of(text))[1] == name
		found = found || keep
	}
	if keep {
		kept.WriteString(text[from:])
	}
	if !found {
		return text
	}
	return kept.String()
}

// prune takes the parts of other members out of JSON or XML, if the member has one.
func (s *sections) prune(root *element, name string) {
	member := func(e *element) string {
		if c := e.child(s.key); c != nil {
			if m := s.begin.re.FindStringSubmatch(c.value + ":"); m != nil {
				return m[1]
			}
		}
		return ""
	}
	if s.key == "" || !root.visit(func(e *element) bool { return member(e) == name }) {
		return
	}
	root.visit(func(e *element) bool {
		e.children = slices.DeleteFunc(e.children, func(c *element) bool { m := member(c); return m != "" && m != name })
		return false
	})
}

// memberName is the name on the last line that tells it.
func memberName(own *regexp.Regexp, text string) string {
	name := ""
	for line := range strings.Lines(text) {
		if len(line) > maxLine {
			continue
		}
		if m := own.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			name = m[1]
		}
	}
	return name
}
