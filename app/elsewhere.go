package app

import "fmt"

// elsewhere says who polls a device that this process does not show, "" if the inventory does not have it.
func (x *exporter) elsewhere(device string) (why string) {
	owner, found := x.partition.owner(device)
	switch {
	case !found:
		return ""
	case x.membership == nil:
		return fmt.Sprintf("the process with --shard.index=%s polls it", owner)
	case owner == x.membership.replica.Self.Name:
		return "this replica is about to take it over"
	}
	for _, e := range x.membership.replica.Others() {
		if e.Name == owner {
			return fmt.Sprintf("replica %s at %s polls it, and does not tell of it now", owner, e.Advertise)
		}
	}
	return "no replica polls it now: the members of the cluster are changing, this one is not among them, or none may take it by its labels"
}
