package inventory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// CSV lists the devices of a file with one device a line.
type CSV struct {
	Path      string
	Format    string         // "oxidized", "rancid", or "": commas, and a first line that names the columns
	Delimiter string         // of one character; "": that of the format
	Columns   map[string]int // word to place, from 0; nil: those of the format, or the words of the first line
}

var _ Source = CSV{}

// csvFormat is a format that has a name.
type csvFormat struct {
	delimiter string
	columns   map[string]int // nil: the first line has them
	quotes    bool           // a value may stand in quotes
}

var csvFormats = map[string]csvFormat{
	"":         {",", nil, true},
	"oxidized": {":", map[string]int{"name": 0, "model": 1}, false},
	"rancid":   {";", map[string]int{"name": 0, "model": 1, "state": 2}, false},
}

// Read is that of Source.
func (s CSV) Read(context.Context) ([]Document, error) { return readFiles(s.Path) }

// Folders is that of a source whose files can be watched.
func (s CSV) Folders() []string { return foldersOf(s.Path) }

// Parse is that of Source.
func (s CSV) Parse(documents []Document) (targets []Target, problems []string, err error) {
	for _, d := range documents {
		rows, err := s.rows(d)
		if err != nil {
			return nil, nil, err
		}
		columns := s.Columns
		if columns == nil {
			columns = csvFormats[s.Format].columns
		}
		if columns == nil && len(rows) > 0 {
			columns = map[string]int{}
			for i, word := range rows[0].values {
				columns[strings.ToLower(strings.TrimSpace(word))] = i
			}
			if i, ok := columns["hostname"]; ok && !has(columns, "name") {
				columns["name"] = i
			}
			if !has(columns, "name") {
				return nil, nil, fmt.Errorf("%s:%d: %s", d.Name, rows[0].line, nameless(rows[0].values))
			}
			rows = rows[1:]
		}
		for _, row := range rows {
			place := fmt.Sprintf("%s:%d", d.Name, row.line)
			t := row.target(columns)
			if t.Name == "" {
				problems = append(problems, place+": the line has no name")
				continue
			}
			t.Place = place
			targets = append(targets, t)
		}
	}
	return targets, problems, nil
}

func has(columns map[string]int, word string) bool {
	_, ok := columns[word]
	return ok
}

// nameless says what to do about a first line that has no column for the name. It quotes nothing of it: a file without a first line of words
// may have a password there.
func nameless(values []string) string {
	const said = "the first line names no column \"name\" or \"hostname\"; "
	for _, delimiter := range []string{";", "\t", "|"} {
		if len(values) == 1 && strings.Contains(values[0], delimiter) {
			return said + fmt.Sprintf("if %[1]q parts the columns, give delimiter: %[1]q", delimiter)
		}
	}
	return said + "name the columns there, or give columns: {name: 0}"
}

// csvRow is a line that is not empty and no comment.
type csvRow struct {
	line   int
	values []string
}

func (s CSV) rows(d Document) ([]csvRow, error) {
	f := csvFormats[s.Format]
	delimiter := cmp.Or(s.Delimiter, f.delimiter)
	if !utf8.Valid(d.Text) {
		return nil, fmt.Errorf("%s: the file is not UTF-8", d.Name)
	}
	if f.quotes {
		return quotedRows(d, delimiter)
	}
	if s.Format == "rancid" && s.Delimiter == "" && !bytes.Contains(d.Text, []byte(delimiter)) {
		delimiter = ":" // before RANCID 3
	}
	var rows []csvRow
	n := 0
	for line := range strings.Lines(string(d.Text)) {
		n++
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			rows = append(rows, csvRow{n, strings.Split(line, delimiter)})
		}
	}
	return rows, nil
}

func quotedRows(d Document, delimiter string) ([]csvRow, error) {
	r := csv.NewReader(bytes.NewReader(d.Text))
	r.Comma, _ = utf8.DecodeRuneInString(delimiter)
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	records, err := []csvRow(nil), error(nil)
	for {
		var values []string
		if values, err = r.Read(); err != nil {
			break
		}
		line, _ := r.FieldPos(0)
		records = append(records, csvRow{line, values})
	}
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, fmt.Errorf("%s:%d: %w", d.Name, e.Line, e.Err)
	}
	return records, nil
}

const csvLabel = "__meta_csv_"

// target reads a row. Besides the words that are settings, each column is a label for relabelling, but for secrets.
func (r *csvRow) target(columns map[string]int) (t Target) {
	t.Labels = map[string]string{}
	port := ""
	for _, word := range slices.Sorted(maps.Keys(columns)) {
		if i := columns[word]; i < len(r.values) {
			value := strings.TrimSpace(r.values[i])
			switch word {
			case "name":
				t.Name = value
			case "address", "ip", "host":
				t.Labels[labelAddress] = cmp.Or(t.Labels[labelAddress], value)
			case "port":
				port = value
			case "platform", "model":
				t.Labels[labelPlatform] = value
			case labelCredentials, labelEnabled, labelJump:
				t.Labels[word] = value
			case "state":
				if !strings.EqualFold(value, "up") {
					t.Labels[labelEnabled] = "false"
				}
			case "username", "password", "enable":
				continue
			}
			t.Labels[csvLabel+labelWord(word)] = value
		}
	}
	t.Labels[labelAddress] = withPort(cmp.Or(t.Labels[labelAddress], t.Name), port)
	published(t.Labels)
	return t
}
