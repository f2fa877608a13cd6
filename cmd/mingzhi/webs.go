package main

import (
	"github.com/gofiber/fiber/v2"

	"mingzhi/cmd/internal/boot"
	"mingzhi/cmd/internal/demo"
	"mingzhi/cmd/internal/publichalf"
)

func (c *serveCmd) desk(h *house, m *boot.Metrics) (*fiber.App, error) {
	return fiber.New(fiber.Config{DisableStartupMessage: true}), nil
}

func (c *serveCmd) tray(h *house, half *publichalf.Half, accounts []demo.Account) *fiber.App {
	return fiber.New(fiber.Config{DisableStartupMessage: true})
}
