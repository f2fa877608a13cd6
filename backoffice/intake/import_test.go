package intake_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
)

// book is a workbook a test can spoil.
type book struct{ *excelize.File }

func goodBook(t *testing.T) book {
	t.Helper()
	f := excelize.NewFile()
	rows := map[string][][]any{
		"案件": {{"（2026）琼02执301号", "买卖合同纠纷", "2026-02-03", "财产控制", "第一执行团队", "judge1", "", "", "", "12万", "0", "0", "", "", "", ""},
			{"(2026)琼02执302号", "借款合同纠纷", 46056, "已结案", "enforcement_1", "judge1", "", "", "", "100", "100", "", "2026-03-01", "执行完毕", "", ""}},
		"当事人": {{"（2026）琼02执301号", "A", "申请执行人", "自然人", "张𠮷", "11010519491231002X", "199 0000 0101", "", "", "", "", ""},
			{"（2026）琼02执301号", "D", "被执行人", "单位", "某某有限公司", "91350100M000100Y4Z", "", "", "", "", "", ""},
			{"（2026）琼02执302号", "A", "申请执行人", "自然人", "赵一", "", "", "", "", "", "", ""},
			{"（2026）琼02执302号", "D", "被执行人", "自然人", "钱二", "", "", "", "", "", "", ""}},
		"经过": {{"（2026）琼02执301号", "1", "执行通知书、报告财产令发出", "2026-02-10 09:30", "", "被执行人=D；文书编号=一；发出日期=2026-02-10；送达方式=邮寄送达"},
			{"（2026）琼02执301号", "2", "网上冻结", "2026-02-20 09:00", "2026-02-20 15:00", "被执行人=D；财产类别=银行存款；冻结金额=5万；期限届满日=2027-02-19；裁定书文号=二"}},
	}
	for name, columns := range intake.Sheets() {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		header := make([]any, len(columns))
		for i, c := range columns {
			header[i] = c
		}
		for i, row := range append([][]any{header}, rows[name]...) {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := f.SetSheetRow(name, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	return book{f}
}

func (b book) bytes(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func importer() staff.Actor { return staff.Importer("sanya", [16]byte{}) }

func TestImportIsRepeatable(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	h.Person("sanya", "judge1", "enforcement_1", "judge")
	data := goodBook(t).bytes(t)
	r, err := h.Intake.Check(ctx, importer(), data)
	if err != nil || len(r.Faults) > 0 || r.Created != 2 {
		t.Fatal(r, err)
	}
	if h.Rows(`SELECT count(*) FROM court.cases`) != 0 {
		t.Fatal("a dry run wrote")
	}
	cut := calendar.Date{Year: 2026, Month: 1, Day: 1}
	if r, err = h.Intake.Import(ctx, importer(), data, intake.Options{Name: "x.xlsx", CutOver: cut}); err != nil || r.Created != 2 {
		t.Fatal(r, err)
	}
	counts := func() [6]int {
		var n [6]int
		for i, table := range []string{"court.cases", "court.party", "court.docket WHERE code <> 'party_changed'", "court.deadline", "disclosed.item", "disclosed.outgoing"} {
			n[i] = h.Rows(`SELECT count(*) FROM ` + table)
		}
		return n
	}
	first := counts()
	if first[0] != 2 || first[1] != 4 || first[3] == 0 || first[4] == 0 || first[5] != 0 {
		t.Fatalf("cases, persons, events, clocks, items, messages: %v", first)
	}
	if r, err = h.Intake.Import(ctx, importer(), data, intake.Options{CutOver: cut}); err != nil || r.Unchanged != 2 || counts() != first {
		t.Fatalf("repeated: %+v %v %v", r, counts(), err)
	}
	b := goodBook(t)
	_ = b.SetCellValue("案件", "B2", "租赁合同纠纷")
	if r, err = h.Intake.Import(ctx, importer(), b.bytes(t), intake.Options{CutOver: cut}); err != nil || r.Changed != 1 || r.Unchanged != 1 {
		t.Fatalf("changed: %+v %v", r, err)
	}
	if h.Rows(`SELECT count(*) FROM court.cases WHERE cause = '租赁合同纠纷'`) != 1 || counts()[2] != first[2] {
		t.Fatal("the change did not arrive, or history was doubled")
	}
}

// TestSpoiledWorkbooks: each is refused whole, saying sheet, row and column in words.
func TestSpoiledWorkbooks(t *testing.T) {
	t.Parallel()
	h := backofficetest.New(t)
	h.Person("sanya", "judge1", "enforcement_1", "judge")
	for name, c := range map[string]struct {
		spoil func(b book)
		want  string
	}{
		"missing sheet":   {func(b book) { _ = b.DeleteSheet("当事人") }, "工作表“当事人”：缺少这张工作表"},
		"missing column":  {func(b book) { _ = b.RemoveCol("案件", "C") }, "工作表“案件”第1行“立案日期”列：缺少这一列"},
		"unknown column":  {func(b book) { _ = b.SetCellValue("案件", "B1", "案由由") }, "“案由由”列：不认识这一列"},
		"merged cells":    {func(b book) { _ = b.MergeCell("案件", "B2", "B3") }, "单元格B2至B3合并了"},
		"empty cell":      {func(b book) { _ = b.SetCellValue("案件", "C2", "") }, "工作表“案件”第2行“立案日期”列：不能为空"},
		"bad date":        {func(b book) { _ = b.SetCellValue("案件", "C2", "上周三") }, "第2行“立案日期”列：日期应写成"},
		"future date":     {func(b book) { _ = b.SetCellValue("案件", "C2", "2026-12-01") }, "不能晚于今天"},
		"year ahead":      {func(b book) { _ = b.SetCellValue("案件", "A2", "（2027）琼02执301号") }, "第2行“案号”列"},
		"another court":   {func(b book) { _ = b.SetCellValue("案件", "A3", "（2026）京01执302号") }, "不是本院的案号"},
		"twice":           {func(b book) { _ = b.SetCellValue("案件", "A3", "2026琼02执301") }, "第3行“案号”列：这个案号在前面已经出现过"},
		"stage":           {func(b book) { _ = b.SetCellValue("案件", "D2", "拍卖中") }, "不认识“拍卖中”，可以填写：已立案"},
		"team":            {func(b book) { _ = b.SetCellValue("案件", "E2", "第九团队") }, "规则书里没有这个团队"},
		"judge":           {func(b book) { _ = b.SetCellValue("案件", "F2", "包拯") }, "没有账号或姓名为“包拯”的人员"},
		"sum":             {func(b book) { _ = b.SetCellValue("案件", "K3", "101") }, "之和不能超过申请执行标的额"},
		"closed half":     {func(b book) { _ = b.SetCellValue("案件", "N3", "") }, "要么都填，要么都不填"},
		"ID check digit":  {func(b book) { _ = b.SetCellValue("当事人", "F2", "110105194912310021") }, "工作表“当事人”第2行“证件号码”列"},
		"mobile":          {func(b book) { _ = b.SetCellValue("当事人", "G2", "1990000010") }, "“手机号”列"},
		"no debtor":       {func(b book) { _ = b.SetCellValue("当事人", "C5", "利害关系人") }, "没有本案的被执行人"},
		"stranger's case": {func(b book) { _ = b.SetCellValue("当事人", "A2", "（2026）琼02执999号") }, "“案件”工作表里没有这个案号"},
		"principal":       {func(b book) { _ = b.SetCellValue("当事人", "I2", "Z") }, "代表的当事人编号“Z”在本案里不存在"},
		"unknown event":   {func(b book) { _ = b.SetCellValue("经过", "C2", "登月") }, "规则书里没有事项“登月”"},
		"no effect":       {func(b book) { _ = b.SetCellValue("经过", "E3", "") }, "这一事项必须填写生效时间"},
		"unknown field":   {func(b book) { _ = b.SetCellValue("经过", "F2", "颜色=红") }, "“颜色=红”不是这一事项的字段=值"},
		"event of stranger": {func(b book) {
			_ = b.SetCellValue("经过", "F2", "被执行人=Q；文书编号=一；发出日期=2026-02-10；送达方式=邮寄送达")
		}, "“Q”不是本案的当事人编号"},
	} {
		b := goodBook(t)
		c.spoil(b)
		data := b.bytes(t)
		r, err := h.Intake.Check(ctx, importer(), data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var all []string
		for _, f := range r.Faults {
			all = append(all, f.String())
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("%s: want %q in\n%s", name, c.want, strings.Join(all, "\n"))
		}
		if _, err := h.Intake.Import(ctx, importer(), data, intake.Options{}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: imported: %v", name, err)
		}
	}
	if h.Rows(`SELECT count(*) FROM court.cases`) != 0 {
		t.Error("a spoiled workbook left something behind")
	}
	if _, err := h.Intake.Check(ctx, importer(), []byte("PK not excel")); !problem.Is(err, problem.Invalid) {
		t.Errorf("no workbook at all: %v", err)
	}
}

func FuzzReadWorkbook(f *testing.F) {
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = intake.ReadForTest(data) })
}
