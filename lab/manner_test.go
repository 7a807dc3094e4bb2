package lab

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

const swordfish = "swordfish" // unlike Password it is not a user name, too

// TestManners logs in to a device of each manner, by both methods, with a wrong password and with the right one, which is
// given to every question. It compares what the device counts.
func TestManners(t *testing.T) {
	for _, tt := range []struct {
		manner             Manner
		password, keyboard bool // the right password opens it by that method
		refusals, leaks    int64
	}{
		{manner: "", password: true, keyboard: true, refusals: 2},
		{manner: ByPassword, password: true, refusals: 1},
		{manner: ByKeyboard, keyboard: true, refusals: 1},
		{manner: OfBothPassword, password: true, refusals: 3},
		{manner: OfBothKeyboard, keyboard: true, refusals: 3},
		{manner: ByKeyboardAgain, keyboard: true, refusals: 3},
		{manner: HangsUp, password: true, keyboard: true, refusals: 2},
		{manner: AsksConsent, refusals: 2, leaks: 1},
		{manner: AsksCode, refusals: 2, leaks: 1},
		{manner: AsksHiddenCode, refusals: 2, leaks: 1},
		{manner: AsksPIN, refusals: 2, leaks: 1},
		{manner: AsksPasscode, refusals: 2, leaks: 1},
		{manner: AsksHint, refusals: 2, leaks: 1},
		{manner: AsksMenu, refusals: 2, leaks: 1},
		{manner: AsksEchoed, keyboard: true, refusals: 1, leaks: 1},
		{manner: AsksSecondPassword, keyboard: true, refusals: 1},
	} {
		t.Run(string(tt.manner), func(t *testing.T) {
			t.Parallel()
			d := device("lab-1")
			d.Login = Login{Password: swordfish, Manner: tt.manner}
			start(t, d)
			var accepted int64
			for _, try := range []struct {
				method ssh.AuthMethod
				open   bool
			}{
				{ssh.Password("wrong"), false},
				{ssh.Password(swordfish), tt.password},
				{ssh.KeyboardInteractive(answerAll("wrong")), false},
				{ssh.KeyboardInteractive(answerAll(swordfish)), tt.keyboard},
			} {
				config := clientConfig(d)
				config.Auth = []ssh.AuthMethod{try.method}
				client, err := ssh.Dial("tcp", d.Addr(), config)
				if (err == nil) != try.open {
					t.Errorf("want success %t, got %v", try.open, err)
				}
				if err == nil {
					accepted++
					client.Close()
				}
			}
			if s := d.Stats(); s.Refusals != tt.refusals || s.Accepted != accepted || s.Leaks != tt.leaks {
				t.Errorf("want %d refusals, %d accepted, %d leaks; got %+v", tt.refusals, accepted, tt.leaks, s)
			}
		})
	}
}

func answerAll(answer string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, _ []bool) ([]string, error) {
		return slices.Repeat([]string{answer}, len(questions)), nil
	}
}

func TestUnknownManner(t *testing.T) {
	d := device("lab-1")
	d.Login.Manner = "polite"
	if _, err := Start(t.Context(), d); err == nil || !strings.Contains(err.Error(), `"polite"`) {
		t.Errorf("want an error that names the manner, got %v", err)
	}
}

// TestMannersInTheSession types wrong passwords until the device ends the session.
func TestMannersInTheSession(t *testing.T) {
	for manner, asked := range map[Manner]int64{InSession: 3, InSessionOnce: 1} {
		t.Run(string(manner), func(t *testing.T) {
			d := device("lab-1")
			d.Login = Login{Password: swordfish, Manner: manner}
			start(t, d)
			config := clientConfig(d)
			config.Auth = nil
			client, err := ssh.Dial("tcp", d.Addr(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			shell := func(keys string) error {
				session, err := client.NewSession()
				if err != nil {
					t.Fatal(err)
				}
				session.Stdin = strings.NewReader(keys)
				if err := session.Shell(); err != nil {
					t.Fatal(err)
				}
				return session.Wait()
			}
			if shell(strings.Repeat(swordfish+"\nwrong\n", 4)) == nil { // which is no user's name either
				t.Error("a wrong password opened the device")
			}
			if s := d.Stats(); s.Refusals != asked || s.Leaks != asked || s.Accepted != 0 {
				t.Errorf("want %d refusals and leaks, got %+v", asked, s)
			}
			if err := shell(Username + "\n" + swordfish + "\n" + swordfish + "\nexit\n"); err != nil {
				t.Errorf("the right password: %v", err)
			}
			if s := d.Stats(); s.Refusals != asked || s.Leaks != asked+1 || s.Accepted != 1 {
				t.Errorf("want one acceptance and one leak more, got %+v", s)
			}
			session, err := client.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := session.Output("show version"); err == nil {
				t.Error("an exec request got around the password")
			}
		})
	}
}

// TestKeyThenPassword offers a key that no device knows before the password: a device that hangs up does so over passwords.
func TestKeyThenPassword(t *testing.T) {
	d := device("lab-1")
	d.Login.Manner = HangsUp
	start(t, d)
	config := clientConfig(d)
	config.Auth = append([]ssh.AuthMethod{ssh.PublicKeys(newSigner(t))}, config.Auth...)
	client, err := ssh.Dial("tcp", d.Addr(), config)
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
	if s := d.Stats(); s.KeyRefusals != 1 || s.Refusals != 0 || s.Accepted != 1 {
		t.Errorf("stats: %+v", s)
	}
}

// TestLateRefusal has a client that goes before the verdict: the device has counted its password. Then the password is
// changed to what the client has.
func TestLateRefusal(t *testing.T) {
	d := device("lab-1")
	d.Login = Login{Password: swordfish, RefusalDelay: time.Hour}
	start(t, d)
	conn, err := net.Dial("tcp", d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { // the client goes once its password is there
		for d.Stats().Refusals == 0 && wait(t.Context(), time.Millisecond) {
		}
		conn.Close()
	}()
	if _, _, _, err := ssh.NewClientConn(conn, d.Addr(), clientConfig(d)); err == nil {
		t.Fatal("a wrong password opened the device")
	}
	if s := d.Stats(); s.Refusals != 1 || s.Pending != 1 || s.Accepted != 0 {
		t.Errorf("after a wrong password: %+v", s)
	}
	d.SetPassword(Password)
	dial(t, d)
	if s := d.Stats(); s.Refusals != 1 || s.Pending != 1 || s.PendingMax != 2 || s.Accepted != 1 {
		t.Errorf("after the right one, while the verdict on the first is open: %+v", s)
	}
}
