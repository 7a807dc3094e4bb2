package parser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyReads(t *testing.T) {
	for command, want := range map[string]bool{
		"show version":                          true,
		"SHOW  version":                         true,
		"show version | include uptime":         true,
		"show chassis hardware | display json":  true,
		"show log | match a | count":            true,
		"cat /proc/uptime":                      true,
		"terminal length 0":                     true,
		"no paging":                             true,
		"/system package print":                 true,
		"":                                      false,
		"showx":                                 false,
		"show version | redirect flash:x":       false,
		"show version | tee flash:x":            false,
		"show version | include a | append f:x": false,
		"show version |":                        false,
		"show version > file":                   false,
		"show version; reload":                  false,
		"show version & reload":                 false,
		"show version\nreload":                  false,
		"show version\rreload":                  false,
		"cat `reboot`":                          false,
		"cat $(reboot)":                         false,
		"cat x | sh":                            false,
		"reload":                                false,
		"hostname other":                        false,
		"no ip routing":                         false,
		"set system host-name x":                false,
		"configure terminal":                    false,
		"sh -c reboot":                          false,
		"/file print file=x":                    false,
		"/system reboot":                        false,
	} {
		if got := onlyReads(command, nil); got != want {
			t.Errorf("%q: %v, want %v", command, got, want)
		}
	}
}

// TestReadersAreInUse holds the table to what built-in platforms type.
func TestReadersAreInUse(t *testing.T) {
	var typed []string
	for _, p := range builtIns(t).All() {
		for _, text := range p.Typed() {
			typed = append(typed, strings.ToLower(text.Text)+" ")
		}
	}
	for _, reader := range readers {
		if !slices.ContainsFunc(typed, func(text string) bool { return strings.HasPrefix(text, reader+" ") }) {
			t.Errorf("no built-in platform types %q", reader)
		}
	}
}

// TestStrangeCommands adds definitions of an operator's own.
func TestStrangeCommands(t *testing.T) {
	const definition = `id: acme_os
vendor: Acme
title: AcmeOS
session:
  mode: shell
  setup:
    - terminal length 0
%s
commands:
  - {run: show version, facts: {version: '^v(\S+)'}}
`
	for name, tt := range map[string]struct {
		insert, end string
		want        []string
	}{
		"nothing":                              {"", "", nil},
		"what a built-in platform types":       {"    - configure terminal\n  exit: /quit", "", nil},
		"setup":                                {"    - write erase", "", []string{`acme.yml:8: session.setup[1]: "write erase" is no command that is known to read only; if it does no harm, say so: allow: ["write erase"]`}},
		"setup where another is refused":       {"    - {try: no page, instead: reload}", "", []string{`acme.yml:8: session.setup[1]: "reload" is no`}},
		"allowed":                              {"    - write erase", "allow: [write erase]", nil},
		"allowed, and another":                 {"    - write erase\n    - write", "allow: write erase", []string{`acme.yml:9: session.setup[2]: "write" is no`}},
		"allowed, and not typed":               {"", "allow: [reload]", []string{`acme.yml:11: allow[0]: "reload" is not typed by this definition; take it out`}},
		"allowed by its first words":           {"    - admin show x\n    - ADMIN show y | include z", "allow: [admin show]", nil},
		"the words of another":                 {"    - admins show", "allow: [admins show, admin]", []string{`acme.yml:11: allow[1]: "admin" is not typed`}},
		"more than the words that are allowed": {"    - admin show\n    - admin show; reload", "allow: [admin show]", []string{`acme.yml:9: session.setup[2]: "admin show; reload" is no`}},
		"exit":                                 {"  exit: reload", "", []string{`acme.yml:8: session.exit: "reload" is no`}},
		"enable":                               {"  enable: {command: reload}", "", []string{`acme.yml:8: session.enable: "reload" is no`}},
		"an answer":                            {"  questions: [{ask: '#', answer: reload}]", "", []string{`acme.yml:8: session.questions[0]: "reload" is no answer that a built-in platform gives`}},
		"an answer that is no command":         {"  questions: [{ask: 'name:', answer: {username: true}}, {ask: 'Continue?', answer: y}]", "", nil},
		"a command as an answer":               {"  questions: [{ask: '#', answer: show version}]", "", []string{`acme.yml:8: session.questions[0]: "show version" is no answer`}},
		"a key":                                {"  pagers: [{ask: 'Next?', key: '!'}]", "", []string{`acme.yml:8: session.pagers[0]: "!" is no answer`}},
		"the way through a host's shell":       {"  via: sudo cli {command}", "", []string{`acme.yml:8: session.via: "sudo cli {command}" is no`}},
		"a command":                            {"", "  - {run: reload, facts: {uptime: x}}", []string{`acme.yml:11: commands[1].run: "reload" is no`}},
		"a command that is never typed":        {"", "recorded: [{of: reload, facts: {uptime: x}}]", nil},
		"a command for detection":              {"", "detect: {command: reload}", []string{`acme.yml:11: detect.command: "reload" is no`}},
		"the same twice is one problem":        {"    - reload\n    - reload", "", []string{`acme.yml:8: session.setup[1]: "reload" is no`}},
		"a question in the old form":           {"  gates: [{ask: '#', answer: reload}]", "", []string{`acme.yml:4: session: "reload" is no answer`}},
		"an optional one, and for a host":      {"", "  - {run: rm -r /, host: true, facts: {uptime: x}}", []string{`acme.yml:11: commands[1].run: "rm -r /" is no`}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.ReplaceAll(fmt.Sprintf(definition, tt.insert)+tt.end+"\n", "\n\n", "\n")
			if tt.insert == "" && len(tt.want) > 0 {
				text = strings.Replace(text, "commands:", "\ncommands:", 1) // so that lines are the same as with one
			}
			p, err := Load("acme.yml", []byte(text))
			if err == nil {
				_, err = builtIns(t).Add(p)
			}
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("problem (-want +got):\n%s", cmp.Diff(want, got[i]))
				}
			}
		})
	}
}
