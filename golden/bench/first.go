package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// starts is how often each candidate is started.
const starts = 20

// firstAnswer measures the time from starting a process to its first answer.
func (b *bench) firstAnswer() error {
	backend, err := b.startBackend()
	if err != nil {
		return err
	}
	count := b.startCount()
	b.printf("\nstart: process start to first answer, %d starts, median (least to most)\n", count)
	var failed []error
	for _, c := range b.chosen() {
		millis, err := b.startOften(c, backend, count)
		if err != nil {
			failed = append(failed, b.leftOut(c, err))
			continue
		}
		b.printf("  %-24s %8.1f ms (%.1f–%.1f)\n", c.name, median(millis), slices.Min(millis), slices.Max(millis))
	}
	return errors.Join(failed...)
}

// startOften starts a candidate again and again on one address, and gives the milliseconds that each start took.
func (b *bench) startOften(c candidate, backend string, count int) ([]float64, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	command, err := c.command(b, address, backend)
	if err != nil {
		return nil, err
	}
	millis := make([]float64, 0, count)
	for range count {
		begin := time.Now()
		started, err := b.start(b.core, c.name, command...)
		if err != nil {
			return nil, err
		}
		err = started.firstAnswer(address, c.works[len(c.works)-1].path)
		millis = append(millis, float64(time.Since(begin).Microseconds())/1000)
		b.stop(started)
		if err != nil {
			return nil, err
		}
	}
	return millis, nil
}

// firstAnswer asks until the process answers.
func (c *child) firstAnswer(address, path string) error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(200 * time.Microsecond) {
		connection, err := askOnce(address, path)
		if err == nil {
			return connection.Close()
		}
		if failure := c.failure(); failure != nil {
			return failure
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", c.name, err)
		}
	}
}
