//go:build !linux

package lab

import (
	"context"
	"errors"
	"net"
	"strconv"
)

// listen opens one socket for all of 127.0.0.0/8; strangers are turned away after accept.
func listen(ctx context.Context, port uint16) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, "tcp4", net.JoinHostPort("0.0.0.0", strconv.Itoa(int(port))))
}

// shrinkQueue is known for Linux only.
func shrinkQueue(*net.TCPListener) error { return errors.ErrUnsupported }
