package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// ageText is the place in an answer that states the time since boot, cut up so that it can be written anew.
type ageText struct {
	command       string
	before, after string // of the answer, around the value
	parts         []agePart
	age           time.Duration // as the sample has it
	boot          *bootStamp    // the value is the time of the boot instead, and there are no parts
}

// agePart is a number of the value with the text that precedes it. The last part may have no number.
type agePart struct {
	lead  string
	unit  time.Duration // 0: no number
	width int           // digits at least
}

// findAge finds the uptime among a sample's answers; nil if there is none, or none that can be rewritten.
func findAge(p *parser.Platform, answers []parser.Output) *ageText {
	reading, _ := p.Parse(answers) // what was found counts, not what was missing
	if reading.Facts.Uptime == nil {
		return nil
	}
	for _, m := range reading.Matches {
		var boot *bootStamp
		switch m.Fact {
		case "uptime":
		case "boot_time":
			if boot = newBootStamp(m, reading.Matches); boot == nil {
				continue
			}
		default:
			continue
		}
		for _, a := range answers {
			at := valueOffset(a.Text, m)
			if at < 0 || !sameCommand(a.Command, m.Command) {
				continue
			}
			age := &ageText{
				command: a.Command,
				before:  a.Text[:at], after: a.Text[at+len(m.Value):],
				age:  reading.Facts.Uptime.Age,
				boot: boot,
			}
			if boot == nil {
				age.parts = cutAge(inNumbers.Replace(m.Value), age.age)
			}
			if age.verify(p, answers) {
				return age
			}
		}
	}
	return nil
}

// valueOffset is where the matched value begins in the answer, -1 if it is not there as it was read.
func valueOffset(text string, m parser.Match) int {
	offset := 0
	for n, line := range strings.SplitAfter(text, "\n") {
		if n+1 == m.Line {
			if at := strings.Index(line, m.Value); at >= 0 {
				return offset + at
			}
			break
		}
		offset += len(line)
	}
	return strings.Index(text, m.Value)
}

// at is the answer as it reads when the device has been up for so long.
func (a *ageText) at(age time.Duration) string {
	var b strings.Builder
	b.WriteString(a.before)
	if a.boot != nil {
		b.WriteString(a.boot.at(age))
	}
	for _, p := range a.parts {
		b.WriteString(p.lead)
		if p.unit > 0 {
			fmt.Fprintf(&b, "%0*d", p.width, age/p.unit)
			age %= p.unit
		}
	}
	b.WriteString(a.after)
	return b.String()
}

// verify tries the rewriting out: the platform must read every age as it was meant.
func (a *ageText) verify(p *parser.Platform, answers []parser.Output) bool {
	for _, age := range []time.Duration{a.age, a.age + 26*time.Hour + 61*time.Minute + time.Second, 2 * time.Minute} {
		for _, o := range answers {
			if o.Command != a.command {
				continue
			}
			reading, _ := p.Parse([]parser.Output{{Command: o.Command, Text: a.at(age)}})
			read := reading.Facts.Uptime
			if read == nil || (age-read.Age).Abs() > max(read.Resolution, time.Second) {
				return false
			}
		}
	}
	return true
}

// units are the beginnings of the words that devices use, longest first where one begins like another.
var units = []struct {
	word string
	unit time.Duration
}{
	{"y", 365 * 24 * time.Hour},
	{"mo", 30 * 24 * time.Hour},
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"ms", time.Millisecond},
	{"m", time.Minute},
	{"s", time.Second},
}

// inNumbers says in numbers what some devices say in words.
var inNumbers = strings.NewReplacer("under a minute", "0 minutes", "less than a minute", "0 minutes")

var (
	ageNumber = regexp.MustCompile(`(\d+)(?:\.\d+)?`)
	unitWord  = regexp.MustCompile(`^ *\(?([A-Za-z]+)`)
	clockTail = regexp.MustCompile(`^(?::\d{1,2})+`)
)

// cutAge finds the numbers of an uptime and what they count.
func cutAge(value string, age time.Duration) []agePart {
	var parts []agePart
	var clock []time.Duration // what the rest of hh:mm:ss counts
	end := 0
	for _, at := range ageNumber.FindAllStringSubmatchIndex(value, -1) {
		digits, rest := value[at[2]:at[3]], value[at[1]:]
		p := agePart{lead: value[end:at[0]], width: 1}
		if len(digits) > 1 && (digits[0] == '0' || p.lead == ":") {
			p.width = len(digits)
		}
		colons := strings.Count(clockTail.FindString(rest), ":")
		switch {
		case p.lead == ":" && len(clock) > 0:
			p.unit, clock = clock[0], clock[1:]
			p.width = 2
		case colons == 1:
			p.unit, clock = time.Hour, []time.Duration{time.Minute}
		case colons == 2:
			p.unit, clock = time.Hour, []time.Duration{time.Minute, time.Second}
		case colons == 3:
			p.unit, clock = 24*time.Hour, []time.Duration{time.Hour, time.Minute, time.Second}
		case strings.HasPrefix(rest, ","):
			p.unit = 24 * time.Hour
		default:
			p.unit = unitOf(rest)
		}
		if n, _ := strconv.ParseInt(digits, 10, 64); p.unit == 0 && p.lead == "" && n > 0 {
			p.unit = plainUnit(age / time.Duration(n))
		}
		if p.unit == 0 {
			p.lead += digits
		}
		parts = append(parts, p)
		end = at[3] // a fraction stays as it is
	}
	return append(parts, agePart{lead: value[end:]})
}

// plainUnit is what a number without a unit counts, told from what it turned out to mean.
func plainUnit(each time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, 10 * time.Millisecond, time.Millisecond} {
		if (each - unit).Abs() < unit/5 {
			return unit
		}
	}
	return 0
}

func unitOf(rest string) time.Duration {
	m := unitWord.FindStringSubmatch(rest)
	if m == nil {
		return 0
	}
	for _, u := range units {
		if strings.HasPrefix(strings.ToLower(m[1]), u.word) {
			return u.unit
		}
	}
	return 0
}
