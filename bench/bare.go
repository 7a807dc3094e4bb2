package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/lab"
)

// runBare is the role of the floor: dial, authenticate, ask, close, by a number of workers, and nothing else. It polls
// every device once and then waits for its input to end, so that its figures can be read.
func runBare(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	mode := flags.String("mode", "exec", "exec or shell")
	workers := flags.Int("workers", 64, "devices asked at once")
	dir := flags.String("dir", ".", "where the simulator left the list of devices")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names, addresses, err := addresses(*dir)
	if err != nil {
		return err
	}
	w := ways[*mode]
	ask := map[string]func(way, *ssh.Client, string) error{byExec.mode: bareExec, byShell.mode: bareShell}[*mode]
	next := make(chan int)
	failed := make(chan error, *workers)
	var crew sync.WaitGroup
	for range *workers {
		crew.Go(func() {
			for i := range next {
				if err := bare(w, names[i], addresses[i], ask); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := range names {
		select {
		case next <- i:
		case err := <-failed:
			return err
		}
	}
	close(next)
	crew.Wait()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func bare(w way, name, address string, ask func(way, *ssh.Client, string) error) error {
	client, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: lab.Username, Auth: []ssh.AuthMethod{ssh.Password(lab.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	return ask(w, client, name)
}

func bareExec(w way, client *ssh.Client, _ string) error {
	for _, line := range w.lines {
		session, err := client.NewSession()
		if err != nil {
			return err
		}
		if _, err := session.Output(line); err != nil {
			return err
		}
	}
	return nil
}

// bareShell knows the prompt and types the next line when it sees it.
func bareShell(w way, client *ssh.Client, name string) error {
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	if err := session.RequestPty("vt100", 1000, 511, ssh.TerminalModes{}); err != nil {
		return err
	}
	in, err := session.StdinPipe()
	if err != nil {
		return err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	if err := session.Shell(); err != nil {
		return err
	}
	prompt := []byte(name + ">")
	for _, line := range w.lines {
		if err := readTo(out, prompt); err != nil {
			return err
		}
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			return err
		}
	}
	return session.Wait()
}

func readTo(r io.Reader, end []byte) error {
	var seen []byte
	buf := make([]byte, 4096)
	for !bytes.HasSuffix(seen, end) {
		n, err := r.Read(buf)
		if err != nil {
			return err
		}
		seen = append(seen, buf[:n]...)
	}
	return nil
}
