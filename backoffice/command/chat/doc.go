// Package chat is the officer's side of a WeChat user's conversation (人工): take it, read, answer, close.
package chat
