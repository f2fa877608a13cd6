package clean

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"mingzhi/backoffice/problem"
)

var executables = []string{
	"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-executable",
	"application/x-sharedlib", "application/x-object", "application/x-coredump", "application/x-mach-binary",
	"application/x-msdownload", "application/x-ms-installer", "application/java-archive", "application/jar",
	"application/x-java-applet", "application/vnd.android.package-archive", "application/x-chrome-extension",
	"application/wasm", "text/x-shellscript", "text/x-python", "text/x-perl", "text/x-ruby", "text/x-lua",
	"text/x-php", "text/javascript", "application/vnd.ms-htmlhelp", "application/x-ms-shortcut",
}

const instead = "，或到值班室当面提交、邮寄提交（电子数据请用光盘或 U 盘）。"

// refuse says what it is and how to send it instead; it goes by the content alone, whatever
// the file calls itself.
func refuse(kind *mimetype.MIME) error {
	for m := kind; m != nil; m = m.Parent() {
		for _, executable := range executables {
			if m.Is(executable) {
				return problem.New(problem.Invalid, "upload.executable",
					"这是一个程序文件，不是照片，出于安全不能接收：如果您没有打算上传程序，请检查您的手机或电脑是否中毒。",
					"mime", executable)
			}
		}
	}
	mime, _, _ := strings.Cut(kind.String(), ";")
	text := "不能接收这种文件：请拍成照片（JPG、PNG）上传" + instead
	switch {
	case mime == "image/heic" || mime == "image/heif" || mime == "image/avif" || strings.HasPrefix(mime, "image/hei"):
		text = "不能接收 HEIC 格式的照片：请在手机相机设置里选择“兼容性最佳”后重拍，或截屏后上传截图" + instead
	case mime == "application/pdf":
		text = "不能在网上接收 PDF 文件：请改为照片（逐页拍照或截图）上传" + instead
	case strings.HasPrefix(mime, "video/"):
		text = "不能在网上接收视频：请改为照片（截取关键画面）上传" + instead
	case strings.HasPrefix(mime, "audio/"):
		text = "不能在网上接收录音：请把内容写成文字，或改为照片" + instead
	case strings.HasPrefix(mime, "image/"):
		text = "不能接收这种格式的图片：请另存为 JPG 或 PNG，或截屏后上传截图" + instead
	case strings.Contains(mime, "officedocument") || strings.Contains(mime, "msword") || strings.Contains(mime, "ms-excel"):
		text = "不能在网上接收办公文档：请改为照片（拍照或截图）上传" + instead
	case mime == "application/zip" || strings.Contains(mime, "rar") || strings.Contains(mime, "7z") || strings.Contains(mime, "gzip"):
		text = "不能接收压缩包：请解压后改为照片逐张上传" + instead
	}
	return problem.New(problem.Invalid, "upload.kind_refused", text, "mime", mime)
}
