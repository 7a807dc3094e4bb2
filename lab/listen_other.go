//go:build !linux

package lab

import (
	"context"
	"errors"
	"net"
)

// listen opens one socket for all of 127.0.0.0/8, at a port that the system picks; strangers are turned away after accept.
func listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp4", "0.0.0.0:0")
}

// shrinkQueue is known for Linux only.
func shrinkQueue(*net.TCPListener) error { return errors.ErrUnsupported }
