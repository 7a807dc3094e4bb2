package fleet

import (
	"net/url"
	"testing"
)

// FuzzQuery asks whatever somebody may type into an address: an answer comes, and the query says the same when it is written
// down and read again.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{"q=site=ams1+%22no+answer", "state=down&sort=-version&label.site=a*", "q==%22=&platform=%ff*?", "sort=label.&label.=x"} {
		f.Add(query)
	}
	v := few(f)
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		q, _ := Parse(values)
		again, problems := Parse(q.Values())
		if got, want := again.Values().Encode(), q.Values().Encode(); got != want {
			t.Errorf("%q becomes %q", want, got)
		}
		for _, p := range problems {
			if _, known := parameter(p.Parameter); !known {
				t.Errorf("a query that was understood has a parameter %q", p.Parameter)
			}
		}
		m := v.Find(q)
		if m.Len() > len(v.Devices) || len(v.Find(q.With("state", "down")).Fold().Slice(0, 9)) > len(v.Devices) {
			t.Errorf("%d matches of %d devices", m.Len(), len(v.Devices))
		}
	})
}
