//go:build faults

package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the exporter. TestMain builds it.
var binary string

// raced slows the exporter down, and with -race the lab would be slowed down, too, which has tests of its own for that.
var raced = flag.Bool("raced", true, "build the exporter with the race detector")

// together is how many tests run at once. They wait for intervals most of the time: three take two thirds of two processors, and
// with more of them slowly would have to stretch their plans.
const together = "3"

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
	}
	flag.Parse()
	for _, secret := range []string{ourPassword, otherPassword, anAnswer} {
		witness.Give(secret)
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "netver-faults-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "netver_exporter")
		args := []string{"build", "-o", binary}
		if *raced {
			args = append(args, "-race")
		}
		build := exec.Command("go", append(args, "..")...)
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", build, err, out)
			return 1
		}
		fmt.Printf("times are stretched by %.1f\n", stretch())
		code := m.Run()
		looked, err := witness.Verdict()
		fmt.Println(looked)
		if err != nil {
			fmt.Println(err)
			code = max(code, 1)
		}
		return code
	}())
}
