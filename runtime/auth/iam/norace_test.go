//go:build !race

package iam

const raceDetector = false
