package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// median is the middle one by CPU for each poll.
func median(all []figures) figures {
	slices.SortFunc(all, func(a, b figures) int { return cmp.Compare(a.cpuPerPoll(), b.cpuPerPoll()) })
	return all[len(all)/2]
}

// rates is the median of the rates.
func rates(all []figures) float64 {
	each := make([]float64, len(all))
	for i, f := range all {
		each[i] = f.rate()
	}
	slices.Sort(each)
	return each[len(each)/2]
}

func show(name string, all []figures) {
	f := median(all)
	fmt.Printf("  %-28s %8.0f polls/s  %8.3f ms CPU per poll  %6.1f MiB peak\n",
		name, rates(all), float64(f.cpuPerPoll().Microseconds())/1000, float64(f.peak)/(1<<20))
}

// ratio shows a against b.
func ratio(a, b []figures) {
	fmt.Printf("  %-28s %8.2f × polls/s %7.2f × CPU per poll\n", "ratio",
		rates(a)/rates(b), float64(median(a).cpuPerPoll())/float64(median(b).cpuPerPoll()))
}

// one measures a single pass of a client.
type one func() (figures, error)

// turns measures both clients in turn, so that both see the same noise.
func (r *rig) turns(a, b one) (as, bs []figures, err error) {
	for range r.rounds {
		fa, err := a()
		if err != nil {
			return nil, nil, err
		}
		fb, err := b()
		if err != nil {
			return nil, nil, err
		}
		as, bs = append(as, fa), append(bs, fb)
	}
	return as, bs, nil
}

// floor compares the program with the bare client.
func (r *rig) floor(ctx context.Context) error {
	for _, w := range []way{byExec, byShell} {
		for _, workers := range []int{64, 256} {
			ours, bare, err := r.turns(
				func() (figures, error) { return r.exporter(ctx, w, r.devices, setup{workers: workers}) },
				func() (figures, error) { return r.bare(ctx, w, r.devices, workers) },
			)
			if err != nil {
				return err
			}
			fmt.Printf(" %s, %d workers, %d devices\n", w.mode, workers, r.devices)
			show("bare", bare)
			show("netver_exporter", ours)
			ratio(ours, bare)
		}
	}
	return nil
}

// sizes compares the CPU of a poll in fleets of 1,000, 10,000 and the large one's number of devices. A small fleet is
// swept as often as it takes to make up for its size.
func (r *rig) sizes(ctx context.Context) error {
	for _, n := range []int{1_000, 10_000, r.large} {
		if n > max(r.devices, r.large) || n == 0 {
			continue
		}
		var all []figures
		for range max(1, 30_000/n) {
			f, err := r.exporter(ctx, byExec, n, setup{workers: 64})
			if err != nil {
				return err
			}
			all = append(all, f)
		}
		show(fmt.Sprintf("%d devices", n), all)
	}
	return nil
}

// hostKeys compares the strict check against a known_hosts file with all devices with none at all.
func (r *rig) hostKeys(ctx context.Context) error {
	const enough = 8_000
	n := max(r.devices, r.large)
	strict, insecure, err := r.turns(
		func() (figures, error) { return r.exporter(ctx, byExec, n, setup{workers: 64, polls: enough}) },
		func() (figures, error) {
			return r.exporter(ctx, byExec, n, setup{workers: 64, polls: enough, insecure: true})
		},
	)
	if err != nil {
		return err
	}
	show(fmt.Sprintf("strict, %d lines", n), strict)
	show("insecure", insecure)
	ratio(strict, insecure)
	return nil
}
