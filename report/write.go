package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Outputs are the forms in which a report can be written, by name.
var Outputs = map[string]func(io.Writer, *Report) error{
	"table": writeTable, "csv": writeCSV, "json": writeJSON, "markdown": writeMarkdown, "html": writeHTML,
}

func writeTable(w io.Writer, r *Report) error {
	if _, err := fmt.Fprintln(w, r.summary()); err != nil {
		return err
	}
	for _, s := range r.sections() {
		fmt.Fprintf(w, "\n%s\n", s.Title)
		if len(s.Rows) == 0 {
			fmt.Fprintf(w, "  %s\n", s.Empty)
			continue
		}
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range slices.Insert(slices.Clone(s.Rows), 0, s.Columns) {
			fmt.Fprintf(table, "  %s\n", strings.TrimRight(strings.Join(row, "\t"), "\t"))
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// cell keeps what a device or an operator wrote within one cell of a table.
var cell = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "\n", " ")

func writeMarkdown(w io.Writer, r *Report) error {
	_, err := fmt.Fprintf(w, "# Software versions, %s\n\n%s.\n", r.At.Format("2006-01-02 15:04 MST"), r.summary())
	for _, s := range r.sections() {
		fmt.Fprintf(w, "\n## %s\n\n", s.Title)
		if len(s.Rows) == 0 {
			_, err = fmt.Fprintf(w, "%s.\n", s.Empty)
			continue
		}
		fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(s.Columns, " | "), strings.Repeat("---|", len(s.Columns)))
		for _, row := range s.Rows {
			cells := make([]string, len(row))
			for i, text := range row {
				cells[i] = cell.Replace(text)
			}
			_, err = fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	return err
}

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

func writeHTML(w io.Writer, r *Report) error {
	return pageTemplate.Execute(w, map[string]any{
		"At": r.At.Format("2006-01-02 15:04 MST"), "Summary": r.summary(), "Sections": r.sections(),
	})
}
