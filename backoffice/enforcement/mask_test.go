package enforcement

import (
	"testing"
	"unicode/utf8"
)

func TestMaskName(t *testing.T) {
	for in, want := range map[string]string{
		"张三": "张*", "张小三": "张*三", "欧阳小明": "欧阳**", "王": "*", "": "", "𠮷田": "𠮷*", "张𠮷三": "张*三",
		"阿卜杜拉·买买提": "阿卜**·***", "葛\U000E0100小明": "葛\U000E0100*明",
	} {
		if got := MaskName(in, AudiencePublic); got != want {
			t.Errorf("%s: %s", in, got)
		}
		if got := MaskName(in, "stranger"); got != want {
			t.Errorf("unknown audience: %s: %s", in, got)
		}
		for _, aud := range []Audience{AudienceOwner, AudienceOtherParty, AudienceCourt} {
			if MaskName(in, aud) != in {
				t.Error(aud, in)
			}
		}
	}
	if MaskPartyName("某某有限公司", PersonCompany, AudiencePublic) != "某某有限公司" ||
		MaskPartyName("张三", PersonNatural, AudiencePublic) != "张*" || MaskPartyName("张三", "", AudiencePublic) != "张*" {
		t.Error("party names")
	}
}

func TestMaskNumbers(t *testing.T) {
	type row struct {
		mask                        func(string, Audience) string
		in, owner, other, public, c string
	}
	for _, r := range []row{
		{MaskIDNumber, "460200199001011234", "4602**********1234", "4602**********1234", "", "460200199001011234"},
		{MaskIDNumber, "110105491231002", "1101*******1002", "1101*******1002", "", "110105491231002"},
		{MaskIDNumber, "12345", "*****", "*****", "", "12345"},
		{MaskMobile, "13812341234", "138****1234", "", "", "13812341234"},
		{MaskMobile, "0898-88661234", "***********34", "", "", "0898-88661234"},
		{MaskBankAccount, "6222 0212 3456 7891 234", "**** **** **** 1234", "", "", "6222 0212 3456 7891 234"},
		{MaskBankAccount, "1234", "**** **** **** ****", "", "", "1234"},
		{MaskAddress, "海南省三亚市吉阳区迎宾路1号", "海南省三亚市吉阳区迎宾路1号", "海南省三亚市吉阳区", "海南省三亚市吉阳区", "海南省三亚市吉阳区迎宾路1号"},
	} {
		for aud, want := range map[Audience]string{AudienceOwner: r.owner, AudienceOtherParty: r.other,
			AudiencePublic: r.public, AudienceCourt: r.c, "stranger": r.public} {
			if got := r.mask(r.in, aud); got != want {
				t.Errorf("%s for %s: %q, want %q", r.in, aud, got, want)
			}
		}
	}
}

func TestMaskAddress(t *testing.T) {
	for in, want := range map[string]string{
		"三亚市解放路阳光小区5栋": "三亚市", "北京市朝阳区建国路1号市民中心": "北京市朝阳区", "朝阳区建国路1号市民中心": "朝阳区",
		"河南省平顶山市舞钢市垭口街道": "河南省平顶山市舞钢市", "海南省陵水黎族自治县椰林镇": "海南省陵水黎族自治县",
		"江苏省镇江市京口区某路1号": "江苏省镇江市京口区", "广西壮族自治区南宁市青秀区民族大道": "广西壮族自治区南宁市青秀区",
		"内蒙古自治区锡林郭勒盟锡林浩特市1号": "内蒙古自治区锡林郭勒盟锡林浩特市", "上海市浦东新区世纪大道1号": "上海市浦东新区",
		"湖南省永州市道县某村": "湖南省永州市道县", "某村三组": "", "三亚市旺豪超市二楼": "三亚市", "吉阳区月川市场": "吉阳区",
		"新疆维吾尔自治区伊犁哈萨克自治州伊宁市某街": "新疆维吾尔自治区伊犁哈萨克自治州伊宁市", "浙江省台州市路桥区某街": "浙江省台州市路桥区",
	} {
		if got := MaskAddress(in, AudiencePublic); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzMasks(f *testing.F) {
	f.Add("阿卜杜拉·买买提𠮷")
	f.Add("海南省三亚市吉阳区迎宾路1号")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		for _, aud := range append(AllAudiences(), "") {
			for _, mask := range []func(string, Audience) string{MaskName, MaskIDNumber, MaskMobile, MaskBankAccount, MaskAddress} {
				if !utf8.ValidString(mask(s, aud)) {
					t.Errorf("%q for %s was cut inside a letter", s, aud)
				}
			}
		}
	})
}
