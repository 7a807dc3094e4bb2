package dialogue

import "regexp"

// Question is what a line of a device asks for. Passwords are put to lines whose text asks for one and nothing else does.
type Question int

// The questions.
const (
	Other         Question = iota // no question that we know
	Username                      // who we are
	Password                      // the password that we have
	NewPassword                   // a new one: ours has expired
	OtherPassword                 // that of something else: the privileged mode, sudo, a key
	Code                          // something that changes: one-time code, PIN, token, hint
	Consent                       // yes or no
	Unnamed                       // something, without a word on what: "Enter:"
)

// Words of other languages: for a password, and for what makes it another one than ours.
const (
	foreignPassword = `(?:passwor[dt]|kennwort|mot de passe|contrase|senha|wachtwoord|adgangskode|l[oö]senord|passord|salasana|has[lł]o|heslo|jelsz[oó]|parola|şifre)`
	foreignOneTime  = `(?:monouso|usa e getta|descart[aá]vel|eenmalig|eng[aå]ng|kertak[aä]ytt|jednor[aá]zo[vw]|egyszer|tek kullan[iı]ml[iı]k)`
	foreignNew      = `(?:neue[ns]?|altes?|bisherige[ns]?|aktuelle[ns]?|nouveau|ancien|actuel|nuev[ao]|anterior|actual|nov[aáoéý]|antiga|atual|nuova|vecchia|attuale|nieuwe?|oude?|huidige?|` +
		`nytt?|nye|gammalt|gamle?|nuv[aæ]rende|uusi|vanha|now[ea]|stare|obecne|star[eéá]|[uú]j|r[eé]gi|yeni|eski|nou[aă]|veche)`
	foreignAgain  = `(?:wiederhol|best[aä]tig|confirm|r[eé]p[eéi]t|conferma|herhaal|bevestig|gentag|bekr[aä]ft|upprepa|vahvista|powt[oó]rz|potwierd[zź]|potvr[dď]|zopak|ism[eé]t|tekrar|onayla)`
	foreignChange = `(?:^|[\s(:])` + foreignNew + `\s[^\n]{0,20}` + foreignPassword + `|` + foreignAgain + `[^\n]{0,20}` + foreignPassword + `|` + foreignPassword + `[^\n]{0,20}` + foreignAgain +
		`|нов(?:ый|ого) парол|(?:старый|старого|текущий|текущего) пароль?|повтор[^\n]{0,20}парол|新密码|新密碼|旧密码|舊密碼|(?:新しい|現在の|以前の)パスワード|(?:새|현재|이전) ?(?:비밀번호|암호)`
)

// questions are the texts by which a question is known. The order matters: "Change the password? [y/n]" asks for a
// yes, "One-time password:" for a code, "New password:" not for the password that we have.
var questions = []struct {
	kind Question
	text *regexp.Regexp
}{
	{Consent, regexp.MustCompile(`(?i)\byes ?[/|] ?no\b|[\[(<]y(?:es)?[/|]n(?:o)?(?:/\^C)?[\])>]`)},
	{NewPassword, regexp.MustCompile(`(?i)\b(?:new|old|current|re-?type|re-?enter|repeat|confirm|verify|change)\b[^\n]{0,40}\bpass(?:word|wd|phrase)\b[^\n]{0,20}[:>?] ?$|` +
		`\b(?:previous|existing|former|set|choose|create|define|pick)\s[^\n]{0,40}\bpass(?:word|wd|phrase)\b[^\n]{0,20}[:>?] ?$|\bpass(?:word|wd|phrase)\b[^\n]{0,20}\((?:old|new|current)\)|` + foreignChange)},
	{Code, regexp.MustCompile(`(?i)\b(?:one[ -]?time|otp|totp|pin|hint|challenge|response|secur ?id|2fa|mfa|two[ -]factor|verification|authenticator|dynamic)\b|token|\bsms\b|c[oó]d(?:e|igo)\b|` +
		`einmal|usage unique|solo uso|uso [uú]nico|` + foreignOneTime + `[^\n]{0,20}` + foreignPassword + `|` + foreignPassword + `[^\n]{0,10}` + foreignOneTime + `|одноразов|验证|驗證|一次性|动态|動態|認証|ワンタイム|使い捨て|일회용|인증`)},
	{OtherPassword, regexp.MustCompile(`(?i)\b(?:enable|privileged?|sudo|root(?:'s)?|super-?user(?:'s)?|unlock|key(?:store|ring)?|vault|bios|boot|database)\b[^\n]{0,30}\bpass(?:word|wd|phrase)\b|` +
		`\bpass(?:word|wd|phrase)\b[^\n]{0,10}\b(?:for|of|to)\b[^\n]{0,20}\b(?:enable|sudo|root|super-?user|unlock|(?:private )?key|key(?:store|ring))\b`)},
	{Password, regexp.MustCompile(`(?i)passw(?:or)?[dt]|pass ?phrase|\bpwd\b|kennwort|mot de passe|contrase|senha|wachtwoord|adgangskode|l[oö]senord|salasana|has[lł]o|heslo|jelsz[oó]|parola|` +
		`пароль|şifre|密码|密碼|口令|パスワード|비밀번호|암호`)},
	{Username, regexp.MustCompile(`(?i)\b(?:user ?name|user(?: ?id)?|login(?: as)?|account)\b`)},
}

// Asks tells what a line asks for. The line is the text of a prompt, complete and with nothing behind it; whether it is a
// prompt at all, and not a line of a text, the caller has to know.
func Asks(line string) Question {
	for _, q := range questions {
		if q.text.MatchString(line) {
			return q.kind
		}
	}
	return Other
}

// endsAsQuestion is how a line ends that waits for something to be typed behind it.
var endsAsQuestion = regexp.MustCompile(`(?:[:?>]|[\])]|-->) ?$`)

// IsQuestion reports whether a line asks for one of the kinds that a command may wait at: a password, a code, a yes. It is
// stricter than Asks, for lines that may as well be a part of an answer.
func IsQuestion(line string) bool {
	if !endsAsQuestion.MatchString(line) {
		return false
	}
	switch Asks(line) {
	case Password, NewPassword, OtherPassword, Code, Consent:
		return true
	}
	return false
}

var asksForEnter = regexp.MustCompile(`(?i)\b(?:press|hit|type)\b[^\n]{0,12}\b(?:any key|enter|return|cr)\b`)

// AsksForEnter reports a line that asks for the Enter key, or any.
func AsksForEnter(line string) bool { return asksForEnter.MatchString(line) }

// refusesLogin are lines by which devices, and the servers behind them, say no after a password. The whole line has to be
// of that kind: a banner that warns of failed logins is not.
var refusesLogin = regexp.MustCompile(`(?i)^\W*(?:(?:error|sorry|aaa|local|remote|tacacs|radius|user|your)\W+)*(?:` +
	`(?:log[io]n|authentication|authorization|access|permission|password|logon) (?:is )?(?:incorrect|invalid|fail|failed|failure|denied|rejected|refused|error)|` +
	`(?:log[io]n|authentication) attempt failed|error in authentication|` +
	`(?:invalid|incorrect|bad|wrong|unknown) (?:log[io]n|password|passwords|secrets?|user ?name|user|credentials?|user ?name or password|user or password|login or password)|` +
	`user(?: account| ?name)?(?: \S+)? (?:is )?(?:unknown|locked|disabled|denied|rejected)|account (?:is |has been )?(?:locked|disabled|expired)|` +
	`(?:too many|maximum) (?:authentication |login |password )*(?:failures|attempts|tries)` +
	`)(?: (?:for|from|by|please|try|exceeded|reached|due)\b[^\n]{0,60}|[:,;.(][^\n]{0,80})?\W*$`)

// RefusesLogin reports whether a line that came after a password says that it was not accepted.
func RefusesLogin(line string) bool { return refusesLogin.MatchString(line) }
