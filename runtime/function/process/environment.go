package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	gw "github.com/gatewright/gatewright/runtime"
	"github.com/gatewright/gatewright/runtime/function"
)

// passed are the variables of the gateway's environment that functions see, beside AWS_ENDPOINT_URL_…: where things are,
// and Amazon's credentials (decisions.md). Nothing else of it is theirs.
var passed = []string{
	"PATH", "HOME", "TZ", "LANG",
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
	"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	"AWS_CA_BUNDLE", "AWS_ENDPOINT_URL",
}

// defaultMemory is what functions are told of their memory where it is not bounded: Lambda's least.
const defaultMemory = 128

// environment is what every process of a function gets, but for the address of its API.
func environment(core *gw.Core, f function.Function, c Config) []string {
	var env []string
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for _, pair := range os.Environ() {
		if strings.HasPrefix(pair, "AWS_ENDPOINT_URL_") {
			env = append(env, pair)
		}
	}
	memory := c.MemoryMiB
	if memory == 0 {
		memory = defaultMemory
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		dir = c.Dir // the working directory is gone; starting the process says so
	}
	name, version := nameAndVersion(f)
	env = append(env,
		"AWS_REGION="+core.Region(),
		"AWS_DEFAULT_REGION="+core.Region(),
		"AWS_EXECUTION_ENV=AWS_Lambda_gatewright",
		"AWS_LAMBDA_FUNCTION_NAME="+name,
		"AWS_LAMBDA_FUNCTION_VERSION="+version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE="+strconv.Itoa(memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/"+name,
		"AWS_LAMBDA_LOG_STREAM_NAME=gatewright",
		"LAMBDA_TASK_ROOT="+dir,
		"LAMBDA_RUNTIME_DIR="+dir,
	)
	return append(env, c.Env...) // of two with the same name the last counts
}

// nameAndVersion are the function's name and the version or alias that it is asked for by.
func nameAndVersion(f function.Function) (name, version string) {
	name = f.Name
	for _, text := range []string{f.ARN, f.Name} { // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]
		if parts := strings.Split(text, ":"); len(parts) >= 7 && parts[0] == "arn" {
			name = strings.Join(parts[6:], ":")
			break
		}
	}
	name, version, _ = strings.Cut(name, ":")
	if version == "" {
		version = "$LATEST"
	}
	return name, version
}
