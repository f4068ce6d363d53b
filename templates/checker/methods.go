package checker

import "strings"

// methods lists every method that some Java type of a template has (mapping-templates.md 5).
const methods = `length isEmpty charAt substring indexOf lastIndexOf contains startsWith endsWith equals equalsIgnoreCase
	compareTo compareToIgnoreCase toUpperCase toLowerCase trim concat replace replaceAll replaceFirst matches split toString format
	intern hashCode toCharArray valueOf size get set add addAll remove containsAll removeAll retainAll subList clear
	iterator put putAll containsKey containsValue keySet values entrySet getOrDefault putIfAbsent getKey getValue setValue
	next hasNext intValue longValue doubleValue floatValue booleanValue parseInt parseDouble parseBoolean isNaN isInfinite
	getIndex getCount isFirst isLast getFirst getLast getParent getTopmost`

func methodNames() []string { return strings.Fields(methods) }

func knownMethod(name string) bool {
	for _, m := range methodNames() {
		if m == name {
			return true
		}
	}
	return false
}

// takesPattern reports whether a method's first argument is a regular expression.
func takesPattern(name string) bool {
	switch name {
	case "replaceAll", "replaceFirst", "matches", "split":
		return true
	}
	return false
}

// nearest returns the known word that differs from word in the fewest letters, if few enough.
func nearest(word string, known []string) string {
	best, found := max(len(word)/3, 1)+1, ""
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < best {
			best, found = d, k
		}
	}
	return found
}

// distance counts the letters to insert, delete or replace between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last
			if a[i-1] != b[j-1] {
				cost++
			}
			last = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
