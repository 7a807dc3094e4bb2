package inventory

import (
	"maps"
	"regexp"
	"strings"
)

// secretName is in the names of variables, columns and custom fields that hold a secret.
var secretName = regexp.MustCompile(`pass|pwd|secret|token|community|communities|credential|psk|(?:^|_)key(?:_|$)`)

// published takes labels out that have no value, and those of what a source tells beside the device itself whose name says
// that it is a secret, since relabelling may make metrics' labels of all others. It returns the rest.
func published(labels map[string]string) map[string]string {
	maps.DeleteFunc(labels, func(name, value string) bool {
		return value == "" || strings.HasPrefix(name, "__meta_") && secretName.MatchString(name)
	})
	return labels
}
