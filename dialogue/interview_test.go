package dialogue

import (
	"strings"
	"testing"
)

func TestAsksUser(t *testing.T) {
	for _, tt := range []struct {
		instruction, text string
		want              Question
	}{
		{"", "Password: ", Password},
		{"", "(netops@192.0.2.1) Password: ", Password},
		{"", "svc-token's password: ", Password},
		{"", "Password for svc-token: ", Password},
		{"", "Token for svc-token: ", Code},
		{"Authorized use only. Misuse of the codes is punished.", "Password: ", Password},
		{"Enter the verification code that was sent to your phone", "Password: ", Code},
		{"Enter the verification code that was sent to your phone", "> ", Code},
		{"Please enter your PIN", "", Code},
		{"Token code of your device", "", Code},
		{"SecurID passcode", "Enter: ", Code},
		{"Enable password", "", OtherPassword},
		{"New password:", "> ", NewPassword},
		{"Your password has expired. Choose a new one.", "Password: ", NewPassword},
		{"You must change your password now", "Password: ", NewPassword},
		{"Your password will expire in 5 days.", "Password: ", Password},
		{"A token may be asked for later.\nWelcome", "", Unnamed},
		{"", "Please enter your token.\nPassword: ", Code},
		{"", "A code may be asked for later.\r\nPassword: ", Password},
		{"", "Your password was accepted.\nPIN: ", Code},
		{"", "Your password was accepted.\nName of your dog: ", Other},
		{"", "", Unnamed},
		{"", "Enter: ", Unnamed},
		{"", "Please enter your secret:", Unnamed},
		{"", "> ", Unnamed},
		{"Password: ", "", Unnamed},
		{"", "Username: ", Username},
		{"", "Mother's maiden name: ", Other},
		{"", "Select a method (1-3): ", Other},
		{"", "Option: ", Other},
		{"", "Your choice: ", Other},
		{"", "Domain: ", Other},
		{"", "Badge number: ", Other},
		{"", "Enter your e-mail: ", Other},
		{"", "Answer: ", Other},
		{"", "\x1b[8mPIN\x1b[0m: ", Other},
		{"", strings.Repeat("x", 2000) + "Password: ", Other},
	} {
		if got := AsksUser("svc-token", tt.instruction, tt.text); got != tt.want {
			t.Errorf("%q, %.80q: %d, want %d", tt.instruction, tt.text, got, tt.want)
		}
	}
}
