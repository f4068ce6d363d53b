package cli

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

// curlMain is the program `curl` as the pages use it: `curl [-i] [-s] [-X METHOD] [-d BODY] [-H 'Name: value']… URL`.
// It prints the answer's head byte for byte. The pages' tests run where no real curl is.
func curlMain() {
	head := flag.Bool("i", false, "print the answer's head")
	flag.Bool("s", false, "print nothing else")
	method := flag.String("X", "", "method")
	body := flag.String("d", "", "body")
	request := &http.Request{Header: http.Header{"User-Agent": {"curl/8.5.0"}, "Accept": {"*/*"}}}
	flag.Func("H", "header", func(field string) error {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Set(name, value)
		return nil
	})
	flag.Parse()
	fields := request.Header
	request, err := http.NewRequest(*method, flag.Arg(0), strings.NewReader(*body))
	exitOn(err)
	request.Header = fields
	if *body != "" && *method == "" {
		request.Method = http.MethodPost
	}
	connection, err := net.Dial("tcp", request.URL.Host)
	exitOn(err)
	exitOn(request.Write(connection))
	var seen bytes.Buffer
	response, err := http.ReadResponse(bufio.NewReader(io.TeeReader(connection, &seen)), request)
	exitOn(err)
	text, err := io.ReadAll(response.Body)
	exitOn(err)
	if *head {
		raw, _, _ := bytes.Cut(seen.Bytes(), []byte("\r\n\r\n"))
		os.Stdout.Write(append(raw, "\r\n\r\n"...))
	}
	os.Stdout.Write(text)
}
