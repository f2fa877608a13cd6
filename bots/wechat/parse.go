package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const maxDepth = 8 // WeChat's own documents go to 5

// document is a callback's body: the message, its envelope, or in compatible mode both.
type document struct {
	Message
	encrypted string
	notice    Notice // the one being read
}

// parse reads a body; nothing of it is kept in an error.
func parse(body []byte) (document, error) {
	d, err := walk(body)
	if err != nil && utf8.Valid(body) {
		// People paste characters that XML forbids, and WeChat hands them on inside CDATA.
		if clean := scrub(body); !bytes.Equal(clean, body) {
			d, err = walk(clean)
		}
	}
	if err != nil {
		return document{}, ErrGarbled
	}
	return d, nil
}

func scrub(body []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, body)
}

var errShape = errors.New("not one of WeChat's documents")

// walk goes through the body once. It is not xml.Unmarshal into the library's MixMessage, because
// there one odd number in a field nobody reads loses the whole message.
func walk(body []byte) (d document, err error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var names [maxDepth + 1]string
	var text []byte
	depth, roots := 0, 0
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			if roots != 1 {
				return d, errShape
			}
			return d, nil
		}
		if err != nil {
			return d, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth || depth == 1 && t.Name.Local != "xml" {
				return d, errShape
			}
			if depth == 1 {
				roots++
			}
			names[depth], text = t.Name.Local, text[:0]
		case xml.EndElement:
			switch {
			case depth == 2:
				d.set(names[2], string(text))
			case depth == 3 && names[3] == "List":
				d.Notices = append(d.Notices, d.notice)
				d.notice = Notice{}
			case depth == 4 && names[3] == "List":
				d.notice.set(names[4], string(text))
			}
			depth--
			text = text[:0]
		case xml.CharData:
			if depth > 1 {
				text = append(text, t...)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return d, errShape
			}
		case xml.Directive: // DOCTYPE, ENTITY
			return d, errShape
		}
	}
}

func (n *Notice) set(name, text string) {
	switch name {
	case "TemplateId":
		n.TemplateID = text
	case "SubscribeStatusString", "ErrorStatus":
		n.Status = text
	case "MsgID":
		n.MsgID = text
	case "ErrorCode":
		n.ErrorCode = text
	}
}

func (d *document) set(name, text string) {
	switch name {
	case "Encrypt":
		d.encrypted = text
	case "ToUserName":
		d.ToUser = text
	case "FromUserName":
		d.FromUser = text
	case "CreateTime":
		seconds, _ := strconv.ParseInt(text, 10, 64)
		d.CreatedAt = time.Unix(seconds, 0)
	case "MsgType":
		d.Kind = kind(text)
	case "MsgId":
		d.MsgID = text
	case "Event":
		d.Event = text
	case "EventKey":
		d.EventKey = strings.TrimPrefix(text, "qrscene_")
	case "MsgID":
		d.TemplateMsgID = text
	default:
		d.content(name, text)
	}
}

// content sets what only some kinds have.
func (d *document) content(name, text string) {
	switch name {
	case "Content", "Description":
		d.Text = text
	case "Title":
		d.Title = text
	case "Url":
		d.URL = text
	case "MediaId":
		d.MediaID = text
	case "PicUrl":
		d.PicURL = text
	case "Format":
		d.Format = text
	case "Recognition":
		d.Recognition = text
	case "Location_X", "Latitude":
		d.Lat = degrees(text, 90)
	case "Location_Y", "Longitude":
		d.Lon = degrees(text, 180)
	case "Label":
		d.Label = text
	case "Ticket":
		d.Ticket = text
	case "Status":
		d.Status = text
	}
}

func kind(text string) Kind {
	switch k := Kind(text); k {
	case Text, Image, Voice, Video, Location, Link, Event:
		return k
	case "shortvideo":
		return Video
	}
	return Other
}

func degrees(text string, limit float64) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > limit {
		return 0
	}
	return n
}
