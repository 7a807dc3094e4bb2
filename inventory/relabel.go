package inventory

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// Rule is one of Prometheus's relabelling rules as written. A nil field has Prometheus's default.
type Rule struct {
	SourceLabels []string `yaml:"source_labels"`
	Separator    *string  `yaml:"separator"`
	Regex        *string  `yaml:"regex"`
	Modulus      int      `yaml:"modulus"`
	TargetLabel  string   `yaml:"target_label"`
	Replacement  *string  `yaml:"replacement"`
	Action       string   `yaml:"action"`
}

// Relabeling is rules made ready. The zero value leaves everything as it is.
type Relabeling struct{ rules []*relabel.Config }

// Add takes one more rule, or says what is wrong with it.
func (r *Relabeling) Add(w Rule) error {
	c := relabel.DefaultRelabelConfig
	for _, name := range w.SourceLabels {
		c.SourceLabels = append(c.SourceLabels, model.LabelName(name))
	}
	set(&c.Separator, w.Separator)
	set(&c.Replacement, w.Replacement)
	if w.Regex != nil {
		var err error
		if c.Regex, err = relabel.NewRegexp(*w.Regex); err != nil {
			return fmt.Errorf("regex: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
	if w.Modulus < 0 {
		return errors.New("modulus must be positive")
	}
	c.Modulus, c.TargetLabel = uint64(w.Modulus), w.TargetLabel
	if w.Action != "" {
		c.Action = relabel.Action(strings.ToLower(w.Action))
	}
	if !actions[c.Action] {
		return fmt.Errorf("unknown action %q", w.Action)
	}
	if err := c.Validate(model.UTF8Validation); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "relabel configuration for "))
	}
	r.rules = append(r.rules, &c)
	return nil
}

// MapsAll reports whether labelmap makes labels of whatever begins with the prefix.
func (r *Relabeling) MapsAll(prefix string) bool {
	const name = "some_variable" // that no rule is written for
	return slices.ContainsFunc(r.rules, func(c *relabel.Config) bool {
		return c.Action == relabel.LabelMap && c.Regex.MatchString(prefix+name)
	})
}

var actions = map[relabel.Action]bool{
	relabel.Replace: true, relabel.Keep: true, relabel.Drop: true, relabel.KeepEqual: true, relabel.DropEqual: true, relabel.HashMod: true,
	relabel.LabelMap: true, relabel.LabelDrop: true, relabel.LabelKeep: true, relabel.Lowercase: true, relabel.Uppercase: true,
}

func set(field, written *string) {
	if written != nil {
		*field = *written
	}
}

// apply changes the target's labels. dropped is the rule, from 1, that drops the target; 0: it stays.
func (r Relabeling) apply(t *Target) (dropped int) {
	if len(r.rules) == 0 {
		return 0
	}
	b := labels.NewBuilder(labels.EmptyLabels())
	for name, value := range t.Labels {
		b.Set(name, value)
	}
	for i, rule := range r.rules {
		if !relabel.ProcessBuilder(b, rule) {
			return i + 1
		}
	}
	t.Labels = b.Labels().Map()
	return 0
}

// String is the rule, from 1, in a few words.
func (r Relabeling) String(rule int) string {
	c := r.rules[rule-1]
	var names []string
	for _, name := range c.SourceLabels {
		names = append(names, string(name))
	}
	return fmt.Sprintf("relabel_configs[%d]: %s [%s] %s", rule-1, c.Action, strings.Join(names, " "), c.Regex.String())
}
