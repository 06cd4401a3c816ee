-- Asks for the paths of the file PATHS, one a line, in turn, with ACCEPT as what is accepted. Each thread starts at
-- another place.
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
wrk.headers["Accept"] = os.getenv("ACCEPT")
wrk.headers["Accept-Encoding"] = "identity"
local threads = 0

function setup(thread)
  thread:set("number", threads * math.floor(#paths / 2))
  threads = threads + 1
end

function request()
  number = number + 1
  return wrk.format("GET", paths[number % #paths + 1])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %f %d %f %f %f\n", summary.requests, summary.duration / 1e6,
    errors.status + errors.timeout + errors.read + errors.write + errors.connect,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
