package gwtest

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/gwtest/fixture"
)

// Main is the program that `gatewright test` makes for a document: it reads a fixture.Task from standard input, runs
// it, writes a fixture.Result to standard output, and exits the process.
func Main[G Gateway](construct func(...gw.Option) (G, error)) {
	if err := serve(generalize(construct), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(construct constructor, in io.Reader, out io.Writer) error {
	var task fixture.Task
	if err := json.NewDecoder(in).Decode(&task); err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	result, err := perform(construct, &task)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// perform runs the cases of task.
func perform(construct constructor, task *fixture.Task) (*fixture.Result, error) {
	wanted, err := regexp.Compile(task.Run)
	if err != nil {
		return nil, err
	}
	s := suite{construct: construct}
	if err := s.open(); err != nil {
		return nil, err
	}
	result := &fixture.Result{}
	for _, path := range task.Files {
		file, err := fixture.Read(path)
		if err != nil {
			return nil, err
		}
		told, err := s.file(file, task, wanted)
		if err != nil {
			return nil, err
		}
		result.Files = append(result.Files, told)
	}
	for i, b := range s.api.Branches {
		result.Branches = append(result.Branches, fixture.Branch{What: b.What, Where: b.Where, Reached: s.reached[i]})
	}
	return result, nil
}

// file runs the cases of one file.
func (s *suite) file(file *fixture.File, task *fixture.Task, wanted *regexp.Regexp) (fixture.FileResult, error) {
	told := fixture.FileResult{Path: file.Path, Cases: len(file.Cases)}
	for _, c := range file.Cases {
		if !wanted.MatchString(c.Name) {
			continue
		}
		o := s.run(file, c)
		switch {
		case task.Update && o.update(file):
			told.Updated++
		case o.failed():
			told.Failed++
			told.Text += o.text(file, task.Color) + "\n"
		default:
			told.Passed++
		}
	}
	return told, file.Save()
}
