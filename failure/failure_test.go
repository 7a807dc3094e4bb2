package failure

import (
	"context"
	"errors"
	"fmt"
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

func TestOf(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want Reason
	}{
		{nil, ""},
		{fmt.Errorf("ask: %w", &Error{Reason: Prompt}), Prompt},
		{&Error{Reason: Parse}, Parse},
		{&Error{Reason: "not of the list"}, Internal},
		{context.DeadlineExceeded, Timeout},
		{errors.New("anything"), Internal},
	} {
		if got := Of(tc.err); got != tc.want {
			t.Errorf("Of(%v) = %q, want %q", tc.err, got, tc.want)
		}
	}
}
