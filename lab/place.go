package lab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// firstAddress leaves 127.0.0.0/16 to what else runs on the machine.
var firstAddress = netip.MustParseAddr("127.1.0.1")

// place gives every device an address of its own.
func (f *Fleet) place() error {
	for _, d := range f.devices {
		if f.byName[d.Name] != nil {
			return fmt.Errorf("device %s: the name is taken", d.Name)
		}
		f.byName[d.Name] = d
		if !d.Address.IsValid() {
			continue
		}
		if !d.Address.Is4() || !d.Address.IsLoopback() {
			return fmt.Errorf("device %s: address %s is not in 127.0.0.0/8", d.Name, d.Address)
		}
		if other := f.byAddr[d.Address]; other != nil {
			return fmt.Errorf("device %s: address %s is taken by %s", d.Name, d.Address, other.Name)
		}
		f.byAddr[d.Address] = d
	}
	next := firstAddress
	for _, d := range f.devices {
		if d.Address.IsValid() {
			continue
		}
		for f.byAddr[next] != nil {
			next = next.Next()
		}
		d.Address = next
		f.byAddr[next] = d
	}
	return nil
}

// listen opens the fleet's socket, and those of the devices that cannot be behind it.
func (f *Fleet) listen(ctx context.Context) error {
	listener, err := listen(ctx)
	if err != nil {
		return fmt.Errorf("listen for the lab's devices: %w", err)
	}
	f.listener = listener
	f.held = append(f.held, listener)
	port := listener.Addr().(*net.TCPAddr).AddrPort().Port()
	for _, d := range f.devices {
		d.addr = netip.AddrPortFrom(d.Address, port)
		if place := d.fault.Load().place; place != nil {
			if d.addr, err = place(ctx, f, d.Address); err != nil {
				return fmt.Errorf("device %s: %w", d.Name, err)
			}
		}
	}
	return nil
}
