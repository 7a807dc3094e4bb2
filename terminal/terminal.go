// Package terminal turns what a device sent into what a terminal would have shown.
// It knows control characters, escape sequences and redraws; it does not know prompts, pagers or platforms.
package terminal

// Clean returns the text a terminal would show: no escape sequences, redraws and backspaces applied, lines ended by
// "\n" without trailing blanks, valid UTF-8.
func Clean(raw string) string { panic("todo") }
