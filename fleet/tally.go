package fleet

import (
	"github.com/netver/netver_exporter/poll"
)

// counter counts devices of a view by something. It belongs to one goroutine.
type counter interface {
	count(v *View, devices []*poll.Status)
	end(v *View) // puts the result into the view, whose lock is held
}

// tally counts the words that devices have.
type tally struct {
	words   words
	take    func(*View, map[string]int) // puts the result into the view
	numbers map[string]*int

	room   [8]string
	latest [8]latest // by place among the words of a device
}

// latest is the word that the latest device had: many devices in a row have the same.
type latest struct {
	word   string
	number *int // nil: there was none
}

func newTally(words words, take func(*View, map[string]int)) *tally {
	return &tally{words: words, take: take, numbers: map[string]*int{}}
}

func (t *tally) count(v *View, devices []*poll.Status) {
	for _, s := range devices {
		if t.words.one != nil {
			if word := t.words.one(s); word != "" {
				t.add(&t.latest[0], word)
			}
			continue
		}
		for i, word := range t.words.several(t.room[:0], s, v.At) {
			t.add(&t.latest[i%len(t.latest)], word)
		}
	}
}

func (t *tally) add(l *latest, word string) {
	if word != l.word || l.number == nil {
		l.word, l.number = word, t.of(word)
	}
	*l.number++
}

func (t *tally) of(word string) *int {
	n := t.numbers[word]
	if n == nil {
		n = new(int)
		t.numbers[word] = n
	}
	return n
}

func (t *tally) end(v *View) {
	numbers := make(map[string]int, len(t.numbers))
	for word, n := range t.numbers {
		numbers[word] = *n
	}
	t.take(v, numbers)
}
