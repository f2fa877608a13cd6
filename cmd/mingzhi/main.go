// Command mingzhi is the whole program: portal, desk, courier and background work in one process, or
// one role a process; and the commands of a court's IT office.
package main

import (
	"os"

	"github.com/alecthomas/kong"

	"mingzhi/cmd/internal/boot"
)

// cli is the command line; every flag has an environment variable beside it.
type cli struct {
	Settings

	Serve    serveCmd    `cmd:"" help:"启动服务。--demo 为演示：自带数据库、两个法院和演示数据。"`
	Migrate  migrateCmd  `cmd:"" help:"把数据库升级到本程序的版本。"`
	Import   importCmd   `cmd:"" help:"导入数据。"`
	Rulebook rulebookCmd `cmd:"" help:"检查、对照和发布规则书。"`
	Staff    staffCmd    `cmd:"" help:"人员：第一个系统管理员、重设密码。"`
	Keys     keysCmd     `cmd:"" help:"密钥。"`
	Audit    auditCmd    `cmd:"" help:"审计链。"`
	Backup   backupCmd   `cmd:"" help:"把数据库、文件和规则书一起备份（不含密钥）。"`
	Restore  restoreCmd  `cmd:"" help:"把备份恢复到空的数据库和目录。"`
	Gate     gateCmd     `cmd:"" help:"网闸（内网一侧）：导出要公开的内容，导入公众提交的内容。"`
	Demo     demoCmd     `cmd:"" help:"写出演示用的案件表格。"`
}

func main() {
	var c cli
	parser := kong.Must(&c, kong.Name("mingzhi"), kong.Description("明执：法院执行指挥中心的公开门户与工作台。"), kong.UsageOnError())
	k, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := boot.Signals()
	defer stop()
	k.BindTo(ctx, (*contextArg)(nil))
	k.Bind(&c.Settings)
	if err := k.Run(); err != nil {
		boot.Fail(err)
	}
}
