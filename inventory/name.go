package inventory

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The longest name of a device. It is a label's value and part of a URL: longer ones are mistakes.
const maxName = 200

// CheckName says why a device cannot have a name; nil: it can.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxName:
		return errors.New("the name is longer than 200 bytes")
	case name == "." || name == "..":
		return fmt.Errorf("%q is no name that a device can have: in a URL it stands for a folder, so that the device would have no page", name)
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8")
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return errors.New("the name holds a character that cannot be seen; write it without")
		}
	}
	return nil
}
