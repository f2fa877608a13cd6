package enforcement

import (
	"regexp"
	"strings"
)

// A unit's name is short; long ones are only autonomous places and development zones. The
// shortness keeps a street or an estate from passing as a district.
var (
	provinceUnit = regexp.MustCompile(`^[^\s\d市县区路街]{2,3}省|^[^\s\d市县路街]{2,6}自治区|^(?:香港|澳门)特别行政区`)
	cityUnit     = regexp.MustCompile(`^[^\s\d省市县区路街巷号]{2,8}自治州|^[^\s\d省市县区路街巷号]{1,5}?(?:市|地区|盟)`)
	districtUnit = regexp.MustCompile(`^[^\s\d省市县区路街巷号]{1,12}自治[县旗]|^[^\s\d省市县区街巷号]{1,4}?[区县旗市]`)
	notDistrict  = regexp.MustCompile(`(?:小|社|园|校|厂|住宅|生活|景|库|灾|山|专)区$|(?:超|菜|集|夜|门|城|股)市$`)
)

// MaskAddress gives the owner and the court the address, everybody else only the part down
// to city and district; "" when no such part can be told. The address of a lot on sale is
// public and not to be masked.
func MaskAddress(address string, aud Audience) string {
	if aud.full() {
		return address
	}
	rest := strings.TrimSpace(address)
	kept := ""
	for _, unit := range []*regexp.Regexp{provinceUnit, cityUnit, districtUnit} {
		found := unit.FindString(rest)
		if unit == districtUnit && notDistrict.MatchString(found) {
			break
		}
		kept, rest = kept+found, rest[len(found):]
	}
	return kept
}
