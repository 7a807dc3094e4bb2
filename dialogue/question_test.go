package dialogue

import "testing"

func TestAsks(t *testing.T) {
	for line, want := range map[string]Question{
		"Password:":                                  Password,
		"password: ":                                 Password,
		"admin@10.0.0.1's password: ":                Password,
		"Enter PASSWORD:":                            Password,
		"[sudo] password for netops: ":               OtherPassword,
		"Enable password: ":                          OtherPassword,
		"Password for sudo:":                         OtherPassword,
		"Root password:":                             OtherPassword,
		"Enter passphrase for key '/id_ed25519': ":   OtherPassword,
		"Password to unlock the keyring: ":           OtherPassword,
		"Please enter password (old):":               NewPassword,
		"Wachtwoord: ":                               Password,
		"Пароль:":                                    Password,
		"Einmalkennwort: ":                           Code,
		"Mot de passe à usage unique : ":             Code,
		"请输入验证码：":                                    Code,
		"Código: ":                                   Code,
		"Jednorazowe hasło: ":                        Code,
		"Engangsadgangskode: ":                       Code,
		"Eenmalig wachtwoord: ":                      Code,
		"Engångslösenord: ":                          Code,
		"Kertakäyttösalasana: ":                      Code,
		"Jednorázové heslo: ":                        Code,
		"Egyszer használatos jelszó: ":               Code,
		"Password monouso: ":                         Code,
		"Tek kullanımlık şifre: ":                    Code,
		"일회용 비밀번호: ":                                 Code,
		"使い捨てパスワード: ":                                Code,
		"Neues Passwort: ":                           NewPassword,
		"Passwort wiederholen: ":                     NewPassword,
		"Nouveau mot de passe : ":                    NewPassword,
		"Ancien mot de passe : ":                     NewPassword,
		"Confirmez le mot de passe : ":               NewPassword,
		"Nueva contraseña: ":                         NewPassword,
		"Nuova password: ":                           NewPassword,
		"Nova senha: ":                               NewPassword,
		"Nieuw wachtwoord: ":                         NewPassword,
		"Nytt lösenord: ":                            NewPassword,
		"Nowe hasło: ":                               NewPassword,
		"Nové heslo: ":                               NewPassword,
		"Новый пароль: ":                             NewPassword,
		"新密码：":                                       NewPassword,
		"新しいパスワード: ":                                 NewPassword,
		"새 비밀번호: ":                                   NewPassword,
		"Previous password: ":                        NewPassword,
		"Set password: ":                             NewPassword,
		"Choose a password: ":                        NewPassword,
		"Введите пароль: ":                           Password,
		"Bitte Passwort eingeben: ":                  Password,
		"Introduzca su contraseña: ":                 Password,
		"Podaj hasło: ":                              Password,
		"lab-novo-1 Password: ":                      Password,
		"Passwort:":                                  Password,
		"Kennwort: ":                                 Password,
		"Mot de passe :":                             Password,
		"密码:":                                        Password,
		"Enter passphrase:":                          Password,
		"Enter new password:":                        NewPassword,
		"(current) UNIX password: ":                  NewPassword,
		"Old Password:":                              NewPassword,
		"Retype new password:":                       NewPassword,
		"Change your password now?":                  NewPassword,
		"One-time password (OATH) for `netops': ":    Code,
		"Verification code: ":                        Code,
		"Enter PASSCODE:":                            Code,
		"PIN:":                                       Code,
		"Password hint:":                             Code,
		"Enter your password and token:":             Code,
		"Tokencode:":                                 Code,
		"Challenge 1234, Response: ":                 Code,
		"Save the password? [y/n]":                   Consent,
		"Do you want to change the password? [y/n]:": Consent,
		"Continue (yes/no)?":                         Consent,
		"Proceed? [y|n] -->":                         Consent,
		"User Name:":                                 Username,
		"lab login: ":                                Username,
		"login as: ":                                 Username,
		"lab-sw-1#":                                  Other,
		"":                                           Other,
	} {
		if got := Asks(line); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}

func TestIsQuestion(t *testing.T) {
	for line, want := range map[string]bool{
		"Password:":                  true,
		"[sudo] password for lab: ":  true,
		"Proceed with reload? [y/n]": true,
		"Do you agree (y/n)?":        true,
		"Enter code: ":               true,
		"password encryption is on":  false,
		"Token ring":                 false,
		"lab login: ":                false,
		"Serial number:":             false,
	} {
		if got := IsQuestion(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestAsksForEnter(t *testing.T) {
	for line, want := range map[string]bool{
		"Press RETURN to get started.":        true,
		"| Press <Enter> to continue |":       true,
		"Hit any key to start the session":    true,
		"type <CR>":                           true,
		"Enter your password":                 false,
		"The press release of the enterprise": false,
		"":                                    false,
	} {
		if got := AsksForEnter(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestRefusesLogin(t *testing.T) {
	for line, want := range map[string]bool{
		"Login incorrect":                                true,
		"% Login invalid":                                true,
		"% Authentication failed":                        true,
		"% Authentication failed.":                       true,
		"authentication failed":                          true,
		"Access denied":                                  true,
		"% Access denied":                                true,
		"Permission denied, please try again.":           true,
		"% Bad passwords":                                true,
		"% Bad secrets":                                  true,
		"% Error in authentication.":                     true,
		"% Authorization failed.":                        true,
		"Error: Authentication fail":                     true,
		"AAA authentication failed!":                     true,
		"Error: Local authentication is rejected.":       true,
		"Invalid login: netops":                          true,
		"Incorrect password":                             true,
		"Wrong password!":                                true,
		"Invalid username or password.":                  true,
		"Account is locked":                              true,
		"Too many authentication failures":               true,
		"User netops is locked":                          true,
		"There were 3 failed login attempts":             false,
		"Last failed login: Mon Jan 1 2024 from 1.2.3.4": false,
		"Unauthorized access denied and prosecuted by law. Access is denied to all who have no business here.": false,
		"lab-sw-1#": false,
		"":          false,
	} {
		if got := RefusesLogin(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
