package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"hash/fnv"
	"io"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/poll"
)

// partOf is how many devices a text of the archive is for, more or less: its size stays far below what etcd takes, and a change writes little.
const partOf = 500

// keepFacts archives the facts of this replica's devices, when they change, until the context ends.
func (m *membership) keepFacts(ctx context.Context) {
	saved := map[int][sha256.Size]byte{}
	failing := false
	tick := time.NewTicker(2 * m.ttl)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !m.replica.State().Up {
			continue
		}
		lost := m.archive.Refresh(ctx)
		if errors.Is(lost, cluster.ErrLost) {
			clear(saved)
			lost = nil
		}
		err := errors.Join(lost, m.saveFacts(ctx, saved))
		if err != nil && !failing {
			m.log.Warn("facts are not archived for the other replicas", "err", err)
		}
		failing = err != nil
	}
}

// saveFacts archives the parts that are not what was saved of them.
func (m *membership) saveFacts(ctx context.Context, saved map[int][sha256.Size]byte) error {
	n := max(1, m.exporter.partition.figures().Inventory/partOf)
	parts := m.exporter.engine.Facts().Split(n, func(name string) int { return partNumber(name, n) })
	for len(parts) < len(saved) { // the inventory has become shorter
		parts = append(parts, &poll.Known{})
	}
	for i, part := range parts {
		digest := part.Digest()
		if before, known := saved[i]; known && before == digest || !known && part.Len() == 0 {
			continue
		}
		text, err := pack(part)
		if err == nil {
			err = m.archive.Save(ctx, m.replica.Self.Name, i, text)
		}
		if err != nil {
			return err
		}
		saved[i] = digest
	}
	return nil
}

func partNumber(name string, parts int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return int(h.Sum32() % uint32(parts))
}

func pack(k *poll.Known) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := k.Write(w, func(string) bool { return true }); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unpack reads texts of the archive. One that cannot be read is left out.
func (m *membership) unpack(texts [][]byte) *poll.Known {
	all := &poll.Known{}
	for _, text := range texts {
		r, err := gzip.NewReader(bytes.NewReader(text))
		if err == nil {
			var k *poll.Known
			if k, err = poll.ReadKnown(io.LimitReader(r, m.exporter.mostAnswer())); err == nil {
				all.Add(k)
			}
		}
		if err != nil {
			m.log.Warn("archived facts cannot be read", "err", err)
		}
	}
	return all
}
