package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/lab"
)

// TestLog wants the log to tell of a start, each poll with its phases, a reload with what it brought, and the reason of the stop.
func TestLog(t *testing.T) {
	d := labDevice(t)
	_, file, text := startLab(t, d)
	var log lab.Output
	ctx, stop := context.WithCancelCause(t.Context())
	listening, ended := make(chan string, 1), make(chan error, 1)
	options := Options{
		ConfigFile: file, Lifecycle: true, Listening: func(url string) { listening <- url },
		Web: &toolkit.FlagConfig{WebListenAddresses: &[]string{"127.0.0.1:0"}, WebSystemdSocket: new(bool), WebConfigFile: new(string)},
	}
	go func() {
		ended <- Run(ctx, options, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	}()
	url := <-listening
	await(t, func() bool { return strings.Contains(log.String(), "msg=polled") })
	text = bytes.Replace(text, []byte("name: lab-sw-1"), []byte("name: lab-sw-2"), 1)
	save(t, file, string(text))
	answer, err := http.Post(url+"-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	await(t, func() bool { return strings.Contains(log.String(), "device=lab-sw-2 ") })
	stop(errors.New("it is enough"))
	if err := <-ended; err != nil {
		t.Error(err)
	}
	rest := log.String()
	for _, want := range []string{
		`level=INFO msg="starting netver_exporter" version=.* config_file=\S+/config.yml`,
		`level=INFO msg="configuration loaded" file=\S+ devices=1 groups=1 sources=0 credentials=1 jump_hosts=0\n`,
		`level=DEBUG msg=polled device=lab-sw-1 platform=cisco_ios group=lab lag=\S+ took=\S+ ` +
			`phases="resolve \S+, connect \S+, handshake \S+, auth \S+, shell \S+, .*show version \S+`,
		`level=INFO msg="configuration loaded" .* added=1 added_devices=lab-sw-2 removed=1 removed_devices=lab-sw-1\n`,
		`level=INFO msg=stopping reason="it is enough"`,
	} {
		place := regexp.MustCompile(want).FindStringIndex(rest)
		if place == nil {
			t.Fatalf("no line matches %s in the rest of the log:\n%s", want, rest)
		}
		rest = rest[place[1]:]
	}
}
