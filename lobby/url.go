package lobby

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// newClient makes the client that a Redis URL asks for:
//
//	redis://[user:password@]host:port[/db]      one server; rediss:// with TLS
//	unix:///path/to/redis.sock                  the same through a socket
//	redis://host:26379?master_name=NAME         Sentinel; more with &addr=host:port
//	redis://host:7001?cluster=true              Cluster; more seeds with &addr=host:port
//
// Other query parameters are those of go-redis. Errors never hold the password.
func newClient(raw string, timeout time.Duration) (redis.UniversalClient, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, badURL()
	}
	query := u.Query()
	cluster := query.Get("cluster") == "true" || query.Has("addr") && !query.Has("master_name")
	query.Del("cluster")
	u.RawQuery = query.Encode()

	var client redis.UniversalClient
	switch {
	case query.Has("master_name"):
		client, err = sentinelClient(u.String(), timeout)
	case cluster:
		client, err = clusterClient(u.String(), timeout)
	default:
		client, err = singleClient(u.String(), timeout)
	}
	if err != nil {
		return nil, badURL()
	}
	return client, nil
}

func badURL() error {
	return fmt.Errorf("%w: the Redis URL cannot be read; want redis://[user:password@]host:port[/db] "+
		"(rediss:// for TLS, ?master_name=NAME for Sentinel, ?cluster=true for Cluster), "+
		"with special characters in the password written as %%XX", ErrInvalid)
}

// The three have the same settings. No retries: a script that was sent twice
// may count twice, and the caller knows better whether to ask again. The caller's
// deadline counts. No notices of maintenance: plain Redis has none.

func singleClient(raw string, timeout time.Duration) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(raw)
	if err != nil {
		return nil, err
	}
	tune(o, timeout)
	return redis.NewClient(o), nil
}

func tune(o *redis.Options, timeout time.Duration) {
	o.ContextTimeoutEnabled, o.MaxRetries, o.Protocol = true, -1, 2
	o.DialerRetries, o.DisableIdentity = 1, true
	orDuration(&o.DialTimeout, timeout)
	orDuration(&o.PoolTimeout, timeout)
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

func sentinelClient(raw string, timeout time.Duration) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(raw)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.MaxRetries, o.Protocol = true, -1, 2
	o.DialerRetries, o.DisableIdentity = 1, true
	orDuration(&o.DialTimeout, timeout)
	orDuration(&o.PoolTimeout, timeout)
	return redis.NewFailoverClient(o), nil
}

func clusterClient(raw string, timeout time.Duration) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(raw)
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.MaxRetries, o.Protocol = true, -1, 2
	o.DialerRetries, o.DisableIdentity = 1, true
	orDuration(&o.DialTimeout, timeout)
	orDuration(&o.PoolTimeout, timeout)
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClusterClient(o), nil
}

// redact names a store without its passwords.
func redact(raw string) string {
	if raw == "" {
		return "embedded"
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "redis"
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(name, "password") {
			query.Set(name, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}
