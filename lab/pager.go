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
	room := sh.dev.Page
	for text != "" {
		if room == 0 {
			var err error
			if room, err = sh.more(); err != nil {
				return false
			}
			if room == 0 {
				return true
			}
		}
		line, rest, _ := strings.Cut(text, "\n")
		sh.print(line + "\n")
		text = rest
		room--
	}
	return true
}

// more shows the pager and returns how many lines the key asks for; 0: no more of this.
func (sh *shell) more() (lines int, err error) {
	talk := &sh.script().talk
	anyKey := strings.Contains(strings.ToLower(talk.Pager), "any key")
	_, _ = sh.screen.WriteString(talk.Pager)
	defer func() { _, _ = sh.screen.WriteString(talk.Erase) }()
	for {
		key, err := sh.key()
		if err != nil {
			return 0, err
		}
		switch key {
		case 'q', 'Q', ctrlC:
			return 0, nil
		case ' ', 'D', 'y':
			return sh.dev.Page, nil
		case '\r', '\n':
			if !anyKey {
				return 1, nil
			}
		}
		if anyKey {
			return sh.dev.Page, nil
		}
	}
}
