package dialogue

import "testing"

// TestPagers has the wordings of pagers that are known in the field, each with the key that goes on.
func TestPagers(t *testing.T) {
	for line, want := range map[string]string{
		"--More--": " ", " --More-- ": " ", "-- More --": " ", "---- More ----": " ", "  ---- More ----": " ", "<--- More --->": " ", "--more--": " ", "-More-": " ",
		"---(more)---": " ", "---(more 43%)---": " ", "--(less 12%)--": " ", "[More]": " ", " --- more --- ": " ",
		"-- MORE --, next page: Space, next line: Enter, quit: Control-C":    " ",
		"--More--, next page: Space, next line: Return key, quit: Control-c": " ",
		"--More-- or (q)uit": " ",
		"--More-- (q) quit (u) pageup (/) search (n) repeat":                       " ",
		"----- more ----- Press Q or Ctrl+C to break -----":                        " ",
		"---- More ( Press 'Q' to break ) ----":                                    " ",
		"--More ( Press 'Q' to break )--":                                          " ",
		"-- more -- (<space> = next page, <cr> = one line, q = quit)":              " ",
		"----More (q=Quit, space/return=Continue)----":                             " ",
		"More: <space>,  Quit: q or CTRL+Z, One line: <return>":                    " ",
		"More? [next screen <sp>, next line <cr>, filter pattern </>, quit </q>]":  " ",
		"More? Enter - next line; Space - next page; Q - quit; R - show the rest.": " ",
		"Press any key to continue (Q to quit)":                                    " ",
		"Press any key to continue or q to quit":                                   " ",
		"Press <SPACE> to continue or <Q> to quit:":                                " ",
		"Press <space>(page)/<enter>(line)/q(quit) to continue...":                 " ",
		"<SPACE> for next page, <CR> for next line, A for all, Q to quit":          " ",
		"-Press Any Key For More-":                                                 " ",
		"CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All":               " ",
		"CTRL+C ESC q Quit SPACE n Next Page p Previous Page r Refresh":            "q",
		"--- [Space] Next page, [Enter] Next line, [A] All, Others to exit ---":    " ",
		"....press ENTER to next line, CTRL_C to quit, other key to next page....": " ",
		"lines 1-23":                   " ",
		"lines 1-23/30 76%":            " ",
		"lines 24-30/30 (END)":         "q",
		"(END)":                        "q",
		"-- [Q quit|D dump|down]":      "D",
		"Display all 120 items? (y/n)": "y",
		"Would you like to display the next 15 entries? (y/n)": "y",
		"Press any key to continue":                            "",
		"Press Enter to continue..":                            "",
		"Press <ENTER> to continue...":                         "",
		"Type <CR> to continue, Q<CR> to stop:":                "",
		"--- Press any key to continue ---":                    "",
		"Next page? (y/n)":                                     "y",
		"..More..":                                             " ", "=== More ===": " ", "*** more ***": " ", "(more)": " ", "More...": " ", "<more>": " ", "--Weiter--": " ", "-- Mehr --": " ", "-- Suite --": " ",
		"More (q to quit)?":                                           " ",
		"Press Enter to continue or q to quit":                        "",
		"press [Enter] to continue":                                   "",
		"Press <RETURN> for more, q to quit":                          "",
		"Hit any key to continue, q to quit":                          " ",
		"-- Press SPACE for more, q to quit --":                       " ",
		"Press space bar to continue":                                 " ",
		"(Press ENTER for next line, SPACE for next page, Q to quit)": " ",
		"[Space] for next page, [q] to quit":                          " ",
		"Press 'q' to quit, any other key to continue":                " ",
		"Press Q to quit or any other key to continue":                " ",
		"Press any key to continue or ESC to abort":                   " ",
		// What is none.
		"more": "none", "More:": "none", "Suite 12": "none", "Space left: 12 MB": "none", "Enter the next page": "none", "q": "none", "Type: any": "none",
		"Return code 0, any key missing": "none", "Continue? [Y/n]": "none",
		"lab-1#": "none", "Description: --More or less--": "none", "line 1": "none", "more than 3 lines": "none", "Press the reset button": "none",
		"MORE information is available at http://192.0.2.1": "none", "": "none", "--------": "none",
	} {
		got := "none"
		for _, p := range Pagers {
			if p.Fits(line) {
				got = p.Answer
				break
			}
		}
		if got != want {
			t.Errorf("%q is answered with %q, want %q", line, got, want)
		}
	}
}
