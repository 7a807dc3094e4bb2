package version

import (
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

// ParseLifecycle reads a product of endoflife.date's API v1, as downloaded or without the envelope, with the additional key
// "platform" in either place. Releases whose end is not known are left out.
func ParseLifecycle(text []byte) (platform string, releases []Release, err error) {
	var envelope struct {
		Platform string          `json:"platform"`
		Result   json.RawMessage `json:"result"`
	}
	if err := unmarshal(text, &envelope); err != nil {
		return "", nil, err
	}
	if envelope.Result != nil {
		text = envelope.Result
	}
	p := struct {
		Platform string `json:"platform"`
		Releases []struct {
			Name    string  `json:"name"`
			IsEOL   bool    `json:"isEol"`
			EOLFrom *string `json:"eolFrom"`
		} `json:"releases"`
	}{Platform: envelope.Platform}
	if err := unmarshal(text, &p); err != nil {
		return "", nil, err
	}
	switch {
	case p.Platform == "":
		return "", nil, fmt.Errorf(`"platform" is missing: the id of the platform that the releases are of`)
	case len(p.Releases) == 0:
		return "", nil, fmt.Errorf(`"releases" is missing or empty`)
	}
	for i, r := range p.Releases {
		release := Release{Name: r.Name, Ended: r.IsEOL}
		if r.Name == "" {
			return "", nil, fmt.Errorf(`releases[%d]: "name" is missing`, i)
		}
		if r.EOLFrom != nil {
			release.EOL, err = time.Parse(time.DateOnly, *r.EOLFrom)
			if err != nil {
				return "", nil, fmt.Errorf(`release %q: "eolFrom" must be a date such as "2027-03-31" or null, not %q`, r.Name, *r.EOLFrom)
			}
		}
		if r.IsEOL || r.EOLFrom != nil {
			releases = append(releases, release)
		}
	}
	return p.Platform, releases, nil
}

func unmarshal(text []byte, to any) error {
	err := json.Unmarshal(text, to)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = fmt.Errorf("unexpected %s at %s", wrong.Value, cmp.Or(wrong.Field, "the top"))
	}
	return fmt.Errorf("not a product of endoflife.date's API v1: %w", err)
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
