package dialogue

import "testing"

func TestFarewell(t *testing.T) {
	for line, want := range map[string]string{
		"Do you want to log out (y/n)?":                             "y",
		"Do you want to log out [y/n]? ":                            "y",
		"Are you sure to log out? (y/n)[n]:":                        "y",
		"Do you really want to exit the session? (yes/no)":          "y",
		"Do you want to save current configuration (y/n/^C)?":       "n",
		"Do you want to save current configuration [y/n/^C]?":       "n",
		"The configuration has been modified. Save it? [y/n]:":      "n",
		"You have unsaved changes. Would you like to save? (y/n)":   "n",
		"Delete flash:? [y/n]":                                      "",
		"Password:":                                                 "",
		"lab-sw-1#":                                                 "",
		"This line tells of a question to log out (y/n) in a text.": "",
	} {
		if got := Farewell(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
