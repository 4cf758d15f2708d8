// kstatus says what Flux, kpt and Argo CD's kstatus mode make of each object: by the code that they use themselves.
//
// It reads a JSON array of objects from standard input and writes a JSON array of statuses, such as "Current", in the
// same order. Not here: what is expected of an object; the objects come from tests.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func run() error {
	var objects []map[string]any
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return fmt.Errorf("failed to read a JSON array of objects from standard input: %w", err)
	}
	statuses := make([]string, 0, len(objects))
	for _, object := range objects {
		result, err := status.Compute(&unstructured.Unstructured{Object: whole(object).(map[string]any)})
		if err != nil {
			return fmt.Errorf("failed to compute a status: %w", err)
		}
		statuses = append(statuses, result.Status.String())
	}
	return json.NewEncoder(os.Stdout).Encode(statuses)
}

// whole turns whole numbers into int64, as the clients of Kubernetes do; they know no other kind of whole number.
func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = whole(member)
		}
	case []any:
		for index, item := range value {
			value[index] = whole(item)
		}
	case float64:
		if number := int64(value); float64(number) == value {
			return number
		}
	}
	return value
}
