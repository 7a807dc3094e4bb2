package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"netver_exporter": func() {
		os.Exit(Execute(context.Background(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}})
}

// TestScript plays testdata/script: the command line as a user sees it. A script's `lab DEVICE...` starts
// simulated devices and writes lab.yml, which polls them and begins with head.yml; `bastion lab.yml` puts a jump host in
// front. Platforms of the script's own are in platforms/*.yml, and what their devices say in samples/PLATFORM.txtar.
// `edit FILE OLD NEW` changes a file; \n in NEW is a line's end.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"lab": startLab, "bastion": startBastion, "edit": edit, "address": freeAddress, "reload": reload, "scrape": scrape,
		},
	})
}

func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%q is not in %s", args[1], args[0])
	}
	text = strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func startLab(ts *testscript.TestScript, _ bool, args []string) {
	platforms, err := parser.BuiltIns()
	ts.Check(err)
	samples, err := parser.Samples()
	ts.Check(err)
	own, err := filepath.Glob(ts.MkAbs("platforms/*.yml"))
	ts.Check(err)
	for _, file := range own {
		p, err := parser.LoadFile(file)
		ts.Check(err)
		_, err = platforms.Add(p)
		ts.Check(err)
		sample, err := parser.LoadSample(p.ID+"/own", []byte(ts.ReadFile("samples/"+p.ID+".txtar")))
		ts.Check(err)
		samples = append(samples, sample)
	}
	var devices []*lab.Device
	for _, arg := range args {
		d, err := simulated(platforms, samples, arg)
		ts.Check(err)
		devices = append(devices, d)
	}
	ctx, cancel := context.WithCancel(context.Background())
	fleet, err := lab.Start(ctx, devices...)
	ts.Check(err)
	ts.Defer(func() { cancel(); fleet.Close() })
	file := ts.MkAbs("lab.yml")
	ts.Check(app.WriteLab(file, fleet))
	if own != nil {
		ts.Check(os.WriteFile(file, append([]byte("platform_files: [platforms/*.yml]\n"), ts.ReadFile(file)...), 0o600))
	}
	if head, err := os.ReadFile(ts.MkAbs("head.yml")); err == nil {
		ts.Check(os.WriteFile(file, append(head, ts.ReadFile(file)...), 0o600))
	}
}
