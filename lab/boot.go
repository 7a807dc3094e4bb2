package lab

import "time"

// Uptime is how long the device has been up. It starts with the sample's uptime, and grows, if the device is Aging.
func (d *Device) Uptime() time.Duration { return time.Since(time.Unix(0, d.booted.Load())) }

// Reboot drops every connection and starts the uptime anew.
func (d *Device) Reboot() {
	d.booted.Store(time.Now().UnixNano())
	d.Disconnect()
}

// Disconnect resets every connection of the device, as one that runs into its idle limit, or loses power.
func (d *Device) Disconnect() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for l := range d.links {
		l.conn.reset()
	}
}

func (d *Device) attach(l *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.links == nil {
		d.links = make(map[*link]struct{})
	}
	d.links[l] = struct{}{}
}

func (d *Device) detach(l *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.links, l)
}
