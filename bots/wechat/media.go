package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/silenceper/wechat/v2/officialaccount/material"
	"github.com/silenceper/wechat/v2/util"
)

// Media fetches what a person sent: WeChat keeps it for three days. The MIME type is WeChat's word;
// who stores the file looks into it.
func (c *Client) Media(ctx context.Context, mediaID string) (data []byte, mimeType string, err error) {
	err = c.withToken(ctx, func(token string) error {
		raw, header, err := c.exchange(ctx, http.MethodGet, c.at("/cgi-bin/media/get", token, url.Values{"media_id": {mediaID}}), "", nil, c.maxMedia)
		if err == nil {
			raw, err = util.HandleFileResponse(raw, "media/get")
			err = judge(err)
		}
		if video := videoAddress(raw); err == nil && video != "" {
			raw, header, err = c.exchange(ctx, http.MethodGet, video, "", nil, c.maxMedia)
		}
		if err != nil {
			return err
		}
		data, mimeType = raw, "application/octet-stream"
		if given, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil {
			mimeType = given
		}
		return nil
	})
	return data, mimeType, err
}

// videoAddress is where a video lies, which WeChat does not hand over itself.
func videoAddress(raw []byte) string {
	var answer struct {
		VideoURL string `json:"video_url"`
	}
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &answer) != nil {
		return ""
	}
	if !strings.HasPrefix(answer.VideoURL, "https://") && !strings.HasPrefix(answer.VideoURL, "http://") {
		return ""
	}
	return answer.VideoURL
}

// UploadImage leaves a picture with WeChat for three days, to be sent by its media id.
func (c *Client) UploadImage(ctx context.Context, name string, data []byte) (mediaID string, err error) {
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("media", name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return "", misfit("media", "无法编码")
	}
	var answer material.Media
	err = c.withToken(ctx, func(token string) error {
		raw, _, err := c.exchange(ctx, http.MethodPost, c.at("/cgi-bin/media/upload", token, url.Values{"type": {"image"}}), writer.FormDataContentType(), form.Bytes(), maxAnswer)
		if err != nil {
			return err
		}
		return judge(util.DecodeWithError(raw, &answer, "media/upload"))
	})
	return answer.MediaID, err
}
