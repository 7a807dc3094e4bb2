package main

// way is one of the two ways to ask a device, and a platform that is asked so. The lines are what the platform has
// the exporter type, so that the bare client does the same.
type way struct {
	mode     string
	platform string
	sample   string
	lines    []string
}

var (
	byExec  = way{mode: "exec", platform: "cisco_nxos", sample: "nexus-93180", lines: []string{"show version"}}
	byShell = way{mode: "shell", platform: "cisco_ios", sample: "catalyst-9200",
		lines: []string{"terminal length 0", "terminal width 511", "show version", "exit"}}
)

var ways = map[string]way{byExec.mode: byExec, byShell.mode: byShell}
