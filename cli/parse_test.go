package cli

import (
	"context"
	"errors"
	"io"
	"testing"
)

// TestReadAllOfSilentPipe ends the wait for a pipe to which nobody writes.
func TestReadAllOfSilentPipe(t *testing.T) {
	silent, writer := io.Pipe()
	defer writer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, source, err := readAll(ctx, "", silent); !errors.Is(err, context.Canceled) || source != "standard input" {
		t.Errorf("%s: %v", source, err)
	}
}
