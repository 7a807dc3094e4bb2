package parser

import (
	"regexp"
	"strings"
	"unicode"
)

// The parts of a line "name : value". The name may be followed by its unit in brackets; what separates it from the value
// differs from release to release: a colon, an equals sign, a row of dots, the bar of a table, or blanks alone.
const (
	fieldStart     = `^[ \t|*]*`
	fieldUnit      = `(?: ?\([^()\n]*\))?`
	fieldSeparator = `[ \t]*(?:(?:\.[ \t]?){2,}[:=]?|[:=|]|[ \t]{2,}|\t)[ \t]*`
	fieldWord      = `([^\s:=.|",][^\s|",]*)`
	fieldVersion   = `[vV]?(\d(?:[^\s|",(]|\(\d)*)` // "9.14(2.4)", and of "6.3.17(integrity)" the figures
	fieldRest      = `([^\s:=.|].*?)[ \t|]*$`
)

// fieldPattern is the expression of a line that tells the value of a field under one of its names. Without a value of its own
// it is the first word of a serial or host name, a version's number, and all that follows for the other facts.
func fieldPattern(names []string, value *regexp.Regexp, f fact) *regexp.Regexp {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = namePattern(name)
	}
	wanted := fieldRest
	switch {
	case value != nil && value.NumSubexp() == 0:
		wanted = "(" + value.String() + ")"
	case value != nil:
		wanted = "(?:" + value.String() + ")"
	case f == factVersion:
		wanted = fieldVersion
	case f == factSerial, f == factHostname:
		wanted = fieldWord
	}
	name := quoted[0]
	if len(names) > 1 {
		name = "(?:" + strings.Join(quoted, "|") + ")"
	}
	return regexp.MustCompile(fieldStart + name + fieldUnit + fieldSeparator + wanted)
}

// namePattern takes the first letter of every word in either case, and between words blanks, a hyphen, an underscore or nothing.
func namePattern(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		first := []rune(word)[0]
		rest := regexp.QuoteMeta(word[len(string(first)):])
		if upper, lower := unicode.ToUpper(first), unicode.ToLower(first); upper != lower {
			words[i] = "[" + string(upper) + string(lower) + "]" + rest
		} else {
			words[i] = regexp.QuoteMeta(string(first)) + rest
		}
	}
	return strings.Join(words, `[ \t_\-]*`)
}
