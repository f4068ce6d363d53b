//go:build race

package bearer

const raceDetector = true
