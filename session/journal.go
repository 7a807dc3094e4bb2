package session

import (
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/transport"
)

// Transcript is what came of a dialogue. After an error it holds what came before it.
type Transcript struct {
	Server  string   // the server's version line, "SSH-2.0-…"
	Prompt  string   // as learned; "" in exec mode
	Answers []Answer // one for each command that was answered, in order
	Phases  []Phase  // how the time was spent, in order
	Log     []Event  // only with Dialogue.Record
}

// Answer is one command's output: cleaned, without echo and prompt.
type Answer struct {
	Command string
	Text    string
}

// Phase is a part of a dialogue: resolve, connect, handshake (with authentication), session, setup, command, close.
type Phase struct {
	Name     string
	Duration time.Duration
}

// Event is something sent to or received from the device, for people who debug a session. Secrets are redacted.
type Event struct {
	At   time.Duration // since the start
	Sent bool          // false: received
	Text string
}

// journal writes a transcript as the dialogue goes on.
type journal struct {
	transcript Transcript
	start      time.Time
	mark       time.Time // when the current phase began
	record     bool
	secrets    *strings.Replacer
	heard      []byte // received and not yet in the log: a secret may come in pieces
	heardAt    time.Duration
}

const redacted = "<redacted>"

// shortestSecret is the length from which a secret is looked for in what a device says. A shorter one, like the
// lab's, is part of ordinary words.
const shortestSecret = 4

func newJournal(c *transport.Credential, record bool) journal {
	secrets := []string{c.Password.Reveal(), c.Enable.Reveal()}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // one may begin with the other
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			pairs = append(pairs, s, redacted)
		}
	}
	now := time.Now()
	return journal{start: now, mark: now, record: record, secrets: strings.NewReplacer(pairs...)}
}

// take returns what was written and begins anew.
func (j *journal) take() Transcript {
	j.flush()
	t := j.transcript
	j.transcript = Transcript{Server: t.Server, Prompt: t.Prompt}
	return t
}

// begin starts the clock of another dialogue on the same session.
func (j *journal) begin() {
	if len(j.transcript.Phases) == 0 {
		j.start = time.Now()
		j.mark = j.start
	}
}

// phase ends a phase that began when the one before it ended.
func (j *journal) phase(name string) {
	now := time.Now()
	if j.transcript.Phases == nil {
		j.transcript.Phases = make([]Phase, 0, 7)
	}
	j.transcript.Phases = append(j.transcript.Phases, Phase{name, now.Sub(j.mark)})
	j.mark = now
}

func (j *journal) server(version string) { j.transcript.Server = version }

func (j *journal) prompt(text string) { j.transcript.Prompt = text }

func (j *journal) answer(command, text string) {
	j.transcript.Answers = append(j.transcript.Answers, Answer{command, text})
}

// sent notes what was typed. Where a secret was, the caller gives its name instead.
func (j *journal) sent(text string) {
	if !j.record {
		return
	}
	j.flush()
	j.event(Event{At: time.Since(j.start), Sent: true, Text: j.redact(text)})
}

func (j *journal) received(p []byte) {
	if !j.record {
		return
	}
	if len(j.heard) == 0 {
		j.heardAt = time.Since(j.start)
	}
	j.heard = append(j.heard, p...)
}

func (j *journal) flush() {
	if len(j.heard) == 0 {
		return
	}
	j.event(Event{At: j.heardAt, Text: j.redact(strings.ToValidUTF8(string(j.heard), "\uFFFD"))})
	j.heard = j.heard[:0]
}

func (j *journal) event(e Event) { j.transcript.Log = append(j.transcript.Log, e) }

// redact takes the secrets out of a text.
func (j *journal) redact(text string) string { return j.secrets.Replace(text) }
