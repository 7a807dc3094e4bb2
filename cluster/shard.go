package cluster

import (
	"fmt"
	"regexp"
	"strconv"
)

// Shard is one of several equal parts of a fleet that are polled by processes which know nothing of each other. The zero value is no part.
type Shard struct{ Index, Total int }

// Share is the devices of the shard.
func (s Shard) Share() Share {
	return Share{Self: strconv.Itoa(s.Index), Views: [][]Member{Shards(s.Total)}}
}

// Check reports a shard that cannot be.
func (s Shard) Check() error {
	switch {
	case s.Total < 1:
		return fmt.Errorf("%d shards in total; want 1 or more", s.Total)
	case s.Index < 0 || s.Index >= s.Total:
		return fmt.Errorf("shard %d of %d does not exist; the first is 0, the last %d", s.Index, s.Total, s.Total-1)
	}
	return nil
}

var ordinal = regexp.MustCompile(`-(\d{1,9})$`)

// Ordinal is the number at the end of a host name, as the pods of a StatefulSet have one.
func Ordinal(host string) (int, error) {
	found := ordinal.FindStringSubmatch(host)
	if found == nil {
		return 0, fmt.Errorf("the host name %q does not end in a hyphen and a number, as those of a StatefulSet do", host)
	}
	return strconv.Atoi(found[1])
}
