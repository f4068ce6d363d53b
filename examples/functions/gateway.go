package main

//go:generate go run ../../cmd/gatewright generate -o gateway openapi.yaml
