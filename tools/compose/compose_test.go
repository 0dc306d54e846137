// Package compose holds tests of the form of docker-compose.yml and the
// Dockerfile. They need no container engine. The module is its own so that the
// server does not depend on a compose parser.
package compose

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

const root = "../.."

// load parses a compose file as the engine would, with its profiles on.
func load(t *testing.T, content []byte, profiles ...string) (*types.Project, error) {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(dir, "docker-compose.yml"), Content: content}},
	}, loader.WithProfiles(profiles))
}

// project is the compose file of this repository.
func project(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	p, err := load(t, read(t, "docker-compose.yml"), profiles...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestServicesByProfile(t *testing.T) {
	for _, c := range []struct {
		profiles, want []string
	}{
		{nil, []string{"node", "redis"}},
		{[]string{"load"}, []string{"bots", "node", "redis"}},
		{[]string{"observe"}, []string{"grafana", "node", "prometheus", "redis"}},
	} {
		got := project(t, c.profiles...).ServiceNames()
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("profiles %v start %v, want %v", c.profiles, got, c.want)
		}
	}
}

func TestNode(t *testing.T) {
	p := project(t)
	node := p.Services["node"]
	if node.Build == nil || node.Build.Context != p.WorkingDir {
		t.Errorf("node is not built from the repository: %+v", node.Build)
	}
	if got := node.DependsOn["redis"].Condition; got != types.ServiceConditionHealthy {
		t.Errorf("node waits for redis to be %q, want %q", got, types.ServiceConditionHealthy)
	}
	if len(p.Services["redis"].HealthCheck.Test) == 0 {
		t.Error("redis has no health check to wait for")
	}
	if len(node.Ports) != 1 || node.Ports[0].Published != "8080" || node.Ports[0].Target != 8080 {
		t.Errorf("node publishes %+v, want 8080 as 8080", node.Ports)
	}
	if node.StopGracePeriod == nil {
		t.Error("node has no stop_grace_period: it would be killed amid its rooms' end")
	}
}

func TestWhatShouldRunIsRestarted(t *testing.T) {
	for name, service := range project(t, "observe").Services {
		if service.Restart != types.RestartPolicyUnlessStopped {
			t.Errorf("%s is not started again after a crash: restart is %q", name, service.Restart)
		}
	}
}

// `up --wait` fails on a service whose health cannot be known.
func TestNoHealthCheckIsOff(t *testing.T) {
	for name, service := range project(t, "load").Services {
		if check := service.HealthCheck; check != nil && check.Disable {
			t.Errorf("the health check of %s is off", name)
		}
	}
}

func TestNodeEnvironment(t *testing.T) {
	node := project(t).Services["node"]
	for name, want := range map[string]string{
		"METRONOME_REDIS":      "redis://redis:6379",
		"METRONOME_LISTEN":     "0.0.0.0:8080",
		"METRONOME_PUBLIC_URL": "http://127.0.0.1:8080",
	} {
		if got := node.Environment[name]; got == nil || *got != want {
			t.Errorf("%s is %v, want %q", name, got, want)
		}
	}
}

func TestBotsReachThePublicURL(t *testing.T) {
	p := project(t, "load")
	bots, node := p.Services["bots"], p.Services["node"]
	if bots.Image != node.Image {
		t.Errorf("bots run image %q, node %q", bots.Image, node.Image)
	}
	if bots.NetworkMode != "service:node" {
		t.Errorf("bots are in network %q, where the node's public URL leads elsewhere", bots.NetworkMode)
	}
	if !bots.DependsOn["node"].Restart {
		t.Error("bots stay in the network of a node that was started again")
	}
	if !slices.Contains(bots.Command, *node.Environment["METRONOME_PUBLIC_URL"]) {
		t.Errorf("bots are not sent to the public URL: %v", bots.Command)
	}
}

// What is mounted is there: the engine would make an empty folder of a misspelt path.
func TestMountsExist(t *testing.T) {
	mounts := 0
	for name, service := range project(t, "load", "observe").Services {
		for _, v := range service.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			mounts++
			if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
				t.Errorf("%s mounts %s: %v, read only %v", name, v.Source, err, v.ReadOnly)
			}
		}
	}
	if mounts == 0 {
		t.Error("nothing is mounted")
	}
}

// Who may look at the figures without a password is at this machine.
func TestFiguresStayHere(t *testing.T) {
	p := project(t, "observe")
	for _, name := range []string{"prometheus", "grafana"} {
		for _, port := range p.Services[name].Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %+v", name, port)
			}
		}
	}
}

// maxFiles is what common hosts allow a container without further rights.
const maxFiles = 20000

func ulimitFaults(p *types.Project) []string {
	var faults []string
	for name, service := range p.Services {
		if limit := service.Ulimits["nofile"]; limit != nil && max(limit.Single, limit.Soft, limit.Hard) > maxFiles {
			faults = append(faults, name)
		}
	}
	return faults
}

func TestUlimits(t *testing.T) {
	if faults := ulimitFaults(project(t, "load")); faults != nil {
		t.Errorf("nofile above %d: %v", maxFiles, faults)
	}
	p, err := load(t, []byte("name: x\nservices: {a: {image: a, ulimits: {nofile: 20001}}}"))
	if err != nil {
		t.Fatal(err)
	}
	if ulimitFaults(p) == nil {
		t.Error("nofile 20001 passes")
	}
}

func TestUnknownKeyIsRefused(t *testing.T) {
	if _, err := load(t, []byte("name: x\nservices: {a: {image: a, helthcheck: {}}}")); err == nil {
		t.Error("a misspelt key passes")
	}
}

func TestImage(t *testing.T) {
	content := string(read(t, "Dockerfile"))
	stages := strings.Split(content, "\nFROM ")
	final := stages[len(stages)-1]
	for _, want := range []string{
		"scratch\n",
		"\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/", // rediss://
		"\nUSER 65532:65532\n",
		"\nHEALTHCHECK ",
		"CMD [\"/metronome\", \"health\"]\n",
		"\nENTRYPOINT [\"/metronome\"]\n",
	} {
		if !strings.Contains("\n"+final, want) {
			t.Errorf("the final stage lacks %q", want)
		}
	}
	if !strings.Contains(content, "CGO_ENABLED=0") {
		t.Error("the binary is not built static")
	}
	if !strings.Contains(content, "/server.version=$VERSION") || project(t).Services["node"].Build.Args["VERSION"] == nil {
		t.Error("the image does not know its version")
	}
}
