package enforcement

// Secrecy is one reason why a thing may not be disclosed; a thing can carry several.
type Secrecy string

const (
	SecrecyStateSecret        Secrecy = "state_secret"        // 国家秘密
	SecrecyTradeSecret        Secrecy = "trade_secret"        // 商业秘密
	SecrecyMinor              Secrecy = "minor"               // 涉及未成年人
	SecrecyPrivacy            Secrecy = "privacy"             // 个人隐私
	SecrecyEnforcementSecrecy Secrecy = "enforcement_secrecy" // 执行工作秘密
)

var secrecyNames = vocabulary[Secrecy]{
	{SecrecyStateSecret, "国家秘密"},
	{SecrecyTradeSecret, "商业秘密"},
	{SecrecyMinor, "涉及未成年人"},
	{SecrecyPrivacy, "个人隐私"},
	{SecrecyEnforcementSecrecy, "执行工作秘密"},
}

// Valid reports whether x is one of AllSecrecies.
func (x Secrecy) Valid() bool { return secrecyNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x Secrecy) Name() string { return secrecyNames.name(x) }

// AllSecrecies lists the closed set in display order.
func AllSecrecies() []Secrecy { return secrecyNames.all() }
