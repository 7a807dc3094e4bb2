//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// docker is an engine of the test's own, with its images and containers in a folder of the test's.
type docker struct {
	*process
	host, data string
}

func startDocker(t *testing.T) docker {
	t.Helper()
	dir, err := os.MkdirTemp("", "netver-docker-") // a short path, for the sake of sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run(t, "rm", "-rf", dir) })
	d := docker{host: "unix://" + dir + "/socket", data: dir + "/data"}
	d.process = start(t, "dockerd", "--host="+d.host, "--data-root="+d.data, "--exec-root="+dir+"/run", "--pidfile="+dir+"/pid",
		"--bridge=none", "--iptables=false")
	d.waitFor(t, "dockerd", func() error { _, err := d.try("version"); return err })
	return d
}

func (d docker) try(args ...string) (string, error) {
	cmd := exec.Command("docker", args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+d.host, "DOCKER_BUILDKIT=0") // Debian ships no buildx
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("docker %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

func (d docker) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.try(args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// builder makes an image that stands for that of Go, which lies in a registry: the shell and what Dockerfile copies from
// it, with a go and a make that bring the program as TestMain has built it.
func (d docker) builder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Dockerfile": "FROM scratch\nCOPY . /\n",
		"bin/go":     "#!/bin/sh\n[ \"$*\" = 'mod download' ]\n",
		"bin/make":   "#!/bin/sh\n[ \"$1\" = build ] && cp /netver_exporter .\n",
	} {
		path := filepath.Join(dir, name)
		run(t, "mkdir", "-p", filepath.Dir(path), dir+"/etc/ssl/certs", dir+"/usr/local/go/lib/time")
		writeFile(t, path, "%s", text)
	}
	run(t, "chmod", "755", dir+"/bin/go", dir+"/bin/make")
	run(t, "cp", "/bin/busybox", dir+"/bin/busybox")
	for _, tool := range []string{"sh", "cp", "mkdir"} {
		run(t, "ln", "-s", "busybox", dir+"/bin/"+tool)
	}
	run(t, "cp", binary, dir)
	run(t, "cp", "/etc/ssl/certs/ca-certificates.crt", dir+"/etc/ssl/certs")
	run(t, "cp", strings.TrimSpace(run(t, "go", "env", "GOROOT"))+"/lib/time/zoneinfo.zip", dir+"/usr/local/go/lib/time")
	d.run(t, "build", "--network=none", "--tag=netver-builder", dir)
	return "netver-builder"
}

// TestContainer builds the image and runs it as it is meant to be run: no privileges, a root that cannot be written, and a
// volume. One container is the lab, the other polls it and learns its host keys.
func TestContainer(t *testing.T) {
	d := startDocker(t)
	d.run(t, "build", "--network=none", "--build-arg=GO_IMAGE="+d.builder(t), "--tag=netver", "..")

	hardened := []string{"run", "--detach", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--health-interval=1s"}
	d.run(t, append(hardened, "--name=lab", "--network=none", "netver", "lab", "--devices=5", "--write-config=/var/lib/netver/lab.yml")...)
	healthy := func(container string) {
		t.Helper()
		d.waitFor(t, container, func() error {
			state := d.run(t, "inspect", "--format={{json .State}}", container)
			if !strings.Contains(state, `"Status":"healthy"`) {
				return fmt.Errorf("%s\n%s", state, d.run(t, "logs", container))
			}
			return nil
		})
	}
	healthy("lab")
	if user := d.run(t, "inspect", "--format={{.Config.User}}", "lab"); user != "65534:65534\n" {
		t.Errorf("the image runs as %s", user)
	}

	config := t.TempDir()
	d.run(t, "cp", "lab:/var/lib/netver/lab.yml", config+"/config.yml")
	text := readFile(t, config+"/config.yml")
	_, before, _ := strings.Cut(text, "known_hosts: [")
	before, _, _ = strings.Cut(before, "]")
	writeFile(t, config+"/config.yml", "%s", strings.Replace(text, "known_hosts: ["+before+"]", "host_keys: accept-new", 1))
	run(t, "chmod", "755", config)
	run(t, "chmod", "644", config+"/config.yml")
	d.run(t, append(hardened, "--name=watch", "--network=container:lab", "--volume="+config+":/etc/netver:ro", "--volume=state:/var/lib/netver",
		"--health-cmd=/netver_exporter healthcheck --url=http://localhost:9734", "netver", "run",
		"--state.file=/var/lib/netver/state.json", "--web.listen-address=:9734")...)
	polled := func() {
		t.Helper()
		d.waitFor(t, "a device that is up", func() error {
			report, err := d.try("exec", "watch", "/netver_exporter", "report", "--url=http://localhost:9734", "--output=csv")
			if err == nil && !strings.Contains(report, ",up,") {
				err = fmt.Errorf("%s\n%s", report, d.run(t, "logs", "watch"))
			}
			return err
		})
	}
	polled()
	d.run(t, "restart", "watch")
	polled()
	for _, file := range []string{"state.json", ".ssh/known_hosts"} {
		if info, err := os.Stat(filepath.Join(d.data, "volumes/state/_data", file)); err != nil || info.Size() == 0 {
			t.Errorf("the volume lacks %s: %v", file, err)
		}
	}

	archive := filepath.Join(t.TempDir(), "image.tar")
	d.run(t, "export", "--output="+archive, "lab")
	files := run(t, "tar", "-tf", archive)
	for _, file := range []string{"netver_exporter", "etc/ssl/certs/ca-certificates.crt", "zoneinfo.zip", "var/lib/netver/"} {
		if !strings.Contains("\n"+files, "\n"+file+"\n") {
			t.Errorf("the image has no %s:\n%s", file, files)
		}
	}
	if strings.Contains(files, "bin/sh") {
		t.Errorf("the image holds more than it should:\n%s", files)
	}
}
