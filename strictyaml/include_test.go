package strictyaml

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// joinedFile has a list, a mapping and a setting at its top.
type joinedFile struct {
	List    []item         `yaml:"list"`
	Map     map[string]int `yaml:"map"`
	Setting string         `yaml:"setting"`
}

func TestInclude(t *testing.T) {
	d, err := Parse("main.yml", []byte("list: [{name: a}]\nmap: &m {a: 1}\nsetting: x\n"), "something")
	if err != nil {
		t.Fatal(err)
	}
	d.Include("b.yml", []byte("list:\n- {name: b}\n- {nam: c}\nmap:\n  b: 2\n  a: 3\n  c: x\n"), []string{"list"}, []string{"map"})
	d.Include("c.yml", []byte("setting: y\nlists: []\nlist:\n- d\nmap: []\n"), []string{"list"}, []string{"map"})
	d.Include("d.yml", []byte("- x\n"), []string{"list"}, []string{"map"})
	d.Include("e.yml", []byte("\tx"), []string{"list"}, []string{"map"})
	d.Include("f.yml", []byte("list:\n"), []string{"list"}, []string{"map"})
	var v joinedFile
	d.Decode(&v)
	d.Fault(At("list").Item(3).Child("size"), "too small")
	if got := fmt.Sprintf("%d %s %s %v %s", len(v.List), v.List[1].Name, v.List[3].Name, v.Map, v.Setting); got != "4 b d map[a:1 b:2 c:0] x" {
		t.Errorf("decoded %s", got)
	}
	want := strings.Join([]string{
		"b.yml:3: list[1].nam: unknown key (did you mean name?)",
		"b.yml:6: map.a: there is another one in main.yml:2; names must differ",
		"b.yml:7: map.c: want a whole number",
		"c.yml:1: setting: an included file may not have this key (known here: list, map)",
		"c.yml:2: lists: an included file may not have this key (did you mean list?)",
		"c.yml:4: list[0].size: too small",
		"c.yml:5: map: want names with a value each, as in name: value",
		"d.yml:1: want keys with a value each",
		"e.yml: not YAML: found character that cannot start any token; indent with spaces, and quote text that begins with @, % or `",
	}, "\n")
	if diff := cmp.Diff(want, d.Err().Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		at, from *Path
		want     string
	}{
		{At("list").Item(0), At("list").Item(1), "main.yml:1"},
		{At("list").Item(1), At("list").Item(2), "line 2"},
		{At("list").Item(3), At("map", "b"), "c.yml:4"},
		{At("map", "b"), At("setting"), "b.yml:5"},
		{At("setting"), nil, "line 3"},
	} {
		if got := d.Place(test.at, test.from); got != test.want {
			t.Errorf("the place of %s from %s is %s, want %s", test.at, test.from, got, test.want)
		}
	}
	if !d.Faulty(At("list").Item(3)) || d.Faulty(At("list").Item(0)) {
		t.Error("Faulty takes a problem of one file for one of another")
	}
}

// What is included stands where there was nothing.
func TestIncludeAlone(t *testing.T) {
	d, err := Parse("main.yml", []byte("map:\nsetting: x"), "something")
	if err != nil {
		t.Fatal(err)
	}
	d.Include("b.yml", []byte("list: [a]\nmap: {b: 2}"), []string{"list"}, []string{"map"})
	var v joinedFile
	d.Decode(&v)
	if d.Err() != nil || len(v.List) != 1 || v.Map["b"] != 2 || d.FileOf(At("list").Item(0)) != "b.yml" {
		t.Errorf("%+v, %v, list[0] is in %s", v, d.Err(), d.FileOf(At("list").Item(0)))
	}
}

func TestInline(t *testing.T) {
	type inner struct {
		A string `yaml:"a"`
		B int    `yaml:"b"`
	}
	type outer struct {
		inner `yaml:",inline"`
		C     string `yaml:"c"`
	}
	d, err := Parse("x.yml", []byte("{a: x, b: 2, c: y, d: z}"), "something")
	if err != nil {
		t.Fatal(err)
	}
	var v outer
	d.Decode(&v)
	if err := d.Err(); err == nil || err.Error() != "x.yml:1: d: unknown key (did you mean a or b or c?)" || v.A != "x" || v.B != 2 || v.C != "y" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestValue(t *testing.T) {
	d, err := Parse("x.yml", []byte("base: &b {x: 1, y: 2}\nlist: [a, null, [b]]\nmerged:\n  <<: *b\n  y: 3\nsecret: !vault |\n  text\n"), "something")
	if err != nil {
		t.Fatal(err)
	}
	root := d.Value()
	var got []string
	for key, value := range root.Get("merged").Entries() {
		text, _ := value.Text()
		got = append(got, key+"="+text)
	}
	for _, v := range append(root.Get("list").Items(), root.Get("secret"), root.Get("nothing"), root.Get("base").Get("x")) {
		text, ok := v.Text()
		got = append(got, fmt.Sprintf("%q %v line %d tag %q null %v list %v mapping %v", text, ok, v.Line(), v.Tag(), v.IsNull(), v.IsList(), v.IsMapping()))
	}
	want := []string{
		"y=3", "x=1",
		`"a" true line 2 tag "" null false list false mapping false`,
		`"" false line 2 tag "" null true list false mapping false`,
		`"" false line 2 tag "" null false list true mapping false`,
		`"text\n" true line 6 tag "!vault" null false list false mapping false`,
		`"" false line 0 tag "" null true list false mapping false`,
		`"1" true line 1 tag "" null false list false mapping false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
