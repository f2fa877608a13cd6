package enforcement

// TipKind is what a tip is about.
type TipKind string

const (
	TipPerson TipKind = "person" // 人员线索
	TipAsset  TipKind = "asset"  // 财产线索
)

var tipKindNames = vocabulary[TipKind]{
	{TipPerson, "人员线索"},
	{TipAsset, "财产线索"},
}

// Valid reports whether x is one of AllTipKinds.
func (x TipKind) Valid() bool { return tipKindNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x TipKind) Name() string { return tipKindNames.name(x) }

// AllTipKinds lists the closed set in display order.
func AllTipKinds() []TipKind { return tipKindNames.all() }

// TipStage is how far the checking of a tip has come.
type TipStage string

const (
	TipVerifying    TipStage = "verifying"    // 核实中
	TipVerified     TipStage = "verified"     // 已核查
	TipUnverifiable TipStage = "unverifiable" // 无法核查
)

var tipStageNames = vocabulary[TipStage]{
	{TipVerifying, "核实中"},
	{TipVerified, "已核查"},
	{TipUnverifiable, "无法核查"},
}

// Valid reports whether x is one of AllTipStages.
func (x TipStage) Valid() bool { return tipStageNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x TipStage) Name() string { return tipStageNames.name(x) }

// AllTipStages lists the closed set in display order.
func AllTipStages() []TipStage { return tipStageNames.all() }

// TipResult is what came of a tip.
type TipResult string

const (
	TipAdopted      TipResult = "adopted"      // 已采纳
	TipNotAdopted   TipResult = "not_adopted"  // 未采纳
	TipInsufficient TipResult = "insufficient" // 信息不足
)

var tipResultNames = vocabulary[TipResult]{
	{TipAdopted, "已采纳"},
	{TipNotAdopted, "未采纳"},
	{TipInsufficient, "信息不足"},
}

// Valid reports whether x is one of AllTipResults.
func (x TipResult) Valid() bool { return tipResultNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x TipResult) Name() string { return tipResultNames.name(x) }

// AllTipResults lists the closed set in display order.
func AllTipResults() []TipResult { return tipResultNames.all() }
