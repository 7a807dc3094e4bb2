package fleet

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// Names returns what there is under a parameter beside what devices have: platforms and rules.
type Names func(parameter string) []string

// Check looks for what a query asks for in vain. The problems are names of the configuration that there are not. The notes are what
// no device has now though it may have had it, or may have it later: versions, models, labels. There are notes only where no
// device matches. Nothing is missed in a fleet without devices, nor of a value with wildcards.
func (v *View) Check(q Query) (problems, notes []Problem) {
	if len(v.Devices) == 0 || q.refused {
		return nil, nil
	}
	for _, f := range q.asked() {
		p, _ := parameter(f.Name)
		for _, value := range f.Values {
			switch {
			case p.Words != nil || version.IsGlob(value):
			case p.named:
				if known := v.names(f.Name); !slices.Contains(known, value) && v.Count(f.Name)[value] == 0 {
					known = slices.Concat(known, slices.Collect(maps.Keys(v.Count(f.Name))))
					problems = append(problems, Problem{f.Name, value, fmt.Sprintf("%s=%q: there is no such %s%s", f.Name, value, f.Name, suggest(value, known))})
				}
			case v.Find(q).Len() == 0:
				if text := v.missing(f.Name, value); text != "" {
					notes = append(notes, Problem{f.Name, value, text})
				}
			}
		}
	}
	return problems, notes
}

// missing says that no device has a value, or not even the label; "": one has it.
func (v *View) missing(parameter, value string) string {
	if label, ok := strings.CutPrefix(parameter, LabelPrefix); ok {
		if known := v.Labels(math.MaxInt); !slices.Contains(known, label) {
			return fmt.Sprintf("no device has a label %q%s", label, suggest(label, known))
		}
	}
	known := v.Count(parameter)
	if known[value] > 0 {
		return ""
	}
	return fmt.Sprintf("%s=%q: no device has it%s", parameter, value, suggest(value, slices.Collect(maps.Keys(known))))
}

// names are those of the configuration under a parameter.
func (v *View) names(parameter string) []string {
	switch parameter {
	case "group":
		return slices.Collect(maps.Keys(v.Sweeps))
	case "credential":
		return slices.Collect(maps.Keys(v.Logins))
	}
	return v.named(parameter)
}

// mostCompared is among how many names a close one is looked for.
const mostCompared = 2000

func suggest(name string, known []string) string {
	slices.Sort(known)
	known = slices.Compact(known)
	return strictyaml.Suggest(name, known[:min(len(known), mostCompared)])
}
