package session

import (
	"regexp"

	"github.com/netver/netver_exporter/dialogue"
)

// pagers are the questions that stop a long output until a key is pressed. The order matters: the first that fits.
var pagers = []dialogue.Gate{
	{Ask: regexp.MustCompile(`^\(END\)$|^lines \d+-\d+(?:/\d+)? \(END\)$`), Answer: "q", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^-- \[Q quit\|D dump\|[^\]]*\]$`), Answer: "D", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^(?:display all \d+ items\?|would you like to display the next \d+ entries\?) \(y/n\)$`), Answer: "y"},
	{Ask: regexp.MustCompile(`(?i)^press (?:any key|enter) to continue ?\.*$`), Answer: ""},
	{
		Ask: regexp.MustCompile(`(?i)(?:-{1,5} ?\(?(?:less \d+%|more(?: \d+%)?)\)? ?-{1,5}[^\n]*|<-+ ?more ?-+>|` +
			`^more: <space>[^\n]*|press any key to continue \(q to quit\)|press <space> to continue[^\n]*|^lines \d+-\d+(?:/\d+(?: \d+%)?)?)$`),
		Answer: " ", Raw: true,
	},
}

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
