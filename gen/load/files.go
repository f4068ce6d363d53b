package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatewright/gatewright/gen/cfn"
	"github.com/gatewright/gatewright/gen/diag"
	"github.com/gatewright/gatewright/gen/source"
)

// folder is a document's folder: all that its references may reach.
type folder struct {
	dir   string // as diagnostics print it
	fsys  fs.FS  // refuses to leave the folder, by symbolic links too
	close func() error
}

// file is a file that was read.
type file struct {
	*source.File
	folder *folder
	name   string // path from the folder, with slashes
	root   source.Node
	filled bool // the functions in it are evaluated

	pointer  string      // of the root, where the document stands in a template
	resource *resource   // of the template that the document comes from
	template source.Node // that one
}

// files reads files, each once, and bounds what is read in all.
type files struct {
	found   *diag.List
	left    int // bytes that may still be read
	limit   int
	folders map[string]*folder
	open    map[string]*file // by folder and name; nil for one that could not be read
	owners  map[*source.File]*file
	list    []*file // in the order of their first use

	env   *cfn.Env // what functions and placeholders stand for
	ready bool     // env is complete, so that files can be filled in
}

func newFiles(maxBytes int, found *diag.List) *files {
	return &files{
		found: found, left: maxBytes, limit: maxBytes,
		folders: make(map[string]*folder), open: make(map[string]*file), owners: make(map[*source.File]*file),
		env: cfn.NewEnv(false, found),
	}
}

// close lets go of the folders.
func (f *files) close() {
	for _, d := range f.folders {
		if d.close != nil {
			_ = d.close() // nothing was written
		}
	}
}

// document reads a file of the command line, which may be anything the user can read. It returns nil, with a finding,
// when it cannot be used.
func (f *files) document(name string) *file {
	place := source.Span{File: &source.File{Path: name, Name: filepath.Base(name)}}
	data, err := f.readNamed(name)
	if err != nil {
		f.unreadable(place, name, err)
		return nil
	}
	home, err := f.folder(filepath.Dir(name))
	if err != nil {
		f.unreadable(place, name, err)
		return nil
	}
	return f.parse(home, filepath.Base(name), name, data)
}

// readNamed reads a file that the user named.
func (f *files) readNamed(name string) ([]byte, error) {
	handle, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := f.read(handle)
	return data, errors.Join(err, handle.Close())
}

// folder returns the folder at dir.
func (f *files) folder(dir string) (*folder, error) {
	key, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if known := f.folders[key]; known != nil {
		return known, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f.folders[key] = &folder{dir: dir, fsys: root.FS(), close: root.Close}
	return f.folders[key], nil
}

// errTooLarge says that a file would take the document beyond its bound.
var errTooLarge = errors.New("too large")

// read reads a file as far as the bound allows.
func (f *files) read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(f.left)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > f.left {
		return nil, errTooLarge
	}
	f.left -= len(data)
	return data, nil
}

// unreadable reports a file of the command line that cannot be read.
func (f *files) unreadable(at source.Span, name string, err error) {
	if errors.Is(err, errTooLarge) {
		f.found.Add(f.tooLarge(at))
		return
	}
	f.found.Add(diag.Diagnostic{Code: diag.Unreadable, Span: at, Message: fmt.Sprintf("cannot read %s: %v", name, reason(err))})
}

func (f *files) tooLarge(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{
		Code: diag.TooLarge, Span: at, Message: fmt.Sprintf("the document is larger than %d MiB", f.limit>>20),
		Cause: "all files of a document together are bounded",
	}
}

// reason is an error without the operation and path, which the message says.
func reason(err error) error {
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// reach returns the file at a relative path from another. at is the place of the reference; a file that
// cannot be read is reported there, each time it is referred to.
func (f *files) reach(from *file, rel string, at source.Span) *file {
	if strings.ContainsRune(rel, '\\') || strings.HasPrefix(rel, "/") {
		f.outside(at, rel, "absolute paths and backslashes are not allowed")
		return nil
	}
	name := path.Join(path.Dir(from.name), rel)
	if name == ".." || strings.HasPrefix(name, "../") || !fs.ValidPath(name) {
		f.outside(at, rel, "it leaves the folder of the document")
		return nil
	}
	key := from.folder.dir + "\x00" + name
	if known, ok := f.open[key]; ok {
		return known // nil: what is wrong with it was said
	}
	data, err := f.readBelow(from.folder, name)
	switch {
	case errors.Is(err, errTooLarge):
		f.found.Add(f.tooLarge(at))
		return nil
	case err != nil && strings.Contains(err.Error(), "escapes"):
		f.outside(at, rel, "a symbolic link leads out of the folder of the document")
		return nil
	case err != nil:
		f.found.Add(diag.Diagnostic{
			Code: diag.MissingFile, Span: at, Message: fmt.Sprintf("cannot read the file %q: %v", name, reason(err)),
			Help: "the path starts at the folder of the file that names it",
		})
		return nil
	}
	read := f.parse(from.folder, name, shown(from.folder.dir, name), data)
	if f.ready && read != nil {
		f.fill(read)
	}
	return read
}

// fill evaluates the functions of a file, if it has any.
func (f *files) fill(read *file) {
	if !read.filled && cfn.MayHold(read.File) {
		read.root = f.env.Fill(read.root)
	}
	read.filled = true
}

// replace makes what was read of a file another.
func (f *files) replace(before, after *file) {
	f.open[before.folder.dir+"\x00"+before.name] = after
	f.owners[before.File] = after
	if at := slices.Index(f.list, before); at >= 0 {
		f.list[at] = after
	}
}

func (f *files) outside(at source.Span, rel, why string) {
	f.found.Add(diag.Diagnostic{
		Code: diag.RefOutside, Span: at, Message: fmt.Sprintf("the file %q is out of reach: %s", rel, why),
		Cause: "a document may only read files below its own folder",
		Help:  "move the file below the document's folder and refer to it by a relative path",
	})
}

// readBelow reads a regular file of a folder.
func (f *files) readBelow(home *folder, name string) ([]byte, error) {
	info, err := fs.Stat(home.fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	handle, err := home.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := f.read(handle)
	return data, errors.Join(err, handle.Close())
}

// parse reads a file's text. It returns nil when nothing can be read from it.
func (f *files) parse(home *folder, name, path string, data []byte) *file {
	read := &file{File: &source.File{Path: path, Name: name, Data: data}, folder: home, name: name}
	key := home.dir + "\x00" + name
	if known, ok := f.open[key]; ok {
		return known
	}
	f.open[key] = nil
	root, mistakes := source.Parse(read.File)
	for _, m := range mistakes {
		f.found.Add(mistake(m))
	}
	if root.IsZero() || root.Kind() == source.Null {
		if len(mistakes) == 0 {
			f.found.Add(diag.Diagnostic{Code: diag.EmptyFile, Span: source.Span{File: read.File, Line: 1, Col: 1, EndLine: 1, EndCol: 1}, Message: "the file is empty"})
		}
		return nil
	}
	read.root = root
	f.open[key], f.owners[read.File] = read, read
	f.list = append(f.list, read)
	return read
}

// mistake makes a finding of a mistake in a file's text.
func mistake(m *source.SyntaxError) diag.Diagnostic {
	d := diag.Diagnostic{Span: m.Span, Message: m.Message, Help: m.Help}
	switch m.Kind {
	case source.Encoding:
		d.Code, d.Help = diag.NotUTF8, "save the file as UTF-8"
	case source.Depth:
		d.Code = diag.TooDeep
	case source.Aliases:
		d.Code, d.Help = diag.BadAlias, "write the values out, or use $ref"
	case source.DuplicateKey:
		d.Code = diag.DuplicateKey
		d.Related = []diag.Related{{Span: m.Other, Message: "it first stands here"}}
	case source.BadKey:
		d.Code = diag.BadKey
	case source.Documents:
		d.Code, d.Help = diag.SecondDocument, "put each document in a file of its own"
	default:
		d.Code = diag.BadSyntax
	}
	return d
}
