-- What wrk saw, as bench/serving.py reads it: requests, seconds, errors, milliseconds at three percentiles.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %f %d %f %f %f\n", summary.requests, summary.duration / 1e6,
    errors.status + errors.timeout + errors.read + errors.write + errors.connect,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
