package cli

import (
	"io"

	"github.com/alecthomas/kingpin/v2"
)

// generated are the flags for packagers. Kingpin has some of them, but not as they should be: its scripts complete no
// command that has been begun, because it then takes the default command for meant. They stand alone.
var generated = map[string]func(*kingpin.Application, io.Writer) error{
	"--help-man":               writeManual,
	"--completion-script-bash": script(bashCompletion),
	"--completion-script-fish": script(fishCompletion),
	"--completion-script-zsh":  script(zshCompletion),
}

func script(text string) func(*kingpin.Application, io.Writer) error {
	return func(_ *kingpin.Application, out io.Writer) error {
		_, err := io.WriteString(out, text)
		return err
	}
}

// The scripts ask the program what may follow the words before the cursor, and add -- where a flag has been begun. The
// shell picks what fits the word at the cursor. Where the program knows nothing, the shell offers files.
const (
	bashCompletion = `_netver_exporter() {
    local word=${COMP_WORDS[COMP_CWORD]} before=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
    # bash takes --flag=value for three words.
    [[ $word != = ]] || word=
    [[ ${#before[@]} = 0 || ${before[-1]} != = ]] || unset 'before[-1]'
    [[ $word != -* ]] || before+=(--)
    COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" --completion-bash "${before[@]}" 2>/dev/null)" -- "$word"))
}
complete -o default -F _netver_exporter netver_exporter
`
	fishCompletion = `function __netver_exporter
    set -l before (commandline -opc)
    string match -q -- '-*' (commandline -ct); and set -a before --
    $before[1] --completion-bash $before[2..-1] 2>/dev/null
end
complete -c netver_exporter -n 'string length -q -- (__netver_exporter)' -f -a '(__netver_exporter)'
`
	zshCompletion = `#compdef netver_exporter
_netver_exporter() {
    local -a before=("${(@)words[2,CURRENT-1]}") known
    [[ $words[CURRENT] != -* ]] || before+=(--)
    known=(${(f)"$($words[1] --completion-bash $before 2>/dev/null)"})
    compadd -a known || _files
}
if [[ $funcstack[1] = _netver_exporter ]]; then
    _netver_exporter "$@"
else
    compdef _netver_exporter netver_exporter
fi
`
)
