package compose

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const kubernetes = root + "/deploy/kubernetes"

// object is a Kubernetes object, as far as it is checked here. That its fields
// are known to Kubernetes only kubectl can say.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct {
		Name   string
		Labels map[string]string
	}
	Spec struct {
		Replicas    int
		ServiceName string `yaml:"serviceName"`
		ClusterIP   string `yaml:"clusterIP"`
		Selector    yaml.Node
		Ports       []struct {
			Name       string
			TargetPort string `yaml:"targetPort"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []container
			}
		}
		Rules []struct {
			HTTP struct {
				Paths []struct {
					Path    string
					Backend struct {
						Service struct {
							Name string
							Port struct{ Name string }
						}
					}
				}
			}
		}
		Endpoints []struct{ Port string }
	}
}

type container struct {
	Name  string
	Image string
	Ports []struct {
		Name          string
		ContainerPort int `yaml:"containerPort"`
	}
	Env []struct {
		Name, Value string
		ValueFrom   yaml.Node `yaml:"valueFrom"`
	}
	Liveness  probe `yaml:"livenessProbe"`
	Readiness probe `yaml:"readinessProbe"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

func (c container) env(name string) string {
	for _, e := range c.Env {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// selects are the labels that an object selects by.
func (o object) selects(t *testing.T) map[string]string {
	t.Helper()
	var plain map[string]string
	if o.Kind == "Service" {
		if err := o.Spec.Selector.Decode(&plain); err != nil {
			t.Fatal(err)
		}
		return plain
	}
	var by struct {
		Labels map[string]string `yaml:"matchLabels"`
	}
	if err := o.Spec.Selector.Decode(&by); err != nil {
		t.Fatal(err)
	}
	return by.Labels
}

// objects reads every file of a folder that kustomize takes in, by kind and name.
func objects(t *testing.T, folders ...string) map[string]object {
	t.Helper()
	all := map[string]object{}
	for _, folder := range folders {
		var list struct{ Resources []string }
		if err := yaml.Unmarshal(read(t, filepath.Join("deploy/kubernetes", folder, "kustomization.yaml")), &list); err != nil {
			t.Fatal(err)
		}
		for _, name := range list.Resources {
			in := yaml.NewDecoder(bytes.NewReader(read(t, filepath.Join("deploy/kubernetes", folder, name))))
			for {
				var o object
				err := in.Decode(&o)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s/%s: %v", folder, name, err)
				}
				id := o.Kind + "/" + o.Metadata.Name
				if _, twice := all[id]; twice || o.APIVersion == "" || o.Kind == "" || o.Metadata.Name == "" {
					t.Errorf("%s/%s: %q is there twice or has no name", folder, name, id)
				}
				all[id] = o
			}
		}
	}
	return all
}

func TestKustomizeTakesEveryFile(t *testing.T) {
	listed := map[string]bool{}
	err := filepath.WalkDir(kubernetes, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "kustomization.yaml" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var k struct{ Resources, Components []string }
		if err := yaml.Unmarshal(content, &k); err != nil {
			return err
		}
		for _, name := range append(k.Resources, k.Components...) {
			listed[filepath.Join(filepath.Dir(path), name)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range listed {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	files, err := filepath.Glob(kubernetes + "/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		if filepath.Base(file) != "kustomization.yaml" && !listed[file] {
			t.Errorf("no kustomization takes %s", file)
		}
	}
}

// within reports whether all pairs of one are in the other.
func within(some, all map[string]string) bool {
	for k, v := range some {
		if all[k] != v {
			return false
		}
	}
	return len(some) > 0
}

func TestServicesLeadToContainers(t *testing.T) {
	all := objects(t, "base", "redis", "prometheus")
	for id, o := range all {
		if o.Kind != "Service" && o.Kind != "PodDisruptionBudget" {
			continue
		}
		wanted := maps.Clone(o.selects(t))
		pod := wanted["statefulset.kubernetes.io/pod-name"]
		delete(wanted, "statefulset.kubernetes.io/pod-name")
		found := false
		for _, set := range all {
			if set.Kind != "StatefulSet" || !within(wanted, set.Spec.Template.Metadata.Labels) || pod != "" && !strings.HasPrefix(pod, set.Metadata.Name+"-") {
				continue
			}
			found = true
			for _, port := range o.Spec.Ports {
				if !slices.ContainsFunc(set.Spec.Template.Spec.Containers[0].Ports, func(p struct {
					Name          string
					ContainerPort int `yaml:"containerPort"`
				}) bool {
					return p.Name == port.TargetPort
				}) {
					t.Errorf("%s leads to port %s, which no container has", id, port.TargetPort)
				}
			}
		}
		if !found {
			t.Errorf("%s selects no pod: %v", id, wanted)
		}
	}
	monitor, nodes := all["ServiceMonitor/metronome"], all["Service/metronome-nodes"]
	if !within(monitor.selects(t), nodes.Metadata.Labels) || monitor.Spec.Endpoints[0].Port != "admin" {
		t.Error("the monitor does not find the nodes' metrics")
	}
}

// TestEveryNodeIsReached: players by a path of its own, which is its public URL,
// and other nodes by a name in the headless service.
func TestEveryNodeIsReached(t *testing.T) {
	all := objects(t, "base", "redis")
	set := all["StatefulSet/metronome"]
	node := set.Spec.Template.Spec.Containers[0]
	if all["Service/"+set.Spec.ServiceName].Spec.ClusterIP != "None" {
		t.Errorf("%s is not headless: nodes have no names", set.Spec.ServiceName)
	}
	if got, want := node.env("METRONOME_NODE_URL"), "http://$(POD_NAME)."+set.Spec.ServiceName+".$(POD_NAMESPACE).svc:8080"; got != want {
		t.Errorf("nodes ask each other at %s, want %s", got, want)
	}
	if redis := strings.TrimSuffix(strings.TrimPrefix(node.env("METRONOME_REDIS"), "redis://"), ":6379"); all["Service/"+redis].Kind == "" {
		t.Errorf("there is no service %s", redis)
	}
	paths := map[string]string{}
	rules := all["Ingress/metronome"].Spec.Rules
	if len(rules) == 0 {
		t.Fatal("no ingress leads to the nodes")
	}
	for _, p := range rules[0].HTTP.Paths {
		service := p.Backend.Service.Name
		paths[p.Path] = service
		if all["Service/"+service].Kind == "" || p.Backend.Service.Port.Name != "http" {
			t.Errorf("%s leads to no service: %s", p.Path, service)
		}
	}
	for i := range set.Spec.Replicas {
		name := set.Metadata.Name + "-" + string(rune('0'+i))
		if paths["/"+name] != name || all["Service/"+name].selects(t)["statefulset.kubernetes.io/pod-name"] != name {
			t.Errorf("no player reaches %s", name)
		}
	}
	if !strings.HasSuffix(node.env("METRONOME_PUBLIC_URL"), "/$(POD_NAME)") {
		t.Errorf("the public URL %s is none of these paths", node.env("METRONOME_PUBLIC_URL"))
	}
}

// TestNodesEndInTime: a pod is not killed before its drain can be over, and only
// one that does not answer is ended.
func TestNodesEndInTime(t *testing.T) {
	pod := objects(t, "base")["StatefulSet/metronome"].Spec.Template.Spec
	node := pod.Containers[0]
	longest := 10 * time.Second // --stop-timeout
	for _, name := range []string{"METRONOME_DRAIN_DELAY", "METRONOME_DRAIN_TIMEOUT"} {
		d, err := time.ParseDuration(node.env(name))
		if err != nil {
			t.Fatal(err)
		}
		longest += d
	}
	if grace := time.Duration(pod.Grace) * time.Second; grace < longest+10*time.Second {
		t.Errorf("killed after %v, though a stop may take %v", grace, longest)
	}
	if node.Liveness.HTTPGet.Path != "/healthz" || node.Readiness.HTTPGet.Path != "/readyz" {
		t.Errorf("probes ask %+v and %+v", node.Liveness, node.Readiness)
	}
}

// TestVariablesAreFlags: a misspelt one would keep the node from starting.
func TestVariablesAreFlags(t *testing.T) {
	var source strings.Builder
	files, err := filepath.Glob(root + "/server/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(content)
	}
	variables := regexp.MustCompile(`METRONOME_([A-Z_]+)`)
	for _, text := range []string{string(read(t, "docker-compose.yml")), string(read(t, "deploy/kubernetes/base/nodes.yaml"))} {
		for _, found := range variables.FindAllStringSubmatch(text, -1) {
			flag := strings.ToLower(strings.ReplaceAll(found[1], "_", "-"))
			if !strings.Contains(source.String(), `"`+strings.TrimSuffix(flag, "-file")+`"`) {
				t.Errorf("METRONOME_%s is no flag", found[1])
			}
		}
	}
}
