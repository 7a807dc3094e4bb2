package parser

// Sample is one recorded device of a platform: testdata/<platform>/<case>.txtar. The same file is the parser's golden
// test, a fuzz seed and a device of the lab.
type Sample struct {
	Platform string
	Name     string   // the file's, without .txtar
	Talk     Talk     // the YAML before the first section: how the device behaves in a session
	Answers  []Output // a section each: what the device prints
}

// Talk is how a sample's device behaves in a session. Every field has a default that follows from the platform.
type Talk struct {
	Server  string       `yaml:"server"`  // SSH version line
	Banner  string       `yaml:"banner"`  // printed after login, before the first prompt
	Prompt  string       `yaml:"prompt"`  // the exact prompt at work, "lab-sw-17#"
	User    string       `yaml:"user"`    // the prompt before enable, "lab-sw-17>"; "": no such mode
	Context string       `yaml:"context"` // the line above the prompt, "{master:0}"
	Pager   string       `yaml:"pager"`   // pager text, as sent when a page is full
	Erase   string       `yaml:"erase"`   // what the device sends to wipe the pager text once it is answered
	Newline string       `yaml:"newline"` // line end the device sends, "\r\n" by default
	Gates   []SampleGate `yaml:"gates"`   // questions asked before the first prompt
	Refusal string       `yaml:"refusal"` // the answer to an unknown command
}

// SampleGate is a question that a sample's device asks, and the line (or key) it wants.
type SampleGate struct {
	Ask  string `yaml:"ask"`
	Want string `yaml:"want"`
}
