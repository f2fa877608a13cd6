// Package work is 我的工作: what waits for the reader, by when it is due.
package work
