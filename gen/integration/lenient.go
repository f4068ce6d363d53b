package integration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// mockStatus reads the statusCode of a mock's rendered template as leniently as Amazon does (rest.md section 6): names
// and texts may stand in single quotes or none, commas may trail. It must be a whole number that is a status.
func mockStatus(text string) (int, error) {
	p := &lenientParser{text: text}
	p.blanks()
	if !p.take('{') {
		return 0, errors.New("it is no JSON object")
	}
	value, found, err := p.members(1)
	if err != nil {
		return 0, err
	}
	p.blanks()
	switch {
	case p.at < len(p.text):
		return 0, errors.New("text follows the JSON object")
	case !found:
		return 0, errors.New("statusCode is missing")
	}
	code, err := strconv.Atoi(value)
	if err != nil || code < firstStatus || code > lastStatus {
		return 0, fmt.Errorf("statusCode %s is no whole number from 100 to 599", value)
	}
	return code, nil
}

// lenientDepth bounds nesting.
const lenientDepth = 100

type lenientParser struct {
	text string
	at   int
}

func (p *lenientParser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *lenientParser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

var errUnclosed = errors.New("a bracket or quote is never closed")

// members reads an object behind its brace and returns the text of its statusCode, quotes included.
func (p *lenientParser) members(depth int) (statusCode string, found bool, err error) {
	for {
		p.blanks()
		if p.take('}') {
			return statusCode, found, nil
		}
		name, err := p.scalar(":")
		if err != nil {
			return "", false, err
		}
		p.blanks()
		if !p.take(':') {
			return "", false, errors.New("a name has no value")
		}
		p.blanks()
		value, err := p.value(depth)
		if err != nil {
			return "", false, err
		}
		if strings.Trim(name, `"'`) == "statusCode" {
			statusCode, found = value, true
		}
		p.blanks()
		if !p.take(',') && (p.at >= len(p.text) || p.text[p.at] != '}') {
			return "", false, errUnclosed
		}
	}
}

// value reads any value and returns its text.
func (p *lenientParser) value(depth int) (string, error) {
	start := p.at
	if depth > lenientDepth {
		return "", errors.New("it is nested too deeply")
	}
	switch {
	case p.take('{'):
		if _, _, err := p.members(depth + 1); err != nil {
			return "", err
		}
		return p.text[start:p.at], nil
	case p.take('['):
		if err := p.elements(depth + 1); err != nil {
			return "", err
		}
		return p.text[start:p.at], nil
	default:
		return p.scalar(",}]")
	}
}

func (p *lenientParser) elements(depth int) error {
	for {
		p.blanks()
		if p.take(']') {
			return nil
		}
		if _, err := p.value(depth); err != nil {
			return err
		}
		p.blanks()
		if !p.take(',') && (p.at >= len(p.text) || p.text[p.at] != ']') {
			return errUnclosed
		}
	}
}

// scalar reads a quoted text, quotes included, or a bare word up to one of the ends.
func (p *lenientParser) scalar(ends string) (string, error) {
	start := p.at
	if p.at < len(p.text) && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		quote := p.text[p.at]
		for p.at++; p.at < len(p.text); p.at++ {
			switch p.text[p.at] {
			case '\\':
				p.at++
			case quote:
				p.at++
				return p.text[start:p.at], nil
			}
		}
		return "", errUnclosed
	}
	for p.at < len(p.text) && strings.IndexByte(ends, p.text[p.at]) < 0 {
		p.at++
	}
	word := strings.TrimSpace(p.text[start:p.at])
	if word == "" {
		return "", errors.New("a value is missing")
	}
	return word, nil
}
