// Package guard asks built gateways from outside whether their guards hold: however a path is spelled, whoever signs, whatever
// becomes of an issuer's keys. It holds tests only, and it must know of a gateway no more than its document and its log.
package guard
