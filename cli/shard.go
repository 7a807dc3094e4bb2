package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/cluster"
)

// addShardFlags adds the flags of a process that polls one of several equal parts of the inventory. The function that it returns says which.
func addShardFlags(c *kingpin.CmdClause) func() (cluster.Shard, error) {
	var index, total int64
	var given, ordinal bool
	c.Flag("shard.index", "Poll only this part of the inventory, from 0 on, of --shard.total equal parts.").IsSetByUser(&given).Int64Var(&index)
	c.Flag("shard.total", "How many processes share the inventory, each with a --shard.index of its own.").Int64Var(&total)
	c.Flag("shard.ordinal", "Take the number at the end of the host name, as that of a StatefulSet's pod, for --shard.index.").BoolVar(&ordinal)
	return func() (cluster.Shard, error) {
		s := cluster.Shard{Index: int(index), Total: int(total)}
		switch {
		case given && ordinal:
			return s, errors.New("--shard.index and --shard.ordinal are two ways to say the same; give one of them")
		case !given && !ordinal && total != 0:
			return s, errors.New("--shard.total needs --shard.index or --shard.ordinal, which says which of the parts this process polls")
		case !given && !ordinal:
			return cluster.Shard{}, nil
		case total == 0:
			return s, errors.New("--shard.index and --shard.ordinal need --shard.total, the number of parts")
		}
		if ordinal {
			host, err := os.Hostname()
			if err != nil {
				return s, fmt.Errorf("--shard.ordinal: read the host name: %w", err)
			}
			if s.Index, err = cluster.Ordinal(host); err != nil {
				return s, fmt.Errorf("--shard.ordinal: %w", err)
			}
		}
		return s, s.Check()
	}
}
