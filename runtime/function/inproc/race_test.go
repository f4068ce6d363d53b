//go:build race

package inproc

const raceDetector = true
