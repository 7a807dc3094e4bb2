// Package secret holds values that must not be seen: passwords, passphrases, keys.
// It knows how to keep a value out of every printer; it does not know where a value comes from.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

const redacted = "<redacted>"

// Value is a secret that cannot print itself: every fmt verb, slog, JSON and YAML show "<redacted>". What looks into structs
// by reflection, unexported fields included, finds the address of a function and not the text. Values are not comparable
// by ==; see Equal. The zero value means that no secret was given.
type Value struct{ reveal func() string }

// New wraps a secret's text.
func New(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{func() string { return text }}
}

// Reveal returns the text; call it only where the secret is handed to a device.
func (v Value) Reveal() string {
	if v.reveal == nil {
		return ""
	}
	return v.reveal()
}

// Equal reports whether both are the same secret, in a time that does not depend on where they differ.
func (v Value) Equal(w Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(w.Reveal())) == 1
}

// IsZero reports whether no secret was given.
func (v Value) IsZero() bool { return v.reveal == nil }

// Format makes every fmt verb, %#v among them, print the same placeholder.
func (v Value) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// String keeps a plain conversion from showing the secret.
func (v Value) String() string { return redacted }

// LogValue keeps the secret out of slog.
func (v Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps the secret out of JSON, and of everything else that marshals text.
func (v Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the text as the secret. It never fails.
func (v *Value) UnmarshalText(text []byte) error {
	*v = New(string(text))
	return nil
}

// MarshalYAML keeps the secret out of YAML.
func (v Value) MarshalYAML() (any, error) { return redacted, nil }
