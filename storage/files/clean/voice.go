package clean

import "bytes"

// amrMagic begins a narrow-band AMR file, which is how phones send voice messages.
var amrMagic = []byte("#!AMR\n")

// amrFrame is how many bytes of speech follow a frame's head, by its kind; -1: no such kind.
var amrFrame = [16]int{12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0}

// voice makes a recording anew from its frames: each head keeps its kind and its quality bit, and what is no
// frame is left out, behind the end above all. A recording has no place for a name, a time or a place.
func voice(data []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(data, amrMagic)
	if !ok {
		return nil, brokenVoice()
	}
	out := bytes.NewBuffer(make([]byte, 0, len(data)))
	out.Write(amrMagic)
	frames := 0
	for len(rest) > 0 {
		kind := rest[0] >> 3 & 0xF
		size := amrFrame[kind]
		if size < 0 || rest[0]&0x83 != 0 || len(rest) < 1+size {
			break // padding bits are set, or the frame is cut: from here on it is no speech
		}
		out.WriteByte(rest[0])
		out.Write(rest[1 : 1+size])
		rest = rest[1+size:]
		if size > 0 {
			frames++
		}
	}
	if frames == 0 {
		return nil, brokenVoice()
	}
	return out.Bytes(), nil
}
