package pages

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// timeline is the latest polls, with their phases to one scale.
type timeline struct {
	Polls []pollRow
	Scale string
	Key   []keyEntry
	Good  bool // there are polls that were good
}

type pollRow struct {
	moment
	Reason, Where string
	Took          string
	Phases        string // in words
	Parts         []part
	Cut           bool // the poll took longer than the width shows
}

// part is a phase in a bar.
type part struct{ X, Width, Class, Text string }

// keyEntry says what a colour is, and how long the phase took in most good polls.
type keyEntry struct{ Class, Name, Median string }

// phaseClasses are the colours of phases; commands alternate between two.
var phaseClasses = map[string]string{"resolve": "ph1", "connect": "ph2", "handshake": "ph3", "auth": "ph4", "shell": "ph5", "setup": "ph5"}

// newTimeline shows polls, the latest first.
func newTimeline(polls []poll.Past, v *fleet.View) timeline {
	var t timeline
	scale := scaleOf(polls)
	t.Scale = duration(scale)
	for _, p := range polls {
		t.Polls = append(t.Polls, newPollRow(p, scale, v))
	}
	t.Key = keyOf(polls)
	t.Good = slices.ContainsFunc(polls, func(p poll.Past) bool { return p.Reason == "" })
	return t
}

// scaleOf is the duration that the full width stands for: of the longest poll, but at most twice the slowest good one.
func scaleOf(polls []poll.Past) time.Duration {
	var longest, good time.Duration
	for _, p := range polls {
		longest = max(longest, p.Duration)
		if p.Reason == "" {
			good = max(good, p.Duration)
		}
	}
	scale := longest
	if good > 0 {
		scale = min(longest, 2*good)
	}
	unit := time.Duration(math.Pow(10, math.Floor(math.Log10(max(1e6, float64(scale))))))
	return (scale + unit - 1).Truncate(unit)
}

func newPollRow(p poll.Past, scale time.Duration, v *fleet.View) pollRow {
	row := pollRow{moment: newMoment(p.Start, clock(p.Start)), Reason: string(p.Reason), Where: failedIn(p), Took: seconds(p.Duration)}
	row.Full = ago(p.Start, v.At)
	const width = 97.0
	var said []string
	x, commands := 0.0, 0
	for _, phase := range p.Phases {
		text := phaseName(phase) + " " + duration(phase.Duration)
		said = append(said, text)
		class := classOf(phase, &commands)
		share := width * float64(phase.Duration) / float64(max(1, scale))
		shown := min(share, width-x)
		if shown > 0 && phase.Duration > 0 {
			row.Parts = append(row.Parts, part{fmt.Sprintf("%.2f", x), fmt.Sprintf("%.2f", max(0.25, shown-0.15)), class, text})
		}
		row.Cut = row.Cut || share > shown+0.5
		x = min(width, x+share)
	}
	row.Phases = strings.Join(said, ", ")
	return row
}

func classOf(p poll.Phase, commands *int) string {
	class, known := phaseClasses[p.Name]
	switch {
	case p.Failed:
		return "ph0"
	case known:
		return class
	case p.Command != "":
		*commands++
		return []string{"ph7", "ph6"}[*commands%2]
	}
	return "ph1"
}

func phaseName(p poll.Phase) string {
	if p.Command != "" {
		return p.Command
	}
	return p.Name
}

// failedIn is the phase in which a poll failed; "": it did not, nobody knows, or the reason says it.
func failedIn(p poll.Past) string {
	for _, phase := range p.Phases {
		if phase.Failed && phaseName(phase) == string(p.Reason) {
			return ""
		}
		if phase.Failed {
			return phaseName(phase)
		}
	}
	return ""
}

// keyOf lists the phases in their order, each with its median in the polls that were good.
func keyOf(polls []poll.Past) (key []keyEntry) {
	good := map[string][]time.Duration{}
	failed := false
	for _, p := range polls {
		failed = failed || p.Reason != ""
		commands := 0
		for _, phase := range p.Phases {
			name := phaseName(phase)
			class := classOf(poll.Phase{Name: phase.Name, Command: phase.Command}, &commands)
			if !slices.ContainsFunc(key, func(k keyEntry) bool { return k.Name == name }) {
				key = append(key, keyEntry{Class: class, Name: name})
			}
			if p.Reason == "" {
				good[name] = append(good[name], phase.Duration)
			}
		}
	}
	for i := range key {
		if all := good[key[i].Name]; len(all) > 0 {
			slices.Sort(all)
			key[i].Median = duration(all[len(all)/2])
		}
	}
	if failed {
		key = append(key, keyEntry{Class: "ph0", Name: "failed here"})
	}
	return key
}

// duration is that of a phase: "0.4 ms", "184 ms", "11.5 s".
func duration(d time.Duration) string {
	switch {
	case d < 100*time.Microsecond:
		return "<0.1 ms"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
