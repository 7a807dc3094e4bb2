package lab

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// listen opens one socket for all of 127.0.0.0/8, at a port that the system picks. It is bound to the loopback interface, so that no other host can
// reach it; where the system refuses that, strangers are turned away after accept.
func listen(ctx context.Context) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptString(int(fd), syscall.SOL_SOCKET, syscall.SO_BINDTODEVICE, "lo")
		})
	}}
	return config.Listen(ctx, "tcp4", "0.0.0.0:0")
}

// shrinkQueue leaves room for a single connection that nobody accepts.
func shrinkQueue(listener *net.TCPListener) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), 0) })
	return errors.Join(err, failed)
}
