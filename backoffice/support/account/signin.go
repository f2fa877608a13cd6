package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk is the act of signing in and out.
type Desk struct {
	store *storage.Store
	dummy string // a hash to compare with when there is no such login, so that both take alike
}

// params follow OWASP's second recommended set: 19 MiB, two passes, one lane.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// New makes the desk.
func New(store *storage.Store) (*Desk, error) {
	hash, err := argon2id.CreateHash(rand.Text(), params)
	return &Desk{store, hash}, err
}

// Limits of signing in; a security policy of the house, not a rule of a court.
const (
	maxFailures = 5
	lockFor     = 15 * time.Minute
	sessionLife = 12 * time.Hour
	idleLife    = 2 * time.Hour
	touchEvery  = time.Minute
)

var wrong = problem.New(problem.Signin, "account.wrong", "账号、密码或者动态验证码不正确。连续五次不正确将锁定十五分钟。")

// SignIn checks login, password and one-time code, and opens a session. The token goes into the
// cookie and is kept only as a hash. Every try is audited; five failures lock for 15 minutes.
func (d *Desk) SignIn(ctx context.Context, court, login, password, code, ip, agent string) (token string, err error) {
	var refusal error
	err = d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		token, refusal, err = d.try(ctx, tx, login, password, code, ip, agent)
		return err
	})
	if err != nil {
		return "", err
	}
	return token, refusal
}

// try returns a refusal apart from an error, so that the count of failures is committed.
func (d *Desk) try(ctx context.Context, tx *storage.Tx, login, password, code, ip, agent string) (token string, refusal, err error) {
	row, err := tx.StaffByLogin(ctx, courtdb.StaffByLoginParams{Court: tx.Court, Login: login})
	if storage.NoRows(err) || err == nil && !row.Active {
		_, _ = argon2id.ComparePasswordAndHash(password, d.dummy)
		return "", wrong, docket.Audit(ctx, tx, docket.Trace{Action: "sign_in", Object: "staff", Refused: true, Reason: "账号不存在或已停用"})
	}
	if err != nil {
		return "", nil, err
	}
	if row.LockedUntil != nil && row.LockedUntil.After(tx.At) {
		minutes := int(row.LockedUntil.Sub(tx.At)/time.Minute) + 1
		locked := problem.New(problem.TooMany, "account.locked", "这个账号已锁定，请{minutes}分钟后再试，或请安全管理员解锁。", "minutes", minutes)
		return "", locked, docket.Audit(ctx, tx, docket.Trace{Action: "sign_in", Object: "staff", ID: row.ID, Refused: true, Reason: "锁定期内"})
	}
	step, ok, err := d.check(tx, row, password, code)
	if err != nil {
		return "", nil, err
	}
	if ok {
		n, err := tx.NoteSignIn(ctx, courtdb.NoteSignInParams{Court: tx.Court, ID: row.ID, Step: step})
		if err != nil {
			return "", nil, err
		}
		ok = n == 1 // a code is used once
	}
	if !ok {
		until := tx.At.Add(lockFor)
		if _, err := tx.NoteSignInFailure(ctx, courtdb.NoteSignInFailureParams{Court: tx.Court, ID: row.ID, Most: maxFailures, Until: until}); err != nil {
			return "", nil, err
		}
		return "", wrong, docket.Audit(ctx, tx, docket.Trace{Action: "sign_in", Object: "staff", ID: row.ID, Refused: true, Reason: "密码或动态验证码不正确"})
	}
	token, err = d.open(ctx, tx, row.ID, ip, agent)
	return token, nil, err
}

func (d *Desk) check(tx *storage.Tx, row courtdb.CourtStaff, password, code string) (step int64, ok bool, err error) {
	ok, err = argon2id.ComparePasswordAndHash(password, row.PasswordHash)
	if err != nil || !ok || row.TotpSecret == nil {
		return 0, false, err
	}
	secret, err := tx.Keys.Open("staff.totp_secret:"+row.ID.String(), row.TotpSecret)
	if err != nil {
		return 0, false, err
	}
	for _, skew := range []int64{0, -1, 1} { // a clock off by half a minute is forgiven
		at := tx.At.Add(time.Duration(skew) * 30 * time.Second)
		valid, err := totp.ValidateCustom(code, string(secret), at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && valid {
			return at.Unix() / 30, true, nil
		}
	}
	return 0, false, nil
}

func (d *Desk) open(ctx context.Context, tx *storage.Tx, who uuid.UUID, ip, agent string) (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	if len(agent) > 200 {
		agent = agent[:200]
	}
	id := storage.NewID()
	err := tx.InsertSession(ctx, courtdb.InsertSessionParams{Court: tx.Court, TokenHash: hash(token), ID: id, Staff: who, CreatedAt: tx.At,
		ExpiresAt: tx.At.Add(sessionLife), Ip: ip, Agent: agent})
	if err != nil {
		return "", err
	}
	tx.Actor = staff.Actor{Court: tx.Court, Kind: staff.Person, ID: who, Session: id}
	return token, docket.Audit(ctx, tx, docket.Trace{Action: "sign_in", Object: "staff", ID: who, Detail: map[string]any{"ip": ip}})
}

func hash(token string) []byte {
	sum := sm3.Sum([]byte(token))
	return sum[:]
}

var signedOut = problem.New(problem.Signin, "account.signed_out", "登录已失效，请重新登录。您填写的内容不会丢失。")

// Session is who holds a token now, with the rights of the book in force.
func (d *Desk) Session(ctx context.Context, court, token string) (staff.Actor, error) {
	var actor staff.Actor
	if token == "" {
		return actor, signedOut
	}
	err := d.store.InTx(ctx, staff.Machine(court), func(tx *storage.Tx) error {
		row, err := tx.SessionByToken(ctx, courtdb.SessionByTokenParams{Court: court, TokenHash: hash(token)})
		if storage.NoRows(err) {
			return signedOut
		}
		if err != nil {
			return err
		}
		if row.RevokedAt != nil || !row.ExpiresAt.After(tx.At) || !row.Active || tx.At.Sub(row.SeenAt) > idleLife {
			return signedOut
		}
		actor = staff.New(tx.Book, row.ID, row.SessionID, row.Name, row.Roles, row.Team)
		if tx.At.Sub(row.SeenAt) < touchEvery {
			return nil
		}
		return tx.TouchSession(ctx, courtdb.TouchSessionParams{Court: court, ID: row.SessionID, SeenAt: tx.At})
	})
	return actor, err
}

// SignOut ends the actor's own session.
func (d *Desk) SignOut(ctx context.Context, actor staff.Actor) error {
	return d.store.InTx(ctx, actor, func(tx *storage.Tx) error {
		if _, err := tx.RevokeSession(ctx, courtdb.RevokeSessionParams{Court: tx.Court, ID: actor.Session, RevokedAt: &tx.At}); err != nil {
			return err
		}
		return docket.Audit(ctx, tx, docket.Trace{Action: "sign_out", Object: "staff", ID: actor.ID})
	})
}
