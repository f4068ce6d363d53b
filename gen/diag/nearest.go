package diag

import "strings"

// longestWord is the longest word that is compared: comparing takes the square of its length.
const longestWord = 100

// Nearest returns the one of known that word was most likely meant to be, or "" when none is near. Among equally near
// ones it returns the first.
func Nearest(word string, known []string) string {
	if len(word) > longestWord {
		return ""
	}
	best, bestDistance := "", 1+max(1, len([]rune(word))/3)
	for _, candidate := range known {
		if candidate == word || len(candidate) > longestWord {
			continue
		}
		if d := distance(strings.ToLower(word), strings.ToLower(candidate), bestDistance); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the number of single-letter edits (insert, delete, replace, swap neighbours) between two words, or
// bound when it is not smaller than that.
func distance(a, b string, bound int) int {
	from, to := []rune(a), []rune(b)
	if max(len(from)-len(to), len(to)-len(from)) >= bound {
		return bound
	}
	rows := make([]int, 3*(len(to)+1))
	before, last, row := rows[:len(to)+1], rows[len(to)+1:2*(len(to)+1)], rows[2*(len(to)+1):]
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(from); i++ {
		before, last, row = last, row, before
		row[0] = i
		least := i
		for j := 1; j <= len(to); j++ {
			cost := 1
			if from[i-1] == to[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > bound { // a swap may still save one
			return bound
		}
	}
	return min(row[len(to)], bound)
}
