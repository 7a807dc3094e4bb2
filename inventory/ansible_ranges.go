package inventory

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	bracketedPort = regexp.MustCompile(`^\[([^\[\]]+)\]:([0-9]+)$`)
	hostPort      = regexp.MustCompile(`^((?:[^:\[\]]|\[[^\[\]]+\])+):([0-9]+)$`)
)

// mostHosts bounds what a range may stand for: a slip of the pen must not fill the memory.
const mostHosts = 1_000_000

// expandHosts lists the hosts that a pattern such as sw[01:20:2].x:2222 stands for, and its port, "" if it has none.
func expandHosts(pattern string) (names []string, port string, err error) {
	if m := bracketedPort.FindStringSubmatch(pattern); m != nil && strings.Contains(m[1], ":") && parsesAsIP(m[1]) {
		return []string{m[1]}, m[2], nil
	}
	if m := hostPort.FindStringSubmatch(pattern); m != nil {
		pattern, port = m[1], m[2]
	}
	names, err = expandRanges(pattern)
	return names, port, err
}

func parsesAsIP(text string) bool {
	_, ok := parseIP(text)
	return ok
}

func expandRanges(pattern string) ([]string, error) {
	head, rest, ok := strings.Cut(pattern, "[")
	if !ok {
		return []string{pattern}, nil
	}
	bounds, tail, ok := strings.Cut(rest, "]")
	if !ok {
		return nil, errors.New("a range of hosts has no ]")
	}
	middle, err := expandRange(bounds)
	if err != nil {
		return nil, err
	}
	tails, err := expandRanges(tail)
	if err != nil {
		return nil, err
	}
	if len(middle)*len(tails) > mostHosts {
		return nil, fmt.Errorf("the ranges stand for more than %d hosts", mostHosts)
	}
	var names []string
	for _, m := range middle {
		for _, t := range tails {
			names = append(names, head+m+t)
		}
	}
	return names, nil
}

// expandRange lists what begin:end or begin:end:step stands for, in numbers or single letters. Leading zeros give the width.
func expandRange(bounds string) ([]string, error) {
	parts := strings.Split(bounds, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Errorf("[%s] is no range of hosts; want [begin:end] or [begin:end:step]", bounds)
	}
	begin, end, step := parts[0], parts[1], 1
	if len(parts) == 3 {
		var err error
		if step, err = strconv.Atoi(parts[2]); err != nil || step < 1 {
			return nil, fmt.Errorf("[%s]: the step is no positive number", bounds)
		}
	}
	if begin == "" {
		begin = "0"
	}
	if end == "" {
		return nil, fmt.Errorf("[%s]: the range has no end", bounds)
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var names []string
	if len(begin) == 1 && len(end) == 1 && strings.Contains(letters, begin) && strings.Contains(letters, end) {
		for i := strings.Index(letters, begin); i <= strings.Index(letters, end); i += step {
			names = append(names, letters[i:i+1])
		}
	} else {
		low, err1 := strconv.Atoi(begin)
		high, err2 := strconv.Atoi(end)
		width := 0
		if len(begin) > 1 && begin[0] == '0' {
			width = len(begin)
		}
		switch {
		case err1 != nil || err2 != nil:
			return nil, fmt.Errorf("[%s] is no range of numbers or letters", bounds)
		case width > 0 && len(end) != width:
			return nil, fmt.Errorf("[%s]: begin and end must have the same number of digits", bounds)
		case (high-low)/step > mostHosts:
			return nil, fmt.Errorf("[%s] stands for more than %d hosts", bounds, mostHosts)
		}
		for i := low; i <= high; i += step {
			names = append(names, fmt.Sprintf("%0*d", width, i))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("[%s]: the range ends before it begins", bounds)
	}
	return names, nil
}
