package main

import (
	"errors"
	"fmt"
	"slices"
)

// sample is one candidate doing one work, and what each round measured of it.
type sample struct {
	work      work
	on        *running
	micros    []float64 // CPU microseconds per request
	perSecond []float64
}

// load measures CPU time per request under load, all candidates in turn in every round. What fails is left out, said, and fails the run.
func (b *bench) load() error {
	if _, err := installed("wrk", "wrk"); err != nil {
		return err
	}
	b.printf("\nload: %d connections, %d rounds of %d s each, medians (least to most)\n", b.connections, b.rounds, b.seconds)
	samples, failed := b.samples()
	for _, s := range samples { // warm: connection pools, branch predictors, lazily started parts
		if _, err := b.wrk(s.on.url(s.work.path), 1); err != nil {
			return fmt.Errorf("%s: %w", s.on.name, err)
		}
	}
	for range b.rounds {
		for _, s := range samples {
			if err := b.measure(s); err != nil {
				return fmt.Errorf("%s: %w", s.on.name, err)
			}
		}
	}
	b.printLoad(samples)
	return failed
}

// samples starts the backend and every chosen candidate that can run here, and proves that they give the same bytes.
func (b *bench) samples() ([]*sample, error) {
	backend, err := b.startBackend()
	if err != nil {
		return nil, err
	}
	var started []*running
	var failed []error
	for _, c := range b.chosen() {
		r, err := b.serve(c, backend)
		if err != nil {
			failed = append(failed, b.leftOut(c, err))
			continue
		}
		started = append(started, r)
	}
	var samples []*sample
	for _, w := range []work{proxying, answering} {
		for _, r := range started {
			if !slices.Contains(r.works, w) {
				continue
			}
			if err := r.prove(w); err != nil {
				failed = append(failed, b.leftOut(r.candidate, err))
				continue
			}
			samples = append(samples, &sample{work: w, on: r})
		}
	}
	return samples, errors.Join(failed...)
}

// measure loads a candidate once and divides its CPU time by the requests that were answered.
func (b *bench) measure(s *sample) error {
	before, err := s.on.child.usage()
	if err != nil {
		return err
	}
	result, err := b.wrk(s.on.url(s.work.path), b.seconds)
	if err != nil {
		return err
	}
	after, err := s.on.child.usage()
	if err != nil {
		return err
	}
	s.micros = append(s.micros, float64((after.cpu-before.cpu).Nanoseconds())/1000/float64(result.requests))
	s.perSecond = append(s.perSecond, result.perSecond)
	return nil
}

// printLoad prints one table a work, with the ratio to the baseline doing the same work in the same round.
func (b *bench) printLoad(samples []*sample) {
	var base *sample
	for i, s := range samples {
		if i == 0 || samples[i-1].work != s.work {
			base = s
			b.printf("%-26s %10s %17s %8s %12s\n", s.work.name, "CPU µs/req", "", "× "+baseline, "requests/s")
		}
		ratio := "-"
		if base.on.name == baseline {
			ratio = fmt.Sprintf("%.2f", median(ratios(s.micros, base.micros)))
		}
		b.printf("  %-24s %10.2f %17s %8s %12.0f\n", s.on.name, median(s.micros),
			fmt.Sprintf("(%.2f–%.2f)", slices.Min(s.micros), slices.Max(s.micros)), ratio, median(s.perSecond))
	}
}
