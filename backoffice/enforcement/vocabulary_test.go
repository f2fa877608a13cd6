package enforcement

import (
	"regexp"
	"testing"
)

func closed[T interface {
	~string
	Valid() bool
	Name() string
}](t *testing.T, all []T, count int) {
	t.Helper()
	ids, names := map[T]bool{}, map[string]bool{}
	for _, x := range all {
		if !x.Valid() || x.Name() == "" || ids[x] || names[x.Name()] || !regexp.MustCompile(`^[a-z_]+$`).MatchString(string(x)) {
			t.Errorf("%T %q %q", x, x, x.Name())
		}
		ids[x], names[x.Name()] = true, true
	}
	if len(all) != count || T("").Valid() || T("nobody").Valid() || T("nobody").Name() != "" {
		t.Errorf("%T is not closed: %v", all, all)
	}
	all[0] = "changed"
	if all[0].Valid() {
		t.Errorf("%T: the caller changed the list", all)
	}
}

func TestClosedEnums(t *testing.T) {
	closed(t, AllRoles(), 21)
	closed(t, AllPersonKinds(), 2)
	closed(t, AllCaseStages(), 10)
	closed(t, AllClosureModes(), 6)
	closed(t, AllAssetClasses(), 9)
	closed(t, AllTipKinds(), 2)
	closed(t, AllTipStages(), 3)
	closed(t, AllTipResults(), 3)
	closed(t, AllSecrecies(), 5)
	closed(t, AllAudiences(), 4)
	if RoleDebtor.Name() != "被执行人" || !ClosureFullyPerformed.Actual() || ClosureTerminationOfCurrentProcedure.Actual() || ClosureMode("").Actual() {
		t.Error("meaning")
	}
}
