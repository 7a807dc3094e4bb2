package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// parse reads the one document of a YAML file, as nodes. The problem lacks the file's name.
func parse(source []byte, needs string) (*yaml.Node, *Problem) {
	var document, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(source))
	if err := d.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, syntax(err, source)
	}
	if len(document.Content) == 0 || document.Content[0].ShortTag() == "!!null" {
		return nil, &Problem{Text: "the file is empty; it needs at least " + needs}
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &Problem{Line: second.Line, Text: "want a single YAML document; remove what follows the second ---"}
	}
	return document.Content[0], nil
}

var (
	yamlPlace     = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// advice is what to do about the words of yaml.v3 that people meet most.
var advice = map[string]string{
	"found character that cannot start any token":    "indent with spaces, and quote text that begins with @, % or `",
	"mapping values are not allowed in this context": "check the indentation, and quote text with a colon in it",
}

// syntax puts yaml's words into ours. An unknown anchor is not named: it may be a password that begins with *.
func syntax(err error, source []byte) *Problem {
	place := yamlPlace.FindStringSubmatch(err.Error())
	if place == nil {
		return &Problem{Text: "not YAML: " + err.Error()}
	}
	if m := unknownAnchor.FindStringSubmatch(place[2]); m != nil {
		before, _, _ := bytes.Cut(source, []byte("*"+m[1]))
		return &Problem{
			Line: 1 + bytes.Count(before, []byte("\n")),
			Text: "not YAML: * begins an alias, and there is no anchor for it; quote the text if it is a value",
		}
	}
	p := &Problem{Text: "not YAML: " + place[2]}
	p.Line, _ = strconv.Atoi(place[1])
	if hint, ok := advice[place[2]]; ok {
		p.Text += "; " + hint
	}
	return p
}
