package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	iniSection = regexp.MustCompile(`^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$`)
	iniChild   = regexp.MustCompile(`^([^:\]\s]+)\s*(?:#.*)?$`)
	iniNumber  = regexp.MustCompile(`^(-?\d+)\s+#`) // a comment behind a number does not count, behind a text it does
)

// readINI adds an inventory in Ansible's INI.
func (v *ansibleInventory) readINI(d Document) error {
	g, part, n := v.group(groupUngrouped), "hosts", 0
	for line := range strings.Lines(string(d.Text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		place := fmt.Sprintf("%s:%d", d.Name, n)
		var err error
		switch m := iniSection.FindStringSubmatch(line); {
		case m != nil:
			g, part, err = v.section(m[1], m[2], place)
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			err = errors.New("this is no section; want [group], [group:children] or [group:vars]")
		case part == "vars":
			name, value, ok := strings.Cut(line, "=")
			if !ok {
				err = errors.New("want name=value")
			}
			g.vars[strings.TrimSpace(name)] = ansibleVar{text: literal(strings.TrimSpace(value)), place: place}
		case part == "children":
			err = v.iniChild(g, line, place)
		default:
			err = v.iniHost(g, d.Name, line, place)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	return nil
}

// section begins a section. [group:vars] does not define a group, it only names one.
func (v *ansibleInventory) section(name, part, place string) (*ansibleGroup, string, error) {
	_, known := v.groups[name]
	switch part {
	case "", "hosts", "children":
		delete(v.undefined, name)
	case "vars":
		if !known {
			v.undefined[name] = place
		}
	default:
		return nil, "", fmt.Errorf("[%s:%s] is no section; want [group], [group:children] or [group:vars]", name, part)
	}
	if part == "" {
		part = "hosts"
	}
	return v.group(name), part, nil
}

func (v *ansibleInventory) iniChild(g *ansibleGroup, line, place string) error {
	m := iniChild.FindStringSubmatch(line)
	if m == nil {
		return errors.New("want the name of a group")
	}
	if _, known := v.groups[m[1]]; !known {
		v.undefined[m[1]] = place
	}
	return v.child(g, v.group(m[1]))
}

func (v *ansibleInventory) iniHost(g *ansibleGroup, file, line, place string) error {
	words, err := shellWords(line)
	if err != nil || len(words) == 0 {
		return err
	}
	names, port, err := expandHosts(words[0])
	if err != nil {
		return err
	}
	for _, name := range names {
		h := v.host(name, g, file, place)
		if port != "" {
			h.vars["ansible_port"] = ansibleVar{text: port, place: place}
		}
		for _, word := range words[1:] {
			key, value, ok := strings.Cut(word, "=")
			if !ok {
				return fmt.Errorf("want variables as name=value behind the host; %q is none", strings.SplitN(word, " ", 2)[0])
			}
			h.vars[key] = ansibleVar{text: literal(value), place: place}
		}
	}
	return nil
}

// literal takes a text that is a literal of Python for what that means.
func literal(text string) string {
	if m := iniNumber.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if n := len(text); n >= 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] && !strings.ContainsAny(text[1:n-1], `\`+text[:1]) {
		return text[1 : n-1]
	}
	return text
}

// shellWords takes a line apart as a shell does, up to a comment.
func shellWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inWord = r, true
		case r == '#':
			if inWord {
				words = append(words, word.String())
			}
			return words, nil
		case r == ' ' || r == '\t':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
