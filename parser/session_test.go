package parser

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
)

// TestOldKeys reads the keys of before with a warning each, which says what to write.
func TestOldKeys(t *testing.T) {
	p, err := Load("acme.yml", []byte(`id: acme_os
vendor: Acme
title: AcmeOS
session:
  mode: shell
  prompt: '> ?$'
  login: +wide
  gates: [{ask: '^Continue\? $', answer: "y", raw: true}]
  pager: [{ask: '^more$', answer: " ", raw: true}]
  refusals: ['^% ?Bad']
commands:
  - {run: show version, facts: {version: '^AcmeOS (\S+)'}}
  - {run: show chassis, poll: false, facts: {serial: '^Serial (\S+)'}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Session
	if s.Login != "+wide" || len(s.Gates) != 1 || len(s.Pager) != 1 || len(s.Refusals) != 1 || p.Commands[1].Poll {
		t.Errorf("read: %+v", s)
	}
	var keys []string
	for _, w := range p.Warnings {
		at, rest, _ := strings.Cut(w, ": ")
		key, _, _ := strings.Cut(rest, ": ")
		keys = append(keys, at+" "+key)
	}
	want := []string{"acme.yml:7 session.login", "acme.yml:8 session.gates", "acme.yml:9 session.pager", "acme.yml:10 session.refusals", "acme.yml:13 commands[1].poll"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for _, p := range builtIns(t).All() {
		if len(p.Warnings) > 0 {
			t.Errorf("%s: %s", p.ID, p.Warnings)
		}
	}
}

// TestWording tries the texts of a definition on what devices print.
func TestWording(t *testing.T) {
	p, err := Load("acme.yml", []byte(`id: acme_os
vendor: Acme
title: AcmeOS
session:
  mode: shell
  login: in_session
  enable: true
  questions:
    - {ask: 'Continue? [y/n]:', answer: {password}}
    - {ask: '/^Enter (?:slot|unit):$/', key: "1"}
  pagers: ['(more: press space)']
  errors: ['% Bad command', '/ not found$/']
commands:
  - {run: show version, facts: {version: {field: Version}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Session
	answer := func(gates []dialogue.Gate, line string) string {
		for _, g := range gates {
			if g.Fits(line) {
				return g.Answer
			}
		}
		return ""
	}
	for line, want := range map[string]string{
		"Username:": "{username}", "login:": "{username}", "lab-1 login:": "{username}", ">>User name:": "{username}", "Please Enter Login Name:": "{username}",
		"User:": "{username}", "Password:": "{password}", "Password(1-16 chars):": "{password}", ">>User password:": "{password}", "PassWord:": "{password}",
		"[24;1HPassword:": "{password}", "  User Name :": "{username}",
		"All will be lost. continue?  [Y/N]:": "{password}", "Enter slot:": "1", "Enter slot: 2": "", "New password:": "", "Last login: Mon": "",
	} {
		if got := answer(s.Gates, line); got != want {
			t.Errorf("%q is answered with %q, want %q", line, got, want)
		}
	}
	if got := answer(s.Pager, " -- (More:  press space)"); got != " " {
		t.Errorf("the pager is answered with %q", got)
	}
	for text, refused := range map[string]bool{
		"    ^\n%Bad command at marker": true, "% bad  command": true, "shw: not found": true, "A % Bad command": false, "Version 1": false,
	} {
		if _, got := p.refusal(text); got != refused {
			t.Errorf("%q is refused: %v", text, got)
		}
	}
	for line, want := range map[string]bool{
		"lab-1#": true, "lab-1(config)#": true, "lab-1>#": true, " lab-1>": true, "[Klab-1#": true, "[?25hlab-1#": true, "lab 1 is up>": false, "<lab-1>": false,
	} {
		if got := matchesAny(s.Prompt, line); got != want {
			t.Errorf("%q is a prompt: %v", line, got)
		}
	}
	if e := s.Enable; e == nil || e.Always || !e.Ask.MatchString("Please Enter Password: ") || !e.User.MatchString("Please Enter Login Name: ") || !e.When.MatchString("lab-1>") {
		t.Errorf("enable: %+v", e)
	}
}
