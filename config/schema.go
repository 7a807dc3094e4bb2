package config

import "github.com/netver/netver_exporter/strictyaml"

// Schema is the JSON Schema of the configuration, for editors.
func Schema() map[string]any { return strictyaml.Schema(written{}, "netver_exporter configuration") }
