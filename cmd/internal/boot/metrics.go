package boot

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts requests and background work; it is shown on the operators' listener alone.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	work     *prometheus.CounterVec
	failures *prometheus.CounterVec
}

// NewMetrics makes the registry with the process's own figures.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mingzhi_http_seconds", Help: "Requests by listener, route and status.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10}}, []string{"listener", "route", "status"}),
		work:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mingzhi_work_total", Help: "Things done by background work."}, []string{"job"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mingzhi_work_failures_total", Help: "Failed runs of background work."}, []string{"job"})}
	m.registry.MustRegister(m.requests, m.work, m.failures, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Requests measures one listener's requests by route pattern, never by the path that was asked.
func (m *Metrics) Requests(listener string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		start := time.Now()
		err := c.Next()
		m.requests.WithLabelValues(listener, c.Route().Path, strconv.Itoa(c.Response().StatusCode())).Observe(time.Since(start).Seconds())
		return err
	}
}

// Count wraps jobs so that what they do is counted.
func (m *Metrics) Count(jobs []Job) []Job {
	out := make([]Job, len(jobs))
	for i, j := range jobs {
		run := j.Run
		j.Run = func(ctx context.Context) (int, error) {
			n, err := run(ctx)
			m.work.WithLabelValues(j.Name).Add(float64(n))
			if err != nil {
				m.failures.WithLabelValues(j.Name).Inc()
			}
			return n, err
		}
		out[i] = j
	}
	return out
}

// Ops is the operators' listener: alive, ready, metrics.
func Ops(m *Metrics, ready func(context.Context) error) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
		defer cancel()
		if err := ready(ctx); err != nil {
			return c.Status(fiber.StatusServiceUnavailable).SendString("database unavailable")
		}
		return c.SendString("ready")
	})
	app.Get("/metrics", adaptor.HTTPHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})))
	return app
}
