package config

// Algorithms are names of SSH algorithms by kind, in the order of preference. A list that is empty stands for the usual one.
type Algorithms struct {
	Kex      []string `yaml:"kex"`
	HostKeys []string `yaml:"host_keys"`
	Ciphers  []string `yaml:"ciphers"`
	MACs     []string `yaml:"macs"`
}

// over lays lists over others: those that are given count.
func (a Algorithms) over(base Algorithms) Algorithms {
	given := func(list, base []string) []string {
		if len(list) > 0 {
			return list
		}
		return base
	}
	return Algorithms{given(a.Kex, base.Kex), given(a.HostKeys, base.HostKeys), given(a.Ciphers, base.Ciphers), given(a.MACs, base.MACs)}
}
