// Package gateway is the command "gate" of both programs: batches of storage/gate as files in a folder.
package gateway
