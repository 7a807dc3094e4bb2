package inventory

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/netver/netver_exporter/file"
)

// A file of remembered lists is lines of JSON: a header, for each source a line and one for each of its devices, and a last
// line with the number of devices, by which a torn file is known. The names of keys stay when fields are renamed.
type rememberedLine struct {
	Format string            `json:"format,omitempty"`
	Source *rememberedSource `json:"source,omitempty"`
	Device *rememberedDevice `json:"device,omitempty"`
	End    *int              `json:"end,omitempty"`
}

const (
	rememberedMark   = `{"format":"netver_exporter sources`
	rememberedFormat = "netver_exporter sources 1"
)

type rememberedSource struct {
	Group   string    `json:"group"`
	Name    string    `json:"name"`
	Success time.Time `json:"last_success"`
}

type rememberedDevice struct {
	Place       string            `json:"place"`
	Name        string            `json:"name,omitempty"`
	Address     string            `json:"address"`
	Platform    string            `json:"platform,omitempty"`
	Credentials string            `json:"credentials,omitempty"`
	Jump        *string           `json:"jump,omitempty"`
	Enabled     *bool             `json:"enabled,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
}

// Remember writes the lists of the feeds to a file, whole or not at all. It replaces nothing but a file of its own.
func Remember(path string, feeds []*Feed) (err error) {
	draft := path + ".new"
	for _, name := range []string{path, draft} {
		if err := replaceable(name); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	err = errors.Join(writeLists(w, feeds), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		os.Remove(draft)
	}
	return err
}

// replaceable says why something is not to be written over; nil: it is a file of ours, empty, or not there.
func replaceable(path string) error {
	if err := file.Check(path); err != nil && !isMissing(err) {
		return fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.Open(path)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(rememberedMark))
	if n, _ := io.ReadFull(f, head); n > 0 && string(head[:n]) != rememberedMark[:n] {
		return fmt.Errorf("%s is none of our files; it is left alone", path)
	}
	return nil
}

func writeLists(w io.Writer, feeds []*Feed) error {
	encoder := json.NewEncoder(w)
	errs := []error{encoder.Encode(rememberedLine{Format: rememberedFormat})}
	devices := 0
	for _, f := range feeds {
		status := f.Status()
		if status.LastSuccess.IsZero() {
			continue
		}
		errs = append(errs, encoder.Encode(rememberedLine{Source: &rememberedSource{f.Group, f.Name, status.LastSuccess}}))
		for _, l := range f.List().Devices {
			e := &l.Entry
			devices++
			if err := encoder.Encode(rememberedLine{Device: &rememberedDevice{
				l.Place, e.Name, e.Address, e.Platform, e.Credentials, e.Jump, e.Enabled, e.Labels,
			}}); err != nil {
				return err
			}
		}
	}
	return errors.Join(append(errs, encoder.Encode(rememberedLine{End: &devices}))...)
}

// Recall gives the feeds, which must not have read anything yet, what Remember wrote of them. A file that is not there is no
// error; of one that cannot be understood nothing is used.
func Recall(path string, feeds []*Feed) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	type key struct{ group, name string }
	lists := map[key]*Feed{}
	var current *Feed
	devices, ended := 0, false
	decoder := json.NewDecoder(bufio.NewReaderSize(f, 64<<10))
	for n := 0; ; n++ {
		var line rememberedLine
		err := decoder.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			return fmt.Errorf("%s: line %d: %w", path, n+1, err)
		case n == 0 && line.Format != rememberedFormat:
			return fmt.Errorf("%s is none of our files", path)
		case line.Source != nil:
			current = &Feed{success: line.Source.Success}
			lists[key{line.Source.Group, line.Source.Name}] = current
		case line.Device != nil && current != nil:
			d := line.Device
			devices++
			current.list.Devices = append(current.list.Devices, Listed{d.Place, Entry{
				Name: d.Name, Address: d.Address, Platform: d.Platform, Credentials: d.Credentials, Jump: d.Jump, Enabled: d.Enabled, Labels: d.Labels,
			}})
		case line.End != nil:
			ended = *line.End == devices
		}
	}
	if !ended {
		return fmt.Errorf("%s is torn", path)
	}
	for _, f := range feeds {
		if known := lists[key{f.Group, f.Name}]; known != nil {
			f.Inherit(known)
		}
	}
	return nil
}
