package inventory

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"
)

// ReservedLabels are names that an operator's label may not have. A test of package collector holds them to the metrics.
// They include labels of metrics to come, so that no configuration breaks when those do.
var ReservedLabels = []string{
	"device", "address", "platform", "vendor", "model", "serial", "hostname", "version", "patch", "reason", // a device's
	"rule", "wanted", "advisory", "severity", "release", // its version's
	"member", "member_role", "kex", "host_key", "cipher", "verified", // its members' and its SSH connection's
	"credential", "result", "group", "source", "state", // fleet's and engine's
	"credentials", "jump", "enabled", // settings of a device that a source gives as labels
	"job", "instance", // Prometheus sets them on every series
	"le", "quantile", // of histograms and summaries
}

// maxLabel is the longest value of a label, in bytes.
const maxLabel = 1000

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// CheckLabel says why a label cannot be exported; nil: it can.
func CheckLabel(l Label) error {
	switch {
	case !labelName.MatchString(l.Name):
		return fmt.Errorf("%q is no label name; use letters, digits and _, and no digit first", l.Name)
	case len(l.Name) > 1 && l.Name[:2] == "__":
		return errors.New("names that begin with __ belong to Prometheus; choose another")
	case slices.Contains(ReservedLabels, l.Name):
		return errors.New("the exporter or Prometheus has a label of this name; choose another")
	case !utf8.ValidString(l.Value):
		return errors.New("the value is not UTF-8")
	case len(l.Value) > maxLabel:
		return fmt.Errorf("the value has %d bytes, want %d at most: it stands on every series of the device", len(l.Value), maxLabel)
	}
	return nil
}

// MergeLabels lays labels over each other, later ones on top, and sorts them by name. An empty value removes a label,
// as it means the same as none to Prometheus.
func MergeLabels(layers ...map[string]string) []Label {
	merged := map[string]string{}
	for _, layer := range layers {
		maps.Copy(merged, layer)
	}
	labels := make([]Label, 0, len(merged))
	for _, name := range slices.Sorted(maps.Keys(merged)) {
		if merged[name] != "" {
			labels = append(labels, Label{Name: name, Value: merged[name]})
		}
	}
	return slices.Clip(labels)
}
