package main

import (
	"bytes"
	"context"
	"errors"
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
	lines, err := ways[*mode].lines()
	if err != nil {
		return err
	}
	ask := map[string]func([]string, *ssh.Client, string) error{byExec.mode: bareExec, byShell.mode: bareShell}[*mode]
	next := make(chan int)
	failed := make(chan error, *workers)
	var running sync.WaitGroup
	for range *workers {
		running.Go(func() {
			for i := range next {
				if err := bare(lines, names[i], addresses[i], ask); err != nil {
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
	running.Wait()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func bare(lines []string, name, address string, ask func([]string, *ssh.Client, string) error) error {
	client, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: lab.Username, Auth: []ssh.AuthMethod{ssh.Password(lab.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 5 * time.Second,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	return ask(lines, client, name)
}

func bareExec(lines []string, client *ssh.Client, _ string) error {
	for _, line := range lines {
		session, err := client.NewSession()
		if err != nil {
			return err
		}
		_, err = session.Output(line)
		if _, refused := errors.AsType[*ssh.ExitError](err); err != nil && !refused {
			return err
		}
	}
	return nil
}

// bareShell knows the prompt and types the next line when it sees it.
func bareShell(lines []string, client *ssh.Client, name string) error {
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
	for _, line := range lines {
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
