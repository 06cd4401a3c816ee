// ask.mjs URL QUERY...: asks each query of the source at URL with Comunica, and prints what it gets as JSON:
// {"identified": [...], "answers": [true, [{"name": "value"}], ["triple"]]}

import { QueryEngine } from '@comunica/query-sparql';

const [url, ...queries] = process.argv.slice(2);
const identified = [];
const quiet = () => {};
const log = { trace: quiet, debug: quiet, warn: quiet, error: quiet, fatal: quiet };
log.info = (message) => { if (message.startsWith('Identified')) identified.push(message); };

const kinds = {
  boolean: (result) => result.execute(),
  bindings: async (result) =>
    (await (await result.execute()).toArray()).map((row) =>
      Object.fromEntries([...row].map(([name, term]) => [name.value, term.value]))),
  quads: async (result) =>
    (await (await result.execute()).toArray()).map((quad) =>
      [quad.subject, quad.predicate, quad.object].map((term) => term.value).join(' ')),
};

const engine = new QueryEngine();
const answers = [];
for (const query of queries) {
  const result = await engine.query(query, { sources: [url], log });
  answers.push(await kinds[result.resultType](result));
}
console.log(JSON.stringify({ identified, answers }));
