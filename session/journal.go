package session

import (
	"bytes"
	"strings"
	"time"

	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// Transcript is what came of a dialogue. After an error it holds what came before it.
type Transcript struct {
	Secured transport.Secured // what secures the latest connection
	Server  string            // the server's version line, "SSH-2.0-…"
	Prompt  string            // as learned; "" in exec mode
	Context string            // the lines that the device showed above its latest prompt, "{primary:node1}"; "": none
	Answers []Answer          // one for each command that was answered, in order
	Phases  []Phase           // how the time was spent, in order
	Lacks   Lacks             // what the device refused in this session
	Log     []Event           // the end of the session, as long as Script.Record says
	Cut     bool              // Log is not the whole session
}

// Answer is one command's output: cleaned, without echo and prompt. It is as the device printed it, for the parser; a device
// may print a secret.
type Answer struct {
	Command string
	Text    string
}

// Phase is a part of a dialogue: wait (for a rate limit of logins), resolve, connect, handshake, auth, shell (up to the first
// prompt), setup (privileged mode and what is typed before the commands), command, close. Where a device needs another login
// or another way, there are the phases of all of them.
type Phase struct {
	Name     string
	Command  string // of the phase "command"
	Duration time.Duration
	Failed   bool // the dialogue failed in it
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
	record     int       // how many bytes of the session to keep
	kept       int       // bytes in the log
	secrets    *secret.Redactor
	heard      []byte // received and not yet in the log: a secret may come in pieces
	heardAt    time.Duration
}

func newJournal(c *transport.Credential, record int) journal {
	now := time.Now()
	return journal{start: now, mark: now, record: record, secrets: c.Redactor()}
}

// take returns what was written and begins anew.
func (j *journal) take() Transcript {
	j.flush()
	t := j.transcript
	j.heard, j.kept = nil, 0
	j.transcript = Transcript{Secured: t.Secured, Server: t.Server, Prompt: t.Prompt, Context: t.Context, Lacks: t.Lacks}
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
func (j *journal) phase(name string) { j.end(Phase{Name: name}, time.Now()) }

// way ends a phase of the way to a login.
func (j *journal) way(name string, end time.Time) { j.end(Phase{Name: name}, end) }

// command ends the phase of a command.
func (j *journal) command(command string) {
	j.end(Phase{Name: "command", Command: command}, time.Now())
}

func (j *journal) end(p Phase, end time.Time) {
	if j.transcript.Phases == nil {
		j.transcript.Phases = make([]Phase, 0, 8)
	}
	p.Duration = end.Sub(j.mark)
	j.transcript.Phases = append(j.transcript.Phases, p)
	j.mark = end
}

// failed notes that the dialogue has failed in the latest phase.
func (j *journal) failed() {
	if n := len(j.transcript.Phases); n > 0 {
		j.transcript.Phases[n-1].Failed = true
	}
}

func (j *journal) connected(l *transport.Link) {
	j.transcript.Secured, j.transcript.Server = l.Secured, j.secrets.Text(string(l.ServerVersion()))
}

func (j *journal) context(text string) { j.transcript.Context = j.secrets.Text(text) }

func (j *journal) prompt(text string) { j.transcript.Prompt = j.secrets.Text(text) }

// lack notes what the device has refused.
func (j *journal) lack(l Lacks) { j.transcript.Lacks = j.transcript.Lacks.With(l) }

func (j *journal) answer(command, text string) {
	j.transcript.Answers = append(j.transcript.Answers, Answer{command, text})
}

// sent notes what was typed. Where a secret was, the caller gives its name instead.
func (j *journal) sent(text string) {
	if j.record == 0 {
		return
	}
	j.flush()
	j.event(Event{At: time.Since(j.start), Sent: true, Text: j.secrets.Text(text)})
}

func (j *journal) received(p []byte) {
	if j.record == 0 {
		return
	}
	if len(j.heard) == 0 {
		j.heardAt = time.Since(j.start)
	}
	j.heard = append(j.heard, p...)
	if over := len(j.heard) - j.record; over > j.record {
		j.heard, j.transcript.Cut = append(j.heard[:0], linesFrom(j.heard, over)...), true
	}
}

// linesFrom is what begins with the first line at or after a place. What has yet to be redacted is cut between lines only: the
// rest of a secret would not be known as one.
func linesFrom(text []byte, at int) []byte {
	_, lines, _ := bytes.Cut(text[at:], []byte("\n"))
	return lines
}

func (j *journal) flush() {
	if len(j.heard) == 0 {
		return
	}
	j.event(Event{At: j.heardAt, Text: j.secrets.Text(strings.ToValidUTF8(string(j.heard), "\uFFFD"))})
	j.heard = j.heard[:0]
}

// event puts an event into the log, which forgets how it began if it grows too long.
func (j *journal) event(e Event) {
	t := &j.transcript
	t.Log = append(t.Log, e)
	for j.kept += len(e.Text); j.kept > j.record; t.Cut = true {
		first, over := &t.Log[0], j.kept-j.record
		if len(first.Text) > over {
			first.Text = strings.ToValidUTF8(first.Text[over:], "")
			j.kept = j.record
			continue
		}
		j.kept -= len(first.Text)
		t.Log = t.Log[1:]
	}
}
