package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// TestNothingCommandsTheTerminal has devices and labels say what would clear a screen, set its title, or turn the direction of
// writing, and looks at what every command that shows devices prints.
func TestNothingCommandsTheTerminal(t *testing.T) {
	const hostile = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202e\x7f\b\xff"
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var devices []*lab.Device
	for _, argument := range []string{"good-1=cisco_ios", "odd-1=cisco_ios", "dead-1=arista_eos:wrong-password"} {
		d, err := simulated(platforms, samples, argument)
		if err != nil {
			t.Fatal(err)
		}
		d.Labels["site"] = "oslo" + strings.ToValidUTF8(hostile, "")
		devices = append(devices, d)
	}
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	defer fleet.Close()
	for _, answer := range devices[0].Answers() {
		devices[0].SetAnswer(answer.Command, strings.ReplaceAll(answer.Text, "Version ", "Version "+hostile)+hostile+"\n")
	}
	devices[1].SetAnswer("show version", "% Invalid input "+hostile+"\n")
	config := filepath.Join(t.TempDir(), "lab.yml")
	if err := app.WriteLab(config, fleet); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		"poll --all", "poll --all --output=json", "poll --all --output=csv", "poll --all --output=raw", "poll --all --explain", "poll --all --detect",
		"poll --all --detect --output=json", "inventory", "inventory --output=json", "inventory --output=csv", "check",
		"report", "report --output=csv", "report --output=json", "report --output=markdown", "report --output=html", "versions policy good-1",
	} {
		words := strings.Fields(command)
		args := append(words, "--config.file="+config)
		var out strings.Builder
		Execute(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &out})
		if out.Len() == 0 {
			t.Errorf("%s prints nothing", command)
		}
		for i, r := range out.String() {
			if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
				t.Errorf("%s prints %U in %q", command, r, out.String()[max(0, i-100):i+20])
				break
			}
		}
	}
}
