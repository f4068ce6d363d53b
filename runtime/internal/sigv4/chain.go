package sigv4

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	gw "github.com/gatewright/gatewright/runtime"
)

// maxRoles bounds the roles whose credentials are kept: those that are known at run time only may be many.
const maxRoles = 256

// Chain is where a gateway's credentials come from: the SDK's chain, and roles that it takes on. It is loaded once, in
// the background. It is safe for concurrent use.
type Chain struct {
	core   *gw.Core
	ctx    context.Context // ends with the gateway
	cancel context.CancelFunc
	work   sync.WaitGroup

	begin  sync.Once
	loaded chan struct{}
	config aws.Config // for who has seen loaded closed
	broken error

	mu      sync.Mutex
	sources map[string]*source // by role; the chain's own has none
	order   []*source          // roles, oldest first
	closed  bool
}

type chainKey struct{}

// Of is the chain of core. It ends with core.
func Of(core *gw.Core) *Chain {
	return core.Shared(chainKey{}, func() any {
		ch := &Chain{core: core, loaded: make(chan struct{}), sources: map[string]*source{}}
		ch.ctx, ch.cancel = context.WithCancel(context.Background())
		core.OnClose(ch.close)
		return ch
	}).(*Chain)
}

func (ch *Chain) close() {
	ch.mu.Lock()
	ch.closed = true
	ch.mu.Unlock()
	ch.cancel()
	ch.work.Wait()
}

// spawn runs f in the background, unless the gateway has ended.
func (ch *Chain) spawn(f func()) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.closed {
		return false
	}
	ch.work.Go(f)
	return true
}

// Warm begins to load the chain, so that the first request need not wait for it. It does not wait.
func (ch *Chain) Warm() {
	ch.begin.Do(func() {
		started := ch.spawn(func() {
			defer close(ch.loaded)
			ch.load()
		})
		if !started {
			ch.broken = errClosed
			close(ch.loaded)
		}
	})
}

var errClosed = fmt.Errorf("%w: the gateway has ended", ErrNone)

// load reads the environment and the shared files. What comes from elsewhere is asked for later, with the first
// credentials.
func (ch *Chain) load() {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.DisableKeepAlives = true // it is used once in an hour
	})
	ch.config, ch.broken = config.LoadDefaultConfig(ch.ctx, config.WithHTTPClient(client), config.WithDefaultRegion(ch.core.Region()))
	if ch.broken != nil {
		ch.broken = fmt.Errorf("%w: the configuration of AWS cannot be read: %w", ErrNone, ch.broken)
		ch.core.Logger().Error("no AWS credentials", "error", ch.broken)
	}
}

// ready waits until the chain is loaded.
func (ch *Chain) ready(deadline time.Time) error {
	ch.Warm()
	if !await(ch.loaded, deadline) {
		return ErrLate
	}
	return ch.broken
}

// await waits for done, at most until the deadline; zero is none.
func await(done <-chan struct{}, deadline time.Time) bool {
	select {
	case <-done:
		return true
	default:
	}
	if deadline.IsZero() {
		<-done
		return true
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// Credentials are those of role, an ARN; of the chain itself where role is empty. The first ones are waited for, at most
// until the deadline; zero is none. Errors wrap ErrLate or ErrNone.
func (ch *Chain) Credentials(role string, deadline time.Time) (*Credentials, error) {
	return ch.source(role).get(deadline)
}

// source is where role's credentials come from. Where there are too many roles the oldest one's are forgotten.
func (ch *Chain) source(role string) *source {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if s := ch.sources[role]; s != nil {
		return s
	}
	s := &source{chain: ch, role: role}
	ch.sources[role] = s
	if role == "" {
		return s
	}
	if len(ch.order) == maxRoles {
		delete(ch.sources, ch.order[0].role)
		ch.order = append(ch.order[:0], ch.order[1:]...)
	}
	ch.order = append(ch.order, s)
	return s
}

// provider is what the SDK asks for role's credentials. The chain is loaded.
func (ch *Chain) provider(role string) aws.CredentialsProvider {
	if role == "" {
		return ch.config.Credentials
	}
	client := sts.NewFromConfig(ch.config, func(o *sts.Options) {
		o.Credentials = base{ch.source("")}
	})
	return stscreds.NewAssumeRoleProvider(client, role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "gatewright" + ch.core.API().ID
	})
}

// base gives the chain's own credentials to the SDK.
type base struct{ source *source }

// Retrieve implements aws.CredentialsProvider.
func (b base) Retrieve(ctx context.Context) (aws.Credentials, error) {
	deadline, _ := ctx.Deadline()
	c, err := b.source.get(deadline)
	if err != nil {
		return aws.Credentials{}, err
	}
	return c.keys, nil
}

// serviceEndpoints and ignoredEndpoints are what the SDK's sources of configuration know of endpoints.
type serviceEndpoints interface {
	GetServiceBaseEndpoint(ctx context.Context, sdkID string) (string, bool, error)
}

type ignoredEndpoints interface {
	GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
}

// Endpoint is the URL that takes the place of a service's own: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL and their
// twins in the shared files. id is the SDK's name of the service: EventBridge. It is empty where there is none.
func (ch *Chain) Endpoint(id string, deadline time.Time) (string, error) {
	if err := ch.ready(deadline); err != nil {
		return "", err
	}
	for _, from := range ch.config.ConfigSources {
		if s, ok := from.(ignoredEndpoints); ok {
			if ignored, found, _ := s.GetIgnoreConfiguredEndpoints(ch.ctx); found && ignored {
				return "", nil
			}
		}
	}
	for _, from := range ch.config.ConfigSources {
		s, ok := from.(serviceEndpoints)
		if !ok {
			continue
		}
		if url, found, err := s.GetServiceBaseEndpoint(ch.ctx, id); err != nil {
			return "", fmt.Errorf("endpoint of %s: %w", id, err)
		} else if found {
			return url, nil
		}
	}
	return aws.ToString(ch.config.BaseEndpoint), nil
}

// Transport is how the SDK would connect: with AWS_CA_BUNDLE and proxies of the environment. The caller owns it.
func (ch *Chain) Transport(deadline time.Time) (*http.Transport, error) {
	if err := ch.ready(deadline); err != nil {
		return nil, err
	}
	client, ok := ch.config.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		return nil, errors.New("the SDK has no transport")
	}
	t := client.GetTransport()
	t.DisableKeepAlives = false
	return t, nil
}
