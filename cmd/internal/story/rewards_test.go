package story

import "testing"

// rewards is journey 6: from a tip that is adopted to a reward that is paid, with nobody named to anyone not entitled.
func (s *tale) rewards(t *testing.T) {
	a := s.signIn(t, "sanya", "assistant1")
	s.matter(t, a, "tip", s.ticket).choose("status", "已核查")
	a.fill(map[string]string{"verify_note": "车辆属被执行人，已控制"}).press("办结")
	j := s.signIn(t, "sanya", "judge1")
	s.matter(t, j, "tip", s.ticket).press("接手").choose("result", "已采纳").press("办结")
	j.visit(s.url(s.program.desk, "/sanya/release")).press("决定告知")
	receipt := func() *page {
		return s.phone.on(t).visit(s.url(s.portal, "/sanya/receipt")).fill(map[string]string{"receipt": s.receipt}).press("查询")
	}
	receipt().reads("已采纳").lacks(s.caseNumber, "车辆属被执行人")

	me := person{id: applicantID}
	p := s.see(t, me, s.code(t, "sanya", s.caseNumber, "张申请", false)).press("申请发布悬赏公告")
	p.fill(map[string]string{"v_basis": "执行到位金额的百分之五", "v_conditions": "提供本院尚未掌握的财产线索并执行到位", "v_expires_on": s.now.AddDate(0, 3, 0).Format("2006-01-02")}).press("提交").reads("SQ")
	s.matter(t, j, "reward_notice", s.caseNumber).press("接手").choose("decision", "准许").press("办结")
	public := s.phone.on(t).visit(s.url(s.portal, "/sanya/notices"))
	public.lacks("百分之五")
	c := s.signIn(t, "sanya", "command_team")
	s.matter(t, c, "reward_notice", s.caseNumber).press("接手").choose("checked", "是").press("办结")
	public.visit(s.url(s.portal, "/sanya/notices")).reads("百分之五").lacks("张申请", "李欠款", applicantID)

	receipt().reads("申领悬赏金").press("填写").fill(map[string]string{"v_text": "车辆是我最先提供的"}).press("提交").reads("SQ")
	s.matter(t, a, "reward_claim", s.ticket).press("接手").choose("matches", "是").choose("first", "是").press("办结")
	s.matter(t, j, "reward_claim", s.ticket).press("接手").choose("grant", "发放").press("办结")
	s.matter(t, j, "reward_claim", s.ticket).has("amount").fill(map[string]string{"amount": "5000"}).press("办结")
	receipt().reads("5,000", "到法院核验领取").lacks(s.caseNumber, "张申请")
	s.see(t, me, "").lacks("19912340009", "悬赏金可以领取")
}
