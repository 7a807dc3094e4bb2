package strictyaml

import (
	"testing"
)

func TestPath(t *testing.T) {
	document, err := Parse("x.yml", []byte("a: 1\n\"\": 2\nb:\n  - c: 3\n    d.e: 4\n  - &x {f: 5}\n  - *x\n  - <<: *x\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	root := At()
	b := root.Child("b")
	for _, test := range []struct {
		at    *Path
		key   string
		line  int
		found bool
	}{
		{root, "", 1, true},
		{root.Child("a"), "a", 1, true},
		{root.Child(""), `""`, 2, true},
		{b, "b", 3, true},
		{b.Item(0), "b[0]", 4, true},
		{b.Item(0).Child("c"), "b[0].c", 4, true},
		{b.Item(0).Child("d.e"), `b[0]."d.e"`, 5, true},
		{b.Item(0).Child("z"), "b[0].z", 4, false},
		{b.Item(1).Child("f"), "b[1].f", 6, true},
		{b.Item(2).Child("f"), "b[2].f", 6, true},
		{b.Item(3).Child("f"), "b[3].f", 6, true},
		{b.Item(4), "b[4]", 3, false},
		{b.Child("c"), "b.c", 3, false},
		{root.Child("a").Child("c"), "a.c", 1, false},
	} {
		value, line := document.find(test.at)
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
		if got := Suggest(test.name, known); got != test.want {
			t.Errorf("suggest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	if got := Suggest("x", nil); got != "" {
		t.Errorf("suggest from nothing = %q", got)
	}
}

func TestCount(t *testing.T) {
	for n, want := range []string{"0 devices", "1 device", "2 devices"} {
		if got := Count(n, "device"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
