package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/strictyaml"
)

// explainCall says what is wrong with a call that could not be parsed, and what to do.
func explainCall(app *kingpin.Application, args []string, err error) error {
	words := args[:min(2, len(args))]
	if i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "-") }); i >= 0 {
		words = words[:i]
	}
	group := app.Model().CmdGroupModel
	for i, word := range words {
		if len(group.Commands) == 0 {
			break
		}
		known := namesOf(group)
		at := slices.Index(known, word)
		if at < 0 {
			return fmt.Errorf("there is no command %q%s; try --help", strings.Join(args[:i+1], " "), strictyaml.Suggest(word, known))
		}
		group = group.Commands[at].CmdGroupModel
	}
	if len(words) > 0 && len(group.Commands) > 0 && !slices.ContainsFunc(group.Commands, func(c *kingpin.CmdModel) bool { return c.Default }) {
		return fmt.Errorf("%w; after %s comes one of: %s; try --help", err, words[0], strings.Join(namesOf(group), ", "))
	}
	if len(words) == 0 && slices.ContainsFunc(args, isCommand) {
		return fmt.Errorf("%w; a command comes before its flags", err)
	}
	if flag := badFlag(app, args); flag != nil {
		err = flag
	}
	return fmt.Errorf("%w; try --help", err)
}

// mayBeEmpty are the flags whose empty value says that there is none, as in a unit's --state.file=${STATE}.
var mayBeEmpty = []string{"state.file", "web.config.file"}

// emptyFlag names a flag that is given without a value, which a script may owe to a variable that is not set; nil: none.
func emptyFlag(app *kingpin.Application, args []string) error {
	call, err := app.ParseContext(args)
	if err != nil {
		return err
	}
	for _, element := range call.Elements {
		flag, ok := element.Clause.(*kingpin.FlagClause)
		if ok && element.Value != nil && *element.Value == "" && !slices.Contains(mayBeEmpty, flag.Model().Name) {
			return fmt.Errorf("--%s is empty; give it a value, or leave it out", flag.Model().Name)
		}
	}
	return nil
}

func namesOf(group *kingpin.CmdGroupModel) []string {
	names := make([]string, len(group.Commands))
	for i, c := range group.Commands {
		names[i] = c.Name
	}
	return names
}

// badFlag names the flag whose value cannot be taken, which kingpin does not; nil: none.
func badFlag(app *kingpin.Application, args []string) error {
	call, _ := app.ParseContext(args)
	if call == nil {
		return nil
	}
	for _, element := range call.Elements {
		flag, ok := element.Clause.(*kingpin.FlagClause)
		if !ok || element.Value == nil {
			continue
		}
		err := flag.Model().Value.Set(*element.Value)
		if _, isNumber := errors.AsType[*strconv.NumError](err); isNumber {
			err = errors.New("want a whole number")
		}
		if err != nil {
			return fmt.Errorf("--%s=%s: %w", flag.Model().Name, *element.Value, err)
		}
	}
	return nil
}
