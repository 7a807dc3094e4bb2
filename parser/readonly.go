package parser

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// readers are the beginnings of commands that only read, or set nothing but the terminal of the session, whatever follows. Each
// is one that built-in platforms type; what these type beyond it is known word by word.
var readers = []string{
	"show", "display", "get", "list", "cat", "status", "version", "uname", "uptime",
	"terminal", "terminal-length", "term", "screen-length", "screen-width", "paginate", "skip-page-display", "rows", "more off",
	"set cli", "set terminal", "set length", "no page", "no paging", "no cli", "disable clipaging",
}

// filters are what may follow a bar: they choose among the lines of an answer, or shape them.
var filters = []string{
	"include", "exclude", "begin", "section", "count", "match", "except", "grep", "egrep", "no-more", "nomore", "json", "xml", "display", "last", "head", "tail",
}

// onlyReads reports a command that changes nothing on a device, as far as its words tell: it begins as one of readers, or of what
// is allowed besides, or it is a path that ends in "print", as RouterOS has them; it runs through filters alone, and is one command.
func onlyReads(command string, allowed []string) bool {
	if strings.ContainsAny(command, ";&`$<>!") || strings.ContainsFunc(command, unicode.IsControl) {
		return false
	}
	parts := strings.Split(command, "|")
	for _, filter := range parts[1:] {
		if words := strings.Fields(filter); len(words) == 0 || !slices.Contains(filters, words[0]) {
			return false
		}
	}
	words := strings.Fields(strings.ToLower(parts[0]))
	if len(words) > 1 && words[0][0] == '/' && words[len(words)-1] == "print" {
		return true
	}
	begins := func(reader string) bool { return beginsWith(words, reader) }
	return slices.ContainsFunc(readers, begins) || slices.ContainsFunc(allowed, begins)
}

// beginsWith compares whole words, without regard to case.
func beginsWith(words []string, beginning string) bool {
	first := strings.Fields(strings.ToLower(beginning))
	return len(first) > 0 && len(words) >= len(first) && slices.Equal(words[:len(first)], first)
}

func strangeText(t *Typed) string {
	what := "no command that is known to read only"
	if t.isAnswer() {
		what = "no answer that a built-in platform gives"
	}
	return fmt.Sprintf("%q is %s; if it does no harm, say so: allow: [%q]", t.Text, what, t.Text)
}
