package lab

import (
	"strings"
	"testing"
)

func TestWitness(t *testing.T) {
	const secret = `sword"fish/1`
	for text, found := range map[string]bool{
		"nothing of it":                            false,
		`the password sword"fish/1 is wrong`:       true,
		`{"password":"sword\"fish/1"}`:             true,
		"/probe?target=sword%22fish%2F1":           true,
		"Basic c3dvcmQiZmlzaC8x":                   true,
		"73776f726422666973682f31":                 true,
		"c3RvcmluZw== is the second line of a key": true,
		"-----BEGIN KEY-----":                      false,
		"short":                                    false,
	} {
		var w Witness
		w.Give(secret)
		w.Give("-----BEGIN KEY-----\nc3RvcmluZw==\n-----END KEY-----\n")
		w.Give("short")
		w.See("the log", []byte(text))
		looked, err := w.Verdict()
		if (err != nil) != found || found && !strings.Contains(err.Error(), "the log holds the secret") {
			t.Errorf("%q: %v", text, err)
		}
		if !strings.HasPrefix(looked, "looked for 2 secrets in ") {
			t.Error(looked)
		}
	}
}
