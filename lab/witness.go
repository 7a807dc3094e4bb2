package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// shortestSecret is the length from which a text can be told from ordinary words.
const shortestSecret = 6

// Witness looks for secrets in whatever a program under test prints, logs, serves and writes. The zero value knows none. It may
// be used by any number of goroutines at once.
type Witness struct {
	mu    sync.Mutex
	forms [][]byte // of the secrets: as they are, and as they look in JSON, URLs, base64 and hex
	given int
	seen  int // bytes
	found []string
}

// Give makes a secret known; of one with several lines each line is one. It has to be given before the program gets it.
func (w *Witness) Give(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(secret) {
		line = strings.TrimSpace(line)
		if len(line) < shortestSecret || strings.HasPrefix(line, "-----") { // of a key in PEM
			continue
		}
		w.given++
		quoted, _ := json.Marshal(line) // of a text it does not fail
		for _, form := range []string{
			line, string(quoted[1 : len(quoted)-1]), url.QueryEscape(line), url.PathEscape(line),
			base64.StdEncoding.EncodeToString([]byte(line)), hex.EncodeToString([]byte(line)),
		} {
			if !slices.ContainsFunc(w.forms, func(known []byte) bool { return string(known) == form }) {
				w.forms = append(w.forms, []byte(form))
			}
		}
	}
}

// See looks through a text. where says what it is: "the log of netver_exporter".
func (w *Witness) See(where string, text []byte) {
	w.mu.Lock()
	forms := w.forms
	w.seen += len(text)
	w.mu.Unlock()
	for _, form := range forms {
		if at := bytes.Index(text, form); at >= 0 {
			w.mu.Lock()
			w.found = append(w.found, fmt.Sprintf("%s holds the secret %q: …%q", where, form, text[max(0, at-100):at+len(form)]))
			w.mu.Unlock()
		}
	}
}

// Verdict says how much was looked through; the error names the places that show a secret.
func (w *Witness) Verdict() (looked string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.found) > 0 {
		err = fmt.Errorf("%d places show a secret:\n%s", len(w.found), strings.Join(w.found[:min(len(w.found), 20)], "\n"))
	}
	return fmt.Sprintf("looked for %d secrets in %.1f MB of output", w.given, float64(w.seen)/1e6), err
}
