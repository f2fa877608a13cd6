package calendar

import (
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// seedFrom is the first year whose holidays are taken over; earlier years are provisional.
const seedFrom = 2019

// Seed is the special days of the State Council's yearly notices from 2019 up to the last
// year that the holiday library really holds; a year without its National Day is not held.
func Seed() []Day {
	var days []Day
	for year := seedFrom; ; year++ {
		found := seedYear(year)
		if found == nil {
			return days
		}
		days = append(days, found...)
	}
}

func seedYear(year int) []Day {
	var days []Day
	complete := false
	held := HolidayUtil.GetHolidaysByYear(year)
	for e := held.Front(); e != nil; e = e.Next() {
		h := e.Value.(*HolidayUtil.Holiday)
		date, err := ParseDate(h.GetDay())
		if err != nil {
			continue
		}
		day := Day{Date: date, Kind: Off, Name: seedName(h.GetName())}
		if h.IsWork() {
			day.Kind = Work
		}
		complete = complete || date == Date{year, time.October, 1} && day.Kind == Off
		days = append(days, day)
	}
	if !complete {
		return nil
	}
	return days
}

// seedName turns the library's names into those of 全国年节及纪念日放假办法.
func seedName(name string) string {
	switch name {
	case "元旦节":
		return "元旦"
	case "国庆中秋":
		return "国庆节、中秋节"
	}
	return name
}
