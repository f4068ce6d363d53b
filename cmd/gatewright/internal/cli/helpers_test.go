package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// askMain is the program `ask [-X METHOD] [-H 'Name: value'] [-d BODY] [-show NAME,…] URL`: curl in small. It prints
// the status, the headers that -show names, and the body.
func askMain() {
	method := flag.String("X", "GET", "method")
	header := flag.String("H", "", "header")
	body := flag.String("d", "", "body")
	show := flag.String("show", "", "headers to print")
	flag.Parse()
	request, err := http.NewRequest(*method, flag.Arg(0), strings.NewReader(*body))
	exitOn(err)
	if name, value, ok := strings.Cut(*header, ": "); ok {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	exitOn(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	exitOn(err)
	fmt.Println(response.StatusCode)
	for _, name := range strings.Split(*show, ",") {
		if name != "" {
			fmt.Printf("%s: %s\n", name, response.Header.Get(name))
		}
	}
	fmt.Printf("%s\n", text)
}

// get returns what url answers.
func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return fmt.Sprintf("%d %s", response.StatusCode, text), err
}

// exitsMain is the program `exits CODE PROGRAM ARG…`: it succeeds when PROGRAM exits with CODE.
func exitsMain() {
	want, err := strconv.Atoi(os.Args[1])
	exitOn(err)
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		exitOn(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		fmt.Fprintf(os.Stderr, "exit code %d, want %d\n", got, want)
		os.Exit(1)
	}
}

// backendMain is the program `backend FILE`: it serves on a free port, which it writes to FILE as a gateway does, and
// answers with the method and the target that it was asked for.
func backendMain() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	exitOn(err)
	said := fmt.Sprintf(`{"pid":%d,"listen":%q}`, os.Getpid(), listener.Addr())
	exitOn(os.WriteFile(os.Args[1], []byte(said), 0o644))
	exitOn(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "backend saw %s %s", r.Method, r.RequestURI)
	})))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
