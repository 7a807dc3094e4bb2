package poll

import (
	"errors"
	"fmt"

	"github.com/netver/netver_exporter/failure"
)

// pausedError is the failure of a device that is not asked because its credential is paused.
func pausedError(credential string) error {
	return &failure.Error{Reason: failure.Paused, Doing: fmt.Sprintf("not asked: credential %q is paused", credential)}
}

// panicError is a panic of ours while a device was polled.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// worthRetry reports a failure that a second try soon after often mends; refused credentials and timeouts would only cost
// more.
func worthRetry(err error) bool {
	e, ok := errors.AsType[*failure.Error](err)
	return ok && e.Transient
}
