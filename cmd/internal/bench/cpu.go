package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpu is processor time: of this process (the load it makes too) and of PostgreSQL's.
type cpu struct{ self, database time.Duration }

const tick = 10 * time.Millisecond // USER_HZ, the same on every Linux

// spent reads /proc; where there is none it is zero.
func (st *stage) spent() (c cpu) {
	c.self = times("/proc/self/stat", 13, 14)
	// PostgreSQL's processes are the children of one; what ended is counted at that one.
	c.database = times("/proc/"+st.postmaster+"/stat", 13, 14, 15, 16)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		if f := fields(path); len(f) > 16 && f[3] == st.postmaster {
			c.database += times(path, 13, 14)
		}
	}
	return c
}

func (c cpu) since(before cpu) cpu { return cpu{c.self - before.self, c.database - before.database} }

func times(path string, columns ...int) (d time.Duration) {
	f := fields(path)
	for _, i := range columns {
		if i < len(f) {
			n, _ := strconv.Atoi(f[i])
			d += time.Duration(n) * tick
		}
	}
	return d
}

// fields of a stat line; the name may hold spaces and counts as one.
func fields(path string) []string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	text := string(raw)
	end := strings.LastIndexByte(text, ')')
	if end < 0 {
		return nil
	}
	return append([]string{"", ""}, strings.Fields(text[end+1:])...)
}

func parent(pid string) string {
	if f := fields("/proc/" + pid + "/stat"); len(f) > 3 {
		return f[3]
	}
	return ""
}
