/**
 * What each field means, in a line that fits a tooltip: the one source of the JSON Schema's descriptions. By the names of the
 * code; `section` demands a line for each of its fields.
 */
const MODE =
  'enforce (default): the policy acts. shadow: it decides and records what it would have done, and changes nothing.';

const RETRY_BUDGET =
  'Most retries and hedges as a share of calls, so that they do not finish off a struggling upstream; false switches it off.';

export const DESCRIPTIONS = {
  runtime: {
    rateLimiting: 'How often an operation may be called, per key (user, tenant, organisation).',
    retry: 'What is tried again, how often, and after which wait.',
    healthChecks: 'What is checked on a schedule; the health endpoints only read the results.',
    circuitBreaker: 'Circuit breaker of every operation listed under operations, unless it says otherwise.',
    bulkhead: 'Bulkhead of every operation listed under operations, unless it says otherwise.',
    hedge: 'Hedges of every operation listed under operations, unless it says otherwise.',
    timeout: 'Timeouts of every operation listed under operations, unless it says otherwise.',
    operations: 'The named kinds of calls that the service makes, each with its policies.',
    errorRules:
      'What errors mean, where the built-in tables say something else or nothing. The first that matches decides.',
    upstreams: 'Which outgoing HTTP requests belong to which operation. The first rule that matches decides.',
    admin: 'The endpoint of /metrics, /livez, /readyz and /healthz. Read at the start only.',
    shutdown: 'What happens once the process is told to stop. Read at the start only.',
    telemetry: 'How much the agent tells. Read at the start only.',
    patches:
      'Modules that the agent puts under policies by itself, each as soon as the application loads it. Read at the start only.',
  },
  operation: {
    rateLimit: 'Its rate limit: false for none, or changes to rate_limiting.defaults of its name.',
    rateLimits: 'Further limits. A call is charged by all of its limits, or refused and charged by none.',
    retry:
      "A policy's name, true for the default policy, false for none, or a policy with changes. Left out: none, but for wrappers that have a policy of their own.",
    retryBudget: RETRY_BUDGET as string,
    hedge: 'A second attempt beside one that takes long: false, or changes to runtime.hedge.',
    circuitBreaker: 'true, false, or changes to runtime.circuit_breaker.',
    bulkhead: 'false, or changes to runtime.bulkhead.',
    timeout: 'false, or changes to runtime.timeout.',
    errorRules: 'What errors of this operation mean; asked before runtime.error_rules.',
  },
  limit: {
    capacity: 'Tokens of a full bucket: calls that may come at once. Above 0.',
    windowSeconds: 'Seconds in which an empty bucket fills. Above 0.',
    windowMs: 'Time in which an empty bucket fills: 60, 500ms, 1m. Says the same as window_seconds.',
  },
  limitUse: {
    name: 'What telemetry calls the limit. Default: the operation; of further limits also what they are by (search.global).',
    by: 'What has a bucket of its own: key (default), global for all calls together, or the name of a part of the keys.',
    per: 'What takes a token: call (default), or attempt, as a provider counts.',
    mode: MODE as string,
    maxWaitMs: 'Longest wait for tokens, first come first served. Default 0: a call without tokens is refused at once.',
    queue: 'Calls of one key that may wait. Default 1000.',
    shared: 'false keeps the limit to each process, although rate_limiting.store shares the others. Default true.',
  },
  rateLimitStore: {
    enabled: 'Default true; false: each process has limits of its own.',
    type: 'redis: Redis from 6.2 on, or Valkey.',
    url: 'Of the server: redis://user:password@host:6379/0, or rediss://. The agent connects to it.',
    cluster: 'Whether the server is one of a cluster. Default false.',
    onStoreError:
      'What decides while the store does not. local (default): each process has its share of the capacity. allow: everybody passes. deny: nobody does.',
    expectedProcesses: 'Processes that share the limits: in mode local each has its part. Default 1.',
    budgetMs: 'Time in which the store must decide. Default 50ms.',
    leases: 'Default true: tokens of hot keys are leased in advance, so that most decisions need no round trip.',
    prefix: 'What the names of all keys in the store begin with. Default "cb:".',
  },
  rateLimiting: {
    enabled: 'Default true; false lets everything pass.',
    defaults: 'Limits by operation. search, transform, embed, ai_generate and health_check are built in.',
    overrides: 'Limits of single keys ("user:12345"), or of all keys with that prefix ("org:premium"), by operation.',
    maxKeys:
      'Keys remembered at once, in all limits together, 28 bytes each, so memory is bounded. Default 100000, at most 100 million.',
    store:
      'A server in which processes share their limits, all that do not say shared: false. Read at the start only. Without it each process has limits of its own.',
  },
  retryPolicy: {
    maxAttempts: 'Attempts in total, the first one included.',
    baseDelayMs: 'Wait before the first retry.',
    maxDelayMs: "No wait is longer, jitter included; only a server's Retry-After may be.",
    exponentialBase: 'Each wait is this many times the one before. At least 1.',
    jitter:
      'original (= true): ±50 %. full: 0 to the whole wait. decorrelated: grows from the wait before. none (= false).',
  },
  operationRetry: { policy: 'The policy to start from. Default: default.', mode: MODE as string },
  retryBudget: {
    ratio: 'Retries and hedges allowed as a share of calls, 0 to 1. Default 0.2.',
    minRetriesPerSecond: 'Retries and hedges per second that are always allowed. Default 10.',
  },
  retry: {
    enabled: 'Default true; false makes every call a single attempt.',
    policies: 'Retry policies by name.',
    retryableCodes: 'HTTP statuses worth another try. Default 429, 500, 502, 503 and 504.',
    budget: RETRY_BUDGET as string,
  },
  circuitBreaker: {
    enabled: 'Default true; false switches it off.',
    failureRatio: 'Share of failed attempts in the window that opens the circuit, above 0 up to 1. Default 0.5.',
    minimumCalls: 'Attempts the window must hold before the ratio counts. Default 10.',
    windowMs: 'Time that the ratio looks back on. Default 30s.',
    countWindow: 'Attempts that the ratio looks back on, instead of a time. Default null.',
    consecutiveFailures: 'Failures in a row that open the circuit. Default null: the ratio decides.',
    openForMs: 'How long the circuit stays open before it admits probes. Default 30s.',
    halfOpenProbes: 'Probes admitted at once, and successes needed to close. Default 1.',
    slowCallMs: 'Attempts that take longer are slow. Default null: slowness opens nothing.',
    slowCallRatio: 'Share of slow attempts in the window that opens the circuit, above 0 up to 1. Default 0.5.',
    per: 'What has a breaker of its own: operation (default), or target, such as the host of a request.',
    maxTargets: 'Breakers of targets held at once. Default 1000.',
    mode: MODE as string,
  },
  bulkhead: {
    limit: 'Calls that run at once.',
    queue: 'Calls that may wait for a slot. Default 0.',
    queueTimeoutMs: 'Longest wait for a slot. Default null: only the deadline limits it.',
    adaptive: 'Lets the limit follow what the upstream bears: true, changes to the defaults, or false (the default).',
    mode: MODE as string,
  },
  adaptive: {
    algorithm: 'gradient (default): compares recent latency with the best seen. aimd: up by one, down after overload.',
    minLimit: 'The limit never falls below. Default 1.',
    maxLimit: 'The limit never rises above. Default ten times the limit.',
    maxHealthyLatencyMs: 'Latency above it is never taken for healthy. Default null: no bound.',
  },
  hedge: {
    delayMs: 'The hedge is due when an attempt takes longer. Either this or quantile.',
    quantile: 'The hedge is due when an attempt takes longer than this share of recent ones, such as 0.95.',
    maxHedges: 'Hedges per call. Default 1.',
    mode: MODE as string,
  },
  timeout: {
    totalMs: 'Bounds the whole call with queue, attempts and waits. Default null: none.',
    attemptMs: 'Bounds each attempt. Default null: none.',
    mode: MODE as string,
  },
  errorRule: {
    name: 'What telemetry and reports call the rule. Default: where it stands, such as error_rules[0].',
    match: 'Which errors: all facts that are named must hold, of the error itself or of one of its causes.',
    class: 'What the error says about the request; retryable, not_executed and breaker follow from it unless given.',
    retryable: 'Whether another try can help.',
    notExecuted: 'Whether nothing was done for certain, so that even what must not run twice may be repeated.',
    breaker: 'What the circuit breaker counts: failure, success (the other side answered), or ignored.',
    why: 'A reason, for people.',
  },
  errorMatch: {
    status: 'HTTP status or statuses: 409, [409, 423], or a class of them: 5xx.',
    code: 'Code of the error (ECONNRESET, P2034), or what AI providers put in type and body. In quotes when it is a number.',
    name: 'Name of the error or of its class.',
    sqlstate: 'SQLSTATE in quotes: five characters ("40001"), or the two of a class ("40").',
    errno: 'Number of a MySQL or MariaDB server error.',
    label: 'Label of a MongoDB error; of a list all must be there.',
    reply: 'First word of a Redis error reply, such as READONLY.',
    message: 'The whole message. Not looked at where there is a status, a code or an SQLSTATE.',
  },
  upstream: {
    match: 'What a request must be; {} matches every one.',
    operation: 'The operation of the requests that match.',
    idempotent:
      'Whether a request may be sent again when it is unknown if the first had an effect. auto (default) goes by the method, an Idempotency-Key, and what surely was not executed.',
  },
  match: {
    host: 'api.example.com, *.example.com for all subdomains, localhost:8080 for one port. Left out: every host.',
    path: '* stays inside a segment, ** crosses them: /v1/chat/**. Left out: every path.',
    methods: 'An HTTP method, or a list of them. Left out: every method.',
  },
  healthChecks: {
    enabled: 'Default true; false runs none.',
    intervalMs: 'Time between two runs of a check. Default 30s.',
    timeoutMs: 'A run that takes longer has failed. Default 10s.',
    failureThreshold: 'Failures in a row until a check is unhealthy. Default 3.',
    successThreshold: 'Successes in a row until it is healthy again. Default 1.',
    minimumDwellMs: 'How long a status holds at least before it may change back. Default 0s.',
    initialDelayMs: 'Wait from the start to the first run of every check. Left out: the first runs are spread.',
    flapping: 'When a check counts as flapping, because its status changes again and again.',
    providers: 'Checks by name; each runs once something of its name is registered.',
    degradedMode: 'What goes on while a check is not healthy.',
  },
  provider: {
    enabled: 'Default true.',
    checkType:
      'http (default with url) and tcp (default with address) need no code. The others only say what the check is that code registers by this name: that decides what is asked.',
    intervalMs: 'Time between two runs. Default health_checks.interval.',
    timeoutMs: 'A run that takes longer has failed. Default health_checks.timeout.',
    failureThreshold: 'Failures in a row until it is unhealthy. Default health_checks.failure_threshold.',
    successThreshold: 'Successes in a row until it is healthy again. Default health_checks.success_threshold.',
    required:
      'true: its failure makes the whole unhealthy. false: degrades it at most. Left out: it counts as one among others.',
    operation: 'The operation whose calls show the same: while it has traffic, the check itself need not run.',
    url: 'What a check of type http requests: http:// or https://, without user and password.',
    method: 'The HTTP method of the request. Default GET.',
    expectStatus: 'HTTP status or statuses that are healthy. Left out: 200 to 399.',
    headers: 'Headers of the request, by name. Take secrets from the environment.',
    address: 'What a check of type tcp connects to: db:5432, or "[::1]:5432" in quotes.',
    callable: 'Accepted for older files; has no effect.',
  },
  flapping: {
    windowMs: 'How far back changes of status count. Default 10m.',
    transitions: 'Changes of status in the window that make a check flapping. Default 5.',
  },
  degradedMode: {
    continueOnDegraded: 'Whether the service counts as ready while it is degraded. Default true.',
    disableFeatures: 'Features that the application is told to switch off while it is degraded. Default none.',
  },
  admin: {
    enabled: 'Default true.',
    host: 'The address to listen on. Default 127.0.0.1; 0.0.0.0 lets others scrape it.',
    port: 'Default 9464; 0 takes a free one.',
    livenessLimitMs: 'How long the event loop may be stuck before /livez fails. At least 1s. Default 30s.',
    readinessLimitMs: 'How long the event loop may be stuck before /readyz fails. Above 0. Default 5s.',
    allowedHosts:
      'Names in the Host of requests that are answered, beside host, the name of the machine, localhost and IP addresses. *.example.com for all subdomains. Default none.',
  },
  shutdown: {
    drainLimitMs: 'How long calls under way may take to end. Default 10s; 0 waits for none.',
    delayMs: 'How long the process serves on at least, so that load balancers notice. Default 0s.',
  },
  telemetry: {
    sampling: 'Traces that are kept whatever the sampler drew.',
    recordKey: 'Whether spans tell for whom a call was made: false (default), or hashed.',
    genAi:
      'Whether calls of models are measured as gen_ai.client.operation.duration and gen_ai.client.token.usage. Default true; false where another instrumentation makes the same metrics.',
    logLevel: 'The least severe message of the agent itself that is written: off, error, warn (default) or info.',
  },
  sampling: {
    keepSlowerThanMs: 'Keeps the traces of calls that take longer. Default 5s; 0 keeps all.',
    keepWhatHurts: 'Keeps the traces of calls that failed, were refused or were tried again. Default true.',
  },
  patches: {
    fetch: 'The global fetch: false leaves it alone; its requests belong to upstreams.',
    undici: 'The undici package: false leaves it alone; its requests belong to upstreams.',
    openai: 'The openai package: false leaves it alone; its requests belong to upstreams.',
    '@anthropic-ai/sdk': 'The @anthropic-ai/sdk package: false leaves it alone; its requests belong to upstreams.',
    pg: 'The pg package: false leaves it alone. Its queries belong to the operation db.query, if there is one.',
    mysql2: 'The mysql2 package: false leaves it alone. Its queries belong to the operation db.query, if there is one.',
    ioredis: 'The ioredis package: false leaves it alone. Its commands belong to redis.command, if there is one.',
  },
  patch: { operation: 'The operation that the calls belong to, instead of the default.' },
};
