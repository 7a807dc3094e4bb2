package config

import (
	"path/filepath"
	"reflect"
	"strings"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// include joins the files that the key include names to the document. They may have the lists and mappings of its top.
func (l *loader) include() {
	patterns := l.document.Value().Get("include")
	at := strictyaml.At("include")
	lists, mappings := joinable()
	seen := map[string]bool{filepath.Clean(l.path): true} // patterns may overlap, and may match the file itself
	for i, pattern := range patterns.Items() {
		text, ok := pattern.Text()
		if !ok {
			continue // what is wrong is found when it is decoded
		}
		for _, name := range Expand(l.document, l.named(text, at.Item(i)), at.Item(i)) {
			if seen[name] {
				continue
			}
			seen[name] = true
			source, err := file.Read(name, maxFile)
			if err != nil {
				l.document.Fault(at.Item(i), "cannot read %s: %s", name, err)
				continue
			}
			l.document.Include(name, source, lists, mappings)
		}
	}
}

// joinable lists the keys at the top whose values can be joined: all lists and mappings but include itself.
func joinable() (lists, mappings []string) {
	for field := range reflect.TypeFor[written]().Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch kind := field.Type.Kind(); {
		case key == "include":
		case kind == reflect.Slice:
			lists = append(lists, key)
		case kind == reflect.Map:
			mappings = append(mappings, key)
		}
	}
	return lists, mappings
}
