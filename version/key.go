package version

import "strings"

// Markers of a key. Their values give the order: a part that ends is before a word, and a word is before a number.
const (
	endOfPart = 0x00
	present   = 0x01 // of a part that comes before a release: there is one
	absent    = 0x02 // and there is none
	word      = 0x10
	number    = 0x20
)

// appendKey appends the text so that keys compare, byte by byte, in the natural order of the texts: runs of digits by their value,
// runs of letters by the alphabet without regard to case. Everything else only separates. The text has at most maxLength bytes.
func appendKey(key []byte, text string) []byte {
	for text != "" {
		n := run(text)
		switch {
		case isDigit(text[0]):
			digits := strings.TrimLeft(text[:n], "0")
			key = append(key, number, byte(len(digits)))
			key = append(key, digits...)
		case isLetter(text[0]):
			key = append(key, word)
			key = append(key, strings.ToLower(text[:n])...)
		}
		text = text[n:]
	}
	return append(key, endOfPart)
}

// run returns the length of the run of digits, of letters or of separators that the text begins with.
func run(text string) int {
	n := 1
	for n < len(text) && isDigit(text[n]) == isDigit(text[0]) && isLetter(text[n]) == isLetter(text[0]) {
		n++
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter takes every byte outside of ASCII for a letter, so that no two texts are equal that are not.
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80 }
