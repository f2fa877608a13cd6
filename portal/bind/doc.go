// Package bind connects a WeChat account with a party's case, from the link on the notice.
package bind
