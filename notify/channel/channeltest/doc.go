// Package channeltest is a message provider to test against, as httptest is for HTTP: it can be down, slow, late and forgetful on order.
package channeltest
