// Package chats is where officers talk with WeChat users (人工).
package chats
