package cli

import (
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// manual is the man page. Kingpin's own has no line for apropos, and lets a version of several lines run into the text.
var manual = template.Must(template.New("manual").Funcs(template.FuncMap{
	"roff": roff, "version": func() string { return version.Version }, "leaves": leaves, "placeholder": placeholder,
}).Parse(`{{define "flags"}}{{range .Flags}}{{if not .Hidden}}.TP
\fB{{if .Short}}\-{{printf "%c" .Short}}\fR, \fB{{end}}\-\-{{roff .Name}}{{if not .IsBoolFlag}}\fR=\fI{{roff (placeholder .)}}{{end}}\fR
{{roff .Help}}
{{end}}{{end}}{{end -}}
.TH NETVER_EXPORTER 1 "" "netver_exporter {{roff version}}" "User Commands"
.ad l
.SH NAME
netver_exporter \- Prometheus exporter for the software versions of network devices
.SH SYNOPSIS
.B netver_exporter
[\fICOMMAND\fR] [\fIFLAG\fR...] [\fIARGUMENT\fR...]
.SH DESCRIPTION
{{roff .Help}}
.SH COMMANDS
{{range leaves .Commands}}.SS netver_exporter {{roff .FullCommand}}{{range .Args}} {{if not .Required}}[{{end}}\fI{{roff .Name}}\fR{{if not .Required}}]{{end}}{{end}}
{{roff .Help}}
{{range .Args}}{{if .Help}}.TP
\fI{{roff .Name}}\fR
{{roff .Help}}
{{end}}{{end}}{{template "flags" .}}{{end -}}
.SH COMMON FLAGS
{{template "flags" . -}}
.SH SIGNALS
.TP
\fBSIGHUP\fR
Reads the configuration again. A broken one changes nothing, and the log says what is wrong with it.
.TP
\fBSIGTERM\fR, \fBSIGINT\fR
Ends the program once the polls that run have been ended. A second one ends it at once.
.SH EXIT STATUS
0, or 1 if the command failed or was called wrongly.
.SH FILES
.TP
\fI/etc/netver/config.yml\fR
The configuration of the packaged service.
.TP
\fI/var/lib/netver\fR
Its state, and the host keys that it has learned.
.SH SEE ALSO
\fBssh\fR(1), \fBssh\-keyscan\fR(1), \fBsystemd.exec\fR(5)
.PP
The documentation and an example of every setting are below \fI/usr/share/doc/netver\-exporter\fR.
`))

// writeManual writes the man page of the commands and their flags as roff.
func writeManual(app *kingpin.Application, out io.Writer) error {
	return manual.Execute(out, app.Model())
}

// leaves are the commands that do something, those of the second level in place of their parents.
func leaves(commands []*kingpin.CmdModel) (all []*kingpin.CmdModel) {
	for _, c := range commands {
		if c.Commands != nil {
			all = append(all, leaves(c.Commands)...)
		} else if !c.Hidden {
			all = append(all, c)
		}
	}
	return all
}

// placeholder is the flag's default, or else its name in capitals.
func placeholder(f *kingpin.FlagModel) string {
	if text := strings.Trim(f.FormatPlaceHolder(), `"`); text != "" {
		return text
	}
	return strings.ToUpper(f.Name)
}

var roffSigns = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n.", "\n\\&.", "\n'", "\n\\&'", "\n\n", "\n.PP\n")

// roff is the text with what roff takes for a request written so that it is shown.
func roff(text string) string {
	return strings.TrimPrefix(roffSigns.Replace("\n"+text), "\n")
}
