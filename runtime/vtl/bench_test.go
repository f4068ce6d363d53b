package vtl

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// photos is what the generator makes of the template that golden/bench/templates measures.
func photos(r *Renderer) {
	root := r.Input(pathRoot).OrEmpty()
	r.Text("{\n  \"page\": ")
	r.Print(root.Get("photos").Get("page"))
	r.Text(",\n  \"photos\": [\n")
	loop := r.Foreach(root.Get("photos").Get("photo").OrEmpty())
	for loop.Next() {
		photo := loop.Item()
		r.Text("    {\n      \"id\": \"")
		r.Print(photo.Get("id"))
		r.Text("\",\n      \"owner\": \"")
		r.Print(photo.Get("owner"))
		r.Text("\",\n      \"title\": \"")
		r.Print(photo.Get("title"))
		r.Text("\",\n      \"public\": ")
		r.Print(photo.Get("ispublic"))
		r.Text(",\n      \"friend\": ")
		r.Print(photo.Get("isfriend"))
		r.Text(",\n      \"family\": ")
		r.Print(photo.Get("isfamily"))
		r.Text("\n    }")
		if loop.HasNext() {
			r.Text(",")
		}
		r.Text("\n")
	}
	r.Leave(loop)
	r.Text("  ]\n}\n")
}

func payload(tb testing.TB) *request {
	body, err := os.ReadFile("../../golden/bench/templates/testdata/photos.json")
	require.NoError(tb, err)
	return &request{body: string(body)}
}

// BenchmarkPhotos reads a payload and renders a template over it.
func BenchmarkPhotos(b *testing.B) {
	src := payload(b)
	var r Renderer
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		src.memory.Reset()
		src.parsed = false
		var err error
		if out, err = r.Render(src, out[:0], photos); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse reads the payload alone.
func BenchmarkParse(b *testing.B) {
	src := payload(b)
	b.ReportAllocs()
	for b.Loop() {
		src.memory.Reset()
		if _, err := src.memory.Parse(src.body); err != nil {
			b.Fatal(err)
		}
	}
}
