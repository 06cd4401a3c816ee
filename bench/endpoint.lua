-- Asks the queries of the file QUERIES, each a line: an address in which @R@ is a report and @N@ a number. REPORTS has
-- one report a line. Numbers begin at FIRST and are used once; with FRESH=0 there are as few texts as there are lines.
local queries, reports = {}, {}
for line in io.lines(os.getenv("QUERIES")) do queries[#queries + 1] = line end
for line in io.lines(os.getenv("REPORTS")) do reports[#reports + 1] = line:gsub("%%", "%%%%") end -- as gsub wants it
local fresh = os.getenv("FRESH") == "1"
local threads = 0

function setup(thread)
  thread:set("number", tonumber(os.getenv("FIRST")) + threads * 10000000)
  threads = threads + 1
end

function request()
  number = number + 1
  local query = queries[number % #queries + 1]
  if fresh then
    query = query:gsub("@R@", reports[number % #reports + 1]):gsub("@N@", string.format("%d", number))
  end
  return wrk.format("GET", query)
end

dofile(os.getenv("BENCH") .. "/told.lua") -- what is said in the end
