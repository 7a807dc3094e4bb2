package version

import (
	stdcmp "cmp"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// acme has everything that a form can have.
func acme(t testing.TB) *Order {
	t.Helper()
	return &Order{
		Forms: []*Form{
			form(t, `(?P<release>\d+\.\d+)(?P<train>[A-Z])?\.(\d+[a-z]?)(?:-(?P<before>rc\d+))?(?:\+(?P<build>\d+))?(?:/(?P<product>mini))?`),
			form(t, `year-(\d+)`),
		},
		Branch: regexp.MustCompile(`^\d+\.\d+[A-Z]?\.\d+`),
	}
}

func form(t testing.TB, pattern string) *Form {
	t.Helper()
	f, err := ParseForm(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct{ a, want, b string }{
		{"1.2.3", "=", "1.2.3"},
		{"1.2.3", "=", "01.002.3"},
		{"1.2.3", "<", "1.2.10"},
		{"1.2.3", "<", "1.2.3a"},
		{"1.2.3a", "=", "1.2.03a"},
		{"1.2.3b", "<", "1.2.4"},
		{"1.2.3-rc2", "<", "1.2.3-rc10"},
		{"1.2.3-rc10", "<", "1.2.3"},
		{"1.2.2", "<", "1.2.3-rc1"},
		{"1.2.3", "<", "1.2.3+1"},
		{"1.2A.3", "<", "1.2A.4"},
		{"1.2A.3", "?", "1.2B.3"},
		{"1.2A.3", "?", "1.2.3"},
		{"1.2A.3", "<", "1.3B.1"},
		{"1.2.3/mini", "?", "1.2.4"},
		{"1.2.3/mini", "<", "1.2.4/mini"},
		{"year-2024", "<", "year-2025"},
		{"year-2024", "?", "1.2.3"},
		{"private", "?", "1.2.3"},
		{"private", "?", "PRIVATE"},
		{"private", "=", "private"},
		{"1.2." + strings.Repeat("9", 199), "?", "1.2.3"},
		{"1.2.18446744073709551617", ">", "1.2.18446744073709551616"},
	} {
		c, ok := acme(t).Compare(tt.a, tt.b)
		got := "?"
		if ok {
			got = string("<=>"[c+1])
		}
		if got != tt.want {
			t.Errorf("%s %s %s, want %s", tt.a, got, tt.b, tt.want)
		}
	}
}

func TestWithoutOrder(t *testing.T) {
	var none *Order
	if c, ok := none.Compare("1", "1"); c != 0 || !ok {
		t.Errorf("a version to itself: %d, %t", c, ok)
	}
	if _, ok := none.Compare("1", "2"); ok {
		t.Error("different texts are compared")
	}
	groups, incomparable := none.Sort([]string{"2", "1", "2"})
	if groups != nil || !cmp.Equal(incomparable, []string{"2", "1"}) {
		t.Errorf("sorted: %q, incomparable %q", groups, incomparable)
	}
}

func TestSort(t *testing.T) {
	in := []string{"private", "year-2024", "1.2.10", "1.2A.1", "01.2.3", "1.2.3/mini", "1.2.3", "1.2.10", "1.2.3-rc1", "other", "year-2023"}
	groups, incomparable := acme(t).Sort(in)
	if diff := cmp.Diff([][]string{{"1.2.3-rc1"}, {"01.2.3", "1.2.3"}, {"1.2.10"}, {"1.2A.1"}}, groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"year-2023", "year-2024", "1.2.3/mini", "private", "other"}, incomparable); diff != "" {
		t.Errorf("incomparable (-want +got):\n%s", diff)
	}
}

func TestParseForm(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{`(\d+`, "missing closing ): `(\\d+`"},
		{`)(`, "unexpected ): `)(`"},
		{`\d+`, "no group: what is to be compared must stand in one"},
		{`(?P<product>a|b)`, "no group: what is to be compared must stand in one"},
		{`(?P<major>\d+)`, `unknown group "major": the names are release, train, product, build and before`},
	} {
		if _, err := ParseForm(tt.pattern); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.pattern, err, tt.want)
		}
	}
}

// FuzzKey compares keys with the natural order, written in another way.
func FuzzKey(f *testing.F) {
	for _, s := range []string{"", "1", "01", "1.10", "1a", "a1", "1-a", "10.3(4a)", "é", "0", "00"} {
		f.Add(s, "1.2A")
	}
	tokens := regexp.MustCompile(`[0-9]+|[A-Za-z\x80-\x{10ffff}]+`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > maxLength || len(b) > maxLength || strings.ToValidUTF8(a, "") != a || strings.ToValidUTF8(b, "") != b {
			return
		}
		got := strings.Compare(string(appendKey(nil, a)), string(appendKey(nil, b)))
		if want := natural(tokens.FindAllString(a, -1), tokens.FindAllString(b, -1)); got != want {
			t.Errorf("%q to %q: %d, want %d", a, b, got, want)
		}
	})
}

func natural(a, b []string) int {
	for i := range min(len(a), len(b)) {
		x, numberA := new(big.Int).SetString(a[i], 10)
		y, numberB := new(big.Int).SetString(b[i], 10)
		c := strings.Compare(strings.ToLower(a[i]), strings.ToLower(b[i]))
		switch {
		case numberA && numberB:
			c = x.Cmp(y)
		case numberA:
			c = 1
		case numberB:
			c = -1
		}
		if c != 0 {
			return c
		}
	}
	return stdcmp.Compare(len(a), len(b))
}

// TestManyVersions takes more versions apart than are kept, many at once.
func TestManyVersions(t *testing.T) {
	o := acme(t)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for i := range 2 * maxReadings {
				if c, ok := o.Compare(fmt.Sprintf("1.2.%d", i), "1.2.0"); !ok || c != min(i, 1) {
					t.Errorf("1.2.%d to 1.2.0: %d, %t", i, c, ok)
				}
			}
		})
	}
	workers.Wait()
	kept := 0
	o.readings.known.Range(func(any, any) bool { kept++; return true })
	if kept > maxReadings+4 {
		t.Errorf("%d versions are kept, want %d at most", kept, maxReadings)
	}
}
