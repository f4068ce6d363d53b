package limit

// Keys is a bucket for each of numbered keys, all of one rate. A key's bucket is found without lock or map, and keeps
// its state when new numbers come and when the rate changes. Use NewKeys.
type Keys struct {
	buckets *array[Bucket]
	shape   shape // of new buckets; the array's lock is held
}

// NewKeys has full buckets for all keys. With a rate that Check refuses nothing passes.
func NewKeys(rate Rate) *Keys {
	k := &Keys{shape: shapeOf(rate)}
	k.buckets = newArray(k.fill)
	return k
}

func (k *Keys) fill(_ int, p *piece[Bucket]) {
	eras := new([pieceSize]era)
	for i := range p {
		eras[i].shape = k.shape
		p[i].era.Store(&eras[i])
	}
}

// At is the bucket of a key, as numbered by runtime/auth/apikey: the same one for ever. See MaxKeys.
func (k *Keys) At(key int) *Bucket { return k.buckets.at(key) }

// State is the bucket of a key at now. One that was never asked for is full, and is not made for being looked at.
func (k *Keys) State(key int, now int64) State {
	if b := k.buckets.known(key); b != nil {
		return b.State(now)
	}
	k.buckets.mu.Lock()
	defer k.buckets.mu.Unlock()
	return k.shape.state(0)
}

// Set changes the rate of all keys, as Bucket.Set does.
func (k *Keys) Set(rate Rate, now int64) {
	to := shapeOf(rate)
	k.buckets.mu.Lock()
	defer k.buckets.mu.Unlock()
	k.shape = to
	k.buckets.each(func(_ int, b *Bucket) { b.set(&to, now) })
}

// Each calls do for every bucket that was made, in the order of the numbers: those of keys that were asked for, and of
// others with numbers near theirs.
func (k *Keys) Each(do func(key int, b *Bucket)) { k.buckets.each(do) }
