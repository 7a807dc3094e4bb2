package parser

import "github.com/netver/netver_exporter/strictyaml"

// Schema is the JSON Schema of a definition, for editors.
func Schema() map[string]any { return strictyaml.Schema(definition{}, "netver_exporter platform") }
