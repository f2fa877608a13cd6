// Package wechattest is a WeChat platform to test against, as httptest is for HTTP: persons write to the bot from it and see what the bot sends.
package wechattest
