package config

import (
	"testing"
)

func TestPath(t *testing.T) {
	document, problem := parse([]byte("a: 1\n\"\": 2\nb:\n  - c: 3\n    d.e: 4\n  - &x {f: 5}\n  - *x\n  - <<: *x\n"))
	if problem != nil {
		t.Fatal(problem)
	}
	root := (*path)(nil)
	b := root.child("b")
	for _, test := range []struct {
		at    *path
		key   string
		line  int
		found bool
	}{
		{root, "", 1, true},
		{root.child("a"), "a", 1, true},
		{root.child(""), `""`, 2, true},
		{b, "b", 3, true},
		{b.item(0), "b[0]", 4, true},
		{b.item(0).child("c"), "b[0].c", 4, true},
		{b.item(0).child("d.e"), `b[0]."d.e"`, 5, true},
		{b.item(0).child("z"), "b[0].z", 4, false},
		{b.item(1).child("f"), "b[1].f", 6, true},
		{b.item(2).child("f"), "b[2].f", 6, true},
		{b.item(3).child("f"), "b[3].f", 6, true},
		{b.item(4), "b[4]", 3, false},
		{b.child("c"), "b.c", 3, false},
		{root.child("a").child("c"), "a.c", 1, false},
	} {
		value, line := test.at.find(document)
		if test.at.String() != test.key || line != test.line || (value != nil) != test.found {
			t.Errorf("path %s, line %d, found %v; want %s, %d, %v", test.at, line, value != nil, test.key, test.line, test.found)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"address", "name", "", "labels"}
	for _, test := range []struct{ name, want string }{
		{"adress", " (did you mean address?)"},
		{"Name", " (did you mean name?)"},
		{"nmae", " (did you mean name?)"},
		{"port", " (known here: address, name, labels)"},
		{"", " (known here: address, name, labels)"},
	} {
		if got := suggest(test.name, known); got != test.want {
			t.Errorf("suggest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	if got := suggest("x", nil); got != "" {
		t.Errorf("suggest from nothing = %q", got)
	}
}

// A few lines of aliases can stand for millions of devices; they must not be followed for long.
func TestAliasBomb(t *testing.T) {
	text := "groups:\n  - &g\n    name: a\n    devices: [&d 192.0.2.1"
	for range 2000 {
		text += ", *d"
	}
	text += "]\n"
	for range 2000 {
		text += "  - *g\n"
	}
	_, err := load(&loader{path: "config.yml", env: environment}, []byte(text), nil)
	if list, ok := err.(Problems); !ok || list[0].Text != "aliases make the file too large; write fewer of them" {
		t.Errorf("error is not about aliases: %.200v", err)
	}
}
