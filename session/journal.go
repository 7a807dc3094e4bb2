package session

import (
	"strings"
	"time"

	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// Transcript is what came of a dialogue. After an error it holds what came before it.
type Transcript struct {
	Server  string   // the server's version line, "SSH-2.0-…"
	Prompt  string   // as learned; "" in exec mode
	Context string   // the lines that the device showed above its latest prompt, "{primary:node1}"; "": none
	Answers []Answer // one for each command that was answered, in order
	Phases  []Phase  // how the time was spent, in order
	Lacks   Lacks    // what the device refused in this session
	Log     []Event  // only with Script.Record
}

// Answer is one command's output: cleaned, without echo and prompt. It is as the device printed it, for the parser; a device
// may print a secret.
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
	secrets    *secret.Redactor
	heard      []byte // received and not yet in the log: a secret may come in pieces
	heardAt    time.Duration
}

func newJournal(c *transport.Credential, record bool) journal {
	now := time.Now()
	return journal{start: now, mark: now, record: record, secrets: c.Redactor()}
}

// take returns what was written and begins anew.
func (j *journal) take() Transcript {
	j.flush()
	t := j.transcript
	j.transcript = Transcript{Server: t.Server, Prompt: t.Prompt, Context: t.Context, Lacks: t.Lacks}
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

func (j *journal) server(version string) { j.transcript.Server = j.secrets.Text(version) }

func (j *journal) context(text string) { j.transcript.Context = j.secrets.Text(text) }

func (j *journal) prompt(text string) { j.transcript.Prompt = j.secrets.Text(text) }

// lack notes what the device has refused.
func (j *journal) lack(l Lacks) { j.transcript.Lacks = j.transcript.Lacks.With(l) }

func (j *journal) answer(command, text string) {
	j.transcript.Answers = append(j.transcript.Answers, Answer{command, text})
}

// sent notes what was typed. Where a secret was, the caller gives its name instead.
func (j *journal) sent(text string) {
	if !j.record {
		return
	}
	j.flush()
	j.event(Event{At: time.Since(j.start), Sent: true, Text: j.secrets.Text(text)})
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
	j.event(Event{At: j.heardAt, Text: j.secrets.Text(strings.ToValidUTF8(string(j.heard), "\uFFFD"))})
	j.heard = j.heard[:0]
}

func (j *journal) event(e Event) { j.transcript.Log = append(j.transcript.Log, e) }
