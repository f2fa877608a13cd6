package webkit

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const clientKey = "webkit.client"

// ClientIP is the address of the client, for counting tries. It is personal data: hash it, never log it.
func ClientIP(c *fiber.Ctx) string {
	ip, _ := c.Locals(clientKey).(string)
	return ip
}

func prefixes(texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		} else if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return out
}

func (k *kit) trusted(ip netip.Addr) bool {
	for _, p := range k.proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// clientIP walks X-Forwarded-For from its end: only what our own proxies appended is true,
// everything before it the client may have written himself.
func (k *kit) clientIP(c *fiber.Ctx) string {
	ip, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	ip = ip.Unmap()
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0 && k.trusted(ip); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = hop.Unmap()
	}
	if ip.Is6() { // one household has a whole /64
		p, _ := ip.Prefix(64)
		return p.String()
	}
	return ip.String()
}
