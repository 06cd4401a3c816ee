// Turns the plain form of the query page into YASGUI's editor and result viewer (static/vendor/yasgui.min.js).
// What it needs to know stands in the page: <script type="application/json" id="editor-data">.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("editor-data").textContent);
  const form = document.getElementById("plain-query");
  const { Yasqe, Yasr } = Yasgui;

  const make = (name, attributes = {}, ...children) => {
    const svg = ["svg", "rect", "text", "title", "path"].includes(name);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };

  // A thing of the data leads to its page on this site, whatever the base of its IRI; others to themselves.
  const address = (iri) => {
    if (iri.startsWith(data.base)) return data.root + iri.slice(data.base.length);
    return /^https?:\/\//i.test(iri) ? iri : null;
  };

  const short = (iri) => {
    const known = Object.entries(data.prefixes).find(([, namespace]) => iri.startsWith(namespace));
    if (known) return `${known[0]}:${iri.slice(known[1].length)}`;
    return iri.startsWith(data.base) ? iri.slice(data.base.length) : iri;
  };

  class Table extends Yasr.plugins.table {
    constructor(yasr) {
      super(yasr);
      this.config = Table.defaults;
    }

    getUriLinkFromBinding(binding) {
      const href = address(binding.value);
      if (href === null) return make("span", {}, binding.value).outerHTML;
      const link = make("a", { href, title: binding.value, class: "iri" }, short(binding.value));
      if (!binding.value.startsWith(data.base)) link.rel = "nofollow noopener ugc";
      return link.outerHTML;
    }

    drawControls() {
      super.drawControls();
      this.tableSizeField.setAttribute("aria-label", "Rows on a page");
      this.tableEl.setAttribute("aria-label", "Rows");
      const first = this.tableEl.querySelector("thead th");
      if (first && !first.textContent.trim()) first.append(make("span", { class: "visually-hidden" }, "Row"));
    }
  }
  // Widths are the browser's: the package finds them by putting the longest text into the page, as markup and uncut.
  Table.defaults = { ...Yasr.plugins.table.defaults, openIriInNewWindow: false,
    tableConfig: { ...Yasr.plugins.table.defaults.tableConfig, autoWidth: false } };

  const MOST = 60; // bars
  const number = (binding) => {
    const plain = binding && binding.type !== "uri" && binding.value.trim() !== "";
    return plain && Number.isFinite(Number(binding.value)) ? Number(binding.value) : null;
  };

  // Bars: the first column that is all numbers, told by the columns of words.
  class Chart {
    constructor(yasr) {
      this.yasr = yasr;
      this.label = "Chart";
      this.priority = 5;
    }

    columns() {
      const rows = this.yasr.results?.getBindings?.() || [];
      const names = this.yasr.results?.getVariables?.() || [];
      const numbers = names.filter((name) => rows.length && rows.every((row) => number(row[name]) !== null));
      const [amount] = numbers;
      const words = names.filter((name) => !numbers.includes(name));
      return { rows, amount, words: words.length ? words : names.filter((name) => name !== amount).slice(0, 1) };
    }

    canHandleResults() {
      const { amount, words } = this.columns();
      return Boolean(amount) && words.length > 0;
    }

    draw() {
      const { rows, amount, words } = this.columns();
      const shown = rows.slice(0, MOST);
      const most = Math.max(...shown.map((row) => Math.abs(number(row[amount]))), 1e-9);
      const caption = `${amount.replaceAll("_", " ")} by ${words.join(", ").replaceAll("_", " ")}`;
      const list = make("ul", { class: "bars", "aria-label": caption });
      shown.forEach((row) => {
        const value = number(row[amount]);
        const name = words.map((word) => row[word]).filter(Boolean)
          .map((binding) => (binding.type === "uri" ? short(binding.value) : binding.value)).join(", ");
        const width = Math.round((Math.abs(value) / most) * 1000) / 10;
        const bar = make("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          make("rect", { x: "0", y: "0", width, height: "10", class: value < 0 ? "negative" : "positive" }));
        list.append(make("li", {}, make("span", { class: "bar-name", title: name }, name), bar,
          make("span", { class: "number" }, value.toLocaleString("en"))));
      });
      this.yasr.resultsEl.append(make("p", { class: "quiet" }, rows.length > MOST ? `${caption}: the first ${MOST} of ${rows.length} rows` : caption), list);
    }

    getIcon() {
      return make("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, make("path", { d: "M1 15V7h3v8zm5 0V1h3v14zm5 0V4h3v11z" }));
    }
  }

  // An error is told in the words of the server (problem details, RFC 9457).
  const told = async (error) => {
    let problem = {};
    try { problem = JSON.parse(error.text); } catch { return undefined; }
    const place = problem.line ? ` (line ${problem.line}, column ${problem.column})` : "";
    return make("div", { class: "notice", role: "alert" }, make("p", {}, make("strong", {}, `${problem.status} ${problem.title}`)),
      make("p", {}, `${problem.detail || ""}${place}`));
  };

  const beginning = (kind) => (yasqe, token) => {
    const typed = token?.autocompletionString || token?.string || "";
    const words = typed.toLowerCase();
    const fits = ({ iri, label }) => iri.startsWith(typed) || iri.toLowerCase().includes(words) || label.toLowerCase().includes(words);
    return data[kind].filter(fits).map(({ iri }) => iri);
  };
  ["class", "property"].forEach((name) => {
    const kind = name === "class" ? "classes" : "properties";
    Yasqe.Autocompleters[name] = { ...Yasqe.Autocompleters[name], get: beginning(kind), bulk: false, persistenceId: null };
  });
  Yasqe.Autocompleters.prefixes = {
    ...Yasqe.Autocompleters.prefixes, persistenceId: null, // the list in the package has anybody's entries of prefix.cc
    get: () => Object.entries(data.prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`),
  };
  Yasr.registerPlugin("table", Table, true);
  Yasr.registerPlugin("chart", Chart, true);

  const editor = make("section", { id: "editor", "aria-label": "Query" });
  const results = make("section", { id: "results", "aria-label": "Answer", "aria-live": "polite" });
  const files = make("p", { id: "files" });
  form.after(editor, document.getElementById("editor-keys"), files, results);
  form.hidden = true;

  const endpoint = new URL(`${data.root}sparql`, window.location.href).href;
  const yasqe = new Yasqe(editor, {
    value: document.getElementById("query").value,
    requestConfig: {
      endpoint,
      method: () => (yasqe.getValue().length > 4000 ? "POST" : "GET"),
      acceptHeaderGraph: "text/turtle",
      acceptHeaderSelect: "application/sparql-results+json",
    },
    autocompleters: ["prefixes", "variables", "property", "class"],
    createShareableLink: () => `${window.location.href.split(/[?#]/)[0]}?query=${encodeURIComponent(yasqe.getValue())}`,
    consumeShareLink: null,
    persistenceId: null,
    screenReaderLabel: "Query (SPARQL)",
    editorHeight: "22rem",
    tabSize: 2,
    indentUnit: 2,
    extraKeys: { ...Yasqe.defaults.extraKeys, Tab: false, "Shift-Tab": false }, // Tab leaves the editor (WCAG 2.1.2)
  });
  const yasr = new Yasr(results, {
    plugins: {
      table: { enabled: true, dynamicConfig: { compact: true, pageSize: 50 } },
      chart: { enabled: true },
      boolean: { enabled: true },
      response: { enabled: true },
      error: { enabled: true },
    },
    prefixes: () => data.prefixes,
    pluginOrder: ["table", "chart", "response"],
    defaultPlugin: "table",
    persistenceId: null,
    maxPersistentResponseSize: 0,
    errorRenderers: [told],
  });

  // A click opens what is cut in a cell; on a link it follows the link.
  results.addEventListener("click", (event) => {
    if (event.target.closest("td a.iri")) event.stopPropagation();
  }, true);

  yasr.on("drawn", () => results.querySelectorAll("textarea:not([aria-label])").forEach((area) => {
    area.setAttribute("aria-label", "Answer as it was sent");
  }));

  const formats = () => (["CONSTRUCT", "DESCRIBE"].includes(yasqe.getQueryType())
    ? { turtle: "Turtle", ntriples: "N-Triples", jsonld: "JSON-LD", rdfxml: "RDF/XML" }
    : { csv: "CSV", tsv: "TSV", json: "JSON", xml: "XML" });

  const offer = () => {
    files.replaceChildren("The whole answer as a file: ");
    Object.entries(formats()).forEach(([name, label], place) => {
      const href = `${data.root}sparql?query=${encodeURIComponent(yasqe.getValue())}&format=${name}`;
      if (href.length < 60000) files.append(place ? ", " : "", make("a", { href, download: "" }, label));
    });
  };

  yasqe.on("query", () => {
    results.setAttribute("aria-busy", "true");
    window.history.replaceState(null, "", yasqe.getValue().length < 6000 ? yasqe.config.createShareableLink() : window.location.pathname);
  });
  yasqe.on("queryResponse", (_, response, duration) => {
    yasr.setResponse(response, duration);
    results.removeAttribute("aria-busy");
    offer();
  });

  document.querySelectorAll("a[data-example]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      yasqe.setValue(data.examples[link.dataset.example]);
      editor.scrollIntoView({ block: "nearest" });
      yasqe.query().catch(() => {});
      yasqe.focus();
    });
  });

  // What the package leaves without a name.
  yasqe.getInputField().setAttribute("aria-label", "Query (SPARQL)");
  yasqe.getInputField().setAttribute("aria-describedby", "editor-keys");
  const hidden = editor.querySelector(".CodeMirror-scroll");
  if (hidden) hidden.setAttribute("tabindex", "-1");
})();
