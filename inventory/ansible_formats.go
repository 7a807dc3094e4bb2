package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
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

var (
	bracketedPort = regexp.MustCompile(`^\[([^\[\]]+)\]:([0-9]+)$`)
	hostPort      = regexp.MustCompile(`^((?:[^:\[\]]|\[[^\[\]]+\])+):([0-9]+)$`)
)

// mostHosts bounds what a range may stand for: a slip of the pen must not fill the memory.
const mostHosts = 1_000_000

// expandHosts lists the hosts that a pattern such as sw[01:20:2].x:2222 stands for, and its port, "" if it has none.
func expandHosts(pattern string) (names []string, port string, err error) {
	if m := bracketedPort.FindStringSubmatch(pattern); m != nil && strings.Contains(m[1], ":") && parsesAsIP(m[1]) {
		return []string{m[1]}, m[2], nil
	}
	if m := hostPort.FindStringSubmatch(pattern); m != nil {
		pattern, port = m[1], m[2]
	}
	names, err = expandRanges(pattern)
	return names, port, err
}

func parsesAsIP(text string) bool {
	_, ok := parseIP(text)
	return ok
}

func expandRanges(pattern string) ([]string, error) {
	head, rest, ok := strings.Cut(pattern, "[")
	if !ok {
		return []string{pattern}, nil
	}
	bounds, tail, ok := strings.Cut(rest, "]")
	if !ok {
		return nil, errors.New("a range of hosts has no ]")
	}
	middle, err := expandRange(bounds)
	if err != nil {
		return nil, err
	}
	tails, err := expandRanges(tail)
	if err != nil {
		return nil, err
	}
	if len(middle)*len(tails) > mostHosts {
		return nil, fmt.Errorf("the ranges stand for more than %d hosts", mostHosts)
	}
	var names []string
	for _, m := range middle {
		for _, t := range tails {
			names = append(names, head+m+t)
		}
	}
	return names, nil
}

// expandRange lists what begin:end or begin:end:step stands for, in numbers or single letters. Leading zeros give the width.
func expandRange(bounds string) ([]string, error) {
	parts := strings.Split(bounds, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Errorf("[%s] is no range of hosts; want [begin:end] or [begin:end:step]", bounds)
	}
	begin, end, step := parts[0], parts[1], 1
	if len(parts) == 3 {
		var err error
		if step, err = strconv.Atoi(parts[2]); err != nil || step < 1 {
			return nil, fmt.Errorf("[%s]: the step is no positive number", bounds)
		}
	}
	if begin == "" {
		begin = "0"
	}
	if end == "" {
		return nil, fmt.Errorf("[%s]: the range has no end", bounds)
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var names []string
	if len(begin) == 1 && len(end) == 1 && strings.Contains(letters, begin) && strings.Contains(letters, end) {
		for i := strings.Index(letters, begin); i <= strings.Index(letters, end); i += step {
			names = append(names, letters[i:i+1])
		}
	} else {
		low, err1 := strconv.Atoi(begin)
		high, err2 := strconv.Atoi(end)
		width := 0
		if len(begin) > 1 && begin[0] == '0' {
			width = len(begin)
		}
		switch {
		case err1 != nil || err2 != nil:
			return nil, fmt.Errorf("[%s] is no range of numbers or letters", bounds)
		case width > 0 && len(end) != width:
			return nil, fmt.Errorf("[%s]: begin and end must have the same number of digits", bounds)
		case (high-low)/step > mostHosts:
			return nil, fmt.Errorf("[%s] stands for more than %d hosts", bounds, mostHosts)
		}
		for i := low; i <= high; i += step {
			names = append(names, fmt.Sprintf("%0*d", width, i))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("[%s]: the range ends before it begins", bounds)
	}
	return names, nil
}

// looksLikeYAML reports that a file whose name does not say so is an inventory in YAML.
func looksLikeYAML(d Document) bool {
	document, err := strictyaml.Parse(d.Name, d.Text, "a group")
	return err == nil && document.Value().IsMapping()
}

// readYAML adds an inventory in YAML, or in JSON, which is YAML.
func (v *ansibleInventory) readYAML(d Document) error {
	document, err := strictyaml.Parse(d.Name, d.Text, "the group all")
	if err != nil {
		return err
	}
	root := document.Value()
	if !root.IsMapping() {
		return fmt.Errorf("%s: want groups with their hosts, as in all: {hosts: {...}}", d.Name)
	}
	if plugin := root.Get("plugin"); !plugin.IsNull() {
		return fmt.Errorf("%s:%d: this file is for a plugin of Ansible, which is not run; use ansible-inventory --list --output FILE --export --yaml, and name that file", d.Name, plugin.Line())
	}
	for name, value := range root.Entries() {
		if err := v.yamlGroup(d.Name, name, value, nil); err != nil {
			return err
		}
	}
	return nil
}

func (v *ansibleInventory) yamlGroup(file, name string, value strictyaml.Value, parent *ansibleGroup) error {
	place := fmt.Sprintf("%s:%d", file, value.Line())
	g := v.group(name)
	delete(v.undefined, name)
	if parent != nil {
		if err := v.child(parent, g); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	if value.IsNull() {
		return nil
	}
	if !value.IsMapping() {
		return fmt.Errorf("%s: group %s: want hosts, vars or children", place, name)
	}
	for _, part := range []string{"vars", "children", "hosts"} {
		entries := value.Get(part)
		text, single := entries.Text()
		if !entries.IsNull() && !entries.IsMapping() && !single {
			return fmt.Errorf("%s:%d: %s of group %s: want names, each with a colon behind it", file, entries.Line(), part, name)
		}
		switch {
		case part == "vars":
			addVars(file, entries, g.vars)
		case part == "children" && single:
			if err := v.yamlGroup(file, text, strictyaml.Value{}, g); err != nil {
				return err
			}
		case part == "children":
			for child, inside := range entries.Entries() {
				if err := v.yamlGroup(file, child, inside, g); err != nil {
					return err
				}
			}
		case single:
			if err := v.yamlHosts(file, text, strictyaml.Value{}, g); err != nil {
				return err
			}
		default:
			for pattern, vars := range entries.Entries() {
				if err := v.yamlHosts(file, pattern, vars, g); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (v *ansibleInventory) yamlHosts(file, pattern string, vars strictyaml.Value, g *ansibleGroup) error {
	place := fmt.Sprintf("%s:%d", file, vars.Line())
	names, port, err := expandHosts(pattern)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for _, name := range names {
		h := v.host(name, g, file, place)
		if port != "" {
			h.vars["ansible_port"] = ansibleVar{text: port, place: place}
		}
		addVars(file, vars, h.vars)
	}
	return nil
}
