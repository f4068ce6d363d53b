// Package live changes limits of gateways that serve, watches what is left of them, and kills processes that count. It holds
// tests only, and must not know how a limit counts.
package live
