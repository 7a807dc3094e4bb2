package parser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestField reads lines "name : value" with every separator that releases have used.
func TestField(t *testing.T) {
	p := define(t, `{version: {field: [Software Version, Firmware]}, uptime: {field: Up Time}, model: {field: Model}, serial: {field: Serial Number}, hostname: {field: System Name, value: '\w+ \w+'}}`)
	day := int64(86400)
	for _, tt := range []struct {
		text string
		want Report
	}{
		{"Software Version: 7.1\nModel: AC 4 \nSerial Number: S1, rev 2", Report{Version: "7.1", Model: "AC 4", Serial: "S1"}},
		{"  Software version ...... v7.1(2)a, built today\n| Model | AC 4 |\n|Serial number|S1|", Report{Version: "7.1(2)a", Model: "AC 4", Serial: "S1"}},
		{"software-version=7.1\nMODEL: AC\nserial_Number   S1\nUptime (days): 1 day", Report{Version: "7.1", Serial: "S1", UptimeSeconds: &day}},
		{"Firmware . . . . : 7.1\nSerialNumber\tS1", Report{Version: "7.1", Serial: "S1"}},
		{"Firmware 7.1\nSoftware Version: none\nBoot Software Version: 1\nSerial Number:\nModel......\nModel   :", Report{}},
		{"Serial Number: Not Specified\nModel: N/A\nSystem Name: rack one", Report{Hostname: "rack one"}},
	} {
		reading, _ := p.Parse([]Output{{Command: "show version", Text: tt.text}})
		if diff := cmp.Diff(tt.want, reading.Facts.Report("")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}
