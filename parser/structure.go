package parser

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
)

// maxStructure bounds the JSON or XML that is read, and maxDepth how deep it may go.
const (
	maxStructure = 1 << 20
	maxDepth     = 64
)

// element is a member of a JSON or XML answer. An array's members are elements of the array's name. The attributes of an
// element are its children; where JSON writes an element of XML as {"data": …, "attributes": {…}}, it is read as such.
type element struct {
	name     string // without a prefix
	value    string
	at       int // in the text
	parent   *element
	children []*element
}

// structure returns the root of the first JSON or XML value in a text, nil if there is none. What comes before a fault counts.
func structure(text string) *element {
	text = text[:min(len(text), maxStructure)]
	for at := 0; at < len(text); {
		line := lineAt(text, at)
		shown := strings.TrimLeft(line.of(text), " \t")
		root := &element{}
		start := line.end - len(shown)
		switch {
		case shown == "":
		case shown[0] == '{', shown[0] == '[':
			dec := json.NewDecoder(strings.NewReader(text[start:]))
			dec.UseNumber()
			_ = root.json(dec, "document", start, 0)
		case shown[0] == '<' && strings.IndexByte(shown, '>') > 0:
			root.xml(xml.NewDecoder(strings.NewReader(text[start:])), start)
		}
		if len(root.children) > 0 && (root.children[0].value != "" || len(root.children[0].children) > 0) {
			return root
		}
		at = line.end + 1
	}
	return nil
}

func (e *element) add(name string, at int) *element {
	if _, local, ok := strings.Cut(name, ":"); ok {
		name = local
	}
	child := &element{name: name, at: at, parent: e}
	e.children = append(e.children, child)
	return child
}

// json reads the next value as a child of e.
func (e *element) json(dec *json.Decoder, name string, start, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return errors.New("too deep")
	}
	at := start + int(dec.InputOffset()) - 1
	switch token {
	case json.Delim('{'):
		child := e
		if name != "attributes" {
			child = e.add(name, at)
		}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			if err := child.json(dec, fmt.Sprint(key), start, depth+1); err != nil {
				return err
			}
		}
		_, err = dec.Token()
		return err
	case json.Delim('['):
		for dec.More() {
			if err := e.json(dec, name, start, depth+1); err != nil {
				return err
			}
		}
		_, err = dec.Token()
		return err
	}
	if token == nil {
		return nil
	}
	if name == "data" {
		e.value = fmt.Sprint(token)
		return nil
	}
	e.add(name, at).value = fmt.Sprint(token)
	return nil
}

func (e *element) xml(dec *xml.Decoder, start int) {
	dec.Strict = false
	for depth := 0; depth <= maxDepth; {
		at := start + int(dec.InputOffset())
		token, err := dec.Token()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			e = e.add(t.Name.Local, at)
			for _, a := range t.Attr {
				e.add(a.Name.Local, at).value = a.Value
			}
		case xml.CharData:
			e.value += strings.TrimSpace(string(t))
		case xml.EndElement:
			depth--
			if e.parent == nil {
				return
			}
			e = e.parent
		}
	}
}

// visit calls take for every element below e, in order, until it returns true.
func (e *element) visit(take func(*element) bool) bool {
	for _, child := range e.children {
		if take(child) || child.visit(take) {
			return true
		}
	}
	return false
}

// isAt reports whether the path ends the element's own.
func (e *element) isAt(path []string) bool {
	for i := len(path) - 1; i >= 0; i-- {
		if e == nil || e.name != path[i] {
			return false
		}
		e = e.parent
	}
	return true
}

// child is the first child of a name, nil if there is none.
func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}
