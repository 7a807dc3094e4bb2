package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// sample finds a series of the exposition without labels.
func sample(text []byte, name string) (float64, error) {
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("no %s in the metrics", name)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

var information = regexp.MustCompile(`(?m)^netver_device_info\{device="([^"]+)".*?hostname="([^"]*)".*?version="([^"]*)"`)

// wrong counts the devices that are missing, or told under another's name or with another version than the first.
func wrong(text []byte, devices int) int {
	right, version := 0, ""
	for _, m := range information.FindAllSubmatch(text, -1) {
		if version == "" {
			version = string(m[3])
		}
		if string(m[1]) == string(m[2]) && version == string(m[3]) {
			right++
		}
	}
	up := strings.Count(string(text), "\nnetver_device_up{")
	failed := strings.Count(string(text), "\nnetver_device_failure_reason{")
	return max(devices-right, devices-up, failed)
}

var failure = regexp.MustCompile(`(?m)^netver_poll_failures_total\{reason="([^"]+)"\} ([^0].*)$`)

// reasons tells what went wrong.
func reasons(text []byte) string {
	var all []string
	for _, m := range failure.FindAllSubmatch(text, -1) {
		all = append(all, fmt.Sprintf("%s %s", m[1], m[2]))
	}
	return strings.Join(all, ", ")
}

// bucket is one of a classic histogram, cumulative.
type bucket struct{ upTo, count float64 }

var lagBucket = regexp.MustCompile(`(?m)^netver_poll_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$`)

func lagBuckets(text []byte) ([]bucket, error) {
	var all []bucket
	for _, m := range lagBucket.FindAllSubmatch(text, -1) {
		upTo, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return nil, err
		}
		count, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return nil, err
		}
		all = append(all, bucket{upTo, count})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no netver_poll_lag_seconds in the metrics")
	}
	return all, nil
}

// quantile is the bound below which a part q of what came between two readings lies: a bucket's upper bound.
func quantile(q float64, before, after []bucket) float64 {
	last := len(after) - 1
	total := after[last].count - before[last].count
	for i := range after {
		if after[i].count-before[i].count >= q*total {
			return after[i].upTo
		}
	}
	return math.Inf(1)
}
