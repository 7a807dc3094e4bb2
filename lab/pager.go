package lab

import (
	"context"
	"strings"
)

// show prints an answer, a page at a time while paging is on. It reports whether the session goes on.
func (sh *shell) show(ctx context.Context, text string) bool {
	if fault := sh.dev.fault.Load(); fault.print != nil {
		_ = sh.screen.Flush()
		sh.fail(ctx, fault, sh.cooked(text))
		return false
	}
	if !sh.paging {
		sh.print(text)
		return true
	}
	pager := sh.script().talk.Pager
	room, paged := sh.dev.Page, false
	for text != "" {
		if room == 0 {
			var err error
			if room, err = sh.more(pager); err != nil {
				return false
			}
			if room == 0 {
				return true
			}
			paged = true
		}
		line, rest, _ := strings.Cut(text, "\n")
		sh.print(line + "\n")
		text = rest
		room--
	}
	for paged && strings.HasPrefix(pager, "lines ") { // less stays at the end until it is told to go
		lines, err := sh.more("(END)")
		if err != nil {
			return false
		}
		paged = lines > 0
	}
	return true
}

// more shows the pager and returns how many lines the key asks for; 0: no more of this.
func (sh *shell) more(pager string) (lines int, err error) {
	_, _ = sh.screen.WriteString(pager)
	defer func() { _, _ = sh.screen.WriteString(sh.script().talk.Erase) }()
	anyKey := strings.Contains(strings.ToLower(pager), "any key")
	for {
		key, err := sh.single()
		if err != nil {
			return 0, err
		}
		switch key {
		case "q", "Q", ctrlC:
			return 0, nil
		case " ", "D", "y":
			return sh.dev.Page, nil
		case "\r", "\n":
			if !anyKey {
				return 1, nil
			}
		}
		if anyKey {
			return sh.dev.Page, nil
		}
	}
}
