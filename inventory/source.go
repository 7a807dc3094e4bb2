package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
)

// Source is one place that lists devices: files in a format, or a service.
type Source interface {
	// Read fetches everything that the list is made of. It is all there, or there is an error that names what cannot be read.
	Read(ctx context.Context) ([]Document, error)
	// Parse makes the whole list of what Read returned. An entry that is no device is left out and told of in the
	// problems; what makes the list worthless is an error. Both name file and line, or address and index.
	Parse(documents []Document) (targets []Target, problems []string, err error)
}

// folders is a Source whose files can be watched.
type folders interface {
	Folders() []string // those that hold the files
}

// Document is a file, or the answer to a request.
type Document struct {
	Name string // of the file, or the address without secrets
	Text []byte
}

// digest is the same for two readings exactly if they are.
type digest [sha256.Size]byte

func digestOf(documents []Document) (sum digest) {
	h := sha256.New()
	for _, d := range documents {
		var size [8]byte
		for _, part := range [][]byte{[]byte(d.Name), d.Text} {
			binary.LittleEndian.PutUint64(size[:], uint64(len(part)))
			h.Write(size[:])
			h.Write(part)
		}
	}
	h.Sum(sum[:0])
	return sum
}
