SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
TOOL := go tool -modfile=.ci/tools.mod
SAY := @printf '\n==> %s\n'
ASSETS := portal/webkit/assets

.PHONY: help deps bundle generate build run test browser fmt-check vet bench bench-data rulebook-check clean

help: ## 列出可用的目标
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: node_modules/.package-lock.json bundle ## 取得前端软件包与自带数据库，生成前端素材

node_modules/.package-lock.json: package-lock.json
	$(SAY) "取得 npm 软件包"
	@command -v npm >/dev/null || { echo "缺少 npm：请先安装 Node.js 20 或更新的版本。" >&2; exit 1; }
	npm ci --no-audit --no-fund
	@touch $@

bundle: node_modules/.package-lock.json
	$(SAY) "生成前端素材"
	go run ./cmd/internal/bundle

generate: ## 由模板与 SQL 生成 Go 代码（首次编译工具约 2 分钟）
	$(SAY) "templ：页面模板 → Go"
	$(TOOL) templ generate
	$(SAY) "sqlc：SQL → Go"
	$(TOOL) sqlc generate -f storage/sqlc.yaml

build: deps ## 编译 bin/mingzhi 与 bin/mingzhi-public
	$(SAY) "编译"
	@mkdir -p bin
	go build -trimpath -o bin/mingzhi ./cmd/mingzhi
	go build -trimpath -o bin/mingzhi-public ./cmd/mingzhi-public

run: deps ## 编译并以演示数据运行
	$(SAY) "编译"
	@mkdir -p bin
	go build -trimpath -o bin/mingzhi ./cmd/mingzhi
	$(SAY) "运行（Ctrl-C 结束）"
	bin/mingzhi serve --demo

# The browser's place goes to the tests by CHROME_BIN; a test that needs it fails without.
browser:
	@chrome="$${CHROME_BIN:-}"; \
	for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  [ -n "$$chrome" ] || chrome="$$(command -v $$name || true)"; done; \
	if [ -z "$$chrome" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "==> 安装 chromium"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	  chrome="$$(command -v chromium || true)"; fi; \
	if [ -z "$$chrome" ]; then \
	  echo "测试需要 Chromium 浏览器：请安装 chromium 与 fonts-noto-cjk，或用 CHROME_BIN 指明浏览器程序。" >&2; exit 1; fi; \
	mkdir -p bin && printf '%s' "$$chrome" > bin/.chrome && echo "浏览器：$$chrome"

test: deps browser ## 全部测试（真的 PostgreSQL 与浏览器）
	$(SAY) "测试"
	CHROME_BIN="$$(cat bin/.chrome)" go test -count=1 -timeout 20m ./...

fmt-check:
	$(SAY) "gofmt"
	@bad="$$(git ls-files -co --exclude-standard '*.go' | while read -r f; do if [ -f "$$f" ]; then gofmt -l "$$f"; fi; done)"; \
	if [ -n "$$bad" ]; then printf '%s\n' "请对这些文件运行 gofmt：" "$$bad" >&2; exit 1; fi

vet: ## 静态检查
	$(SAY) "go vet"
	go vet ./...

bench: deps ## 基准测试：逐行与参照同跑，约 8 分钟
	$(SAY) "基准测试"
	go run ./cmd/internal/bench

bench-data: deps ## 一千件与两万件案件的法院：工作台各页与到期巡查的耗时之比，约 10 分钟
	$(SAY) "基准测试：法院变大"
	go run ./cmd/internal/bench -data

rulebook-check: ## 检查仓库里的规则书
	$(SAY) "检查规则书"
	go run ./cmd/mingzhi rulebook check backoffice/rulebook/books

clean: ## 删除编译结果与前端素材（不动 .mingzhi 里的数据）
	$(SAY) "清理"
	rm -rf bin node_modules
	find $(ASSETS)/dist -type f ! -name .keep -delete
