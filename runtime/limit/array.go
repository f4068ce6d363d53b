package limit

import (
	"sync"
	"sync/atomic"
)

// MaxKeys is one more than the highest number that a key has a place of its own by, as many as there can be API keys.
// All higher numbers, and negative ones, share the last place.
const MaxKeys = 1 << 20

const pieceSize = 64

// piece is a stretch of an array that stays where it is.
type piece[T any] [pieceSize]T

// array has a T for each number of a key, made when a number near it is first seen. Looking one up takes no lock.
type array[T any] struct {
	pieces atomic.Pointer[[]atomic.Pointer[piece[T]]]
	mu     sync.Mutex                   // of who adds to pieces or changes all
	fill   func(first int, p *piece[T]) // first is the number of the piece's first element
}

func newArray[T any](fill func(int, *piece[T])) *array[T] {
	a := &array[T]{fill: fill}
	a.pieces.Store(new([]atomic.Pointer[piece[T]]))
	return a
}

func (a *array[T]) at(key int) *T {
	if element := a.known(key); element != nil {
		return element
	}
	key = int(min(uint(key), MaxKeys-1))
	return &a.grow(key / pieceSize)[key%pieceSize]
}

// known is the element of a number near which one was seen; nil: it was not made.
func (a *array[T]) known(key int) *T {
	key = int(min(uint(key), MaxKeys-1))
	pieces := *a.pieces.Load()
	if place := key / pieceSize; place < len(pieces) {
		if p := pieces[place].Load(); p != nil {
			return &p[key%pieceSize]
		}
	}
	return nil
}

// grow makes the piece at place unless another goroutine has.
func (a *array[T]) grow(place int) *piece[T] {
	a.mu.Lock()
	defer a.mu.Unlock()
	pieces := *a.pieces.Load()
	if place >= len(pieces) {
		more := make([]atomic.Pointer[piece[T]], max(place+1, 2*len(pieces)))
		for i := range pieces {
			more[i].Store(pieces[i].Load())
		}
		pieces = more
		a.pieces.Store(&more)
	}
	p := pieces[place].Load()
	if p == nil {
		p = new(piece[T])
		a.fill(place*pieceSize, p)
		pieces[place].Store(p)
	}
	return p
}

// each calls do for all that was made. Who changes all holds the lock, so that what is made meanwhile is not missed.
func (a *array[T]) each(do func(key int, element *T)) {
	pieces := *a.pieces.Load()
	for place := range pieces {
		p := pieces[place].Load()
		if p == nil {
			continue
		}
		for i := range p {
			do(place*pieceSize+i, &p[i])
		}
	}
}
