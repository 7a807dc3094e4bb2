package strictyaml

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// longUnits are those of Prometheus that Go has not, in hours.
var longUnits = map[string]float64{"d": 24, "w": 7 * 24, "y": 365 * 24}

var longUnit = regexp.MustCompile(`([0-9]*\.?[0-9]+)([dwy])`)

// parseDuration reads a duration as Prometheus writes it, 1d12h, or as Go does, 1.5h.
func parseDuration(text string) (time.Duration, error) {
	inHours := longUnit.ReplaceAllStringFunc(text, func(part string) string {
		m := longUnit.FindStringSubmatch(part)
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil { // more digits than a number can have
			return part
		}
		return strconv.FormatFloat(n*longUnits[m[2]], 'f', -1, 64) + "h"
	})
	d, err := time.ParseDuration(inHours)
	if err != nil {
		return 0, errors.New("want a duration with its unit, such as 30s, 5m, 1h30m or 7d")
	}
	return d, nil
}
