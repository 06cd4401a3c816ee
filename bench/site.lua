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

dofile(os.getenv("BENCH") .. "/told.lua") -- what is said in the end
