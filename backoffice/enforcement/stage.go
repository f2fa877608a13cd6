package enforcement

// CaseStage is where an enforcement case stands.
type CaseStage string

const (
	StageFiled        CaseStage = "filed"        // 已立案
	StageNotified     CaseStage = "notified"     // 已通知执行
	StageInquiry      CaseStage = "inquiry"      // 财产调查
	StageControl      CaseStage = "control"      // 财产控制
	StageDisposal     CaseStage = "disposal"     // 财产处置
	StageDistribution CaseStage = "distribution" // 案款分配
	StageSuspended    CaseStage = "suspended"    // 中止执行
	StageClosing      CaseStage = "closing"      // 结案审查
	StageClosed       CaseStage = "closed"       // 已结案
	StageResumed      CaseStage = "resumed"      // 恢复执行
)

var caseStageNames = vocabulary[CaseStage]{
	{StageFiled, "已立案"},
	{StageNotified, "已通知执行"},
	{StageInquiry, "财产调查"},
	{StageControl, "财产控制"},
	{StageDisposal, "财产处置"},
	{StageDistribution, "案款分配"},
	{StageSuspended, "中止执行"},
	{StageClosing, "结案审查"},
	{StageClosed, "已结案"},
	{StageResumed, "恢复执行"},
}

// Valid reports whether x is one of AllCaseStages.
func (x CaseStage) Valid() bool { return caseStageNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x CaseStage) Name() string { return caseStageNames.name(x) }

// AllCaseStages lists the closed set in display order.
func AllCaseStages() []CaseStage { return caseStageNames.all() }

// ClosureMode is how a case was closed (结案方式, 法发〔2014〕26号).
type ClosureMode string

const (
	ClosureFullyPerformed                ClosureMode = "fully_performed"                  // 执行完毕
	ClosureTerminationOfCurrentProcedure ClosureMode = "termination_of_current_procedure" // 终结本次执行程序
	ClosureTerminationOfEnforcement      ClosureMode = "termination_of_enforcement"       // 终结执行
	ClosureCaseCancelled                 ClosureMode = "case_cancelled"                   // 销案
	ClosureNonEnforcement                ClosureMode = "non_enforcement"                  // 不予执行
	ClosureDismissal                     ClosureMode = "dismissal"                        // 驳回申请
)

var closureModeNames = vocabulary[ClosureMode]{
	{ClosureFullyPerformed, "执行完毕"},
	{ClosureTerminationOfCurrentProcedure, "终结本次执行程序"},
	{ClosureTerminationOfEnforcement, "终结执行"},
	{ClosureCaseCancelled, "销案"},
	{ClosureNonEnforcement, "不予执行"},
	{ClosureDismissal, "驳回申请"},
}

// Valid reports whether x is one of AllClosureModes.
func (x ClosureMode) Valid() bool { return closureModeNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x ClosureMode) Name() string { return closureModeNames.name(x) }

// AllClosureModes lists the closed set in display order.
func AllClosureModes() []ClosureMode { return closureModeNames.all() }

// Actual reports 实际执结: every closure but the termination of the current procedure (终本).
func (x ClosureMode) Actual() bool {
	return x.Valid() && x != ClosureTerminationOfCurrentProcedure
}
