package poll

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/netver/netver_exporter/sshcli"
)

func TestReasonOf(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want sshcli.Reason
	}{
		{nil, ""},
		{fmt.Errorf("ask: %w", &sshcli.Error{Reason: sshcli.Prompt}), sshcli.Prompt},
		{&sshcli.Error{Reason: Parse}, Parse},
		{&sshcli.Error{Reason: "not of the list"}, Internal},
		{context.DeadlineExceeded, sshcli.Timeout},
		{errors.New("anything"), Internal},
	} {
		if got := ReasonOf(tc.err); got != tc.want {
			t.Errorf("ReasonOf(%v) = %q, want %q", tc.err, got, tc.want)
		}
	}
	all := newTally().byReason()
	if got := len(slices.Collect(maps.Keys(all))); got != len(Reasons) || got != 17 {
		t.Errorf("%d reasons from 0", got)
	}
}
