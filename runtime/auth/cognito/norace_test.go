//go:build !race

package cognito

const raceDetector = false
