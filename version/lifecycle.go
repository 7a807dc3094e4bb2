package version

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Release is a release cycle of a platform and when the vendor stops to care for it.
type Release struct {
	Name  string    // "17.12", "22.4", "15.2(7)E": a release, a release with its train, a branch or one version
	EOL   time.Time // zero: no date is known
	Ended bool      // end of life has come, whether or not its date is known
}

// LineError is what is wrong with a text, and where.
type LineError struct {
	Line int // from 1; 0: not known
	Text string
}

func (e *LineError) Error() string { return e.Text }

// ParseLifecycle reads a product of endoflife.date's API v1, as downloaded or without the envelope, with the additional key
// "platform" in either place. Releases whose end is not known are left out. The error is a *LineError.
func ParseLifecycle(text []byte) (platform string, releases []Release, err error) {
	type product struct {
		Platform string            `json:"platform"`
		Releases []json.RawMessage `json:"releases"`
	}
	var envelope struct {
		product
		Result json.RawMessage `json:"result"`
	}
	if err := unmarshal(text, text, &envelope); err != nil {
		return "", nil, err
	}
	p := envelope.product
	if envelope.Result != nil {
		if err := unmarshal(text, envelope.Result, &p); err != nil {
			return "", nil, err
		}
	}
	switch {
	case p.Platform == "":
		return "", nil, &LineError{0, `"platform" is missing: the id of the platform that the releases are of`}
	case len(p.Releases) == 0:
		return "", nil, &LineError{0, `"releases" is missing or empty`}
	}
	for i, raw := range p.Releases {
		release, known, err := parseRelease(text, raw, i)
		if err != nil {
			return "", nil, err
		}
		if known {
			releases = append(releases, release)
		}
	}
	return p.Platform, releases, nil
}

// parseRelease reads release i, which stands in text as raw.
func parseRelease(text, raw []byte, i int) (release Release, known bool, err error) {
	var r struct {
		Name    string  `json:"name"`
		IsEOL   bool    `json:"isEol"`
		EOLFrom *string `json:"eolFrom"`
	}
	if err := unmarshal(text, raw, &r); err != nil {
		return Release{}, false, err
	}
	fault := func(format string, args ...any) (Release, bool, error) {
		return Release{}, false, &LineError{lineOf(text, raw, 0), fmt.Sprintf(format, args...)}
	}
	if r.Name == "" {
		return fault(`releases[%d]: "name" is missing`, i)
	}
	release = Release{Name: r.Name, Ended: r.IsEOL}
	if r.EOLFrom != nil {
		if release.EOL, err = time.Parse(time.DateOnly, *r.EOLFrom); err != nil {
			return fault(`release %q: "eolFrom" must be a date such as "2027-03-31" or null, not %q`, r.Name, *r.EOLFrom)
		}
	}
	return release, r.IsEOL || r.EOLFrom != nil, nil
}

// unmarshal decodes a part of the text.
func unmarshal(text, part []byte, to any) error {
	err := json.Unmarshal(part, to)
	if err == nil {
		return nil
	}
	offset := int64(0)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset, err = wrong.Offset, fmt.Errorf("unexpected %s at %s", wrong.Value, cmp.Or(wrong.Field, "the top"))
	} else if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	return &LineError{lineOf(text, part, int(offset)), fmt.Sprintf("not a product of endoflife.date's API v1: %v", err)}
}

// lineOf is the line of an offset in a part of the text. Parts that are the same text have the line of the first.
func lineOf(text, part []byte, offset int) int {
	before := text[:max(0, bytes.Index(text, part))+min(offset, len(part))]
	return 1 + bytes.Count(before, []byte("\n"))
}

// Release returns the release cycle that a version belongs to: of those that it belongs to the narrowest, nil if there is none.
func (o *Order) Release(version string, releases []Release) *Release {
	r, known := o.read(version)
	if !known {
		return nil
	}
	names := []string{string(appendKey(nil, version)), r.line, r.release}
	if o.Branch != nil {
		names = slices.Insert(names, 1, string(appendKey(nil, o.Branch.FindString(version))))
	}
	for _, name := range names {
		for i := range releases {
			if string(appendKey(nil, releases[i].Name)) == name {
				return &releases[i]
			}
		}
	}
	return nil
}
