// Package cluster says which replica polls which device. It knows replicas, leases and time; it does not know how devices are
// polled, nor what was read from them.
package cluster
