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
