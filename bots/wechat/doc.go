// Package wechat is the only code that speaks WeChat's protocol: it checks, opens and answers callbacks and calls the platform, and keeps nothing.
package wechat
