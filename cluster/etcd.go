package cluster

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// EtcdConfig is how etcd is reached.
type EtcdConfig struct {
	Endpoints []string
	Prefix    string // of all keys; it ends in a slash
	Username  string // "": no authentication
	Password  string
	TLS       *tls.Config // nil: that of the endpoints' URLs
	TTL       time.Duration
}

// Etcd is the coordinator on etcd: each replica is a key under a lease. Make it with NewEtcd.
type Etcd struct {
	EtcdConfig
	mu     sync.Mutex // guards what follows; it is not held during calls
	client *clientv3.Client

	// Of Renew and Leave, which are not called at the same time.
	lease  clientv3.LeaseID // 0: there is none
	stored string           // the entry's text as it is in etcd; "": it is not there
	key    string

	archived clientv3.LeaseID // of the replica's texts, of Save and Refresh; 0: nothing is saved
}

// NewEtcd makes a coordinator that is not connected yet.
func NewEtcd(c EtcdConfig) *Etcd { return &Etcd{EtcdConfig: c} }

func (c *Etcd) members() string { return c.Prefix + "members/" }

// connect returns the client. It is made on first use, since with a user name that needs an etcd that answers.
func (c *Etcd) connect() (*clientv3.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil {
		return c.client, nil
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: c.Endpoints, Username: c.Username, Password: c.Password, TLS: c.TLS, DialTimeout: c.TTL / 8,
		// An endpoint that hangs is found out; etcd forbids to ask more often than each 5 s.
		DialKeepAliveTime: max(6*time.Second, c.TTL/3), DialKeepAliveTimeout: max(time.Second, c.TTL/8), Logger: zap.NewNop(),
	})
	if err != nil {
		return nil, fmt.Errorf("connect to etcd: %w", err)
	}
	c.client = client
	return client, nil
}

// call makes a call, and makes it once more, which is to another endpoint, if it takes too long.
func call[T any](ctx context.Context, c *Etcd, client *clientv3.Client, doing string, do func(context.Context) (T, error)) (answer T, err error) {
	for range 2 {
		within, cancel := context.WithTimeout(ctx, c.TTL/8)
		answer, err = do(within)
		slow := within.Err() != nil
		cancel()
		if err == nil {
			return answer, nil
		}
		if !slow || ctx.Err() != nil {
			break
		}
	}
	if !errors.Is(err, rpctypes.ErrLeaseNotFound) {
		c.giveUp(client)
	}
	return answer, fmt.Errorf("%s: %w", doing, err)
}

// giveUp has another client made for the next call, if there is a user name: an etcd that was started again knows none of its tokens, and then the library asks for
// a new token with the old one, is refused, asks again, and so on at full speed for as long as a call or a watch lasts.
func (c *Etcd) giveUp(client *clientv3.Client) {
	if c.Username == "" {
		return
	}
	c.mu.Lock()
	current := c.client == client
	if current {
		c.client = nil
	}
	c.mu.Unlock()
	if current {
		_ = client.Close() // it has failed already
	}
}

// Renew is Coordinator's.
func (c *Etcd) Renew(ctx context.Context, self Entry) ([]Entry, error) {
	client, err := c.connect()
	if err != nil {
		return nil, err
	}
	if err := c.keep(ctx, client); err != nil {
		return nil, err
	}
	if err := c.store(ctx, client, self); err != nil {
		return nil, err
	}
	answer, err := call(ctx, c, client, "read the members", func(ctx context.Context) (*clientv3.GetResponse, error) {
		return client.Get(ctx, c.members(), clientv3.WithPrefix())
	})
	if err != nil {
		return nil, err
	}
	var entries []Entry
	there := false
	for _, kv := range answer.Kvs {
		var e Entry
		if json.Unmarshal(kv.Value, &e) != nil || e.Name != strings.TrimPrefix(string(kv.Key), c.members()) || kv.Lease == 0 {
			continue // no replica's: it would never end
		}
		there = there || e.Instance == self.Instance
		entries = append(entries, e)
	}
	if !there {
		c.stored = ""
		return nil, errors.New("this replica's key is gone from etcd; it is written again")
	}
	return entries, nil
}

// keep renews the lease, or is granted a new one.
func (c *Etcd) keep(ctx context.Context, client *clientv3.Client) error {
	if c.lease != 0 {
		if there, err := c.prolong(ctx, client, c.lease); there || err != nil {
			return err
		}
	}
	c.lease, c.stored = 0, ""
	granted, err := c.grant(ctx, client, c.TTL)
	c.lease = granted
	return err
}

// prolong renews a lease, and reports whether it is still there.
func (c *Etcd) prolong(ctx context.Context, client *clientv3.Client, lease clientv3.LeaseID) (there bool, err error) {
	answer, err := call(ctx, c, client, "renew the lease", func(ctx context.Context) (*clientv3.LeaseKeepAliveResponse, error) {
		return client.KeepAliveOnce(ctx, lease)
	})
	if errors.Is(err, rpctypes.ErrLeaseNotFound) {
		return false, nil
	}
	return err == nil && answer.TTL > 0, err
}

// grant asks for a lease; 0: there is an error.
func (c *Etcd) grant(ctx context.Context, client *clientv3.Client, ttl time.Duration) (clientv3.LeaseID, error) {
	answer, err := call(ctx, c, client, "ask for a lease", func(ctx context.Context) (*clientv3.LeaseGrantResponse, error) {
		return client.Grant(ctx, int64(math.Ceil(ttl.Seconds())))
	})
	if err != nil {
		return 0, err
	}
	return answer.ID, nil
}

// store writes the entry if it is another one than that in etcd.
func (c *Etcd) store(ctx context.Context, client *clientv3.Client, self Entry) error {
	text, err := json.Marshal(self)
	if err != nil {
		return fmt.Errorf("write the entry: %w", err)
	}
	if string(text) == c.stored {
		return nil
	}
	c.key = c.members() + self.Name
	put := clientv3.OpPut(c.key, string(text), clientv3.WithLease(c.lease))
	answer, err := call(ctx, c, client, "write the entry", func(ctx context.Context) (*clientv3.TxnResponse, error) {
		return client.Txn(ctx).If(clientv3.Compare(clientv3.CreateRevision(c.key), "=", 0)).Then(put).Else(clientv3.OpGet(c.key)).Commit()
	})
	if err != nil {
		return err
	}
	if !answer.Succeeded {
		there := answer.Responses[0].GetResponseRange().Kvs
		var e Entry
		if len(there) == 0 || there[0].Lease != 0 && json.Unmarshal(there[0].Value, &e) == nil && e.Instance != self.Instance {
			return fmt.Errorf("%w (at %s)", ErrTaken, e.Advertise)
		}
		answer, err = call(ctx, c, client, "write the entry", func(ctx context.Context) (*clientv3.TxnResponse, error) {
			return client.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(c.key), "=", there[0].ModRevision)).Then(put).Commit()
		})
		if err == nil && !answer.Succeeded {
			err = errors.New("write the entry: another process has written it meanwhile")
		}
		if err != nil {
			return err
		}
	}
	c.stored = string(text)
	return nil
}

// Watch is Coordinator's. It begins with the present, so that compaction is of no matter: what was before, Renew reads.
func (c *Etcd) Watch(ctx context.Context, changed func()) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	for answer := range client.Watch(ctx, c.members(), clientv3.WithPrefix(), clientv3.WithCreatedNotify()) {
		if err := answer.Err(); err != nil {
			return fmt.Errorf("watch the members: %w", err)
		}
		changed()
	}
	return errors.New("watch the members: ended")
}

func (c *Etcd) facts(replica string) string { return c.Prefix + "facts/" + replica + "/" }

// Save is Archive's. The texts are under a lease, so that etcd removes those of a replica that does not come back.
func (c *Etcd) Save(ctx context.Context, replica string, number int, text []byte) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if c.archived == 0 {
		if c.archived, err = c.grant(ctx, client, keepArchived); err != nil {
			return err
		}
	}
	_, err = call(ctx, c, client, "save facts", func(ctx context.Context) (*clientv3.PutResponse, error) {
		return client.Put(ctx, fmt.Sprintf("%s%05d", c.facts(replica), number), string(text), clientv3.WithLease(c.archived))
	})
	return err
}

// Refresh is Archive's.
func (c *Etcd) Refresh(ctx context.Context) error {
	if c.archived == 0 {
		return nil
	}
	client, err := c.connect()
	if err != nil {
		return err
	}
	there, err := c.prolong(ctx, client, c.archived)
	if err == nil && !there {
		c.archived, err = 0, ErrLost
	}
	return err
}

// Load is Archive's.
func (c *Etcd) Load(ctx context.Context, replica string) (texts [][]byte, err error) {
	client, err := c.connect()
	if err != nil {
		return nil, err
	}
	answer, err := client.Get(ctx, c.facts(replica), clientv3.WithPrefix())
	if err != nil {
		return nil, fmt.Errorf("load facts: %w", err)
	}
	for _, kv := range answer.Kvs {
		texts = append(texts, kv.Value)
	}
	return texts, nil
}

// Leave is Coordinator's. It ends the connection, too.
func (c *Etcd) Leave(ctx context.Context) error {
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	if client == nil {
		return nil
	}
	if c.lease == 0 {
		return client.Close()
	}
	_, err := call(ctx, c, client, "give the lease back", func(ctx context.Context) (*clientv3.LeaseRevokeResponse, error) {
		return client.Revoke(ctx, c.lease)
	})
	return errors.Join(err, client.Close())
}
