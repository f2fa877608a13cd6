package clean

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/problem"
)

// entry is one EXIF field: short, ascii or three fractions.
type entry struct {
	tag  uint16
	kind uint16
	data []byte
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// directory lays entries out at an offset of the block, long values behind them.
func directory(at int, entries ...entry) []byte {
	head, long := be16(uint16(len(entries))), []byte{}
	end := at + 2 + 12*len(entries) + 4
	for _, e := range entries {
		count := map[uint16]int{2: len(e.data), 3: 1, 4: 1, 5: len(e.data) / 8}[e.kind]
		head = append(append(append(head, be16(e.tag)...), be16(e.kind)...), be32(uint32(count))...)
		if len(e.data) <= 4 {
			head = append(head, append(e.data, 0, 0, 0, 0)[:4]...)
			continue
		}
		head = append(head, be32(uint32(end+len(long)))...)
		long = append(long, e.data...)
	}
	return append(append(head, 0, 0, 0, 0), long...)
}

// exif holds an orientation, a time and the place 18.25 N, 109.5 E.
func exif(orientation int) []byte {
	const exifAt, gpsAt = 200, 400
	pad := func(b []byte, to int) []byte { return append(b, make([]byte, to-len(b))...) }
	b := append([]byte("MM\x00*"), be32(8)...)
	b = append(b, directory(8, entry{tagOrientation, 3, be16(uint16(orientation))},
		entry{tagExif, 4, be32(exifAt)}, entry{tagGPS, 4, be32(gpsAt)})...)
	b = append(pad(b, exifAt), directory(exifAt, entry{tagTaken, 2, []byte("2026:03:04 05:06:07\x00")})...)
	return append(pad(b, gpsAt), directory(gpsAt, entry{1, 2, []byte("N\x00")},
		entry{2, 5, be32(18, 1, 15, 1, 0, 0)}, entry{3, 2, []byte("E\x00")}, entry{4, 5, be32(109, 1, 30, 1, 0, 1)})...)
}

// corner is a 48×32 picture, white with a dark top left corner.
func corner() image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, 48, 32))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for y := range 16 {
		for x := range 16 {
			picture.Set(x, y, color.Black)
		}
	}
	return picture
}

func withJPEG(t testing.TB, block []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(), nil); err != nil {
		t.Fatal(err)
	}
	segment := append([]byte("Exif\x00\x00"), block...)
	app1 := append([]byte{0xFF, 0xE1}, be16(uint16(len(segment)+2))...)
	return append(append([]byte{0xFF, 0xD8}, append(app1, segment...)...), b.Bytes()[2:]...)
}

func withPNG(t testing.TB, block []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, corner()); err != nil {
		t.Fatal(err)
	}
	body := append([]byte("eXIf"), block...)
	chunk := append(append(be32(uint32(len(block))), body...), be32(crc32.ChecksumIEEE(body))...)
	at := 8 + 25 // behind the signature and IHDR
	return append(append(bytes.Clone(b.Bytes()[:at]), chunk...), b.Bytes()[at:]...)
}

func TestCleanTurnsAndStrips(t *testing.T) {
	corners := map[int][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for o, dark := range corners {
		for kind, data := range map[string][]byte{"image/jpeg": withJPEG(t, exif(o)), "image/png": withPNG(t, exif(o))} {
			c, err := Clean("a", append(data, "<?php hidden behind the end"...))
			if err != nil {
				t.Fatal(kind, o, err)
			}
			if c.MIME != kind || bytes.Contains(c.Data, []byte("2026:03")) || bytes.Contains(c.Data, []byte("php")) {
				t.Errorf("%s %d: %s or something is left", kind, o, c.MIME)
			}
			picture, _, err := image.Decode(bytes.NewReader(c.Data))
			if err != nil {
				t.Fatal(err)
			}
			w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
			if (o >= 5) != (h > w) {
				t.Errorf("%s %d: %d×%d", kind, o, w, h)
			}
			for cx := range 2 {
				for cy := range 2 {
					r, _, _, _ := picture.At(4+cx*(w-8), 4+cy*(h-8)).RGBA()
					if want := [2]int{cx, cy} == dark; (r < 0x4000) != want {
						t.Errorf("%s %d: corner %d,%d dark is %v", kind, o, cx, cy, !want)
					}
				}
			}
			if _, _, _, ok := PictureFacts(c.Data); ok {
				t.Error("facts are left")
			}
		}
	}
}

func TestPictureFacts(t *testing.T) {
	for kind, data := range map[string][]byte{"jpeg": withJPEG(t, exif(6)), "png": withPNG(t, exif(6))} {
		taken, lat, lon, ok := PictureFacts(data)
		if !ok || taken == nil || lat == nil || lon == nil {
			t.Fatal(kind, taken, lat, lon)
		}
		if want := time.Date(2026, 3, 3, 21, 6, 7, 0, time.UTC); !taken.Equal(want) {
			t.Error(kind, taken)
		}
		if math.Abs(*lat-18.25) > 1e-9 || math.Abs(*lon-109.5) > 1e-9 {
			t.Error(kind, *lat, *lon)
		}
	}
	if _, _, _, ok := PictureFacts([]byte("nothing")); ok {
		t.Error("facts from nothing")
	}
}

func TestWebP(t *testing.T) {
	for text, mime := range map[string]string{
		"UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA": "image/jpeg",
		"UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==":         "image/png", // see-through
	} {
		data, _ := base64.StdEncoding.DecodeString(text)
		c, err := Clean("x.webp", data)
		if err != nil || c.MIME != mime {
			t.Errorf("%s: %v", c.MIME, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	bomb := withPNG(t, nil)
	copy(bomb[16:], be32(60000, 60000))
	copy(bomb[29:], be32(crc32.ChecksumIEEE(bomb[12:29])))
	whole := withJPEG(t, nil)
	for name, c := range map[string]struct {
		data []byte
		key  string
		says string
	}{
		"empty.jpg":   {nil, "upload.empty", "空"},
		"large.jpg":   {make([]byte, MaxBytes+1), "upload.too_large", "20 MB"},
		"bomb.png":    {bomb, "upload.too_large", "像素"},
		"cut.jpg":     {whole[:len(whole)/2], "upload.broken_image", "损坏"},
		"program.jpg": {append([]byte("MZ\x90\x00"), make([]byte, 200)...), "upload.executable", "程序"},
		"elf.png":     {append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...), "upload.executable", "程序"},
		"script.jpg":  {[]byte("#!/bin/sh\nrm -rf /\n"), "upload.executable", "程序"},
		"paper.jpg":   {[]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "upload.kind_refused", "PDF"},
		"film.jpg":    {[]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), "upload.kind_refused", "视频"},
		"film.mov":    {[]byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "), "upload.kind_refused", "视频"},
		"voice.amr":   {[]byte("#!AMR\n\x3c\x91\x17\x16"), "upload.broken_voice", "重新录"},
		"wide.amr":    {[]byte("#!AMR-WB\n\x3c\x91\x17\x16"), "upload.kind_refused", "邮寄"},
		"silent.amr":  {[]byte("#!AMR\n\x7c\x7c\x7c"), "upload.broken_voice", "听不到"},
		"voice.m4a":   {[]byte("\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42"), "upload.kind_refused", "录音"},
		"voice.mp3":   {append([]byte("\xff\xfb\x90\x44"), make([]byte, 500)...), "upload.kind_refused", "录音"},
		"photo.heic":  {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "upload.kind_refused", "HEIC"},
		"page.jpg":    {[]byte("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "upload.kind_refused", "图片"},
		"text.jpg":    {[]byte("只是文字"), "upload.kind_refused", "邮寄"},
		"zip.png":     {[]byte("PK\x03\x04\x14\x00\x00\x00\x00\x00"), "upload.kind_refused", "压缩包"},
	} {
		_, err := Clean(name, c.data)
		e, ok := problem.As(err)
		if !ok || e.Key != c.key || !strings.Contains(e.Text, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHarmlessNames(t *testing.T) {
	for name, want := range map[string]string{
		"照片.JPEG": "照片.jpg", `C:\fakepath\房产证.png`: "房产证.jpg", "../../etc/passwd": "passwd.jpg", "": "图片.jpg",
		"a\u202egpj.exe": "agpj.jpg", "a\r\nb.jpg": "ab.jpg", "..": "图片.jpg", "\xff.jpg": "图片.jpg",
		strings.Repeat("长", 200): strings.Repeat("长", 80) + ".jpg",
	} {
		if got := harmless(name, ".jpg"); got != want {
			t.Errorf("%q → %q, want %q", name, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	webp, _ := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	for _, seed := range [][]byte{withJPEG(f, exif(6)), withPNG(f, exif(3)), webp, []byte("%PDF-1.7"), nil} {
		f.Add("a.jpg", seed)
	}
	limits := Limits{Bytes: 1 << 20, Pixels: 1 << 20}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c, err := limits.Clean(name, data)
		if _, known := problem.As(err); err != nil && !known {
			t.Errorf("an error without a sentence: %v", err)
		}
		if err == nil && (c.Name == "" || len(c.SHA256) != 64 || len(c.Data) == 0 || strings.ContainsAny(c.Name, "/\\\x00\n")) {
			t.Errorf("%+v", c)
		}
	})
}

func FuzzPictureFacts(f *testing.F) {
	f.Add(withJPEG(f, exif(6)))
	f.Add(withPNG(f, exif(3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, lat, lon, _ := PictureFacts(data)
		if (lat == nil) != (lon == nil) || lat != nil && (math.Abs(*lat) > 90 || math.Abs(*lon) > 180) {
			t.Error("half a place, or none on earth")
		}
	})
}
