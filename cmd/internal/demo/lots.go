package demo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/backoffice/support/lot"
)

// Auctions makes invented lots through the same acts people use, on a clock that is moved from
// weeks ago to today, so that every notice period is kept.
type Auctions struct {
	Lots              *lot.Desk
	Book              *rulebook.Book
	Planner, Approver staff.Actor
	Move              func(time.Time)
	Now               time.Time
}

// invented is one lot; days are from now. What its own survey did not find it has from surveyed, or it is unknown, said aloud.
type invented struct {
	title, kind, district, address, description string
	facts                                       map[string]string
	unknown                                     []string
	reference, start, deposit, step             string // no start: surveyed, and waiting for its first round
	announced, starts                           int
	sold                                        string
}

var surveyed = map[string]string{
	"ownership":           "登记在被执行人名下，权证齐全",
	"lease":               "未发现租赁",
	"clearing":            "由法院清场后交付",
	"encumbrance":         "设有抵押权一项；首封，没有轮候查封",
	"preemption":          "未发现优先购买权人",
	"taxes":               "过户税费按法律规定各自承担",
	"buyer_qualification": "没有限制，以当地现行政策为准",
	"defects":             "未发现明显瑕疵",
	"pricing":             "网络询价，报告在有效期内",
	"ruling":              "拍卖裁定书已经作出并送达，文号不公开",
	"payment":             "保证金在网拍平台交纳；尾款只交拍卖公告载明的本院账户",
	"loan":                "买受人自行向银行咨询",
}

var inventedLots = []invented{
	{title: "碧海花园3幢2单元1102室不动产", kind: "real_estate", district: "示范区", address: "碧海路18号", description: "建筑面积89.6平方米，简装，空置。现状以实物为准。",
		facts: map[string]string{"location_area": "碧海路18号碧海花园3幢2单元1102室，建筑面积89.6平方米", "occupation": "空置，无人占用"}, unknown: []string{"arrears", "loan"},
		reference: "1680000", start: "1180000", deposit: "150000", step: "5000", announced: -38, starts: 5},
	{title: "小型普通客车一辆", kind: "vehicle", district: "示范区", address: "解放路停车场", description: "二〇一九年登记，行驶里程约八万公里，外观有轻微划痕。",
		facts:     map[string]string{"vehicle_state": "二〇一九年登记，行驶里程约八万公里，年检有效，违章未处理", "occupation": "由法院扣押保管", "defects": "外观有轻微划痕，未做机械检测"},
		reference: "78000", start: "56000", deposit: "8000", step: "500", announced: -18, starts: 3},
	{title: "临街商铺102号", kind: "real_estate", district: "滨海区", address: "建设街102号", description: "建筑面积46平方米，现由第三人承租。",
		facts:   map[string]string{"location_area": "建设街102号，建筑面积46平方米", "occupation": "由承租人使用", "lease": "有租约，租期至明年年底，带租拍卖", "clearing": "按现状交付"},
		unknown: []string{"arrears"}, reference: "960000", start: "680000", deposit: "100000", step: "3000", announced: -52, starts: -10, sold: "731000"},
	{title: "望海小区5幢303室不动产", kind: "real_estate", district: "滨海区", address: "望海路7号", description: "建筑面积71.2平方米，空置。现状以实物为准。",
		facts: map[string]string{"location_area": "望海路7号望海小区5幢303室，建筑面积71.2平方米", "occupation": "空置，无人占用", "arrears": "物业费已结清"}, announced: -1},
}

// Settle makes the lots, one a case.
func (a Auctions) Settle(ctx context.Context, cases []uuid.UUID) error {
	for i, in := range inventedLots {
		if i >= len(cases) {
			return nil
		}
		if err := a.one(ctx, cases[i], in); err != nil {
			return err
		}
	}
	return nil
}

func (a Auctions) day(days, hour int) time.Time {
	return calendar.On(a.Now).Add(days).Time().Add(time.Duration(hour) * time.Hour)
}

func written(t time.Time) string { return t.In(calendar.Shanghai).Format(rulebook.DatetimeForm) }

func (a Auctions) one(ctx context.Context, caseID uuid.UUID, in invented) error {
	a.Move(a.day(in.announced-8, 9))
	id, err := a.Lots.Create(ctx, a.Planner, caseID, map[string]string{"title": in.title, "kind": in.kind, "district": in.district, "address": in.address,
		"contact": "0000-88000001", "platform_url": "https://auction.example.com/lot", "description": in.description})
	if err != nil {
		return err
	}
	for _, item := range lot.Facts(a.Book, in.kind) {
		values := map[string]string{"value": cmp.Or(in.facts[item.ID], surveyed[item.ID]), "source": "现场调查", "known_on": calendar.On(a.day(in.announced-9, 9)).String()}
		if slices.Contains(in.unknown, item.ID) || values["value"] == "" {
			values["value"] = ""
			values["unknown"] = "yes"
		}
		if err := a.Lots.SetFact(ctx, a.Planner, id, item.ID, values); err != nil {
			return err
		}
	}
	if in.start == "" {
		return nil
	}
	v, err := a.Lots.Show(ctx, a.Planner, id)
	if err != nil {
		return err
	}
	err = a.Lots.PlanRound(ctx, a.Planner, id, map[string]string{"seen": v.Seen, "reference_price": in.reference, "starting_price": in.start, "deposit": in.deposit,
		"increment": in.step, "starts_at": written(a.day(in.starts, 10)), "ends_at": written(a.day(in.starts+1, 10)), "balance_days": "15"})
	if err != nil {
		return err
	}
	if err := a.Lots.Prenotice(ctx, a.Planner, id); err != nil {
		return err
	}
	return a.publish(ctx, id, in)
}

func (a Auctions) publish(ctx context.Context, id uuid.UUID, in invented) error {
	a.Move(a.day(in.announced, 9))
	if err := a.Lots.Approve(ctx, a.Approver, id); err != nil {
		return err
	}
	if err := a.Lots.Announce(ctx, a.Planner, id); err != nil {
		return err
	}
	if in.sold != "" {
		a.Move(a.day(in.starts+1, 11))
		return a.Lots.Sold(ctx, a.Planner, id, map[string]string{"price": in.sold, "sold_at": written(a.day(in.starts+1, 10)), "buyer": "某买受人"})
	}
	for _, day := range []int{1, 2} {
		err := a.Lots.AddSlot(ctx, a.Planner, id, map[string]string{"starts_at": written(a.day(day, 15)), "place": in.address + "门口", "contact": "辅助组 0000-88000001", "capacity": "6"})
		if err != nil {
			return err
		}
	}
	return nil
}
