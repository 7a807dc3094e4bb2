package parser

import (
	"slices"
	"strings"
	"testing"
)

// A built-in platform is read when somebody asks for it, and then once.
func TestRegistryReadsWhatIsAskedFor(t *testing.T) {
	l, err := newLibrary()
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, id := range l.ids {
		load := l.platforms[id]
		l.platforms[id] = func() *Platform {
			read = append(read, id)
			return load()
		}
	}
	r := &Registry{library: l, own: map[string]*Platform{}, aliases: map[string]string{}}
	if !slices.Contains(r.IDs(), "cisco_ios") || !slices.Contains(r.Names(), "iosxe") || !slices.Contains(r.Aliases("cisco_ios"), "iosxe") || len(r.NamesOf("cisco_ios", "netmiko")) == 0 {
		t.Error("cisco_ios and its names are not known")
	}
	if _, ok := r.Get("no_such_os"); ok || read != nil {
		t.Errorf("no_such_os: found %t; read %v, want none", ok, read)
	}
	first, _ := r.Get("cisco_ios")
	if again, _ := r.Get("iosxe_ssh"); again != first || !slices.Equal(read, []string{"cisco_ios", "cisco_ios"}) {
		t.Errorf("another platform under another name, or read %v", read)
	}
}

func TestRegistry(t *testing.T) {
	load := func(path, id, aliases string) *Platform {
		t.Helper()
		text := strings.Replace(tinyDefinition, "id: acme_os\n", "id: "+id+"\naliases: ["+aliases+"]\n", 1)
		p, err := Load(path, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	r := builtIns(t)
	builtIn, ok := r.Get("cisco_ios")
	if !ok || builtIn.Origin != BuiltIn {
		t.Fatalf("cisco_ios: %v", builtIn)
	}

	t.Run("alias", func(t *testing.T) {
		if p, ok := r.Get("cisco_xe"); !ok || p != builtIn {
			t.Errorf("cisco_xe is %v", p)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		if p, ok := r.Get("cisco_xyz"); ok {
			t.Errorf("cisco_xyz is %v", p)
		}
	})
	t.Run("new platform", func(t *testing.T) {
		if old, err := r.Add(load("mine.yml", "acme_os", "acme")); err != nil || old != nil {
			t.Errorf("Add: %v, %v", old, err)
		}
		if p, ok := r.Get("acme"); !ok || p.ID != "acme_os" {
			t.Errorf("acme is %v", p)
		}
	})
	t.Run("replaces a built-in whole", func(t *testing.T) {
		old, err := r.Add(load("mine.yml", "cisco_ios", "my_ios"))
		if err != nil || old != builtIn {
			t.Errorf("Add: %v, %v", old, err)
		}
		if p, _ := r.Get("cisco_xe"); p == nil || p.Origin != "mine.yml" {
			t.Errorf("Netmiko's name leads to %v", p)
		}
		if p, _ := r.Get("cisco_ios"); p == nil || p.Origin != "mine.yml" {
			t.Errorf("cisco_ios is %v", p)
		}
	})
	t.Run("defined in two files", func(t *testing.T) {
		_, err := r.Add(load("other.yml", "acme_os", "a"))
		if err == nil || err.Error() != `other.yml: id: platform "acme_os" is already defined in mine.yml` {
			t.Errorf("Add: %v", err)
		}
	})
	t.Run("alias of another", func(t *testing.T) {
		_, err := r.Add(load("other.yml", "other_os", "acme, juniper_junos"))
		want := "other.yml: aliases: \"acme\" is an alias of platform \"acme_os\"\n" +
			"other.yml: aliases: \"juniper_junos\" is a platform"
		if err == nil || err.Error() != want {
			t.Errorf("Add: %v", err)
		}
		if _, ok := r.Get("other_os"); ok {
			t.Error("the platform was added in spite of the error")
		}
	})
	t.Run("sorted", func(t *testing.T) {
		var ids []string
		for _, p := range r.All() {
			ids = append(ids, p.ID)
		}
		if !slices.IsSorted(ids) || !slices.Contains(ids, "acme_os") {
			t.Errorf("All: %v", ids)
		}
	})
}
