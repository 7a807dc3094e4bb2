package device

import (
	"errors"
	"testing"

	"github.com/netver/netver_exporter/session"
)

func TestLacksAreKnownAsLongAsPollsSucceed(t *testing.T) {
	var l lacks
	exec, terminal := session.Lacks{Exec: true}, session.Lacks{Terminal: true}
	failed := errors.New("failed")
	for i, step := range []struct {
		found session.Lacks
		err   error
		want  session.Lacks
	}{
		{exec, nil, exec},
		{session.Lacks{}, nil, exec},
		{terminal, failed, terminal},
		{terminal, failed, terminal},
		{session.Lacks{}, failed, session.Lacks{}},
	} {
		l.note("192.0.2.1:22", step.found, step.err)
		if got := l.of("192.0.2.1:22"); got != step.want {
			t.Errorf("step %d: %+v, want %+v", i, got, step.want)
		}
	}
	if len(l.known) != 0 {
		t.Errorf("%d devices are remembered that lack nothing", len(l.known))
	}
}
