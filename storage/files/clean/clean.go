package clean

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/image/webp"

	"mingzhi/backoffice/problem"
)

// The limits when the settings name no others.
const (
	MaxBytes  = 20 << 20
	MaxPixels = 50_000_000
	quality   = 88
)

// Limits say how large one file may be.
type Limits struct {
	Bytes  int
	Pixels int
}

// Cleaned is a picture or a voice message made anew: no metadata, upright, nothing hidden behind its end.
type Cleaned struct {
	Name   string // the visitor's, made harmless, with the extension of the content
	MIME   string
	Data   []byte
	SHA256 string // of Data, in hexadecimal
}

// decoding bounds memory: one picture at the limit takes some hundred MB while it is turned.
var decoding = make(chan struct{}, 2)

// Clean is Limits.Clean with the default limits.
func Clean(name string, data []byte) (Cleaned, error) {
	return Limits{Bytes: MaxBytes, Pixels: MaxPixels}.Clean(name, data)
}

// Clean refuses what it cannot clean, with a sentence that says how to send it instead.
func (l Limits) Clean(name string, data []byte) (Cleaned, error) {
	if len(data) == 0 {
		return Cleaned{}, problem.New(problem.Invalid, "upload.empty", "这个文件是空的，请重新选择。")
	}
	if len(data) > l.Bytes {
		return Cleaned{}, problem.New(problem.TooLarge, "upload.too_large",
			fmt.Sprintf("文件超过 %d MB：请换一张较小的照片，或分几次上传。", l.Bytes>>20), "mb", l.Bytes>>20)
	}
	if bytes.HasPrefix(data, amrMagic) {
		out, err := voice(data)
		if err != nil {
			return Cleaned{}, err
		}
		return finished(name, "audio/amr", out), nil
	}
	kind := mimetype.Detect(data)
	decode, known := decoders[kind.String()]
	if !known {
		return Cleaned{}, refuse(kind)
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	out, mime, err := l.remake(kind.String(), data, decode)
	if err != nil {
		return Cleaned{}, err
	}
	return finished(name, mime, out), nil
}

func finished(name, mime string, out []byte) Cleaned {
	sum := sha256.Sum256(out)
	return Cleaned{Name: harmless(name, extension[mime]), MIME: mime, Data: out, SHA256: hex.EncodeToString(sum[:])}
}

type decoder struct {
	size func([]byte) (image.Config, error)
	full func([]byte) (image.Image, error)
}

var decoders = map[string]decoder{
	"image/jpeg": {
		func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
	},
	"image/png": {
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
	},
	"image/webp": {
		func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
	},
}

var extension = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "audio/amr": ".amr"}

// remake measures before it decodes: a picture of a few kilobytes may unfold to gigabytes.
func (l Limits) remake(kind string, data []byte, d decoder) (out []byte, mime string, err error) {
	defer func() {
		// Decoders read what strangers made; one that fails badly refuses one picture,
		// not the whole program.
		if r := recover(); r != nil {
			out, mime, err = nil, "", broken(fmt.Errorf("decoder: %v", r))
		}
	}()
	size, err := d.size(data)
	if err != nil || size.Width < 1 || size.Height < 1 {
		return nil, "", broken(err)
	}
	if int64(size.Width)*int64(size.Height) > int64(l.Pixels) {
		million := l.Pixels / 1_000_000
		return nil, "", problem.New(problem.TooLarge, "upload.too_large",
			"图片的像素太多（超过 "+strconv.Itoa(million)+" 百万）：请缩小尺寸后再上传。", "megapixels", million)
	}
	picture, err := d.full(data)
	if err != nil {
		return nil, "", broken(err)
	}
	picture = upright(picture, orientation(data))
	var buffer bytes.Buffer
	if kind == "image/png" || kind == "image/webp" && !opaque(picture) {
		mime, err = "image/png", png.Encode(&buffer, picture)
	} else {
		mime, err = "image/jpeg", jpeg.Encode(&buffer, picture, &jpeg.Options{Quality: quality})
	}
	if err != nil {
		return nil, "", broken(err)
	}
	return buffer.Bytes(), mime, nil
}

func opaque(picture image.Image) bool {
	o, ok := picture.(interface{ Opaque() bool })
	return !ok || o.Opaque()
}

func broken(err error) error {
	return problem.New(problem.Invalid, "upload.broken_image",
		"这张图片已损坏或没有传完整，打不开：请重新拍照或重新选择后再上传。").Because(err)
}

func brokenVoice() error {
	return problem.New(problem.Invalid, "upload.broken_voice", "这段录音没有传完整，听不到内容：请重新录一次，或者把内容写成文字。")
}

// harmless keeps what a person recognises of a file name: no folders, no signs that turn
// the text around or end a line, and the extension that fits the content.
func harmless(name, ext string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	for utf8.RuneCountInString(name) > 80 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		name = map[bool]string{true: "录音", false: "图片"}[ext == ".amr"]
	}
	return name + ext
}
