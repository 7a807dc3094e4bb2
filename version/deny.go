package version

import "strings"

// Deny is a set of versions that are known bad: those that meet Version, or those below the fix of their branch. One of Version
// and Fixed is given. It is for the devices that Match matches.
type Deny struct {
	Match    Match
	Version  *Spec
	Fixed    []string // the first fixed versions, one or more a train
	Note     string   // "CVE-2024-20399"
	Severity string
}

// Denial is an entry that a device's version is denied by.
type Denial struct{ Note, Severity string }

// Check says whether the entry can work under an order: a fix must be a version that the order knows.
func (d Deny) Check(o *Order) error {
	if d.Version != nil {
		return d.Version.Check(o)
	}
	for _, fix := range d.Fixed {
		if err := o.Check(fix); err != nil {
			return err
		}
	}
	return nil
}

// Denies says whether a version is denied. It is not if it has reached a fix of its branch, or all fixes of its train, or, where its
// train has none, all that it can be compared with. Unknown: it cannot be compared with the fixes.
func (d Deny) Denies(o *Order, version string) Answer {
	if d.Version != nil {
		return d.Version.Meets(o, version)
	}
	r, known := o.read(version)
	if !known {
		return Unknown
	}
	var branch, train, all bounds
	siblings := false // there are fixes of other trains of the same release
	for _, fix := range d.Fixed {
		f, known := o.read(fix)
		if !known || f.family != r.family {
			continue
		}
		if !r.comparable(f) {
			siblings = true
			continue
		}
		c := strings.Compare(r.order, f.order)
		all.add(c)
		if f.line == r.line {
			train.add(c)
		}
		if f.branch == r.branch {
			branch.add(c)
		}
	}
	switch {
	case branch.reached > 0:
		return No
	case train.count > 0:
		return answer(train.reached < train.count)
	case all.reached < all.count:
		return Yes
	case all.count == 0 || siblings:
		return Unknown
	}
	return No
}

// bounds counts fixes, and how many of them a version has reached.
type bounds struct{ count, reached int }

func (b *bounds) add(c int) {
	b.count++
	if c >= 0 {
		b.reached++
	}
}
