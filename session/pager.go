package session

import "github.com/netver/netver_exporter/dialogue"

// pagers are those that every session is ready for.
var pagers = dialogue.Pagers

// lessPrompt is that of less on a terminal that it finds too simple. It is too weak to be believed before the device
// has been quiet.
const lessPrompt = ":"

// pagerIn is the first of the known pagers that a line shows; nil: none.
func pagerIn(known []dialogue.Gate, line string) *dialogue.Gate {
	for i := range known {
		if line != "" && known[i].Fits(line) {
			return &known[i]
		}
	}
	return nil
}

// pager is the pager that a line shows, those of the platform first; nil: none.
func (s *shell) pager(line string) *dialogue.Gate {
	if p := pagerIn(s.script.Pager, line); p != nil {
		return p
	}
	return pagerIn(pagers, line)
}

func (s *shell) isPager(line string) bool { return s.pager(line) != nil }

func (s *shell) isPlatformPager(line string) bool { return pagerIn(s.script.Pager, line) != nil }

// turnPage presses the pager's key. It is an act.
func (s *shell) turnPage() (bool, error) {
	p := s.pager(s.line())
	return false, s.pass(p.Answer, p.Answer, p.Raw)
}
