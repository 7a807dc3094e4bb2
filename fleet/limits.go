package fleet

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"unicode/utf8"
)

// What may be asked at once, so that a question that is cheap to send is cheap to answer. The links of the pages stay below it.
const (
	longestValue = 1024 // characters of a value, and of the name of a parameter
	mostValues   = 100  // values of all parameters together
	mostText     = 2048 // characters of all values together: every link of a page repeats the question
	mostWords    = 20   // words of a search
)

// tooLarge finds what is larger than may be asked.
func tooLarge(values url.Values) (Problem, bool) {
	count, text := 0, 0
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if n := utf8.RuneCountInString(name); n > longestValue {
			return Problem{Text: fmt.Sprintf("the name of a parameter has %d characters; it may have %d", n, longestValue)}, true
		}
		for _, v := range values[name] {
			n := utf8.RuneCountInString(v)
			text += n
			if n > longestValue {
				return Problem{Parameter: name, Text: fmt.Sprintf("a value of %s has %d characters; it may have %d", name, n, longestValue)}, true
			}
		}
		count += len(values[name])
	}
	if count > mostValues {
		return Problem{Text: fmt.Sprintf("the address has %d values; it may have %d", count, mostValues)}, true
	}
	if text > mostText {
		return Problem{Text: fmt.Sprintf("the values of the address have %d characters together; they may have %d", text, mostText)}, true
	}
	if n := len(split(values.Get("q"))); n > mostWords {
		return Problem{Parameter: "q", Text: fmt.Sprintf("the search has %d words; it may have %d", n, mostWords)}, true
	}
	return Problem{}, false
}
