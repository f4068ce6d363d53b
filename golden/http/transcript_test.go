package transcripts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/gatewright/gatewright/gen/diag"
)

// transcript is one file.
type transcript struct {
	name      string // the file's name without extension
	path      string
	archive   *txtar.Archive
	documents []txtar.File
	flags     []string
	allow     []diag.Code // codes of findings that generation takes
	exchanges []*exchange
	filled    []exchange // exchanges with addresses filled in
	runFlags  []string   // flags with addresses filled in
}

// exchange is one request and all that belongs to it.
type exchange struct {
	name     string
	request  string
	replies  []string
	received string
	response string
}

const requestPrefix = "request: "

// readTranscript reads a file.
func readTranscript(path string) (*transcript, error) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	t := &transcript{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path, archive: archive}
	for _, file := range archive.Files {
		if err := t.add(file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(t.documents) == 0 || len(t.exchanges) == 0 {
		return nil, fmt.Errorf("%s: a transcript needs a document and a request", path)
	}
	return t, nil
}

// add takes one section.
func (t *transcript) add(file txtar.File) error {
	text := string(file.Data)
	if name, ok := strings.CutPrefix(file.Name, requestPrefix); ok {
		t.exchanges = append(t.exchanges, &exchange{name: name, request: text})
		return nil
	}
	if len(t.exchanges) == 0 {
		switch {
		case file.Name == "flags":
			t.flags = strings.Fields(text)
		case file.Name == "allow":
			for code := range strings.FieldsSeq(text) {
				t.allow = append(t.allow, diag.Code(code))
			}
		case strings.HasSuffix(file.Name, ".yaml"), strings.HasSuffix(file.Name, ".json"), strings.HasSuffix(file.Name, ".key"), strings.HasSuffix(file.Name, ".pem"):
			t.documents = append(t.documents, file)
		default:
			return fmt.Errorf("section %q before the first request", file.Name)
		}
		return nil
	}
	current := t.exchanges[len(t.exchanges)-1]
	switch file.Name {
	case "reply":
		current.replies = append(current.replies, text)
	case "received":
		current.received = text
	case "response":
		current.response = text
	default:
		return fmt.Errorf("section %q is none of reply, received, response", file.Name)
	}
	return nil
}

// fill puts the addresses of this run into what will be sent. What the file holds stays as it is.
func (t *transcript) fill(addresses *strings.Replacer) {
	for i := range t.documents {
		t.documents[i].Data = []byte(addresses.Replace(string(t.documents[i].Data)))
	}
	for _, flag := range t.flags {
		t.runFlags = append(t.runFlags, addresses.Replace(flag))
	}
	for _, e := range t.exchanges {
		filled := exchange{name: e.name, request: addresses.Replace(e.request)}
		for _, reply := range e.replies {
			filled.replies = append(filled.replies, addresses.Replace(reply))
		}
		t.filled = append(t.filled, filled)
	}
}

// update writes the exchanges as they are now into the file, and leaves all else as it is.
func (t *transcript) update() error {
	archive := &txtar.Archive{Comment: t.archive.Comment}
	for _, file := range t.archive.Files {
		if strings.HasPrefix(file.Name, requestPrefix) {
			break
		}
		archive.Files = append(archive.Files, file)
	}
	section := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	for _, e := range t.exchanges {
		section(requestPrefix+e.name, e.request)
		for _, reply := range e.replies {
			section("reply", reply)
		}
		if e.received != "" {
			section("received", e.received)
		}
		section("response", e.response)
	}
	return os.WriteFile(t.path, txtar.Format(archive), 0o644)
}
