package main

import (
	"context"
	"io"

	"github.com/alecthomas/kong"

	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/gateway"
	"mingzhi/storage/gate"
)

// gateCmd is the court network's side of the gate: what was disclosed goes out, what the public sent comes in.
type gateCmd struct {
	gateway.Flags
}

func (c *gateCmd) Run(ctx contextArg, s *Settings, k *kong.Context) error {
	h, err := open(ctx, s, boot.NewProgress(io.Discard), false, true)
	if err != nil {
		return err
	}
	defer h.close()
	g, err := gate.New(ctx, h.owner, s.dir("keys"), h.files.Inbox, h.clock.Now)
	if err != nil {
		return err
	}
	defer g.Close(context.WithoutCancel(ctx))
	command := k.Command()
	return gateway.Run(ctx, command, c.Flags, gateway.Side{Gate: g, Keys: s.dir("keys"), Sends: gate.Outward, Takes: gate.Inward, EnableChanges: true})
}
