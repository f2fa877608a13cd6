// Package public is the public half's store: what the account mingzhi_public may do and nothing else.
package public
