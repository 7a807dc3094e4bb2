package sshcli

import (
	"errors"
	"strings"
	"testing"
)

func TestErrorIsOneBoundedLine(t *testing.T) {
	for said, want := range map[string]string{
		"":                                "log in",
		"no":                              "log in: no",
		"go\r\naway\x1b[2J\xff\u202e":     "log in: go  away [2J\uFFFD ",
		strings.Repeat("é", longestError): "log in: " + strings.Repeat("é", (longestError-len("log in: "))/2) + "…",
	} {
		e := &Error{Reason: Auth, Doing: "log in"}
		if said != "" {
			e.Err = errors.New(said)
		}
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
