/** What `/metrics` of a short run looks like: 100 calls of ai_generate of which 9 needed a retry, a search that was throttled, an inventory whose breaker opened. */
export const RUN_METRICS = `
# HELP crossbridge_call_duration_seconds Duration of calls as the application sees them.
# TYPE crossbridge_call_duration_seconds histogram
crossbridge_call_duration_seconds_bucket{crossbridge_operation="ai_generate",crossbridge_outcome="success",le="0.1"} 48
crossbridge_call_duration_seconds_bucket{crossbridge_operation="ai_generate",crossbridge_outcome="success",le="0.5"} 96
crossbridge_call_duration_seconds_bucket{crossbridge_operation="ai_generate",crossbridge_outcome="success",le="+Inf"} 96
crossbridge_call_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_outcome="success"} 96
crossbridge_call_duration_seconds_bucket{crossbridge_operation="ai_generate",crossbridge_outcome="error",error_type="500",le="+Inf"} 4
crossbridge_call_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_outcome="error",error_type="500"} 4
crossbridge_call_duration_seconds_count{crossbridge_operation="search",crossbridge_outcome="success"} 50
crossbridge_call_duration_seconds_count{crossbridge_operation="search",crossbridge_outcome="throttled",error_type="rate_limited"} 20
crossbridge_call_duration_seconds_count{crossbridge_operation="inventory",crossbridge_outcome="success"} 30
crossbridge_call_duration_seconds_count{crossbridge_operation="inventory",crossbridge_outcome="error",error_type="503"} 5
crossbridge_call_duration_seconds_count{crossbridge_operation="inventory",crossbridge_outcome="rejected",error_type="circuit_open"} 15
# TYPE crossbridge_attempt_duration_seconds histogram
crossbridge_attempt_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_attempt_kind="initial",crossbridge_outcome="success"} 87
crossbridge_attempt_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_attempt_kind="initial",crossbridge_outcome="error",error_type="429"} 13
crossbridge_attempt_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_attempt_kind="retry",crossbridge_outcome="success"} 9
crossbridge_attempt_duration_seconds_count{crossbridge_operation="ai_generate",crossbridge_attempt_kind="retry",crossbridge_outcome="error",error_type="500"} 7
crossbridge_attempt_duration_seconds_count{crossbridge_operation="search",crossbridge_attempt_kind="initial",crossbridge_outcome="success"} 50
crossbridge_attempt_duration_seconds_count{crossbridge_operation="inventory",crossbridge_attempt_kind="initial",crossbridge_outcome="success"} 30
crossbridge_attempt_duration_seconds_count{crossbridge_operation="inventory",crossbridge_attempt_kind="initial",crossbridge_outcome="error",error_type="503"} 5
# TYPE crossbridge_retry_decisions_total counter
crossbridge_retry_decisions_total{crossbridge_operation="ai_generate",crossbridge_mode="enforce",crossbridge_retry_decision="retried",error_type="429"} 13
crossbridge_retry_decisions_total{crossbridge_operation="ai_generate",crossbridge_mode="enforce",crossbridge_retry_decision="retried",error_type="500"} 3
crossbridge_retry_decisions_total{crossbridge_operation="ai_generate",crossbridge_mode="enforce",crossbridge_retry_decision="exhausted",error_type="500"} 4
crossbridge_retry_decisions_total{crossbridge_operation="inventory",crossbridge_mode="enforce",crossbridge_retry_decision="retried"} 0
# TYPE crossbridge_rate_limit_requests_total counter
crossbridge_rate_limit_requests_total{crossbridge_operation="search",crossbridge_rate_limit_name="search",crossbridge_rate_limit_result="admitted"} 50
crossbridge_rate_limit_requests_total{crossbridge_operation="search",crossbridge_rate_limit_name="search",crossbridge_rate_limit_result="throttled"} 20
# TYPE crossbridge_circuit_breaker_rejections_total counter
crossbridge_circuit_breaker_rejections_total{crossbridge_operation="inventory",crossbridge_mode="enforce"} 12
# TYPE crossbridge_bulkhead_rejections_total counter
crossbridge_bulkhead_rejections_total{crossbridge_operation="inventory",crossbridge_mode="enforce"} 3
# TYPE crossbridge_circuit_breaker_transitions_total counter
crossbridge_circuit_breaker_transitions_total{crossbridge_operation="inventory",crossbridge_circuit_breaker_from="closed",crossbridge_circuit_breaker_to="open"} 1
crossbridge_circuit_breaker_transitions_total{crossbridge_operation="inventory",crossbridge_circuit_breaker_from="open",crossbridge_circuit_breaker_to="half_open"} 2
crossbridge_circuit_breaker_transitions_total{crossbridge_operation="inventory",crossbridge_circuit_breaker_from="half_open",crossbridge_circuit_breaker_to="closed"} 0
# TYPE crossbridge_circuit_breaker_state gauge
crossbridge_circuit_breaker_state{crossbridge_operation="ai_generate",crossbridge_circuit_breaker_state="closed"} 1
crossbridge_circuit_breaker_state{crossbridge_operation="ai_generate",crossbridge_circuit_breaker_state="open"} 0
crossbridge_circuit_breaker_state{crossbridge_operation="inventory",crossbridge_circuit_breaker_state="closed"} 0
crossbridge_circuit_breaker_state{crossbridge_operation="inventory",crossbridge_circuit_breaker_state="open"} 1
# TYPE crossbridge_health_overall gauge
crossbridge_health_overall{crossbridge_health_status="healthy"} 0
crossbridge_health_overall{crossbridge_health_status="degraded"} 1
`;
