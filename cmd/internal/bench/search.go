package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mingzhi/backoffice/enforcement"
	"mingzhi/storage/public"
)

var searchRow = row{
	name: "search", half: 0.05, tail: 0.5,
	subject:   "the portal's lot search: 100,000 lots, words of 2–4 characters, the newest 20; the answers are the reference's",
	reference: "LIKE over the same titles without an index, newest 20",
	set:       setSearch,
}

const lots = 100_000

// What titles are made of: two random characters make a road or a company, so that some words are common and most are rare.
var (
	searchPlaces = strings.Fields("东城区 西城区 南山镇 北塔镇 河口镇 湾头镇 桥南街道 黎安镇 新村乡 文坪镇")
	searchAssets = strings.Fields("住宅用房 商业用房 办公用房 国有建设用地使用权 厂房及土地 林权 采矿权 机动车 报废车辆 机器设备 废旧物资 债权资产包 股权 土地承包经营权 水面养殖权 门面 停车位 广告位经营权 砂石资源 茶园 鱼塘")
	searchTrades = strings.Fields("建材 贸易 置业 科技 农业开发 旅游 物流 实业")
	searchRunes  = []rune("阳光海天山水河湖东南西北春夏秋冬金银铜铁龙凤虎鹤松竹梅兰和平胜利解放建设文明幸福民生富强康泰安宁福禄寿喜荣华宝瑞祥云星月花果林木石玉清白红绿蓝紫青翠新旧高低长短宽广远近中华国家人口学院校园工农商贸信德仁义礼智孝忠诚敏达通顺永恒昌盛隆兴旺发")
)

// titles are always the same ones, and so are the words: stretches of 2, 3 and 4 characters of some of them.
func searchWords() (titles, words []string) {
	r := rand.New(rand.NewPCG(42, 7))
	one := func(list []string) string { return list[r.IntN(len(list))] }
	two := func() string {
		return string([]rune{searchRunes[r.IntN(len(searchRunes))], searchRunes[r.IntN(len(searchRunes))]})
	}
	var roads, companies []string
	for range 1500 {
		roads = append(roads, two()+one([]string{"路", "街", "大道", "巷"}))
	}
	for range 4000 {
		companies = append(companies, two()+two()+one(searchTrades)+"有限公司")
	}
	for i := range lots {
		title := fmt.Sprintf("%s%s%d号%s第%d套", one(searchPlaces), one(roads), 1+r.IntN(300), one(searchAssets), i%50)
		if i%2 == 0 {
			title = fmt.Sprintf("%s名下位于%s%s的%s", one(companies), one(searchPlaces), one(roads), one(searchAssets))
		}
		titles = append(titles, title)
	}
	for size := 2; size <= 4; size++ {
		for n := 0; n < 30; {
			title := []rune(one(titles))
			at := r.IntN(len(title) - size)
			word := string(title[at : at+size])
			if !strings.ContainsAny(word, "0123456789") && !slices.Contains(words, word) {
				words, n = append(words, word), n+1
			}
		}
	}
	return titles, words
}

// search is a table of lots, and the same titles bare.
type search struct {
	st    *stage
	owner *pgxpool.Pool
	store *public.Store
	words []string
	next  atomic.Int64
}

func setSearch(ctx context.Context, st *stage) (pair, error) {
	owner, err := st.database(ctx, "bench_search")
	if err != nil {
		return pair{}, err
	}
	s := &search{st: st, owner: owner}
	titles, words := searchWords()
	s.words = words
	if err := s.prepare(ctx, titles); err != nil {
		return pair{}, err
	}
	if s.store, err = public.Open(ctx, st.dsn("mingzhi_public", "bench_search"), st.public, st.files.Inbox, st.now); err != nil {
		return pair{}, err
	}
	if err := s.compare(ctx); err != nil {
		return pair{}, err
	}
	// One at a time: what one person waits for is the goal, and two scans at once would only wait for each other.
	return pair{
		subject: func(ctx context.Context) (sample, error) {
			return st.times(ctx, 1, 20*len(s.words), func(ctx context.Context) error { _, err := s.indexed(ctx, s.word()); return err })
		},
		reference: func(ctx context.Context) (sample, error) {
			return st.times(ctx, 1, 2*len(s.words), func(ctx context.Context) error { _, err := s.bare(ctx, s.word()); return err })
		},
		close: func() { s.store.Close(); owner.Close() },
	}, nil
}

func (s *search) word() string { return s.words[s.next.Add(1)%int64(len(s.words))] }

func (s *search) prepare(ctx context.Context, titles []string) error {
	at, from := s.st.now(), 0
	for some := range slices.Chunk(titles, 5000) {
		var ids []uuid.UUID
		var grams []string
		for _, title := range some {
			ids, grams = append(ids, uuid.Must(uuid.NewV7())), append(grams, enforcement.Grams(title))
		}
		_, err := s.owner.Exec(ctx, `INSERT INTO disclosed.lot (court, id, kind, district, state, round, starting_price, starts_at, ends_at, title, body, clause, grams, published_at, changed_at, version)
			SELECT $1, i, 'house', '某区', 'announced', 1, 100000000, $5, $6, t, '{"rounds":[{"deposit":1}],"pictures":[]}', 'S-3', g::tsvector, $5::timestamptz + n * interval '1 second', $5, 1
			FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY x (i, t, g, n)`, s.st.court, ids, some, grams, at.Add(time.Duration(from)*time.Second), at.AddDate(1, 0, 0))
		from += len(some)
		if err != nil {
			return err
		}
	}
	for _, sql := range []string{`CREATE TABLE public.lot AS SELECT id, title, published_at FROM disclosed.lot`, `VACUUM ANALYZE`} {
		if _, err := s.owner.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (s *search) indexed(ctx context.Context, word string) ([]public.LotCard, error) {
	return s.store.Lots(ctx, s.st.court, public.LotFilter{Query: enforcement.GramQuery(word), States: []string{"announced"}, Most: 20})
}

// bare is the reference.
func (s *search) bare(ctx context.Context, word string) ([]uuid.UUID, error) {
	rows, err := s.owner.Query(ctx, `SELECT id FROM public.lot WHERE title LIKE '%' || $1 || '%' ORDER BY published_at DESC, id DESC LIMIT 20`, word)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// compare wants every answer to be the reference's, word by word.
func (s *search) compare(ctx context.Context) error {
	var missing []string
	for _, word := range s.words {
		cards, err := s.indexed(ctx, word)
		if err != nil {
			return err
		}
		ids, err := s.bare(ctx, word)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(cards, ids, func(c public.LotCard, id uuid.UUID) bool { return c.ID == id }) || len(ids) == 0 {
			missing = append(missing, word)
		}
	}
	if missing != nil {
		return fmt.Errorf("other lots are found than by LIKE, or none: %s", strings.Join(missing, " "))
	}
	return nil
}
