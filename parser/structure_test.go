package parser

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKeys reads JSON and XML, on one line or on many, in the notation of Junos as well.
func TestKeys(t *testing.T) {
	p := define(t, `{version: {key: software/version}, uptime: [{sum: {up_days: days, up_hrs: hours}}, {key: up/seconds, as: seconds}], model: {key: model}, serial: {key: serial, where: {name: Chassis}}}`)
	seconds := func(n int64) *int64 { return &n }
	for name, tt := range map[string]struct {
		text string
		want Report
	}{
		"one line":   {`{"version": "0", "software": {"version": "7.1"}, "up_days": 1, "up_hrs": "2", "rows": [{"name": "Fan", "serial": "F1"}, {"name": "Chassis", "serial": "S1"}]}`, Report{Version: "7.1", UptimeSeconds: seconds(93600), Serial: "S1"}},
		"attributes": {"{\n \"software\" : [\n {\"version\" : [ { \"data\" : \"7.1\" } ] } ],\n \"up\" : [ { \"data\" : \"1d\", \"attributes\" : {\"junos:seconds\" : \"60\"} } ] }\n", Report{Version: "7.1", UptimeSeconds: seconds(60)}},
		"XML":        {"{master:0}\nlab> show\n<?xml version=\"1.0\"?>\n<rpc-reply xmlns:a=\"urn:a\">\n <software><version> 7.1 </version></software><up a:seconds=\"60\">1 min</up>\n<part><name>Chassis</name><serial>S1</serial></part></rpc-reply>", Report{Version: "7.1", UptimeSeconds: seconds(60), Serial: "S1"}},
		"a part":     {`{"up_days": 1, "up_minutes": 3}`, Report{}},
		"cut off":    {`{"software": {"version": "7.1"}, "model": "AC`, Report{Version: "7.1"}},
		"null":       {`{"software": {"version": null}, "model": "N/A", "model": "AC"}`, Report{Model: "AC"}},
		"too deep":   {strings.Repeat(`{"a":`, 10000), Report{}},
		"neither":    {"Version <unknown>\n{ \n<\n", Report{}},
	} {
		reading, _ := p.Parse([]Output{{Command: "show version", Text: tt.text}})
		if diff := cmp.Diff(tt.want, reading.Facts.Report("")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzStructure(f *testing.F) {
	f.Add("{\"a\": [1, {\"data\": 2}]}")
	f.Add("<a b=\"c\"><d>e</a>")
	f.Fuzz(func(t *testing.T, text string) {
		if root := structure(text); root != nil {
			root.visit(func(e *element) bool {
				if e.at < 0 || e.at > len(text) {
					t.Fatalf("%q at %d", e.name, e.at)
				}
				return false
			})
		}
	})
}
