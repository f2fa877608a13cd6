package enforcement

// Role is what a person is in a case: party, representative, helper or outsider.
type Role string

const (
	RoleApplicant              Role = "applicant"               // 申请执行人
	RoleDebtor                 Role = "debtor"                  // 被执行人
	RoleResponsiblePerson      Role = "responsible_person"      // 法定代表人、主要负责人等责任人员
	RoleAgent                  Role = "agent"                   // 委托代理人
	RoleLegalGuardian          Role = "legal_guardian"          // 法定代理人
	RoleInterestedParty        Role = "interested_party"        // 利害关系人
	RoleThirdPartyClaimant     Role = "third_party_claimant"    // 案外人
	RoleAssistingEntity        Role = "assisting_entity"        // 协助执行人
	RoleGarnishee              Role = "garnishee"               // 次债务人
	RoleParticipatingCreditor  Role = "participating_creditor"  // 参与分配申请人
	RoleSecuredCreditor        Role = "secured_creditor"        // 担保物权人
	RoleCoOwner                Role = "co_owner"                // 共有人
	RoleTenant                 Role = "tenant"                  // 承租人
	RolePreemptiveHolder       Role = "preemptive_holder"       // 优先购买权人
	RoleBidder                 Role = "bidder"                  // 竞买人
	RoleBuyer                  Role = "buyer"                   // 买受人
	RoleTipster                Role = "tipster"                 // 线索提供人
	RolePreservationApplicant  Role = "preservation_applicant"  // 申请保全人
	RolePreservationRespondent Role = "preservation_respondent" // 被保全人
	RolePetitioner             Role = "petitioner"              // 信访人
	RoleReliefApplicant        Role = "relief_applicant"        // 救助申请人
)

var roleNames = vocabulary[Role]{
	{RoleApplicant, "申请执行人"},
	{RoleDebtor, "被执行人"},
	{RoleResponsiblePerson, "法定代表人、主要负责人等责任人员"},
	{RoleAgent, "委托代理人"},
	{RoleLegalGuardian, "法定代理人"},
	{RoleInterestedParty, "利害关系人"},
	{RoleThirdPartyClaimant, "案外人"},
	{RoleAssistingEntity, "协助执行人"},
	{RoleGarnishee, "次债务人"},
	{RoleParticipatingCreditor, "参与分配申请人"},
	{RoleSecuredCreditor, "担保物权人"},
	{RoleCoOwner, "共有人"},
	{RoleTenant, "承租人"},
	{RolePreemptiveHolder, "优先购买权人"},
	{RoleBidder, "竞买人"},
	{RoleBuyer, "买受人"},
	{RoleTipster, "线索提供人"},
	{RolePreservationApplicant, "申请保全人"},
	{RolePreservationRespondent, "被保全人"},
	{RolePetitioner, "信访人"},
	{RoleReliefApplicant, "救助申请人"},
}

// Valid reports whether x is one of AllRoles.
func (x Role) Valid() bool { return roleNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x Role) Name() string { return roleNames.name(x) }

// AllRoles lists the closed set in display order.
func AllRoles() []Role { return roleNames.all() }

// PersonKind tells a human being from an organisation; only human beings are masked.
type PersonKind string

const (
	PersonNatural PersonKind = "natural" // 自然人
	PersonCompany PersonKind = "company" // 法人或者非法人组织
)

var personKindNames = vocabulary[PersonKind]{
	{PersonNatural, "自然人"},
	{PersonCompany, "法人或者非法人组织"},
}

// Valid reports whether x is one of AllPersonKinds.
func (x PersonKind) Valid() bool { return personKindNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x PersonKind) Name() string { return personKindNames.name(x) }

// AllPersonKinds lists the closed set in display order.
func AllPersonKinds() []PersonKind { return personKindNames.all() }
