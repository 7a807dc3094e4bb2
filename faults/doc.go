// Package faults holds the exporter to docs/reliability.md: the program as it is shipped polls simulated devices over real
// SSH while they misbehave, while it is restarted and reloaded, and while hostile clients scrape it. Its tests need
// nothing but Go and some minutes, and stand behind the build tag faults. Longer variants stand behind flags: -soak,
// -devices, -seed and -polls.
package faults
