package clean

import (
	"bytes"
	"testing"
)

// frame is one AMR frame of a kind, good quality, filled with b.
func frame(kind byte, b byte) []byte {
	return append([]byte{kind<<3 | 4}, bytes.Repeat([]byte{b}, amrFrame[kind])...)
}

func TestVoiceIsMadeAnew(t *testing.T) {
	speech := append(bytes.Clone(amrMagic), frame(7, 0xAB)...)
	for kind := range byte(9) {
		speech = append(speech, frame(kind, kind)...)
	}
	speech = append(speech, frame(15, 0)...)
	for name, tail := range map[string][]byte{
		"whole": nil, "a page behind": []byte("<?php system('x')"), "cut frame": frame(7, 1)[:20], "unknown kind": {9<<3 | 4, 1, 2}, "zip": []byte("PK\x03\x04hidden"),
	} {
		c, err := Clean("语音", append(bytes.Clone(speech), tail...))
		if err != nil || c.MIME != "audio/amr" || c.Name != "语音.amr" || !bytes.Equal(c.Data, speech) {
			t.Errorf("%s: %v %s %d bytes, want %d", name, err, c.Name, len(c.Data), len(speech))
			continue
		}
		if again, err := Clean(c.Name, c.Data); err != nil || again.SHA256 != c.SHA256 {
			t.Errorf("%s: cleaned twice it is another: %v", name, err)
		}
	}
}

func FuzzVoice(f *testing.F) {
	f.Add(append(bytes.Clone(amrMagic), frame(7, 1)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := voice(data)
		if err == nil && (len(out) > len(data) || !bytes.HasPrefix(data, out[:len(amrMagic)])) {
			t.Error("more came out than went in")
		}
	})
}
