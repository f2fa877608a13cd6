// Package bots is the webhook of a court's WeChat account: a message comes in, the dialogue answers, the reply goes out.
package bots
