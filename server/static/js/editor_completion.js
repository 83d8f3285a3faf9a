/**
 * What the editor completes: prefixes of the project, classes and properties of the ontology and of this graph, and
 * things of the graph, found by words behind a `<`.
 */

/** @typedef {{iri: string, name: string, label: string, comment: string, count: number}} Term */
/** @typedef {{prefixes: Record<string, string>, classes: Term[], properties: Term[]}} Terms */

const MOST = 50;
const WORDS = /(?:^|[\s(,;])<([^<>{}"|^`\\]*)$/;

/** The beginning of the line up to the cursor. */
function before(yasqe) {
  const cursor = yasqe.getDoc().getCursor();
  return yasqe.getDoc().getLine(cursor.line).slice(0, cursor.ch);
}

/** A hint that also declares the prefix that it uses. */
function hint(yasqe, text, told, prefixes, from, to) {
  const prefix = /^([a-z]+):/.exec(text)?.[1];
  return {
    text,
    displayText: told,
    from,
    to,
    hint(editor, data, chosen) {
      editor.getDoc().replaceRange(chosen.text, chosen.from ?? data.from, chosen.to ?? data.to, "complete");
      const namespace = prefix && prefixes[prefix];
      if (namespace && !(prefix in yasqe.getPrefixesFromQuery())) yasqe.addPrefixes({ [prefix]: namespace });
    },
  };
}

/** By a part of its name or its label, or the beginning of its IRI; what begins so comes first, then what is used most. */
function matching(terms, typed) {
  const text = typed.replace(/^<|>$/g, "").toLowerCase();
  const begins = (term) => term.name.toLowerCase().startsWith(text) || term.name.toLowerCase().split(":").at(-1).startsWith(text);
  const found = terms.filter((term) => [term.name, term.label].some((part) => part.toLowerCase().includes(text)) || term.iri.toLowerCase().startsWith(text || " "));
  return found.sort((one, other) => begins(other) - begins(one)).slice(0, MOST);
}

function told(term) {
  const count = term.count ? ` · ${term.count.toLocaleString("en")}` : "";
  return `${term.name}${term.label ? `  ${term.label}` : ""}${count}`;
}

function ofTerms(name, terms, prefixes, original) {
  let found = [];
  return {
    name,
    bulk: false,
    autoShow: false,
    isValidCompletionPosition: (yasqe) => !WORDS.test(before(yasqe)) && original.isValidCompletionPosition(yasqe),
    get(yasqe, token) {
      found = matching(terms, token.string.trim());
      return found.map((term) => term.iri);
    },
    postprocessHints: (yasqe, hints) =>
      hints.map(({ from, to }, place) => {
        const { name: short, iri } = found[place];
        return hint(yasqe, short.includes(":") && !short.startsWith("http") ? short : `<${iri}>`, told(found[place]), prefixes, from, to);
      }),
  };
}

function ofPrefixes(prefixes, original) {
  const declared = Object.entries(prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`);
  return { ...original, name: "project-prefixes", persistenceId: null, bulk: true, get: () => declared };
}

/** Things by words: `<evan hub` becomes the IRI of one that is found. */
function ofThings(search) {
  let found = [];
  let start = 0;
  return {
    name: "things",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition: (yasqe) => (WORDS.exec(before(yasqe))?.[1].trim().length ?? 0) > 1,
    preProcessToken: (yasqe, token) => {
      const line = before(yasqe);
      start = line.lastIndexOf("<");
      return { ...token, autocompletionString: line.slice(start + 1).trim(), from: { ch: start }, to: { ch: line.length } };
    },
    async get(_, token) {
      const words = token.autocompletionString;
      if (/^https?:/.test(words)) return [];
      const response = await fetch(`${search}?${new URLSearchParams({ q: words, limit: "12" })}`, { headers: { Accept: "application/json" } });
      found = response.ok ? (await response.json()).hits : [];
      return found.map((hit) => hit.iri);
    },
    postprocessHints: (yasqe, hints) =>
      hints.map(({ from, to }, place) => hint(yasqe, `<${found[place].iri}>`, `${found[place].label} (${found[place].kind})`, {}, from, to)),
  };
}

/** Registers all of them; their names. @param {Terms} terms @param {string} search address of the search */
export function registerCompleters(Yasqe, terms, search) {
  const { property, class: ofClass, prefixes } = Yasqe.Autocompleters;
  const own = [
    ofPrefixes(terms.prefixes, prefixes),
    ofTerms("project-classes", terms.classes, terms.prefixes, ofClass),
    ofTerms("project-properties", terms.properties, terms.prefixes, property),
    ofThings(search),
  ];
  for (const completer of own) Yasqe.registerAutocompleter(completer, false);
  return [...own.map((completer) => completer.name), "variables"];
}
