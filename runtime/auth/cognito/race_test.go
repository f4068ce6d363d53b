//go:build race

package cognito

const raceDetector = true
