package strictyaml

import "gopkg.in/yaml.v3"

// entry is one key of a mapping.
type entry struct {
	key, value *yaml.Node
	merged     bool // it comes from a "<<" of the mapping, whose own keys go first
}

// entries lists a mapping's keys in order of precedence: its own, then those it merges, then those that the merged
// ones merge. Other nodes have none.
func entries(n *yaml.Node) []entry {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	list, merges := own(n, false, make([]entry, 0, len(n.Content)/2))
	if len(merges) == 0 {
		return list
	}
	visited := map[*yaml.Node]bool{n: true} // anchors may form a ring, and what is merged again adds nothing
	var merge func(*yaml.Node)
	merge = func(from *yaml.Node) {
		from = follow(from)
		if visited[from] {
			return
		}
		visited[from] = true
		var further []*yaml.Node
		switch from.Kind {
		case yaml.SequenceNode:
			further = from.Content
		case yaml.MappingNode:
			list, further = own(from, true, list)
		}
		for _, m := range further {
			merge(m)
		}
	}
	for _, m := range merges {
		merge(m)
	}
	return list
}

// own appends a mapping's own keys to the list, and returns the values of its "<<" as well.
func own(n *yaml.Node, merged bool, list []entry) (all []entry, merges []*yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			merges = append(merges, n.Content[i+1])
			continue
		}
		list = append(list, entry{n.Content[i], n.Content[i+1], merged})
	}
	return list, merges
}

// badMerge returns a "<<" of the mapping whose value can not be merged; nil: there is none.
func badMerge(n *yaml.Node) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		m := n.Content[i+1]
		sources := []*yaml.Node{m}
		if follow(m).Kind == yaml.SequenceNode {
			sources = follow(m).Content
		}
		for _, s := range sources {
			if follow(s).Kind != yaml.MappingNode {
				return m
			}
		}
	}
	return nil
}

// follow returns what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
