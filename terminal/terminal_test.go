package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var cleanings = []struct{ name, raw, want string }{
	{"empty", "", ""},
	{"plain", "a\nb\n", "a\nb\n"},
	{"tab", "a\tb\n", "a\tb\n"},
	{"trailing blanks", "a \t\nb  ", "a\nb"},
	{"line ends", "a\r\nb\r\r\nc\n\rd\r\n\re", "a\nb\nc\nd\ne"},
	{"padding within sequences", "\x1b\x00[1\x00;3\x7f2m\x00up\x1b]\x000;lab\x00\x07", "up"},
	{"window title", "\x1b]0;lab-sw-17\x07lab-sw-17$ ", "lab-sw-17$"},
	{"window title ended by a string terminator", "\x1b]2;x\x1b\\a", "a"},
	{"window title without an end", "\x1b]0;lab\x1b[1ma", "0;laba"},
	{"window title cut off", "\x1b]0;lab", "0;lab"},
	{"colour", "\x1b[1;32mup\x1b[0m", "up"},
	{"bracketed paste", "\x1b[?2004hlab$ \x1b[?2004l", "lab$"},
	{"keypad of less", "\x1b[?1h\x1b=\rVersion 1\r\n\r\x1b[K\x1b[?1l\x1b>lab> ", "Version 1\nlab>"},
	{"cursor addressing", "\x1b[1;24r\x1b[24;1H\x1b[2K\x1b[24;1H\x1b[?25hlab# ", "lab#"},
	{"next line and insert line", "a\x1bEb\x1b[1Lc\x1b[Ld", "a\nb\nc\nd"},
	{"character set", "\x1b(Ba\x1b)0b\x1b#8c", "abc"},
	{"save and restore the cursor", "\x1b7a\x1b8b\x1bMc", "abc"},
	{"save, status line in another row, restore", "lab# \x1b7\x1b[1;1H\x1b[Kup 3 days\x1b8show version\r\n", "lab# show version\n"},
	{"save, question for the size, restore", "lab# \x1b7\x1b[r\x1b[999;999H\x1b[6n\x1b8", "lab#"},
	{"save in one line, restore in another", "a\x1b7\r\nb\x1b[1;1Hc\x1b8d", "a\nb\ncd"},
	{"restore without save", "lab\x1b8#", "lab#"},
	{"blanks that were taken back before the restore", "lab#  \x1b7\b\b\b\x1b[5;1Hx\x1b8y", "lab#  y"},
	{"character sets of all kinds", "\x1b(0\x1b*B\x1b+A\x1b-A\x1b%Ga\x1b$(Bb\x1b#6c\x1b Fd", "abcd"},
	{"intermediates without end", "\x1b!!!!a", "!!a"},
	{"another row", "\x1b[1;1HName: a\x1b[2;1HVersion: 1\x1b[3;1HModel: x", "Name: a\nVersion: 1\nModel: x"},
	{"another row by its number", "\x1b[1da\x1b[2db\x1b[3;4fc", "a\nb\nc"},
	{"rows up and down", "a\x1b[Bb\x1b[2Ac\x1b[3Ed\x1b[Fe\x1b[2ef", "a\nb\nc\nd\ne\nf"},
	{"index and next line", "a\x1bDb\x1bEc", "a\nb\nc"},
	{"the same row", "\x1b[24;1Hlab# \x1b[24;1H\x1b[24;6Hshow\r\n\x1b[24;1Hlab# ", "lab# show\nlab#"},
	{"the row below, as on a screen that does not scroll", "\x1b[1;1Ha\r\nb\x1b[2;3Hc", "a\nb c"},
	{"cursor right over blanks", "Version\x1b[3C1.2\x1b[Cb", "Version   1.2 b"},
	{"cursor right over text", "abcd\r\x1b[2CX", "abX"},
	{"cursor right over more than ASCII", "\u00e9\u00e9\u00e9\r\x1b[2CX", "\u00e9\u00e9X"},
	{"column", "ab\x1b[6Gc\x1b[1Gd", "d"},
	{"cursor right without end", "a\x1b[999999Cb", "a" + strings.Repeat(" ", 131) + "b"},
	{"line erased whole", "--More--\x1b[2K\ry", "y"},
	{"parameters without end", "\x1b[" + strings.Repeat("1;", 40) + "a", strings.Repeat("1;", 8) + "a"},
	{"NUL, BEL and DEL", "\x00lab\x07-sw\x7f#", "lab-sw#"},
	{"other controls", "a\x01b\x0ec", "abc"},
	{"form feed", "a\fb", "a\nb"},
	{"backspaces", "abd\bcx\b", "abc"},
	{"backspaces at the line's start", "a\n\b\bb", "a\nb"},
	{"backspace over two bytes", "aé\bb", "ab"},
	{"pager erased with backspaces", "x\r\n--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\by\r\n", "x\ny\n"},
	{"pager erased with backspaces at the end", "x\n --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b", "x\n"},
	{"pager erased with blanks", "x\r\n--More-- \r         \ry\r\n", "x\ny\n"},
	{"pager erased to the line's end", "x\r\nlines 1-23\r\x1b[Ky\r\n", "x\ny\n"},
	{"pager erased before a line end", "x\r\n--More--\r\x1b[K\r\ny", "x\n\ny"},
	{"pager with a long eraser", "x\r\n  ---- More ----\x1b[42D" + strings.Repeat(" ", 42) + "\x1b[42Dy", "x\ny"},
	{"pager with a short eraser", "x\r\n  ---- More ----\x1b[16D" + strings.Repeat(" ", 16) + "\x1b[16D\r\ny", "x\n\ny"},
	{"blank that is taken back", "display \x1b[1Dversion", "displayversion"},
	{"cursor left without more", "abc\x1b[3D\r\nx", "abc\nx"},
	{"redraw", "lab> s\rlab> sh\rlab> show\r\n", "lab> show\n"},
	{"carriage return at the end", "lab#\r", "lab#"},
	{"escape at the end", "lab# \x1b", "lab#"},
	{"sequence cut off", "lab#\x1b[", "lab#"},
	{"sequence with a foreign byte", "a\x1b[1\nb", "a\nb"},
	{"not UTF-8", "a\xff\xfeb\xc3", "a\uFFFDb\uFFFD"},
	{"more than ASCII", "café\n", "café\n"},
}

func TestClean(t *testing.T) {
	for _, tt := range cleanings {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Clean(tt.raw)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestScreenIsBlindToPieces(t *testing.T) {
	for _, tt := range cleanings {
		t.Run(tt.name, func(t *testing.T) {
			var whole Screen
			whole.Write([]byte(tt.raw))
			for size := 1; size < 6; size++ {
				var s Screen
				for p := []byte(tt.raw); len(p) > 0; p = p[min(size, len(p)):] {
					s.Write(p[:min(size, len(p))])
				}
				if diff := cmp.Diff(whole.Text(), s.Text()); diff != "" {
					t.Errorf("pieces of %d: -whole +pieces\n%s", size, diff)
				}
			}
		})
	}
}

func TestScreenCutsTheAnsweredPager(t *testing.T) {
	var s Screen
	s.Write([]byte("one\r\n --More-- "))
	if got := string(s.Line()); got != " --More-- " {
		t.Fatalf("line %q", got)
	}
	s.Cut(0)
	s.Write([]byte("\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\btwo\r\nlab# "))
	if diff := cmp.Diff("one\ntwo\n", string(s.Above())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	s.Reset()
	if s.Len() != 0 || s.Text() != "" {
		t.Errorf("after Reset: %q", s.Text())
	}
}

func TestCleanTextIsNotCopied(t *testing.T) {
	text := strings.Repeat("Cisco IOS Software, Version 15.2(2)E7\n", 100)
	if n := testing.AllocsPerRun(10, func() { Clean(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Each of these makes a cleaner that looks ahead or back without bound quadratic. What is looked at is counted, not timed.
func TestScreenIsLinear(t *testing.T) {
	const most = 2 * widest // for each byte
	for _, tt := range []struct{ first, unit string }{
		{"", "\x1b]"}, {"", "\x1b["}, {"", "\x1b[9"}, {"", "x\b"}, {"", "\x1b[999999999D"}, {"", "a\x1b[99999D\x1b[99999C"},
		{"", " \x1b[1D "}, {"", "\r"}, {"", " "}, {"", "\x1bP;"}, {"", "\x1b7\x1b[5;1Ha\x1b8"}, {"", "\x1b[9C\n"}, {"", "\x1b[Cx"},
		{"\x1b", "!"}, {"\x1b[", "!"}, {"\x1b[", "1"}, {"\x1b[", ";"}, {"\x1b]", "a"}, {"\x1b]", "a\x1b"}, {"\x1b]", "\n"}, {"\x1b", "\x1b"},
		{strings.Repeat("x", 1<<16), "\x1b[132D\x1b[132C"}, {strings.Repeat("x", 1<<16), "\r\x1b[132C"}, {strings.Repeat("x", 1<<16), "\x1b7"},
	} {
		raw := []byte(tt.first + strings.Repeat(tt.unit, 1<<16/len(tt.unit)))
		for _, size := range []int{1, 7, len(raw)} {
			var s Screen
			for p := raw; len(p) > 0; p = p[min(size, len(p)):] {
				s.Write(p[:min(size, len(p))])
			}
			if s.work > most*len(raw) {
				t.Errorf("%.20q and %q in pieces of %d: looked %d times at %d bytes", tt.first, tt.unit, size, s.work, len(raw))
			}
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, tt := range cleanings {
		f.Add(tt.raw, 3)
	}
	f.Fuzz(func(t *testing.T, raw string, cuts int) {
		got := Clean(raw)
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }) {
			t.Errorf("control characters: %q", got)
		}
		if strings.Contains(got, " \n") || strings.HasSuffix(got, " ") {
			t.Errorf("trailing blanks: %q", got)
		}
		if again := Clean(got); again != got {
			t.Errorf("cleaning twice: %q, then %q", got, again)
		}
		var whole, pieces Screen
		whole.Write([]byte(raw))
		for n, p := 0, []byte(raw); len(p) > 0; n++ { // each digit of cuts, in base 16, is the size of a piece
			size := min(len(p), 1+cuts>>(n%16*4)&15)
			pieces.Write(p[:size])
			p = p[size:]
		}
		if whole.Text() != pieces.Text() {
			t.Errorf("cut by %#x: %q, whole: %q", cuts, pieces.Text(), whole.Text())
		}
	})
}

func BenchmarkClean(b *testing.B) {
	clean := strings.Repeat("Cisco IOS Software, C2960X Software, Version 15.2(2)E7\n", 60)
	for name, raw := range map[string]string{"plain": clean, "crlf": strings.ReplaceAll(clean, "\n", "\r\n")} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				Clean(raw)
			}
		})
	}
}
