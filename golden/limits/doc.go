// Package limits asks built gateways that share their limits by a real Redis whether the limits hold: however many gateways there
// are, in each mode, and when Redis or a gateway goes away. It holds tests only, and it must know of a gateway no more than its
// document, its flags and its admin pages.
package limits
