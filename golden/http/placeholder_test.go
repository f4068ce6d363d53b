package transcripts

import (
	"net/http"
	"regexp"
	"strings"
)

// placeholders replaces what differs from run to run. Whatever the client itself has sent stays as it is.
type placeholders struct {
	backend string
	gateway string
	sent    string // the request: what stands in it was not made up by the gateway
	// request and extended are the ids of the request, as the response has them.
	request  string
	extended string
}

// learn takes the request's ids from the response. What is no id of the right form stays visible.
func (p *placeholders) learn(response *message) {
	if id := response.get("x-amzn-RequestId"); uuid.MatchString(id) && !strings.Contains(p.sent, id) {
		p.request = id
	}
	if id := response.get("x-amz-apigw-id"); extendedID.MatchString(id) {
		p.extended = id
	}
}

var (
	uuid       = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	extendedID = regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`)
)

// patterns are the texts that a gateway makes up, most particular first.
var patterns = []struct {
	expression *regexp.Regexp
	word       string
}{
	{regexp.MustCompile(`1-[0-9a-f]{8}-[0-9a-f]{24}`), "<trace root>"},
	{regexp.MustCompile(`Parent=[0-9a-f]{16}`), "Parent=<parent>"},
	{regexp.MustCompile(`\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000`), "<request time>"},
	{regexp.MustCompile(`\b1[78]\d{11}\b`), "<milliseconds>"},
}

// replace puts the placeholders into a message.
func (p placeholders) replace(m *message) string {
	if date := m.get("Date"); date != "" {
		if _, err := http.ParseTime(date); err == nil && !strings.Contains(p.sent, date) {
			for i, f := range m.fields {
				if strings.EqualFold(f.name, "Date") && f.value == date {
					m.fields[i].value = "<date>"
				}
			}
		}
	}
	text := m.String()
	for _, pattern := range patterns {
		text = pattern.expression.ReplaceAllStringFunc(text, func(found string) string {
			if strings.Contains(p.sent, found) {
				return found
			}
			return pattern.word
		})
	}
	pairs := []string{p.backend, "<backend>", p.gateway, "<gateway>"}
	if p.request != "" {
		pairs = append(pairs, p.request, "<request id>")
	}
	if p.extended != "" {
		pairs = append(pairs, p.extended, "<extended id>")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
