package failure

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// Error is a failed poll, or a failed step of one.
type Error struct {
	Reason Reason
	Doing  string // what was attempted, in lower case: "learn the prompt"
	Err    error  // may be nil

	Transient bool // a second try a moment later often succeeds: the device sheds load, or a limit of ours is reached
}

// longestError bounds a message, in bytes.
const longestError = 1000

// Error is one line of printable text: a server has a part in the words, such as the message with which it disconnects.
func (e *Error) Error() string {
	text := e.Doing
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if len(text) > longestError {
		text = text[:longestError] + "…"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func (e *Error) Unwrap() error { return e.Err }

// Broken classifies an error of a connection once its login was done: Timeout or Disconnect, unless it is an *Error
// already. The context is asked first, because a connection that was closed when the time was up looks like one that the
// device closed.
func Broken(ctx context.Context, doing string, err error) error {
	if _, classified := errors.AsType[*Error](err); classified {
		return err
	}
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return &Error{Reason: Timeout, Doing: doing, Err: err}
	case ctx.Err() != nil:
		return &Error{Reason: Timeout, Doing: doing, Err: ctx.Err()}
	}
	return &Error{Reason: Disconnect, Doing: doing, Err: err}
}

// ownLimits are the errors by which the system says that this process, or this machine, has no more to give. They say
// nothing of a device.
var ownLimits = []error{
	syscall.EMFILE, syscall.ENFILE, // file descriptors
	syscall.ENOBUFS, syscall.ENOMEM, // memory for sockets
	syscall.EADDRNOTAVAIL, // local ports
}

// OwnLimit reports whether an error is a limit of ours.
func OwnLimit(err error) bool {
	return slices.ContainsFunc(ownLimits, func(limit error) bool { return errors.Is(err, limit) })
}

// Quote makes text of a device fit for a message: valid, short and in quotes.
func Quote(text string) string {
	const longest = 120
	text = strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strconv.Quote(text)
}
