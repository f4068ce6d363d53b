// Package redisstore keeps buckets and quotas in Redis, so that many gateways share them. It must not know what a request
// is, nor what happens to one when Redis does not answer: it says so soon, and the caller decides.
//
// # Modes
//
// Exact asks Redis for every request. Every gateway sees every other one's requests at once; the price is one round trip for
// each request (those of many requests travel together), and a Redis that can stand the whole traffic.
//
// Leased, the default, takes tokens from Redis in batches sized by demand, before they are needed, and requests take from
// the batch without leaving the process. The limit is kept as strictly as in exact mode. What is leased to one gateway cannot
// be used by another meanwhile: idle gateways give back within 100 ms, a gateway that died keeps its batch from the others
// for a second (of a quota: it counts as used), and just below the limit one gateway may refuse what another still has.
// A line with little room, or little demand, is asked for as in exact mode. Where Redis is away, leases last for a second.
//
// Local does not ask Redis about requests: each gateway has the limit divided by the number of gateways that Redis has seen
// in the last 5 seconds. It costs nothing and never waits; but limits hold only as far as requests spread evenly, each gateway
// lets at least one request through where the division leaves nothing, joining and leaving gateways change shares seconds
// late, and quotas start again with the process.
//
// # What holds
//
// A bucket: over any window at most Burst + Rate * window pass, all gateways together, in exact and in leased mode, by the
// clock of Redis. A lease holds by the gateway's monotonic clock for less time than by Redis's, so that a gateway that was
// stopped does not use it afterwards (a machine whose monotonic clock stands still while it is suspended may use what it
// had leased, at most half the burst). After a failover to a replica that had not yet received the last writes, or when
// Redis loses its data, what those writes took is forgotten: at most one burst more passes, once.
//
// A quota: never more than Limit in a period, and what is counted stays counted through restarts of gateways, and of Redis
// when it keeps its data (appendonly yes). Requests whose answer Redis could not deliver count as made. A gateway that is
// killed loses what it leased: at most an eighth of what was left then, and no more than some 200 ms of its demand. A failover
// loses the counts that the replica had not yet received.
//
// # Redis
//
// Version 5 or newer, or what speaks the same protocol: standalone, watched by Sentinel, or a Cluster. A user of Redis 6's
// access control lists needs +evalsha +eval +time +hget +hmget +hgetall +hset +hdel +pexpire +zadd +zrem +zremrangebyscore
// +zcard +info +ping +hello +select (in a Cluster also +cluster) on the keys of Prefix. Redis must not evict keys
// (maxmemory-policy noeviction): an evicted bucket is full again, an evicted quota unused.
package redisstore
