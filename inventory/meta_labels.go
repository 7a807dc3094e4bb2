package inventory

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
)

// labelFilepath is the label that says which file a target comes from, as in Prometheus's file_sd.
const labelFilepath = "__meta_filepath"

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

// labelWord is a name with what a label's name cannot have replaced by _.
func labelWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// fieldText is a value of any type as a label has it: texts, numbers and truths as they are, others in JSON.
func fieldText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// joined is words as Prometheus's service discovery joins them, for patterns such as .*,word,.*
func joined(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "," + strings.Join(words, ",") + ","
}
