package transport

import (
	"slices"
	"strings"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

// mostPasswords is how many questions of one round get the password.
const mostPasswords = 2

// round is one exchange of keyboard-interactive.
type round struct {
	*authenticator
	instruction string   // and the name of the round above it
	passwords   int      // questions that get the password
	answered    []string // questions that get another secret of the credential
}

// answer is an ssh.KeyboardInteractiveChallenge. The password answers one hidden question a login; a further one in the
// same round gets it if its text asks for a password. In a later round it would be a second attempt: the first was refused.
func (a *authenticator) answer(name, instruction string, questions []string, echos []bool) ([]string, error) {
	r := round{authenticator: a, instruction: name + "\n" + instruction}
	answers := make([]string, len(questions))
	for i, q := range questions {
		text, err := r.reply(strings.TrimSpace(q), echos[i])
		if err != nil { // then none of the answers is sent
			a.stop = err
			return nil, err
		}
		answers[i] = text
	}
	a.answers = append(a.answers, r.answered...)
	a.sent = a.sent || r.passwords > 0 || len(r.answered) > 0
	a.typed = a.typed || r.passwords > 0
	return answers, nil
}

// reply answers one question.
func (r *round) reply(question string, echoed bool) (string, error) {
	if text, ok := r.credential.Answer(question); ok && !slices.Contains(r.answers, question) && !slices.Contains(r.answered, question) {
		r.answered = append(r.answered, question)
		return text.Reveal(), nil
	}
	switch kind := dialogue.AsksUser(r.credential.Username, r.instruction, question); {
	case kind == dialogue.NewPassword:
		return "", &refusal{"the password has expired: the server asks " + failure.Quote(question)}
	case kind == dialogue.Consent:
		return "yes", nil
	case kind == dialogue.Username:
		return r.credential.Username, nil
	case echoed || r.passwords >= mostPasswords:
	case r.typed && (kind == dialogue.Password || kind == dialogue.Unnamed):
		r.refused = append(r.refused, byQuestion)
		return "", &refusal{"password refused by keyboard-interactive"}
	case kind == dialogue.Password, kind == dialogue.Unnamed && r.passwords == 0:
		r.passwords++
		return r.credential.Password.Reveal(), nil
	}
	return "", &refusal{"the server asks " + failure.Quote(question) + ", which has no answer; `answers` of the credential may give one"}
}
