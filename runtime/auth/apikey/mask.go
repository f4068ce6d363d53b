package apikey

// shown is how many characters of a value a log shows (decisions.md, Who may call).
const shown = 6

// Mask is value as logs show it: *** and the last six characters, those that are no printable ASCII as question marks.
// Of a text too short to be a key nothing is shown, as six characters might be most of it.
func Mask(value string) string {
	const stars = "***"
	if len(value) < minValue {
		return stars
	}
	masked := []byte(stars + value[len(value)-shown:])
	for i, b := range masked {
		if b < ' ' || b > '~' {
			masked[i] = '?'
		}
	}
	return string(masked)
}
