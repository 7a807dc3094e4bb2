package poll

// lanes are the two ways to the workers. A device that fails slowly and repeatedly takes the slow one.
type lanes struct{ ready, slow chan slot }

// slowShare divides the workers: every slowShare-th worker never takes from the slow lane, so that devices that hang
// cannot hold all of them.
const slowShare = 4

// slowMost is how many of n the slow lane can hold.
func slowMost(n int) int { return n - (n+slowShare-2)/slowShare }

// workers are a fixed number of them.
type workers struct {
	quit chan struct{}
	done []chan struct{} // one a worker, closed as it leaves
}

// startWorkers starts n workers that take over from the last ones (nil: there were none): a worker begins when those whose
// place it takes have ended their poll, so that a new cap holds from the first moment on.
func startWorkers(n int, last *workers, l lanes, do func(slot)) *workers {
	w := &workers{quit: make(chan struct{}), done: make([]chan struct{}, n)}
	if last != nil {
		close(last.quit)
	}
	for i := range w.done {
		w.done[i] = make(chan struct{})
		own := worker{quit: w.quit, ready: l.ready, slow: l.slow, takesBothLanes: i == n-1}
		if i%slowShare == 0 && !own.takesBothLanes {
			own.slow = nil
		}
		go func() {
			defer close(w.done[i])
			if last != nil {
				for j := i; j < len(last.done); j += n {
					<-last.done[j]
				}
			}
			own.work(do)
		}()
	}
	return w
}

// stop ends the workers once their polls in flight have ended.
func (w *workers) stop() {
	close(w.quit)
	for _, done := range w.done {
		<-done
	}
}

// worker polls one device at a time.
type worker struct {
	quit           <-chan struct{}
	ready          <-chan slot
	slow           <-chan slot // nil: this worker is kept for the healthy
	takesBothLanes bool        // takes from both lanes equally; exactly one such worker exists
}

func (w worker) work(do func(slot)) {
	for {
		select {
		case <-w.quit:
			return
		default:
		}
		if !w.takesBothLanes {
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
