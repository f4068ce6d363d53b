package value

import "testing"

func TestParse(t *testing.T) {
	for _, row := range []struct{ in, json, text string }{
		{`{"a":1,"b":[1,2.50,"x/y"],"c":null}`, `{"a":1,"b":[1,2.5,"x/y"],"c":null}`, `{a=1, b=[1,2.5,"x\/y"], c=null}`},
		{`{a: hello world , 'b':'c',}`, `{"a":"hello world","b":"c"}`, `{a=hello world, b=c}`},
		{`{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`, `{a=3, b=2}`},
		{`not json`, `"not json"`, `not json`},
		{`42`, `42`, `42`}, {`42 x`, `"42 x"`, `42 x`},
		{`1e10`, `1.0E10`, `1.0E10`},
		{`"a\u00e9\ud83d\ude00\ud800\n"`, "\"aé😀?\\n\"", "aé😀?\n"},
		{`[1,,2,]`, `[1,2]`, `[1,2]`},
		{`12345678901234567890`, `12345678901234567890`, `12345678901234567890`},
		{`0.12345678901234567890`, `0.12345678901234567890`, `0.12345678901234567890`},
	} {
		var d Document
		v, err := d.Parse(row.in)
		if err != nil {
			t.Errorf("%s: %v", row.in, err)
			continue
		}
		if got := string(AppendJSON(nil, v)); got != row.json {
			t.Errorf("%s: JSON %s, want %s", row.in, got, row.json)
		}
		if got := Text(v); got != row.text {
			t.Errorf("%s: text %s, want %s", row.in, got, row.text)
		}
	}
}
