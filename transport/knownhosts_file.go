package transport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"github.com/netver/netver_exporter/file"
)

// longestLine bounds a line of a known_hosts file, in bytes. Longer ones are skipped.
const longestLine = 1 << 20

// mostWarnings bounds what is told of one file that is not a known_hosts file at all.
const mostWarnings = 20

var checksums = crc32.MakeTable(crc32.Castagnoli)

// knownFile is how far a known_hosts file was read.
type knownFile struct {
	name    string
	info    fs.FileInfo // when it was read; nil: there was none, or it has to be read again
	size    int64       // bytes read
	sum     uint32      // checksum of these
	lines   int
	partial bool // the last line has no end: what is appended continues it
}

// fileLine is one line with a key.
type fileLine struct {
	hosts string
	line  *knownLine
}

// stat is os.Stat, but says no to what is no regular file, which might block or never end. The result is nil for a
// file that does not exist.
func stat(name string) (fs.FileInfo, error) {
	err := file.Check(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return os.Stat(name)
}

// same tells whether the file is still as it was read.
func (f *knownFile) same(now fs.FileInfo) bool {
	if f.info == nil || now == nil {
		return f.info == nil && now == nil && f.size == 0
	}
	return os.SameFile(f.info, now) && f.info.Size() == now.Size() && f.info.ModTime().Equal(now.ModTime())
}

// read returns the lines that follow what was read already, and warnings about those that cannot be used. If what was read
// has changed, fresh is true: the lines are those of the whole file, and the former ones do not hold any more.
func (f *knownFile) read() (lines []fileLine, warnings []string, fresh bool, err error) {
	info, err := stat(f.name)
	if err != nil || info == nil {
		*f = knownFile{name: f.name}
		return nil, nil, true, err
	}
	opened, err := os.Open(f.name)
	if err != nil {
		return nil, nil, true, err
	}
	defer opened.Close()
	if !f.continues(opened) {
		fresh = true
		*f = knownFile{name: f.name}
		if _, err := opened.Seek(0, io.SeekStart); err != nil {
			return nil, nil, true, err
		}
	}
	if lines, warnings, err = f.parse(opened); err != nil {
		return nil, nil, true, fmt.Errorf("%s: %w", f.name, err)
	}
	f.info = info // of before the reading: what came in the meantime is seen as a change
	return lines, warnings, fresh, nil
}

// continues tells whether what was read of the file is still there, and leaves the file at the end of that.
func (f *knownFile) continues(r io.Reader) bool {
	if f.size == 0 || f.partial {
		return false
	}
	sum := crc32.New(checksums)
	n, err := io.CopyN(sum, r, f.size)
	return err == nil && n == f.size && sum.Sum32() == f.sum
}

func (f *knownFile) parse(r io.Reader) (lines []fileLine, warnings []string, err error) {
	skipped := 0
	warn := func(format string, args ...any) {
		if skipped++; skipped <= mostWarnings {
			warnings = append(warnings, fmt.Sprintf("%s:%d: ", f.name, f.lines)+fmt.Sprintf(format, args...)+"; the line is skipped")
		}
	}
	text := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	for {
		part, err := text.ReadSlice('\n')
		f.count(part)
		if len(line) <= longestLine {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && err != io.EOF:
			return nil, nil, err
		}
		if len(line) > 0 {
			f.lines++
			f.partial = line[len(line)-1] != '\n' && err == io.EOF
		}
		if f.lines == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF"))
		}
		if len(line) > longestLine {
			warn("longer than %d bytes", longestLine)
		} else if hosts, known, err := parseLine(string(line)); err == nil {
			known.file, known.line = f.name, f.lines
			lines = append(lines, fileLine{hosts, known})
		} else if !errors.Is(err, errIgnored) {
			warn("%v", err)
		}
		if err == io.EOF {
			break
		}
		line = line[:0]
	}
	if skipped > mostWarnings {
		warnings = append(warnings, fmt.Sprintf("%s: %d more lines are skipped", f.name, skipped-mostWarnings))
	}
	return lines, warnings, nil
}

// count takes note of bytes that were read, or written by ourselves.
func (f *knownFile) count(b []byte) {
	f.size += int64(len(b))
	f.sum = crc32.Update(f.sum, checksums, b)
}
