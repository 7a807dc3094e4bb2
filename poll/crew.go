package poll

// lanes are the two ways to the workers. A device that fails slowly and repeatedly takes the slow one.
type lanes struct{ ready, slow chan slot }

// slowShare divides the crew: every slowShare-th worker never takes from the slow lane, so that devices that hang
// cannot hold all of the crew.
const slowShare = 4

// slowMost is how many of n the slow lane can hold.
func slowMost(n int) int { return n - (n+slowShare-2)/slowShare }

// crew is a fixed number of workers.
type crew struct {
	quit chan struct{}
	done []chan struct{} // one a worker, closed as it leaves
}

// hire starts a crew of n that takes over from the last one (nil: there was none): a worker begins when those whose
// place it takes have ended their poll, so that a new cap holds from the first moment on.
func hire(n int, last *crew, l lanes, do func(slot)) *crew {
	c := &crew{quit: make(chan struct{}), done: make([]chan struct{}, n)}
	if last != nil {
		close(last.quit)
	}
	for i := range c.done {
		c.done[i] = make(chan struct{})
		own := worker{quit: c.quit, ready: l.ready, slow: l.slow, fair: i == n-1}
		if i%slowShare == 0 && !own.fair {
			own.slow = nil
		}
		go func() {
			defer close(c.done[i])
			if last != nil {
				for j := i; j < len(last.done); j += n {
					<-last.done[j]
				}
			}
			own.work(do)
		}()
	}
	return c
}

// dismiss ends the crew once its polls in flight have ended.
func (c *crew) dismiss() {
	close(c.quit)
	for _, done := range c.done {
		<-done
	}
}

// worker polls one device at a time.
type worker struct {
	quit  <-chan struct{}
	ready <-chan slot
	slow  <-chan slot // nil: this worker is kept for the healthy
	fair  bool        // does not put the healthy first, so that the slow lane moves even when the crew is short
}

func (w worker) work(do func(slot)) {
	for {
		select {
		case <-w.quit:
			return
		default:
		}
		if !w.fair {
			select {
			case s := <-w.ready:
				do(s)
				continue
			default:
			}
		}
		select {
		case <-w.quit:
			return
		case s := <-w.ready:
			do(s)
		case s := <-w.slow:
			do(s)
		}
	}
}
