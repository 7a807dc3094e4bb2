package lab

import (
	"context"
	"net"
	"strconv"
	"syscall"
)

// listen opens one socket for all of 127.0.0.0/8. It is bound to the loopback interface, so that no other host can
// reach it; where the system refuses that, strangers are turned away after accept.
func listen(ctx context.Context, port uint16) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptString(int(fd), syscall.SOL_SOCKET, syscall.SO_BINDTODEVICE, "lo")
		})
	}}
	return config.Listen(ctx, "tcp4", net.JoinHostPort("0.0.0.0", strconv.Itoa(int(port))))
}
