package enforcement

// AssetClass is the kind of an asset, as inquiry and disposal sort it.
type AssetClass string

const (
	AssetDeposit     AssetClass = "deposit"      // 银行存款
	AssetOnlineFunds AssetClass = "online_funds" // 网络资金
	AssetRealEstate  AssetClass = "real_estate"  // 不动产
	AssetVehicle     AssetClass = "vehicle"      // 车辆
	AssetEquity      AssetClass = "equity"       // 股权
	AssetSecurities  AssetClass = "securities"   // 证券
	AssetMovable     AssetClass = "movable"      // 动产
	AssetReceivable  AssetClass = "receivable"   // 到期债权
	AssetOther       AssetClass = "other"        // 其他财产
)

var assetClassNames = vocabulary[AssetClass]{
	{AssetDeposit, "银行存款"},
	{AssetOnlineFunds, "网络资金"},
	{AssetRealEstate, "不动产"},
	{AssetVehicle, "车辆"},
	{AssetEquity, "股权"},
	{AssetSecurities, "证券"},
	{AssetMovable, "动产"},
	{AssetReceivable, "到期债权"},
	{AssetOther, "其他财产"},
}

// Valid reports whether x is one of AllAssetClasses.
func (x AssetClass) Valid() bool { return assetClassNames.has(x) }

// Name is the Chinese name, "" when x is not valid.
func (x AssetClass) Name() string { return assetClassNames.name(x) }

// AllAssetClasses lists the closed set in display order.
func AllAssetClasses() []AssetClass { return assetClassNames.all() }
