package inventory

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	patternWord  = regexp.MustCompile(`(?:[^\s:\[\]]|\[[^\]]*\])+`)
	patternIndex = regexp.MustCompile(`^(.+)\[(?:(-?[0-9]+)|([0-9]*)[:-]([0-9]*))\]$`)
)

// pattern lists the hosts that Ansible's pattern of hosts and groups means, in the inventory's order. Words that match nothing
// are returned too.
func (v *ansibleInventory) pattern(text string) (hosts []*ansibleHost, unmatched []string, err error) {
	var plain, both, without []string
	for _, word := range splitPattern(text) {
		switch word[0] {
		case '!':
			without = append(without, word[1:])
		case '&':
			both = append(both, word[1:])
		default:
			plain = append(plain, word)
		}
	}
	if len(plain) == 0 {
		plain = []string{groupAll}
	}
	match := func(word string) map[*ansibleHost]bool {
		set := map[*ansibleHost]bool{}
		found, e := v.word(word)
		if e != nil {
			err = e
		}
		for _, h := range found {
			set[h] = true
		}
		if len(set) == 0 && e == nil {
			unmatched = append(unmatched, word)
		}
		return set
	}
	chosen := map[*ansibleHost]bool{}
	for _, word := range plain {
		for h := range match(word) {
			chosen[h] = true
		}
	}
	for _, word := range both {
		set := match(word)
		for h := range chosen {
			if !set[h] {
				delete(chosen, h)
			}
		}
	}
	for _, word := range without {
		for h := range match(word) {
			delete(chosen, h)
		}
	}
	for _, h := range v.order {
		if chosen[h] {
			hosts = append(hosts, h)
		}
	}
	return hosts, unmatched, err
}

// splitPattern takes a pattern apart at commas or, if there are none, at colons; an IPv6 address is one word.
func splitPattern(text string) []string {
	var words []string
	switch {
	case strings.Contains(text, ","):
		words = strings.Split(text, ",")
	case parsesAsIP(text):
		words = []string{text}
	default:
		words = patternWord.FindAllString(text, -1)
	}
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return slices.DeleteFunc(words, func(word string) bool { return strings.Trim(word, "!&") == "" })
}

// word lists the hosts that one word means: a group, a host, a pattern of either, ~ and a regular expression, or a part of a
// group, as in group[0:2].
func (v *ansibleInventory) word(word string) ([]*ansibleHost, error) {
	if word == "*" {
		word = groupAll
	}
	index := []string(nil)
	if word[0] != '~' {
		if m := patternIndex.FindStringSubmatch(word); m != nil {
			word, index = m[1], m
		}
	}
	matches, err := matcher(word)
	if err != nil {
		return nil, err
	}
	var hosts []*ansibleHost
	groups, seen := false, map[*ansibleHost]bool{}
	add := func(h *ansibleHost) {
		if !seen[h] {
			seen[h] = true
			hosts = append(hosts, h)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.groups)) {
		if matches(name) {
			groups = true
			for _, h := range v.members(v.groups[name]) {
				add(h)
			}
		}
	}
	if !groups || strings.ContainsAny(word, ".?*[~") {
		for _, h := range v.order {
			if matches(h.name) {
				add(h)
			}
		}
	}
	if index == nil {
		return hosts, nil
	}
	return part(hosts, index), nil
}

// members are the hosts of a group and of those in it.
func (v *ansibleInventory) members(g *ansibleGroup) []*ansibleHost {
	if g.name == groupAll {
		return v.order
	}
	var hosts []*ansibleHost
	hostSeen, groupSeen := map[*ansibleHost]bool{}, map[*ansibleGroup]bool{}
	var add func(*ansibleGroup)
	add = func(g *ansibleGroup) {
		if groupSeen[g] {
			return
		}
		groupSeen[g] = true
		for _, h := range g.hosts {
			if !hostSeen[h] {
				hostSeen[h] = true
				hosts = append(hosts, h)
			}
		}
		for _, child := range g.children {
			add(child)
		}
	}
	add(g)
	return hosts
}

func matcher(word string) (func(string) bool, error) {
	if expression, ok := strings.CutPrefix(word, "~"); ok {
		re, err := regexp.Compile("^(?:" + expression + ")")
		if err != nil {
			return nil, fmt.Errorf("%q is no regular expression", expression)
		}
		return re.MatchString, nil
	}
	pattern := strings.ReplaceAll(word, "[!", "[^") // as Go writes what is not in a set
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("%q is no pattern", word)
	}
	return func(name string) bool {
		ok, _ := path.Match(pattern, name)
		return ok || word == name
	}, nil
}

// part takes what an index such as [0], [-1] or [0:2] means out of a list; a range includes its end.
func part(hosts []*ansibleHost, index []string) []*ansibleHost {
	if index[2] != "" {
		i, _ := strconv.Atoi(index[2])
		if i < 0 {
			i += len(hosts)
		}
		if i < 0 || i >= len(hosts) {
			return nil
		}
		return hosts[i : i+1]
	}
	first, _ := strconv.Atoi(index[3])
	last := len(hosts) - 1
	if index[4] != "" {
		last, _ = strconv.Atoi(index[4])
	}
	first, last = min(first, len(hosts)), min(last, len(hosts)-1)
	if last < first {
		return nil
	}
	return hosts[first : last+1]
}
