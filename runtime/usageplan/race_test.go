//go:build race

package usageplan

const raceEnabled = true
