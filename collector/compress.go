package collector

import (
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	_ "github.com/prometheus/client_golang/prometheus/promhttp/zstd" // lets promhttp offer zstd
)

// compressors are by Content-Encoding. They favour speed: the text shrinks to a fourteenth all the same.
var compressors = map[string]func(io.Writer) io.WriteCloser{
	"":     func(w io.Writer) io.WriteCloser { return plain{w} },
	"gzip": func(w io.Writer) io.WriteCloser { return pooled(&gzips, w) },
	"zstd": func(w io.Writer) io.WriteCloser { return pooled(&zstds, w) },
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// resettable is a compressor that can be used again; making one costs more than compressing a small fleet.
type resettable interface {
	io.WriteCloser
	Reset(io.Writer)
}

var (
	gzips = sync.Pool{New: func() any { return must(gzip.NewWriterLevel(nil, gzip.BestSpeed)) }}
	zstds = sync.Pool{New: func() any {
		return must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)))
	}}
)

// must is for constants that the libraries accept.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type lent struct {
	resettable
	pool *sync.Pool
}

func pooled(pool *sync.Pool, w io.Writer) io.WriteCloser {
	c := pool.Get().(resettable)
	c.Reset(w)
	return lent{c, pool}
}

func (l lent) Close() error {
	err := l.resettable.Close()
	l.pool.Put(l.resettable)
	return err
}
