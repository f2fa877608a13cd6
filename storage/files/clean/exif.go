package clean

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
)

// PictureFacts reads when and where a picture says it was taken; ask before Clean, which
// removes both. What a picture says is a claim, not evidence: anyone can write it.
func PictureFacts(data []byte) (taken *time.Time, lat, lon *float64, ok bool) {
	t, found := readTIFF(exifBlock(data))
	if !found {
		return nil, nil, nil, false
	}
	first := t.directory(t.start)
	if at, has := first[tagExif]; has {
		exif := t.directory(t.number(at))
		taken = parseTime(t.text(exif[tagTaken]), t.text(exif[tagOffset]))
	}
	if at, has := first[tagGPS]; has {
		gps := t.directory(t.number(at))
		lat = t.degrees(gps[2], t.text(gps[1]), "S", 90)
		lon = t.degrees(gps[4], t.text(gps[3]), "W", 180)
		if lat == nil || lon == nil {
			lat, lon = nil, nil
		}
	}
	return taken, lat, lon, taken != nil || lat != nil
}

func orientation(data []byte) int {
	t, found := readTIFF(exifBlock(data))
	if !found {
		return 1
	}
	if field, has := t.directory(t.start)[tagOrientation]; has {
		return int(t.number(field))
	}
	return 1
}

const (
	tagOrientation = 0x0112
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagTaken       = 0x9003
	tagOffset      = 0x9011
)

// exifBlock finds the TIFF structure that JPEG, PNG and WebP carry each in its own way.
func exifBlock(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xD8}):
		return jpegExif(data[2:])
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return chunk(data[8:], "eXIf", 0, binary.BigEndian, 4)
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return bytes.TrimPrefix(chunk(data[12:], "EXIF", 4, binary.LittleEndian, 0), []byte("Exif\x00\x00"))
	}
	return nil
}

func jpegExif(data []byte) []byte {
	for len(data) >= 4 && data[0] == 0xFF {
		marker := data[1]
		if marker == 0xFF { // padding
			data = data[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(data[2:]))
		if marker == 0xDA || size < 2 || len(data) < 2+size {
			return nil
		}
		if body, is := bytes.CutPrefix(data[4:2+size], []byte("Exif\x00\x00")); marker == 0xE1 && is {
			return body
		}
		data = data[2+size:]
	}
	return nil
}

// chunk walks chunks of 4 bytes name and 4 bytes length; PNG puts the length first and a
// checksum of tail bytes last, RIFF the name first and pads to even.
func chunk(data []byte, want string, sizeAt int, order binary.ByteOrder, tail int) []byte {
	for len(data) >= 8 {
		size := uint64(order.Uint32(data[sizeAt:]))
		if size > uint64(len(data)-8) {
			return nil
		}
		body := data[8 : 8+size]
		if string(data[4-sizeAt:8-sizeAt]) == want {
			return body
		}
		next := 8 + size + uint64(tail)
		if tail == 0 {
			next += size & 1
		}
		if next > uint64(len(data)) {
			return nil
		}
		data = data[next:]
	}
	return nil
}

type tiff struct {
	data  []byte
	order binary.ByteOrder
	start uint32
}

type field struct {
	kind  uint16
	count uint32
	value []byte // the four bytes in the entry: the value, or where it is
}

func readTIFF(data []byte) (tiff, bool) {
	if len(data) < 8 {
		return tiff{}, false
	}
	t := tiff{data: data}
	switch string(data[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return tiff{}, false
	}
	t.start = t.order.Uint32(data[4:])
	return t, true
}

func (t tiff) at(offset uint32, size uint64) []byte {
	if uint64(offset)+size > uint64(len(t.data)) {
		return nil
	}
	return t.data[offset : uint64(offset)+size]
}

func (t tiff) directory(offset uint32) map[uint16]field {
	head := t.at(offset, 2)
	if head == nil {
		return nil
	}
	fields := map[uint16]field{}
	for i := range uint32(t.order.Uint16(head)) {
		entry := t.at(offset+2+12*i, 12)
		if entry == nil {
			break
		}
		fields[t.order.Uint16(entry)] = field{t.order.Uint16(entry[2:]), t.order.Uint32(entry[4:]), entry[8:12]}
	}
	return fields
}

func (t tiff) number(f field) uint32 {
	switch f.kind {
	case 3:
		return uint32(t.order.Uint16(f.value))
	case 4, 13:
		return t.order.Uint32(f.value)
	}
	return 0
}

func (t tiff) text(f field) string {
	if f.kind != 2 || f.count == 0 || f.count > 64 {
		return ""
	}
	raw := f.value
	if f.count > 4 {
		raw = t.at(t.order.Uint32(f.value), uint64(f.count))
	} else {
		raw = raw[:f.count]
	}
	text, _, _ := strings.Cut(string(raw), "\x00")
	return strings.TrimSpace(text)
}

// degrees reads three fractions: degrees, minutes, seconds.
func (t tiff) degrees(f field, side, negative string, limit float64) *float64 {
	if f.kind != 5 || f.count != 3 {
		return nil
	}
	raw := t.at(t.order.Uint32(f.value), 24)
	if raw == nil {
		return nil
	}
	var sum float64
	for i, unit := range []float64{1, 60, 3600} {
		above, below := t.order.Uint32(raw[8*i:]), t.order.Uint32(raw[8*i+4:])
		if below == 0 {
			if above != 0 || i == 0 {
				return nil
			}
			continue // some phones write 0/0 seconds
		}
		sum += float64(above) / float64(below) / unit
	}
	if sum > limit {
		return nil
	}
	if strings.EqualFold(side, negative) {
		sum = -sum
	}
	return &sum
}

// parseTime takes Beijing time when the camera names no offset.
func parseTime(text, offset string) *time.Time {
	const layout = "2006:01:02 15:04:05"
	at, err := time.Parse(layout+"-07:00", text+offset)
	if err != nil {
		at, err = time.ParseInLocation(layout, text, time.FixedZone("CST", 8*3600))
	}
	if err != nil || at.Year() < 1990 {
		return nil
	}
	return &at
}
