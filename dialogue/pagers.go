package dialogue

import "regexp"

// Pagers are the questions, known on every platform, that stop a long output until a key is pressed. The order matters: the
// first that fits answers.
var Pagers = []Gate{
	{Ask: regexp.MustCompile(`^\(END\)$|^lines \d+-\d+(?:/\d+)? \(END\)$`), Answer: "q", Raw: true},
	{Ask: regexp.MustCompile(`(?i)CTRL\+C ESC q Quit .*\br Refresh`), Answer: "q", Raw: true}, // a page that is drawn again and again
	{Ask: regexp.MustCompile(`(?i)^-- \[Q quit\|D dump\|[^\]]*\]$`), Answer: "D", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^(?:display all \d+ items\?|would you like to display the next \d+ entries\?|next page\?) \(y/n\)$`), Answer: "y"},
	{Ask: regexp.MustCompile(`(?i)^[\s\-]*(?:press|type|hit) (?:any key|<?(?:enter|return|cr)>?)(?: key)? to continue(?:, Q<CR> to stop:)?[\s.\-]*$`), Answer: ""},
	{Ask: regexp.MustCompile(moreWords), Answer: " ", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^\W*(?:press|hit|type) \W*(?:enter|return|q)\b[^\n]{0,60}\b(?:space|any(?: other)? key)\b[^\n]{0,40}$`), Answer: " ", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^\W*(?:(?:press|hit|type) \W*(?:space(?: ?bar)?|any key)|[\[<]space[\]>])\W+` + goesOn), Answer: " ", Raw: true},
	{Ask: regexp.MustCompile(`(?i)^\W*(?:press|hit|type) \W*(?:enter|return|cr)\W+` + goesOn), Answer: ""},
}

// goesOn is what a key is for, at the end of a pager's line.
const goesOn = `(?:key )?(?:to continue|for (?:more|(?:the )?next page))\b[^\n]{0,40}$`

// moreWords are the pagers that go on with a blank.
const moreWords = `(?i)(?:` +
	`-{1,5} ?\(?(?:less \d+%|more ?(?:\d+%|\([^)\n]*\))?)\)? ?-{1,5}[^\n]*|` + // "--More--", "---(more 43%)---", "---- More ( Press 'Q' to break ) ----", and what follows
	`<-+ ?more ?-+>|\[more\]|^\s*[.=*~<(\[\-]* ?(?:more|mehr|weiter|suite) ?[.=*~>)\]\-]+|^\W*more \(?q to quit\W*|` +
	`^more: <space>[^\n]*|^more\? (?:\[next screen|enter - next line)[^\n]*|` +
	`-press any key for more-|press any key to continue \(?(?:or )?q to quit\)?|press <?space>?(?:\(page\)[^\n]*)? to continue[^\n]*|press <space>\(page\)/[^\n]*|` +
	`<space> for next page,[^\n]*quit|ctrl\+c (?:\S+ )?esc q quit [^\n]*|` +
	`\[space\] next page, \[enter\] next line,[^\n]*|other key to next page[.\s]*|` +
	`^lines \d+-\d+(?:/\d+(?: \d+%)?)?)\s*$`
