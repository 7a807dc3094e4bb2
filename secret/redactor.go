package secret

import (
	"slices"
	"strconv"
	"strings"
)

// shortest is the length in bytes from which a secret is looked for. A shorter one, like the lab's, is part of ordinary
// words.
const shortest = 4

// Redactor takes known secrets out of texts that others wrote: what a device echoes, what a server answers. A nil
// Redactor knows none. Make it with NewRedactor. It may be used by any number of goroutines at once.
type Redactor struct {
	secrets  []string // longest first: one may begin with another
	replacer *strings.Replacer
}

// NewRedactor makes a redactor of the values that are at least 4 bytes long. A secret of several lines is known by each of them.
func NewRedactor(values ...Value) *Redactor {
	r := &Redactor{}
	for _, v := range values {
		for line := range strings.Lines(v.Reveal()) {
			r.know(strings.TrimRight(line, "\r\n"))
		}
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range r.secrets {
		pairs = append(pairs, s, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

// know adds a secret as it is and as it looks in quotes.
func (r *Redactor) know(text string) {
	if len(text) < shortest {
		return
	}
	r.secrets = append(r.secrets, text)
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		r.secrets = append(r.secrets, quoted[1:len(quoted)-1])
	}
}

// Text returns the text with "<redacted>" in the place of each secret.
func (r *Redactor) Text(text string) string {
	if r == nil || !slices.ContainsFunc(r.secrets, func(s string) bool { return strings.Contains(text, s) }) {
		return text
	}
	return r.replacer.Replace(text)
}

// Error returns the error with its text redacted; errors.Is and errors.As find what they found before. An error without a
// secret comes back as it is, nil as nil.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := r.Text(text); clean != text {
		return &redactedError{clean, err}
	}
	return err
}

type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Unwrap() error { return e.err }
