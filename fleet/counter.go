package fleet

import "github.com/netver/netver_exporter/poll"

// counter counts devices of a view by something. It belongs to one goroutine.
type counter interface {
	count(v *View, devices []*poll.Status)
	end(v *View) // puts the result into the view, whose lock is held
}

// wordCounter counts the words that devices have.
type wordCounter struct {
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

func newWordCounter(words words, take func(*View, map[string]int)) *wordCounter {
	return &wordCounter{words: words, take: take, numbers: map[string]*int{}}
}

func (c *wordCounter) count(v *View, devices []*poll.Status) {
	for _, s := range devices {
		if c.words.one != nil {
			if word := c.words.one(s); word != "" {
				c.add(&c.latest[0], word)
			}
			continue
		}
		for i, word := range c.words.several(c.room[:0], s, v.At) {
			c.add(&c.latest[i%len(c.latest)], word)
		}
	}
}

func (c *wordCounter) add(l *latest, word string) {
	if word != l.word || l.number == nil {
		l.word, l.number = word, c.of(word)
	}
	*l.number++
}

func (c *wordCounter) of(word string) *int {
	n := c.numbers[word]
	if n == nil {
		n = new(int)
		c.numbers[word] = n
	}
	return n
}

func (c *wordCounter) end(v *View) {
	numbers := make(map[string]int, len(c.numbers))
	for word, n := range c.numbers {
		numbers[word] = *n
	}
	c.take(v, numbers)
}
